-- Makes a table that throws when it is written to, however deep: nobody writes into what another made.
-- Must not be used on userdata or on tables with a metatable of their own: those are handed out as they are.

local function read_only(value)
  if type(value) ~= "table" or getmetatable(value) then return value end
  return setmetatable({}, {
    __index = function(_, key) return read_only(value[key]) end,
    __newindex = function(_, key) error("somebody else's table is written to: " .. tostring(key), 2) end,
    __len = function() return #value end,
    __pairs = function()
      return function(_, key)
        local next_key, inner = next(value, key)
        return next_key, read_only(inner)
      end, value, nil
    end,
  })
end

return read_only
