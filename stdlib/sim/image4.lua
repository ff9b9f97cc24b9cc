-- The file that kmutil stores in Preboot: an Image4 around the bytes it was given, sealed by hashes (reference §3.1;
-- darwin-2026-11 §4). coih is the SHA-384 of the manifest, the manifest holds that of the payload's part.
-- It must not sign anything: the signature is a filler.

local image4 = {}

local SEQUENCE, SET, OCTETS, STRING, INTEGER = 0x30, 0x31, 0x04, 0x16, 0x02

-- Tag and length of a DER element.
local function head(tag, size)
  local first = type(tag) == "string" and tag or string.char(tag)
  if size < 128 then return first .. string.char(size) end
  local bytes = ""
  while size > 0 do bytes, size = string.char(size & 255) .. bytes, size >> 8 end
  return first .. string.char(0x80 | #bytes) .. bytes
end

local function element(tag, ...)
  local content = table.concat({ ... })
  return head(tag, #content) .. content
end

local function text(word) return element(STRING, word) end

-- A private tag of four letters, as Image4 has them: class and form in the first byte, then the number in base 128.
local function private(word)
  local number, bytes = string.unpack(">I4", word), ""
  repeat
    bytes = string.char(number & 0x7F | (bytes == "" and 0 or 0x80)) .. bytes
    number = number >> 7
  until number == 0
  return "\xFF" .. bytes
end

local function property(word, value) return element(private(word), element(SEQUENCE, text(word), value)) end

-- A stream of LZFSE with one block that is not compressed, which every reader of it must take.
local BLOCK, STREAM_END = "bvx-", "bvx$"

--- What stands before and after the bytes in the part that holds the payload (IM4P).
-- `size`: of the bytes; `kind`: the payload's type, "fuos" for raw objects; `compressed`: as LZFSE. Returns two
-- strings.
function image4.payload(size, kind, compressed)
  local inner, close, note = "", "", ""
  if compressed then
    inner, close = BLOCK .. string.pack("<I4", size), STREAM_END
    note = element(SEQUENCE, element(INTEGER, "\1"), element(INTEGER, string.pack(">I5", size)))
  end
  local names = text "IM4P" .. text(kind) .. text ""
  local octets = head(OCTETS, #inner + size + #close)
  local whole = #names + #octets + #inner + size + #close + #note
  return head(SEQUENCE, whole) .. names .. octets .. inner, close .. note
end

--- The manifest (IM4M) for a payload's part with this SHA-384 (hex digits).
function image4.manifest(kind, sum)
  local digest = sum:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
  local object = property(kind, element(SET, property("DGST", element(OCTETS, digest))))
  local body = property("MANB", element(SET, property("MANP", element(SET)), object))
  return element(SEQUENCE, text "IM4M", element(INTEGER, "\0"), element(SET, body), element(OCTETS, ("\0"):rep(48)))
end

--- What stands before and after the payload's part in the whole file. `size`: of that part. Returns two strings.
function image4.whole(size, manifest)
  local magic, tail = text "IMG4", element(0xA0, manifest)
  return head(SEQUENCE, #magic + size + #tail) .. magic, tail
end

return image4
