-- Reads where the parts of an Image4 file lie: the payload's part (IM4P), the bytes in it, and the manifest (IM4M). Facts: reference §3.1;
-- darwin-2026-11 §4.
-- Must not load the file whole, and must not say whether the parts belong together.

local image4 = {}

local SEQUENCE, OCTETS, STRING, MANIFEST = 0x30, 0x04, 0x16, 0xA0

-- Bytes of an element's tag and length, and of the largest manifest that is read.
local HEAD, LARGEST_MANIFEST = 16, 1 << 20

-- What a payload begins with that is compressed: LZFSE's blocks, and LZSS.
local COMPRESSED = { bvx1 = true, bvx2 = true, ["bvx-"] = true, bvxn = true, comp = true }

-- One element of DER at a place. @return { tag, from = where it begins, size = with its head, inner = where its content begins, after }
local function element(files, path, at, limit)
  local head = at < limit and files.read_at(path, at, HEAD)
  if not head or #head < 2 then return nil end
  local tag, length, used = head:byte(1), head:byte(2), 2
  if length >= 0x80 then
    local count = length - 0x80
    if count < 1 or count > 7 or #head < 2 + count then return nil end
    length, used = string.unpack(">I" .. count, head, 3), 2 + count
  end
  local after = at + used + length
  if after > limit then return nil end
  return { tag = tag, from = at, size = used + length, inner = at + used, after = after }
end

-- The next element, if it has this tag.
local function expect(files, path, at, limit, tag)
  local found = element(files, path, at, limit)
  return found and found.tag == tag and found or nil
end

local function text_of(files, path, one) return files.read_at(path, one.inner, math.min(one.after - one.inner, HEAD)) end

-- A string element that says `word`.
local function named(files, path, at, limit, word)
  local found = expect(files, path, at, limit, STRING)
  return found and (not word or text_of(files, path, found) == word) and found or nil
end

-- The bytes within IM4P: its name, its type, what it says of itself, the payload, and behind it how it is compressed.
local function bytes_of(files, path, part)
  local at = named(files, path, part.inner, part.after, "IM4P")
  for _ = 1, 2 do at = at and named(files, path, at.after, part.after) end
  local payload = at and expect(files, path, at.after, part.after, OCTETS)
  if not payload then return nil end
  local more = expect(files, path, payload.after, part.after, SEQUENCE)
  return { from = payload.inner, size = payload.after - payload.inner },
    more ~= nil or COMPRESSED[files.read_at(path, payload.inner, 4) or ""] == true
end

--- @param path string: as this process opens it
-- @param files lib_file, or what stands in for it
-- @return { payload, bytes, manifest, each { from, size }, compressed }; or nil and a sentence
function image4.read(path, files)
  local stat, message = files.stat(path)
  if not stat then return nil, message end
  local whole = expect(files, path, 0, stat.size, SEQUENCE)
  local name = whole and named(files, path, whole.inner, whole.after, "IMG4")
  local payload = name and expect(files, path, name.after, whole.after, SEQUENCE)
  local wrapped = payload and expect(files, path, payload.after, whole.after, MANIFEST)
  local manifest = wrapped and expect(files, path, wrapped.inner, wrapped.after, SEQUENCE)
  local bytes, compressed
  if manifest then bytes, compressed = bytes_of(files, path, payload) end
  if not bytes or manifest.size > LARGEST_MANIFEST then return nil, path .. " is wrapped in a way that this program does not know" end
  return { payload = payload, bytes = bytes, manifest = manifest, compressed = compressed }
end

return image4
