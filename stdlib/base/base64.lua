-- Base64, both ways.
-- Must not be strict when it reads: characters that are none of its letters are passed over, as in a property list.

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local VALUES = {}
for index, char in utf8.codes(ALPHABET) do VALUES[char] = index - 1 end

--- @param text string
-- @return the bytes
function base64.decode(text)
  local bytes, bits, count = {}, 0, 0
  for position = 1, #text do
    local value = VALUES[text:byte(position)]
    if value then
      bits, count = (bits << 6 | value) & 0xFFFFFF, count + 6
      if count >= 8 then
        count = count - 8
        bytes[#bytes + 1] = string.char(bits >> count & 0xFF)
      end
    end
  end
  return table.concat(bytes)
end

local function four_letters(three)
  local a, b, c = three:byte(1, 3)
  local word, letters = a << 16 | (b or 0) << 8 | (c or 0), {}
  for index = 0, 3 do
    local at = (word >> (18 - 6 * index) & 63) + 1
    letters[index + 1] = index <= #three and ALPHABET:sub(at, at) or "="
  end
  return table.concat(letters)
end

--- @param bytes string
-- @return the text, without line breaks
function base64.encode(bytes)
  return (bytes:gsub("..?.?", four_letters))
end

return base64
