-- Compares plain values by what they hold.
-- Must not be given values with cycles: it is for what a journal can hold.

local equal = {}

--- True when two values are alike: same kind, same content, tables key by key.
function equal.same(one, other)
  if type(one) ~= "table" or type(other) ~= "table" then return one == other end
  for key, inner in pairs(one) do
    if not equal.same(inner, other[key]) then return false end
  end
  for key in pairs(other) do
    if one[key] == nil then return false end
  end
  return true
end

return equal
