-- Connects the engine to the real thing: journal, door, terminal, signals, transcript.
-- Must not decide anything about a plan.

local errors = require "screen.errors"
local json = require "base.json"
local probe = require "tool.probe"
local prompts = require "run.answers"

local run_ports = {}

-- Bytes of one command's output kept in the transcript: more is noise and could fill the disk.
local TRANSCRIPT_LIMIT = 256 * 1024

-- Unattended, a tool that shows nothing for this long is taken to hang (seconds). kmutil is silent for minutes on a real
-- Mac (reference §3.1).
local SILENCE = { csrutil = 120, bputil = 300, kmutil = 1800, diskutil = 300 }
local SILENCE_OTHERS = 600

local function stamp(fields)
  fields.time = require("lib_system").utc(require("lib_system").now())
  return fields
end

-- Appends what a tool prints to the transcript, up to the limit; a transcript that cannot be written is let go.
local function transcriber(path, command)
  local files, left = require "lib_file", TRANSCRIPT_LIMIT
  local function add(chunk) if path then files.append(path, chunk, tonumber("600", 8)) end end
  add("\n$ " .. require("base.text").command(command.argv) .. "\n")
  return function(chunk)
    if left <= 0 then return end
    add(chunk:sub(1, left))
    left = left - #chunk
    if left <= 0 then add("\n[the rest of this output is left out]\n") end
  end
end

-- Bytes of a tool's output that a later question may refer back to (a menu, the name of a system).
local HEARD = 8192

local function tail_keeper()
  local tail = ""
  return function(chunk) tail = (tail .. chunk):sub(-HEARD) end, function() return tail end
end

local function volume_names(session)
  local names = {}
  for index, group in ipairs(session.groups or {}) do names[index] = group.name end
  return names
end

local function credentials_of(session)
  local person = require("run.session").has_person() and not session.stand_in.unattended
  return { yes = session.options.yes, user = session.options.user or session.stand_in.user,
    secret = session.secret, person = person, patience = session.stand_in.patience or 10,
    names = volume_names(session) }
end

-- The choice to type the password only once: told before the first tool that asks for one, off unless Tab is pressed.
-- @return the secret that takes it, or nil where there is nothing to offer
local function keeper(session, credentials)
  if not credentials.person or session.secret or session.options.json then return nil end
  if not session.told_about_keeping then
    session.told_about_keeping = true
    session.view.say("To type the password once for all of Apple's prompts in this run: press Tab at the password prompt, then "
      .. "type it. It is kept in locked memory, typed only at their prompts, and wiped at the end.")
  end
  session.keeper = session.keeper or require("lib_secret").new()
  return session.keeper
end

-- A password that was taken from the person and refused is not tried again.
local function settle_kept(session, outcome, kind)
  if outcome.kept then session.secret, session.keeper, session.secret_was_typed = session.keeper, nil, true end
  if kind == "credentials" and session.secret_was_typed then
    session.secret:wipe()
    session.secret, session.secret_was_typed = nil, nil
  end
end

local function act_options(session, command, step, path)
  local credentials = credentials_of(session)
  local asked = { password = 0 }
  local keep, heard = tail_keeper()
  local write = transcriber(path, command)
  local alone = not credentials.person
  local function output(chunk)
    keep(chunk)
    write(chunk)
    if session.options.json then session.view.emit { type = "output", step = step.name, text = chunk } end
  end
  local function told(kind)
    asked[kind] = (asked[kind] or 0) + 1
    session.view.emit { type = "prompt", step = step.name, kind = kind }
  end
  local wait = command.stoppable and "waiting for %s; Ctrl-C stops it" or "waiting for %s; Ctrl-C lets it finish, then stops"
  return {
    waiting = not session.options.json and (command.interactive or command.slow) and wait:format(command.tool or "it") or nil,
    keep = command.interactive and keeper(session, credentials) or nil,
    terminal = command.interactive or false, person = command.interactive and credentials.person or false,
    screen = session.options.json and 2 or (not session.options.quiet or command.interactive) and 1 or nil,
    stoppable = command.stoppable or false,
    seconds = not command.interactive and (session.stand_in.silence or command.seconds or SILENCE_OTHERS) or nil,
    silence = command.interactive and alone and (session.stand_in.silence or SILENCE[command.tool] or SILENCE_OTHERS)
      or nil,
    answer = command.interactive and prompts.answerer(command, credentials, heard, told) or nil,
    output = output,
  }, asked, heard
end

--- Makes the engine's ports.
-- @param session from session.open
-- @param journal userdata, or nil in a dry run
-- @param transcript path or nil
function run_ports.new(session, journal, transcript)
  local signals = require "lib_signals"
  local ports = { attempts = 3, dry_run = session.dry_run, emit = session.view.emit, forget = probe.forget }
  function ports.record(fields)
    if not journal then return true end
    local sequence, message, code = journal:append(json.encode(stamp(fields)))
    return sequence and true, message, code
  end
  function ports.intent(argv, fields)
    if not journal then return true end
    local sequence, message, code = journal:intent(argv, json.encode(stamp(fields)))
    fields.argv = argv
    return sequence and true, message, code
  end
  function ports.act(command, step)
    local options, asked, heard = act_options(session, command, step, transcript)
    local outcome, message, code = require("lib_process").act(journal, command.argv, options)
    session.view.after_tool(heard())
    if outcome then
      outcome.tries = asked.password
      outcome.refused_credentials = outcome.gave_up and asked.password > 1
    end
    return outcome, message, code
  end
  function ports.explain(command, outcome)
    local meaning = errors.explain(command.tool, outcome)
    settle_kept(session, outcome, meaning.kind)
    return meaning
  end
  function ports.stop() return signals.stage() end
  ports.traceback = require("lib_state").traceback
  return ports
end

return run_ports
