-- Restarts a simulated Mac that is laid out in a scratch folder.
-- It must not decide what boots; that is `sim.boot`.

local restart = {}

--- Restarts the Mac in `directory` and changes `state` with it.
-- `options`: { clean = true|false, into = "macos" | "paired-recovery" | "unpaired-recovery" | "recovery" }.
-- What lies on volumes stays; what recovery kept in its own /private is gone, and no disk image is attached.
-- Returns the environment reached and, when macOS was wanted and did not start, what the screen says;
-- or nil, message, code when the folder could not be changed.
function restart.restart(directory, state, options)
  local before = require("sim.layout").links(state)
  if #state.images > 0 then require("sim.tool.hdiutil").forget_all(state, require("sim.files").below(directory)) end
  local reached, why = require("sim.boot").next(state, {
    clean = options.clean, into = options.into, time = require("lib_system").now(),
  })
  local ok, message, code = require("sim.scratch").remount(directory, state, before)
  if not ok then return nil, message, code end
  return reached, why
end

return restart
