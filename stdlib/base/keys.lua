-- The keys of a table, for work that must come out the same every time.
-- Must not be given keys of mixed types: they have no order.

local keys = {}

--- @param map table whose keys are all strings, or all numbers
-- @return array of its keys, sorted
function keys.sorted(map)
  local list = {}
  for key in pairs(map) do list[#list + 1] = key end
  table.sort(list)
  return list
end

return keys
