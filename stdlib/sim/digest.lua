-- Made-up hashes and UUIDs that look real and are the same in every run.
-- It must not be used where a true hash is meant: nothing here is cryptography.

local digest = {}

local function mix(word)
  word = (word ~ (word >> 30)) * 0xBF58476D1CE4E5B9
  word = (word ~ (word >> 27)) * 0x94D049BB133111EB
  return word ~ (word >> 31)
end

local function seed(text)
  local hash = 0xCBF29CE484222325
  for i = 1, #text do hash = (hash ~ text:byte(i)) * 0x100000001B3 end
  return hash
end

--- `digits` upper-case hexadecimal digits (default 96, the length of a SHA-384 in `bputil -d`), drawn from `text`.
function digest.hex(text, digits)
  local word, parts = seed(text), {}
  for i = 1, ((digits or 96) + 15) // 16 do
    word = word + 0x9E3779B97F4A7C15
    parts[i] = ("%016X"):format(mix(word))
  end
  return table.concat(parts):sub(1, digits or 96)
end

--- An upper-case UUID of version 4, drawn from `text`.
function digest.uuid(text)
  local hex = digest.hex(text, 32)
  return ("%s-%s-4%s-A%s-%s"):format(hex:sub(1, 8), hex:sub(9, 12), hex:sub(14, 16), hex:sub(18, 20), hex:sub(21, 32))
end

return digest
