-- `rehearse`: the real engine against a simulated Mac in a scratch folder.
-- Must not touch anything outside that folder.

local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local gone = require("base.try").new()
local inside = require "command.inside"
local invocation = require "run.invocation"
local started = require "base.started"

local rehearse = {}

local RESTARTS = 4

local function note(view, title, ...)
  view.emit { type = "note", title = title, lines = { ... } }
end

local function list(options)
  local text, lines = require "base.text", {}
  local function section(title, names, describe)
    lines[#lines + 1] = title
    for _, name in ipairs(names) do
      lines[#lines + 1] = text.wrap(describe(name), math.min(text.columns(), 80), (" "):rep(26), "  " .. text.pad(name, 23) .. " ")
    end
  end
  local catalogue, circumstance, fault = require "sim.catalogue", require "sim.circumstance", require "sim.fault"
  section("Macs (--mac)", catalogue.names(), catalogue.describe)
  section("\nCircumstances (--with)", circumstance.names(), circumstance.describe)
  local kinds, words = {}, {}
  for index, kind in ipairs(fault.kinds) do kinds[index], words[kind[1]] = kind[1], kind[2] end
  section("\nFaults (--fault TOOL:HOW, or TOOL:HOW:N for the Nth change alone)", kinds, function(how) return words[how] end)
  require("screen.pager").show(table.concat(lines, "\n") .. "\n", options)
  return exit_code.OK
end

-- One event stream for the whole rehearsal: the parts' own beginnings and ends are kept out of it. What happens unseen is not
-- shown at all.
local function shared_view(outer)
  local view = { result = nil, unseen = false, leaves_out_plan = outer.leaves_out_plan, is_brief = outer.is_brief,
    bar = outer.bar }
  local function pass_on(name)
    view[name] = function(...)
      if not view.unseen then outer[name](...) end
    end
  end
  for _, name in ipairs { "after_tool", "text", "raw_text", "meanwhile" } do pass_on(name) end
  function view.paged(make) return (view.unseen and make or outer.paged)(make) end
  function view.start() end
  function view.emit(event)
    if event.type == "end" then view.result = event.result elseif not view.unseen then outer.emit(event) end
  end
  return view
end

-- What takes the place of the real thing, in every command of this rehearsal.
local function begin(state, options, view)
  invocation.rehearse { view = view, uid = state.uid, user = options.yes and state.owner.short or nil,
    password = options.yes and state.owner.password or nil, unattended = options.yes, on_data = true, kept = options.keep,
    patience = 1, silence = 3, pause = 3 }
end

local function options_for(directory, options)
  local copy = {}
  for key, value in pairs(options) do copy[key] = value end
  copy.root, copy.detailed_exitcode = directory, true
  return copy
end

-- The simulated Mac's state as its tools have left it. Where its folder has gone, the rehearsal ends.
local function state_now(play)
  local state, why = require("sim.state_file").load(play.directory)
  return state or gone.throw(why)
end

local function restart(play, into)
  local reached, why = require("sim.restart").restart(play.directory, state_now(play), { clean = true, into = into })
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
      note(play.view, nil, "macOS did not start. On a real Mac: " .. require("plan.place").TO_RECOVERY .. ", and there:",
        { command = "/Volumes/*/vmq-recovery revert" })
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
  note(play.view, ("Rehearsal on a simulated Mac: %s, macOS %s"):format(state.mac.marketing, state.groups[1].version),
    "Only a scratch folder is touched. Apple's tools are played as far as known.",
    (options.yes and "The owner %s (%s) and the password \"%s\" are made up, and typed for you."
      or described and "Type the owner's short name %s (%s), and the made-up password %s."
      or "The owner is made up: short name %s (%s), password %s."):format(owner.short, owner.full, owner.password), "")
end

-- An applied Mac: apply, and a restart back into where it began. @return exit code
local function apply_unseen(play, state)
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

-- A Mac on which there is something to go back from. @return exit code
local function prepare_way_back(play, state, command)
  if state.groups[1].policy.coih then
    if command == "revert" then return exit_code.OK end
    note(play.view, nil, "A custom kernel is installed already, and the journal of the run that did it is not known here: there is nothing "
      .. "to roll back. `rehearse revert` goes back from it.")
    return exit_code.PRECONDITION
  end
  note(play.view, nil, "First, unseen: apply, and a restart back into recovery.")
  local code = apply_unseen(play, state)
  if code ~= exit_code.OK then
    note(play.view, nil, ("That apply ended with exit %d, so there is nothing to go back from. `rehearse apply`, the other words as "
      .. "they are, shows why."):format(code))
  end
  return code
end

-- The faults come only once the Mac is applied.
local function way_back(command)
  return function(play, state, faults)
    local prepared = prepare_way_back(play, state, command)
    local now = state_now(play)
    for _, fault in ipairs(faults) do require("sim.fault").add(now, fault) end
    require("sim.state_file").save(play.directory, now)
    if prepared ~= exit_code.OK then return prepared end
    return require("command." .. command).run({}, play.options)
  end
end

kinds.revert, kinds.rollback = way_back "revert", way_back "rollback"

function kinds.life(play)
  return require("command.rehearse_life").run {
    raised = play.raised,
    announce = function(line) note(play.view, nil, "", "==== " .. line) end,
    run = function(command, args) return through_restarts(play, command, args) end,
    restart = function(into) restart(play, into) end,
    stage_update = function() require("sim.scratch").stage_update(play.directory, state_now(play)) end,
  }
end

-- Commands that only look at the Mac as it begins.
local LOOKING = { doctor = true, status = true, plan = true, log = true }
for name in pairs(LOOKING) do
  kinds[name] = function(play)
    play.options.detailed_exitcode = play.detailed
    return require("command." .. name).run(play.args, play.options)
  end
end

-- With --keep and nothing to rehearse: the Mac is laid out, and the rest is for the person.
function kinds.nothing() return exit_code.OK end

local function next_words(view, what, code, kept)
  if kept and not invocation.is_kept(kept) then return note(view, nil, "", kept .. " is no longer there, or no longer whole.") end
  if kept then
    started.note { root = kept }
    return note(view, "The simulated Mac is kept", "Every command works on it, and stopping and going on can be practised:",
      { command = started.line(what == "nothing" and "doctor" or "status") },
      "To restart it into macOS (or recovery; with --unclean as after a power cut):",
      { command = started.restart "macos" },
      "To throw it away, remove the folder.")
  end
  if code == exit_code.STOPPED or code == exit_code.PERSON then
    note(view, nil, "", "This simulated Mac is thrown away now; on a real Mac one of the lines above would be next.")
  end
  if code ~= exit_code.OK then return end
  if inside.is_file(what) then
    local file = require("base.text").quote(what)
    note(view, nil, "", ("On your Mac: `vmq-recovery plan %s` shows what it would do, `vmq-recovery run %s` does it."):format(file, file))
  elseif what == "apply" then
    note(view, nil, "", "To rehearse the way back: `vmq-recovery rehearse revert`")
    note(view, nil, "The whole life, from the kit to the revert before an update: `vmq-recovery rehearse life`")
    note(view, nil, "On your Mac: `vmq-recovery kdk fetch` (or a kit from Apple), `build`, `stage`; then `doctor` in recovery.")
  end
end

-- The faults that were asked for and broke nothing: what was seen is no answer to them. @return array, or nil
local function tell_unfired(play)
  local state = gone.catch(state_now, play)
  local unfired = type(state) == "table" and require("sim.fault").unfired(state) or {}
  for _, fault in ipairs(unfired) do note(play.view, nil, ("--fault %s never came to pass."):format(fault)) end
  return #unfired > 0 and unfired or nil
end

-- @param described what rehearse_like.describe made of a record, or nil
local function is_raised(described) return described and require("command.rehearse_like").is_raised(described) end

local function play_on(directory, state, options, what, faults, more)
  local outer = require("screen.open").open(options, "rehearse", require("lib_embed").version())
  outer.start(nil)
  local play = { directory = directory, options = options_for(directory, options), view = shared_view(outer), args = more.args,
    detailed = options.detailed_exitcode, raised = is_raised(more.described) }
  begin(state, play.options, play.view)
  introduce(play, state, options, more.described)
  local kind = kinds[what] or function() return through_restarts(play, "run", { what }) end
  local code = gone.catch(kind, play, state, faults)
  if type(code) == "string" then
    note(play.view, nil, "", "The simulated Mac cannot be read any more: " .. code)
    code = exit_code.PRECONDITION
  end
  next_words(play.view, what, code, more.kept)
  if code == exit_code.PHASE and not options.detailed_exitcode then code = exit_code.OK end
  outer.emit { type = "end", result = play.view.result or "done", exit = code, unfired = what ~= "nothing" and tell_unfired(play) or nil }
  return code
end

local function circumstances_of(what, options, described)
  local names = what == "life" and require("command.rehearse_life").circumstances(is_raised(described)) or {}
  local given = options["with"] or {}
  return table.move(given, 1, #given, #names + 1, names)
end

local function fresh_mac(what, options, faults)
  if not options.like then
    return require("sim.mac").new(options.mac or require("sim.catalogue").default, circumstances_of(what, options), faults)
  end
  local like = require "command.rehearse_like"
  local described, message = like.describe(options)
  if not described then return nil, message end
  local start = not LOOKING[what] and "recovery" or nil
  local state, why = like.make(described, { variant = options.variant, start = start,
    circumstances = circumstances_of(what, options, described), faults = faults })
  return state, why or described
end

-- @return the simulated Mac's state and the description of the recorded one, if there is one; or nil and a sentence
local function make_mac(what, options, faults)
  if options.like and options.mac then return nil, "--like and --mac name one Mac each: give one of them" end
  local state, described = fresh_mac(what, options, (what == "revert" or what == "rollback") and {} or faults)
  if not state then return nil, described end
  for _, fault in ipairs(faults) do
    local fine, why = require("sim.fault").parse(fault)
    if not fine then return nil, why end
  end
  return state, described
end

-- Where the Mac is laid out. @return folder, whether it is kept; or nil and why not
local function make_folder(options)
  local folder = require "command.rehearse_folder"
  if not options.keep then return folder.scratch() end
  return folder.keep(options.keep)
end

local RESTART_INTO = { recovery = "paired-recovery", macos = "macos" }

-- `--keep DIR restart [recovery|macos]`: a Mac that was kept.
local function restart_kept(args, options)
  if not options.keep then return complain.usage "rehearse restart needs --keep DIR: the folder of a Mac that was kept" end
  local into = RESTART_INTO[args[2] or "macos"]
  if not into then return complain.usage("a Mac restarts into recovery or macos, not " .. args[2]) end
  local state, directory = require("command.rehearse_folder").kept(options.keep)
  if not state then return complain.usage(directory) end
  local view = require("screen.open").open(options, "rehearse", require("lib_embed").version())
  view.start(nil)
  local reached, why = require("sim.restart").restart(directory, state, { clean = not options.unclean, into = into })
  if not reached then return complain.usage(why) end
  note(view, nil, ("The simulated Mac is now in %s%s."):format(reached, why and (" (%s)"):format(why) or ""),
    ("Its owner is %s (%s), the password %s."):format(state.owner.short, state.owner.full, state.owner.password))
  view.emit { type = "end", result = "done", exit = exit_code.OK }
  return exit_code.OK
end

-- @return what is wrong with what is to be rehearsed, or nil
local function no_such(what)
  local found, names = inside.find(what), {}
  if kinds[what] or inside.is_file(what) or found and not found.hidden then return nil end
  for name in pairs(kinds) do names[#names + 1] = name ~= "nothing" and name or nil end
  table.sort(names)
  return ("no plan is called %s%s"):format(what, inside.suggestion(what, names))
end

-- @return what is wrong with the options, or nil
local function misfit(args, options)
  if options.unclean and args[1] ~= "restart" then return "--unclean belongs to rehearse --keep DIR restart" end
  if options.variant and not options.like then return "--variant needs --like: what a record cannot tell is played one way or the other" end
end

local function play_in(directory, state, options, what, faults, more)
  local folder = require "command.rehearse_folder"
  local made, problem = folder.fill(directory, state)
  if not made then return complain.usage("the folder of the simulated Mac could not be filled: " .. tostring(problem)) end
  return play_on(directory, state, options, what, faults, more)
end

function rehearse.run(args, options)
  if options.list then return list(options) end
  local wrong = misfit(args, options)
  if wrong then return complain.usage(wrong) end
  if args[1] == "restart" then return restart_kept(args, options) end
  local what, faults = args[1] or options.keep and "nothing" or "apply", options.fault or {}
  if args[2] and what ~= "plan" and what ~= "log" then return complain.usage("rehearse does not take " .. args[2] .. " behind " .. what) end
  local unknown = no_such(what)
  if unknown then return complain.usage(unknown) end
  local state, described = make_mac(what, options, faults)
  if not state then return complain.usage(described) end
  local directory, why = make_folder(options)
  if not directory then return complain.usage(why) end
  local more = { described = described, kept = options.keep and directory, args = { table.unpack(args, 2) } }
  local code = play_in(directory, state, options, what, faults, more)
  if not options.keep then require("lib_file").remove_tree(directory) end
  return code
end

return rehearse
