-- Takes out of a report whose Mac it tells of: names of volumes and people, and every number that only one Mac has.
-- Must not touch the words by which records are understood.

local prompts = require "run.prompts"
local record_anonymous = require "mac.record_anonymous"
local stand_ins = require "base.stand_ins"

local report_anonymous = {}

-- Calls visit(text) for each text in plain data.
local function each_text(value, visit)
  if type(value) == "string" then visit(value) end
  if type(value) == "table" then
    for _, inner in pairs(value) do each_text(inner, visit) end
  end
end

-- The people who are named in a tool's output: typed at its question, or in it.
local function people_in_output(printed, add)
  for line in (printed .. "\n"):gmatch("([^\r\n]*)[\r\n]") do
    local question, typed = line:match("^(.*:%s*)(%S+)%s*$")
    if question and prompts.kind(question) == "user" then add(typed) end
    local named = line:match("[Pp]assword for user (.-)%s*:") or line:match("[Pp]assword for (.-)%s*:")
    if named then add(named) end
  end
end

-- Every name that is known: the Mac's own volumes and owners, and those that the run itself mentions.
local function names_of(known)
  local volumes, owners = { known.run.start.volume }, {}
  local function add_owner(short, full) owners[#owners + 1] = { short = short, full = full } end
  for _, group in ipairs(known.target.groups or {}) do volumes[#volumes + 1] = group.name end
  for _, owner in ipairs((known.target.group or {}).owners or {}) do add_owner(owner.short, owner.full) end
  local function visit(value)
    for _, folder in ipairs { "/Users/", "/home/" } do
      for name in value:gmatch(folder .. "([^/%s'\"]+)") do
        if name ~= "Shared" then add_owner(name) end
      end
    end
    volumes[#volumes + 1] = value:match("^/Volumes/([^/]+)")
  end
  each_text(known.records, visit)
  each_text({ known.journal, known.target.program or "" }, visit)
  for _, printed in pairs(known.outputs) do
    if printed then
      visit(printed)
      people_in_output(printed, add_owner)
    end
  end
  return volumes, owners
end

local function replaced(stands, value)
  if type(value) == "string" then return stands:text(value) end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, inner in pairs(value) do copy[key] = replaced(stands, inner) end
  return copy
end

-- A kernel is told by the first digits of its hash alone, which no longer look like one.
local function without_hashes(stands, value)
  for key, inner in pairs(value) do
    if type(inner) == "table" then without_hashes(stands, inner)
    elseif key == "coih" and type(inner) == "string" then value[key] = stands:without_numbers(inner) end
  end
end

--- @param known see command.report_run; its hashes are replaced in it at once
-- @return function(note) → the same note with stand-ins
function report_anonymous.replacer(known)
  local stands = stand_ins.new()
  record_anonymous.tell(stands, names_of(known))
  for _, printed in pairs(known.outputs) do
    if printed then record_anonymous.tell_chip(stands, printed) end
  end
  without_hashes(stands, known.records)
  if known.now then without_hashes(stands, known.now) end
  return function(note)
    local copy = replaced(stands, note)
    copy.type = note.type
    return copy
  end
end

return report_anonymous
