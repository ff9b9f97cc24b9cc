-- `trial`: goes through the questions that only a real Mac can answer, and writes the answers into a record.
-- Must not change anything, and must not look where the person said no.

local ending = require "run.ending"
local exit_code = require "base.exit_code"
local items = require "command.trial_items"
local lifecycle = require "run.lifecycle"
local question = require "screen.question"
local record = require "command.record"

local trial = {}

-- @return true, or false where the person leaves it out
local function agreed(invocation, item)
  if invocation.options.yes then return true end
  local yes, why = question.yes_no(("%s Look?"):format(item[2]))
  if yes == nil then ending.stop("declined", exit_code.DECLINED, "No answer (" .. why .. "), so no record was written.") end
  return yes
end

local function introduce(view)
  view.emit { type = "note", title = "Trial on this Mac", lines = {
    ("%d questions that nobody without such a Mac can answer. Each is answered by looking: nothing is changed, no password is "
      .. "asked for, nothing is sent. The answers go into a record that you can send."):format(#items), "" } }
end

-- The answers, as facts of a record.
local function answers_of(invocation, target)
  local facts = {}
  for number, item in ipairs(items) do
    if agreed(invocation, item) then
      local answer = item[3](target)
      facts[#facts + 1] = { name = "trial", item[1], answer }
      invocation.view.emit { type = "note", rows = { { ("%d/%d %s"):format(number, #items, item[1]), answer } } }
    end
  end
  return facts
end

function trial.run(_, options)
  return lifecycle.look(options, "trial", function(invocation, target)
    invocation.view.start(nil)
    if not target.group then ending.refuse("There is no system to look at: " .. tostring(target.problems.group)) end
    local path = record.place(target, options)
    introduce(invocation.view)
    local facts = answers_of(invocation, target)
    return record.write(invocation, target, path, facts)
  end)
end

return trial
