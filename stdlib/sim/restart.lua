-- Restarts a simulated Mac that is laid out in a scratch folder.
-- It must not decide what boots; that is `sim.boot`.

local attempt = require "sim.attempt"

local restart = {}

local function remount(directory, state)
  return attempt.guarded(function()
    require("sim.mount").all(directory, state)
    attempt.must(require("sim.state_file").save(directory, state))
  end)
end

--- Restarts the Mac in `directory` and changes `state` with it.
-- `options`: { clean = true|false, into = "macos" | "paired-recovery" | "unpaired-recovery" | "recovery" }.
-- What lies on volumes stays; what recovery kept in its own /private is gone, and no disk image is attached.
-- Returns the environment reached and, when macOS was wanted and did not start, what the screen says;
-- or nil, message, code when the folder could not be changed.
function restart.restart(directory, state, options)
  if #state.images > 0 then require("sim.images").forget(state, require("sim.files").below(directory)) end
  require("sim.mount").none(directory, state)
  local reached, why = require("sim.boot").next(state, {
    clean = options.clean, into = options.into, time = require("lib_system").now(),
  })
  local ok, message, code = remount(directory, state)
  if not ok then return nil, message, code end
  return reached, why
end

return restart
