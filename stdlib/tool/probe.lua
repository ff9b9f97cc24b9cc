-- Asks the Mac read-only questions by starting Apple's tools, each question once between two acts.
-- Must not start anything that changes the Mac: the C table of read-only argument forms refuses it.

local probe = {}

local answers = {}
local start, withheld

--- Puts another source of answers in front of the program (tests, the crash enumerator).
-- @param source function(argv) → as lib_probe.run returns
function probe.use(source)
  start, answers = source, {}
end

--- Asks the Mac below a folder from here on, whichever the door was set up for: `rehearse` looks at one and acts on another.
-- @param root string: "" for this Mac itself
function probe.at(root)
  probe.use(function(argv, options)
    return require("lib_probe").run(argv, { seconds = options and options.seconds, root = root })
  end)
end

--- Forgets what was answered: to be called after every act and after every wait.
function probe.forget()
  answers = {}
end

--- The tool of a plan's own that was asked since this was called last, and is not started here; or nil.
function probe.withheld()
  local path = withheld
  withheld = nil
  return path
end

--- Runs one read-only command.
-- @param argv array: the tool's absolute path on the Mac, then its arguments
-- @param seconds number|nil: how long it may take (default 20)
-- @return { exit, signal, stdout, stderr, timed_out, truncated } or nil, message, code. The same table is handed out
--   until probe.forget(): do not change it.
function probe.run(argv, seconds)
  local key = table.concat(argv, "\0")
  local known = answers[key]
  if not known then
    start = start or require("lib_probe").run
    known = table.pack(start(argv, seconds and { seconds = seconds }))
    answers[key] = known
  end
  if known[3] == "withheld" then withheld = argv[1] end
  return table.unpack(known, 1, known.n)
end

--- Standard output of a read-only command that must succeed.
-- @return text, or nil, a message that names the command and quotes its own words, code, and the raw answer if any
function probe.output(argv, seconds)
  local answer, message, code = probe.run(argv, seconds)
  if not answer then return nil, message, code end
  local command = require("base.text").command(argv)
  if answer.timed_out then return nil, command .. " did not answer in time", "timeout", answer end
  if answer.truncated then return nil, command .. " printed too much", "flood", answer end
  if answer.exit ~= 0 then
    local how = answer.exit and "ended with status " .. answer.exit or "was killed by signal " .. tostring(answer.signal)
    local words = (answer.stderr ~= "" and answer.stderr or answer.stdout):match("[^\r\n]+") or "it said nothing"
    return nil, ("%s %s: %s"):format(command, how, words), "status", answer
  end
  return answer.stdout
end

return probe
