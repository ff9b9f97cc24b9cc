-- The plans inside the program, by name.
-- Must not hold a list: whatever module of this room has an operation is found by its name.

local text = require "base.text"

local inside = {}

--- The operation of a plan inside the program.
-- @param name string: the plan's name
-- @return operation, or nil
function inside.find(name)
  local module = name:gsub("%-", "_")
  if not name:find("^[%w%-]+$") or not require("lib_embed").source("stdlib/command/" .. module .. ".lua") then return nil end
  local found = require("command." .. module)
  local record = found.operation and found.operation()
  -- What only prepares, or only knows from the journal what is meant, is no plan to be named.
  return record and not record.own_journal and not record.resolve and record or nil
end

--- The names of all plans inside, in order.
function inside.names()
  local names = {}
  for _, path in ipairs(require("lib_embed").names()) do
    local name = path:match("^scripts/([^/]+)%.lua$")
    local found = name and inside.find(name)
    if found and not found.hidden then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- Is this the name of a file, and not that of a plan inside?
function inside.is_file(name) return name:find("/", 1, true) ~= nil or name:sub(-4) == ".lua" end

--- The end of a sentence about a name that is no plan's: the nearest that is, or how a file is named. Never revert, which must be meant,
-- and none in its place.
-- @param others array or nil: what else may be named there
function inside.suggestion(name, others)
  local names = inside.names()
  table.move(others or {}, 1, #(others or {}), #names + 1, names)
  if text.nearest(name, names) == "revert" then names = {} end
  return text.suggestion(name, names, "a file of your own is named with its folder or with .lua at the end")
end

return inside
