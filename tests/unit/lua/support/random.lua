-- A seeded source of random values, so that a property test that fails fails again in the same way.
-- Must not use math.random, whose sequence everything in the process shares.

local random = {}

-- splitmix64
local function stepper(seed)
  local state = seed
  return function()
    state = state + 0x9E3779B97F4A7C15
    local z = state
    z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ~ (z >> 27)) * 0x94D049BB133111EB
    return z ~ (z >> 31)
  end
end

local function add_mutations(self)
  local kinds = {}
  function kinds.flip(bytes, at) return bytes:sub(1, at - 1) .. self.bytes(1) .. bytes:sub(at + 1) end
  function kinds.cut(bytes, at) return bytes:sub(1, at - 1) end
  function kinds.drop(bytes, at) return bytes:sub(1, at - 1) .. bytes:sub(at + self.int(1, 40)) end
  function kinds.insert(bytes, at) return bytes:sub(1, at - 1) .. self.bytes(self.int(1, 9)) .. bytes:sub(at) end
  function kinds.double(bytes, at) return bytes:sub(1, at + self.int(0, 40)) .. bytes:sub(at) end
  function kinds.extreme(bytes, at)
    return bytes:sub(1, at - 1) .. self.pick { "\255\255\255\255", "\0\0\0\0", "\255\255\255\127", "\0\0\0\128" }
      .. bytes:sub(at + 4)
  end
  local names = { "flip", "cut", "drop", "insert", "double", "extreme" }
  --- The bytes with one to three random changes.
  function self.mutated(bytes)
    for _ = 1, self.int(1, 3) do bytes = kinds[self.pick(names)](bytes, self.int(1, math.max(1, #bytes))) end
    return bytes
  end
end

--- Makes a generator.
-- @param seed integer
function random.new(seed)
  local next_bits = stepper(seed)
  local self = {}
  function self.int(low, high) return low + (next_bits() >> 1) % (high - low + 1) end
  function self.pick(list) return list[self.int(1, #list)] end
  function self.one_in(n) return self.int(1, n) == 1 end
  function self.bytes(count)
    local bytes = {}
    for index = 1, count do bytes[index] = string.char(self.int(0, 255)) end
    return table.concat(bytes)
  end
  --- A string of low to high pieces out of a list.
  function self.text(pieces, low, high)
    local chosen = {}
    for index = 1, self.int(low, high) do chosen[index] = self.pick(pieces) end
    return table.concat(chosen)
  end
  add_mutations(self)
  return self
end

return random
