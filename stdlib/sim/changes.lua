-- What a tool changes in a simulated Mac's state, as plain data: for work that is finished later than it was begun, and
-- for a state that somebody else has changed meanwhile.
-- It must not know any tool.

local same = require("base.equal").same

local changes = {}

--- A copy that shares nothing with `value`.
function changes.copy(value)
  if type(value) ~= "table" then return value end
  local new = {}
  for key, item in pairs(value) do new[key] = changes.copy(item) end
  return new
end

--- Makes `state` what `other` is; tables that others hold of it are no part of it any more.
function changes.replace(state, other)
  for key in pairs(state) do state[key] = nil end
  for key, value in pairs(other) do state[key] = value end
end

-- A policy is signed as a whole. Variables are told apart by name, not by their place in the list.
local WHOLE = { policy = true }
local NAMED = { nvram = true, nvram_saved = true }

local function by_name(list)
  local map = {}
  for _, item in ipairs(list) do map[item.name] = item end
  return map
end

local function inside(path, key)
  local new = table.move(path, 1, #path, 1, {})
  new[#new + 1] = key
  return new
end

local compare

local function compare_items(one, other, path, key, found)
  if type(one) == "table" and type(other) == "table" and not WHOLE[key] and not NAMED[path[#path - 1]] then
    return compare(one, other, path, NAMED[key], found)
  end
  if not same(one, other) then found[#found + 1] = { path = path, value = changes.copy(other) } end
end

function compare(old, new, path, named, found)
  if named then old, new = by_name(old), by_name(new) end
  local seen = {}
  for _, keys in ipairs { old, new } do
    for key in pairs(keys) do
      if not seen[key] then compare_items(old[key], new[key], inside(path, key), key, found) end
      seen[key] = true
    end
  end
end

--- What turns the state `old` into `new`: array of { path = array of keys, value = nil when it is gone }.
function changes.between(old, new)
  local found = {}
  compare(old, new, {}, false, found)
  return found
end

local function put_named(list, name, value)
  for index, item in ipairs(list) do
    if item.name == name then
      if value then list[index] = value else table.remove(list, index) end
      return
    end
  end
  list[#list + 1] = value
end

local function make_one(state, change)
  local at, last = state, #change.path
  for index = 1, last - 1 do
    local key = change.path[index]
    at[key] = at[key] or {}
    at = at[key]
  end
  local name, value = change.path[last], changes.copy(change.value)
  if NAMED[change.path[last - 1]] then put_named(at, name, value) else at[name] = value end
end

--- Makes these changes in a state, whatever else has happened to it.
function changes.make(state, list)
  for _, change in ipairs(list) do make_one(state, change) end
end

--- Notes changes that a daemon will make although its tool may be gone.
-- `due`: seconds since 1970; `left`: instead, how many tools are started before it happens.
function changes.note(state, list, due, left)
  state.late = state.late or {}
  table.insert(state.late, { changes = list, due = due, left = left })
end

local function is_due(item, now)
  if item.due then return now ~= nil and item.due <= now end
  item.left = item.left - 1
  return item.left < 0
end

--- To be called when a tool starts: makes the noted changes whose time has come. `now`: seconds since 1970, or nil.
function changes.settle(state, now)
  local waiting = {}
  for _, item in ipairs(state.late or {}) do
    if is_due(item, now) then changes.make(state, item.changes) else waiting[#waiting + 1] = item end
  end
  state.late = #waiting > 0 and waiting or nil
end

return changes
