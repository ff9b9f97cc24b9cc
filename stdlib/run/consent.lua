-- Asks for the one yes before anything changes, and makes sure that it was given to what is still so.
-- Must not take the end of input, or Enter alone, for a yes.

local ending = require "run.ending"
local engine = require "engine.run"
local equal = require "base.equal"
local exit_code = require "base.exit_code"
local question = require "screen.question"
local text = require "base.text"
local try = require "base.try"

local consent = {}

local function name_of(group) return group.name or group.group end

-- What is taken for the volume's name. One that a keyboard in recovery may not have the keys for has a second: the first eight digits
-- of the group's UUID.
local function words_for(group)
  local name = text.printable(name_of(group))
  if name == name_of(group) and not name:find("[^ -~]") then return { name } end
  return { name, group.group:sub(1, 8) }
end

-- details: function or nil
local function ask_name(view, target, details)
  local words = words_for(target.group)
  local function tell()
    view.emit { type = "note", lines = { ("Type %s to start, %sn to cancel."):format(table.concat(words, " or "),
      details and "d for details, " or "") } }
  end
  tell()
  return question.word("volume's name> ", words, details and { d = function()
    details()
    tell()
  end })
end

local function ask(view, target, sentence, details)
  if sentence == "name" then return ask_name(view, target, details) end
  local agreed, why = question.yes_no(sentence)
  return agreed or nil, why or "declined"
end

-- The ending's `why` is "declined" where the answer was no, else why there was none.
local function decline(why)
  local final = ending.new("declined", exit_code.DECLINED, ("Nothing was changed (%s)."):format(why == "eof" and "end of input" or why))
  final.why = why
  try.throw(final)
end

--- Asks for the volume's name before a command of several operations; nobody is asked with --yes.
function consent.name(invocation, target)
  if invocation.options.yes then return end
  local agreed, why = ask_name(invocation.view, target)
  if not agreed then decline(why) end
end

-- What a check may have found that a person has to type a word for.
local DOUBTS = { { "untrusted_program", "trust" }, { "foreign_collection", "take" }, { "untrusted_collection", "trust" },
  { "foreign_object", "replace" } }

--- What would be lost, or could come from somebody else, each with the word that has to be typed for it.
-- @param findings of the checks
-- @return array of { sentence, word }
function consent.doubts_of(findings)
  local doubts = {}
  for _, doubt in ipairs(DOUBTS) do
    local sentence = findings[doubt[1]]
    if sentence then doubts[#doubts + 1] = { sentence, doubt[2] } end
  end
  return doubts
end

--- Asks for a typed word about each thing that would be lost, or that comes from elsewhere. --yes does not answer here.
-- @param invocation
-- @param list array of { sentence, word }
function consent.doubts(invocation, list)
  for _, doubt in ipairs(list) do
    local sentence, word = doubt[1], doubt[2]
    invocation.view.emit { type = "note", lines = { "", text.capitalized(sentence) .. ".",
      ("If that is what you want, type: %s. Type n to cancel."):format(word) } }
    local agreed, why = question.word(word .. "> ", { word })
    if not agreed then decline(why) end
  end
end

-- The person may have taken minutes to answer: is everything still as it was shown?
local function state_changed(plan, run, context, shown)
  require("tool.probe").forget()
  for number, row in engine.verdicts(plan, run, context) do
    if row.verdict ~= shown[number].verdict or not equal.same(row.seen, shown[number].seen) then return true end
  end
  return false
end

--- Asks, and ends the command where the answer is no or the Mac has changed meanwhile.
-- @param invocation; nobody is asked with --yes
-- @param target
-- @param sentence "name" for the volume's name, else a question to be answered y or n
-- @param details function(): tells everything that the first screen left out; called when d is typed
-- @param plan, run, context, shown: what engine.verdicts needs, and the rows that were shown
function consent.ask(invocation, target, sentence, details, plan, run, context, shown)
  if not invocation.options.yes then
    local agreed, why = ask(invocation.view, target, sentence, details)
    if not agreed then decline(why) end
  end
  if state_changed(plan, run, context, shown) then
    ending.refuse "The Mac is no longer as it was shown to you: something else changed it. Nothing was changed. Run this again."
  end
end

return consent
