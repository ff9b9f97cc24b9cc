-- `rehearse`: the real engine against a simulated Mac in a scratch folder.
-- Must not touch anything outside that folder.

local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local invocation = require "run.invocation"

local rehearse = {}

local RESTARTS = 4

local function note(view, title, ...)
  view.emit { type = "note", title = title, lines = { ... } }
end

local function list()
  local text, terminal = require "base.text", require "lib_terminal"
  local function section(title, names, describe)
    terminal.write(1, title .. "\n")
    for _, name in ipairs(names) do
      terminal.write(1, text.wrap(describe(name), 80, (" "):rep(26), "  " .. text.pad(name, 23) .. " ") .. "\n")
    end
  end
  local catalogue, circumstance, fault = require "sim.catalogue", require "sim.circumstance", require "sim.fault"
  section("Macs (--mac)", catalogue.names(), catalogue.describe)
  section("\nCircumstances (--with)", circumstance.names(), circumstance.describe)
  local kinds, words = {}, {}
  for index, kind in ipairs(fault.kinds) do kinds[index], words[kind[1]] = kind[1], kind[2] end
  section("\nFaults (--fault TOOL:HOW, or TOOL:HOW:N for the Nth change alone)", kinds, function(how) return words[how] end)
  return exit_code.OK
end

-- One event stream for the whole rehearsal: the parts' own beginnings and ends are kept out of it. What happens unseen is not
-- shown at all.
local function shared_view(outer)
  local view = { result = nil, unseen = false, leaves_out_plan = outer.leaves_out_plan, is_brief = outer.is_brief }
  local function pass_on(name)
    view[name] = function(...)
      if not view.unseen then outer[name](...) end
    end
  end
  for _, name in ipairs { "after_tool", "text", "raw_text", "paged" } do pass_on(name) end
  function view.start() end
  function view.emit(event)
    if event.type == "end" then view.result = event.result elseif not view.unseen then outer.emit(event) end
  end
  return view
end

-- What takes the place of the real thing, in every command of this rehearsal.
local function begin(state, options, view)
  invocation.rehearse { view = view, uid = state.uid, user = options.yes and state.owner.short or nil,
    password = options.yes and state.owner.password or nil, unattended = options.yes, on_data = true, patience = 1, silence = 3 }
end

local function options_for(directory, options)
  local copy = {}
  for key, value in pairs(options) do copy[key] = value end
  copy.root, copy.detailed_exitcode = directory, true
  return copy
end

local function restart(play, into)
  local state = require("sim.state_file").load(play.directory)
  local reached, why = require("sim.restart").restart(play.directory, state, { clean = true, into = into })
  note(play.view, ("---- The simulated Mac restarts: it is now in %s%s ----"):format(reached, why and (" (%s)"):format(why) or ""))
  return reached
end

-- Runs a command again after each restart that it asks for. @return its last exit code
local function through_restarts(play, command, args)
  local code
  for _ = 1, RESTARTS do
    code = require("command." .. command).run(args or {}, play.options)
    if code ~= exit_code.PHASE then return code end
    if restart(play, "macos") ~= "macos" then
      note(play.view, nil, "macOS did not start. On a real Mac: shut down, hold the power button until startup options appear, Options, "
        .. "Utilities > Terminal, and there:", { command = "vmq-recovery revert" })
      return exit_code.STOPPED
    end
  end
  return code
end

local function introduce(play, state, options, described)
  local owner = state.owner
  if described then
    local moved = described.environment == "macos" and state.environment ~= "macos"
    require("command.rehearse_like").introduce(function(...) note(play.view, ...) end, described, options, moved)
  end
  note(play.view, "Rehearsal on a simulated Mac", state.mac.marketing .. ", macOS " .. state.groups[1].version .. ".",
    "Nothing outside a scratch folder is touched. The wording of Apple's tools is as far as it is known.",
    (options.yes and "The owner %s (%s) and the password \"%s\" are made up, and typed for you."
      or described and "Type the owner's short name %s (%s), and the made-up password %s."
      or "The owner is made up: short name %s (%s), password %s."):format(owner.short, owner.full, owner.password), "")
end

-- An applied Mac: apply, and a restart back into where it began. @return exit code
local function prepare_revert(play, state)
  local options = play.options
  play.options = options_for(play.directory, options)
  play.options.yes, play.options.json, play.options.quiet = true, nil, true
  play.view.unseen = true
  begin(state, play.options, play.view)
  local code = through_restarts(play, "apply")
  restart(play, state.environment)
  play.options, play.view.unseen = options, false
  begin(state, options, play.view)
  return code
end

local kinds = {}

function kinds.apply(play) return through_restarts(play, "apply") end

function kinds.step(play) return through_restarts(play, "step") end

