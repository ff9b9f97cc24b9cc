-- What a command is: an argv, and what the door needs to know to start it. Plans describe them with `command`.
-- Must not start one.
--
-- Fields besides argv, all optional: tool (whose error table explains a failure), prompts (what it will ask, in words),
-- interactive (it asks at a terminal), yes_no (what to type at its yes/no question), os_name (the system it must be about),
-- slow (it takes minutes and shows nothing), usually (how long it takes, in words), stoppable (Ctrl-C ends it), seconds (how long it
-- may take), sha256 (of the file it is about: it stands in the intent).

local file = require "tool.file"

local command = {}

-- What one command may have: the C parts take no more words (lib_check_words), nor other seconds (lib_check_seconds).
local MOST_WORDS = 4095
local MOST_SECONDS = 1e7

local FIELDS = {
  tool = "string", yes_no = "string", os_name = "string", seconds = "number", prompts = "table",
  sha256 = "string", usually = "string", interactive = "boolean", slow = "boolean", stoppable = "boolean",
}

--- Makes a command: the plans' word `command`.
-- @param argv array: absolute path and words
-- @param fields table or nil: see above
function command.new(argv, fields)
  local made = { argv = argv }
  for key, value in pairs(fields or {}) do made[key] = value end
  return made
end

-- Is this a list of strings, with nothing else in it?
local function is_words(list)
  if type(list) ~= "table" then return false end
  local count = 0
  for _, word in pairs(list) do
    if type(word) ~= "string" then return false end
    count = count + 1
  end
  return count == #list
end

--- Is this an argv at all: an absolute path (or an act on files) and words?
function command.is_argv(argv)
  if not is_words(argv) or not argv[1] or #argv > MOST_WORDS then return false end
  if argv[1]:sub(1, 1) ~= "/" and not file.ACTS[argv[1]] then return false end
  for _, word in ipairs(argv) do
    if word:find("\0", 1, true) then return false end
  end
  return true
end

--- What is wrong with something that should be a command; nil when nothing is.
function command.fault(made)
  if type(made) ~= "table" or not command.is_argv(made.argv) then return "has no argv of an absolute path and words" end
  for field, wanted in pairs(FIELDS) do
    local value = made[field]
    if value ~= nil and type(value) ~= wanted then
      return ("has a %s that is a %s, not a %s"):format(field, type(value), wanted)
    end
  end
  local seconds = made.seconds
  if seconds and not (seconds >= 0 and seconds <= MOST_SECONDS) then return "has no sensible number of seconds" end
  if made.prompts and not is_words(made.prompts) then return "has prompts that are not a list of texts" end
end

--- The same for a list of commands. @return nil, or a sentence that names the first that is wrong
function command.list_fault(list)
  for index = 1, math.max(1, #list) do
    local fault = command.fault(list[index])
    if fault then return ("command %d %s"):format(index, fault) end
  end
end

return command
