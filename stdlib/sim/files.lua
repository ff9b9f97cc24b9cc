-- The files port of the simulated tools: the Mac's own paths, below a scratch root or in memory.
-- It must not know what the files mean.

local files = {}

local function relative(target, path)
  local ups = select(2, path:sub(2):gsub("/", ""))
  local up = ups == 0 and "." or ("../"):rep(ups):sub(1, -2)
  return up .. target:gsub("/$", "")
end

--- Makes the link `path` point at `target` (both from the root), so that the root may be moved as a whole.
function files.link(root, path, target)
  local lib = require "lib_file"
  lib.remove(root .. path)
  return lib.link(relative(target, path), root .. path)
end

local PIECE = 1 << 20

-- Piece by piece: a true kernel collection is larger than the memory this program allows itself.
local function store(lib, target, head, source, tail)
  local ok, message, code = lib.write_atomic(target, head, 420) -- 0644
  local offset, size = 0, lib.stat(source).size
  while ok and offset < size do
    ok, message, code = lib.append(target, assert(lib.read_at(source, offset, PIECE)), 420)
    offset = offset + PIECE
  end
  if not ok then return nil, message, code end
  return lib.append(target, tail, 420)
end

--- The port below a scratch root. Its functions take the Mac's own paths and answer as those of `lib_file`;
-- `store(path, head, source, tail)` writes a file of `head`, the bytes of the file `source`, and `tail`;
-- `attach` and `detach` mount and unmount a volume of the state.
function files.below(root)
  local lib, layout = require "lib_file", require "sim.layout"
  return {
    stat = function(path) return lib.stat(root .. path) end,
    read_at = function(path, offset, length) return lib.read_at(root .. path, offset, length) end,
    sha256 = function(path) return lib.sha256(root .. path) end,
    store = function(path, head, source, tail) return store(lib, root .. path, head, root .. source, tail) end,
    attach = function(volume) return files.link(root, volume.mount, layout.storage(volume)) end,
    detach = function(volume) return lib.remove(root .. volume.mount) end,
  }
end

--- The same port on a table of path → bytes, for runs without any file.
function files.memory(contents)
  local hashes = {}
  local function get(path)
    local text = contents[path]
    if text then return text end
    return nil, path .. ": No such file or directory", "ENOENT"
  end
  local function sha256(path)
    local text, message, code = get(path)
    if not text then return nil, message, code end
    hashes[text] = hashes[text] or require("sim.digest").hex(text, 64):lower()
    return hashes[text]
  end
  return {
    stat = function(path)
      local text, message, code = get(path)
      if not text then return nil, message, code end
      return { type = "file", size = #text, mode = 420, uid = 0, mtime = 0 }
    end,
    sha256 = sha256,
    read_at = function(path, offset, length)
      local text, message, code = get(path)
      if not text then return nil, message, code end
      return text:sub(offset + 1, offset + length)
    end,
    store = function(path, head, source, tail)
      contents[path] = head .. contents[source] .. tail
      return true
    end,
    attach = function() return true end, detach = function() return true end,
  }
end

return files