-- The faults come only once the Mac is applied.
function kinds.revert(play, state, faults)
  note(play.view, nil, "First, unseen: apply, and a restart back into recovery.")
  local prepared = prepare_revert(play, state)
  local now = require("sim.state_file").load(play.directory)
  for _, fault in ipairs(faults) do require("sim.fault").add(now, fault) end
  require("sim.state_file").save(play.directory, now)
  if prepared ~= exit_code.OK then return prepared end
  return require("command.revert").run({}, play.options)
end

function kinds.life(play)
  return require("command.rehearse_life").run {
    announce = function(line) note(play.view, nil, "", "==== " .. line) end,
    run = function(command, args) return through_restarts(play, command, args) end,
    restart = function(into) restart(play, into) end,
    stage_update = function()
      local scratch = require "sim.scratch"
      scratch.stage_update(play.directory, require("sim.state_file").load(play.directory))
    end,
  }
end

local function next_words(view, what, code)
  if code == exit_code.STOPPED or code == exit_code.PERSON then
    note(view, nil, "", "This simulated Mac is thrown away now; on a real Mac one of the lines above would be next.")
  end
  if code ~= exit_code.OK then return end
  if what == "apply" then
    note(view, nil, "", "To rehearse the way back: vmq-recovery rehearse revert")
    note(view, nil, "The whole life, from the kit to the revert before an update: vmq-recovery rehearse life")
    note(view, nil, "On your Mac: `vmq-recovery kdk fetch` (or a kit from Apple), `build`, `stage`; then `doctor` in recovery.")
  end
end

-- The faults that were asked for and broke nothing: what was seen is no answer to them. @return array, or nil
local function tell_unfired(play)
  local unfired = require("sim.fault").unfired(require("sim.state_file").load(play.directory))
  for _, fault in ipairs(unfired) do note(play.view, nil, ("--fault %s never came to pass."):format(fault)) end
  return #unfired > 0 and unfired or nil
end

local function play_on(directory, state, options, what, faults, described)
  local outer = require("screen.open").open(options, "rehearse", require("lib_embed").version())
  outer.start(nil)
  local play = { directory = directory, options = options_for(directory, options), view = shared_view(outer) }
  begin(state, play.options, play.view)
  introduce(play, state, options, described)
  local kind = kinds[what] or function() return through_restarts(play, "run", { what }) end
  local code = kind(play, state, faults)
  next_words(play.view, what, code)
  if code == exit_code.PHASE and not options.detailed_exitcode then code = exit_code.OK end
  outer.emit { type = "end", result = play.view.result or "done", exit = code, unfired = tell_unfired(play) }
  return code
end

local function circumstances_of(what, options)
  local names = what == "life" and { table.unpack(require("command.rehearse_life").circumstances) } or {}
  local given = options["with"] or {}
  return table.move(given, 1, #given, #names + 1, names)
end

local function fresh_mac(what, options, faults)
  local circumstances = circumstances_of(what, options)
  if not options.like then return require("sim.mac").new(options.mac or require("sim.catalogue").default, circumstances, faults) end
  local like = require "command.rehearse_like"
  local described, message = like.describe(options)
  if not described then return nil, message, "record" end
  local state, why, code = like.make(described, { variant = options.variant, start = "recovery", circumstances = circumstances,
    faults = faults })
  return state, why or described, code
end

-- @return the simulated Mac's state and the description of the recorded one, if there is one; or nil and a sentence
local function make_mac(what, options, faults)
  if options.like and options.mac then return nil, "--like and --mac name one Mac each: give one of them" end
  local state, described, code = fresh_mac(what, options, what == "revert" and {} or faults)
  if not state and code == "record" then return nil, described end
  if not state then return nil, described .. "; `vmq-recovery rehearse --list` lists what there is" end
  for _, fault in ipairs(faults) do
    local fine, why = require("sim.fault").parse(fault)
    if not fine then return nil, why end
  end
  return state, described
end

-- What the scratch folder of a Mac takes; in recovery it lies in memory (darwin-2026-11 §8).
local ROOM = 2 << 20

local function fill(directory, state)
  local free = require("lib_file").space(directory)
  if free and free < ROOM then return nil, ("2 MiB are needed in %s, and %d bytes are free"):format(directory, free) end
  return require("sim.scratch").make(directory, state)
end

function rehearse.run(args, options)
  if options.list then return list() end
  local what, faults = args[1] or "apply", options.fault or {}
  local state, described = make_mac(what, options, faults)
  if not state then return complain.usage(described) end
  local files = require "lib_file"
  local directory, why = files.make_scratch()
  if not directory then return complain.usage(why) end
  local made, problem = fill(directory, state)
  local code = made and play_on(directory, state, options, what, faults, described)
    or complain.usage("the scratch folder could not be filled: " .. tostring(problem))
  files.remove_tree(directory)
  return code
end

return rehearse
