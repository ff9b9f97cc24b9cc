-- `rehearse`: the real engine against a simulated Mac in a scratch folder.
-- Must not touch anything outside that folder.

local exit_code = require "base.exit_code"

local RESTARTS = 4

local function say(view, title, ...)
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

local function fail(message)
  require("lib_terminal").write(2, "vmq-recovery: " .. message .. "\n")
  return exit_code.USAGE
end

-- One event stream for the whole rehearsal: the parts' own beginnings and ends are kept out of it.
local function shared_view(outer)
  local view = { result = nil, after_tool = outer.after_tool, say = outer.say,
    say_raw = outer.say_raw, start = function() end }
  function view.emit(event)
    if event.type == "end" then view.result = event.result else outer.emit(event) end
  end
  return view
end

local function silent_view()
  local function nothing() end
  return { emit = nothing, after_tool = nothing, say = nothing, say_raw = nothing, start = nothing }
end

local function stand_in(state, options, view)
  return { view = view, uid = state.uid, user = options.yes and state.owner.short or nil,
    password = options.yes and state.owner.password or nil, unattended = options.yes, on_data = true,
    patience = 1, silence = 3 }
end

local function options_for(directory, options, quiet)
  local copy = {}
  for key, value in pairs(options) do copy[key] = value end
  copy.root, copy.detailed_exitcode = directory, true
  if quiet then copy.yes, copy.json, copy.quiet = true, nil, true end
  return copy
end

local function restart(directory, view, into)
  local state = require("sim.scratch").load(directory)
  local reached, why = require("sim.restart").restart(directory, state, { clean = true, into = into })
  say(view, ("---- The simulated Mac restarts: it is now in %s%s ----"):format(reached, why and (" (%s)"):format(why) or ""))
  return reached
end

-- Runs a command again after each restart that it asks for. @return its last exit code
local function through_restarts(directory, state, options, view, command, args)
  local code
  for _ = 1, RESTARTS do
    code = require(command)(args, options, stand_in(state, options, view))
    if code ~= exit_code.PHASE then return code end
    if restart(directory, view, "macos") ~= "macos" then
      say(view, nil, "macOS did not start. On a real Mac: shut down, hold the power button until startup options appear, Options, "
        .. "Utilities > Terminal, and there:", { command = "vmq-recovery revert" })
      return exit_code.STOPPED
    end
  end
  return code
end

local function introduce(view, state, options)
  local owner = state.owner
  say(view, "Rehearsal on a simulated Mac", state.mac.marketing .. ", macOS " .. state.groups[1].version .. ".",
    "Nothing outside a scratch folder is touched. The wording of Apple's tools is as far as it is known.",
    (options.yes and "The owner %s (%s) and the password \"%s\" are made up, and typed for you."
      or "The owner is made up: short name %s (%s), password %s."):format(owner.short, owner.full, owner.password), "")
end

local function rehearse_apply(directory, state, options, view)
  return through_restarts(directory, state, options_for(directory, options), view, "command.apply", {})
end

-- An applied Mac is needed first: the same apply, unseen.
local function rehearse_revert(directory, state, options, view, faults)
  say(view, nil, "First, unseen: apply, and a restart back into recovery.")
  local unseen = silent_view()
  local prepared = through_restarts(directory, state, options_for(directory, options, true), unseen, "command.apply", {})
  if prepared ~= exit_code.OK then return prepared end
  restart(directory, unseen, state.environment)
  local now = require("sim.scratch").load(directory)
  for _, fault in ipairs(faults) do require("sim.fault").add(now, fault) end
  require("sim.scratch").save(directory, now)
  return require "command.revert"({}, options_for(directory, options), stand_in(state, options, view))
end

local function rehearse_step(directory, state, options, view)
  return through_restarts(directory, state, options_for(directory, options), view, "command.step", {})
end

local function rehearse_life(directory, state, options, view)
  return require("command.rehearse_life").run {
    say = function(line) say(view, nil, "", "==== " .. line) end,
    run = function(command, args)
      return through_restarts(directory, state, options_for(directory, options), view, "command." .. command, args)
    end,
    restart = function(into) restart(directory, view, into) end,
    stage_update = function()
      local scratch = require "sim.scratch"
      scratch.stage_update(directory, scratch.load(directory))
    end,
  }
end

local function rehearse_file(directory, state, options, view, file)
  return through_restarts(directory, state, options_for(directory, options), view, "command.run", { file })
end

local function next_words(view, what, code)
  if code == exit_code.STOPPED or code == exit_code.PERSON then
    say(view, nil, "", "This simulated Mac is thrown away now; on a real Mac one of the lines above would be next.")
  end
  if code ~= exit_code.OK then return end
  if what == "apply" then
    say(view, nil, "", "To rehearse the way back: vmq-recovery rehearse revert")
    say(view, nil, "The whole life, from the kit to the revert before an update: vmq-recovery rehearse life")
    say(view, nil, "On your Mac: `vmq-recovery kdk fetch` (or a kit from Apple), `build`, `stage`; then `doctor` in recovery.")
  end
end

local function play(directory, state, options, what, faults)
  local view = require("screen.open").open(options, "rehearse")
  view.start(nil)
  local inner = shared_view(view)
  introduce(inner, state, options)
  local code
  if what == "apply" then code = rehearse_apply(directory, state, options, inner)
  elseif what == "step" then code = rehearse_step(directory, state, options, inner)
  elseif what == "life" then code = rehearse_life(directory, state, options, inner)
  elseif what == "revert" then code = rehearse_revert(directory, state, options, inner, faults)
  else code = rehearse_file(directory, state, options, inner, what) end
  next_words(inner, what, code)
  if code == exit_code.PHASE and not options.detailed_exitcode then code = exit_code.OK end
  view.emit { type = "end", result = inner.result or "done", exit = code }
  return code
end

local function circumstances_of(what, options)
  local names = what == "life" and { table.unpack(require("command.rehearse_life").circumstances) } or {}
  return table.move(options["with"] or {}, 1, #(options["with"] or {}), #names + 1, names)
end

return function(args, options)
  if options.list then return list() end
  local what = args[1] or "apply"
  local faults = options.fault or {}
  local state, message = require("sim.mac").new(options.mac or require("sim.catalogue").default, circumstances_of(what, options),
    what == "revert" and {} or faults)
  if not state then return fail(message .. "; `vmq-recovery rehearse --list` lists what there is") end
  for _, fault in ipairs(faults) do
    local fine, why = require("sim.fault").parse(fault)
    if not fine then return fail(why) end
  end
  local files = require "lib_file"
  local directory, why = files.make_scratch()
  if not directory then return fail(why) end
  local made, problem = require("sim.scratch").make(directory, state)
  local code = made and play(directory, state, options, what, faults)
    or fail("the scratch folder could not be filled: " .. tostring(problem))
  files.remove_tree(directory)
  return code
end
