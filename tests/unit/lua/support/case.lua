-- What run.lifecycle hands to an operation's own functions, and the plain text of what they answer.
-- Must not be written into by what is tested.

local outcome = require "screen.outcome"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local case = {}

--- A case of an operation.
-- @param fields { operation, target, findings, context, options }; all but the operation may be left out
function case.new(fields)
  local made = { target = targets.recovery(), findings = {}, context = {}, options = {}, plan_name = fields.operation.name }
  for name, value in pairs(fields) do made[name] = value end
  return read_only(made)
end

--- Lines as one text, commands indented.
function case.text(lines) return outcome.plain(lines) end

--- Notes as one text: each title, then its lines indented.
function case.notes(notes)
  local parts = {}
  for _, note in ipairs(notes) do
    parts[#parts + 1] = note.title
    for _, line in ipairs(note.lines) do parts[#parts + 1] = "  " .. (type(line) == "table" and line.command or line) end
  end
  return table.concat(parts, "\n")
end

--- The titles of notes.
function case.titles(notes)
  local titles = {}
  for index, note in ipairs(notes) do titles[index] = note.title end
  return titles
end

--- Is every one of these the name of a check?
function case.knows_checks(names)
  for _, name in ipairs(names) do
    if not require("preflight.run").knows(name) then return false end
  end
  return #names > 0
end

return case
