-- The files port of the simulated tools: the Mac's own paths, below a scratch root or in memory.
-- It must not know what the files mean.

local keys = require "base.keys"

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

local LARGEST = 16 << 20 -- of what a simulated tool reads whole

local function replace(lib, path, text)
  lib.remove(path)
  return lib.append(path, text, 420) -- 0644
end

local PIECE = 1 << 20

-- Piece by piece: a true kernel collection is larger than the memory this program allows itself.
local function store(lib, target, head, source, tail)
  local ok, message, code = replace(lib, target, head)
  local offset, size = 0, lib.stat(source).size
  while ok and offset < size do
    ok, message, code = lib.append(target, assert(lib.read_at(source, offset, PIECE)), 420)
    offset = offset + PIECE
  end
  if not ok then return nil, message, code end
  return lib.append(target, tail, 420)
end

-- Of a file with something before and behind it. With nothing behind it the file may be of any size.
local function sha384(lib, before, path, after)
  if after == "" then return lib.sha384(before, path) end
  return lib.sha384(before .. assert(lib.read(path, LARGEST)) .. after)
end

--- The port below a scratch root. Its functions take the Mac's own paths and answer as those of `lib_file`;
-- `write(path, text)` puts a file in place of another, without making folders and without making it durable;
-- `append(path, text)`, `remove(path)`, `make_directory(path)`, `list(path)`, `read(path)` as there;
-- `sha384(before, path, after)` sums up the file with these texts before and behind it;
-- `store(path, head, source, tail)` writes a file of `head`, the bytes of the file `source`, and `tail`;
-- `attach(path, storage)` shows the folder `storage` at `path`, `detach(path)` no longer.
function files.below(root)
  local lib = require "lib_file"
  return {
    stat = function(path) return lib.stat(root .. path) end,
    list = function(path) return lib.list(root .. path) end,
    read = function(path) return lib.read(root .. path, LARGEST) end,
    read_at = function(path, offset, length) return lib.read_at(root .. path, offset, length) end,
    sha256 = function(path) return lib.sha256(root .. path) end,
    sha384 = function(before, path, after) return sha384(lib, before, root .. path, after) end,
    write = function(path, text) return replace(lib, root .. path, text) end,
    append = function(path, text) return lib.append(root .. path, text, 420) end,
    remove = function(path) return lib.remove(root .. path) end,
    make_directory = function(path) return lib.make_directory(root .. path, 493) end, -- 0755
    store = function(path, head, source, tail) return store(lib, root .. path, head, root .. source, tail) end,
    attach = function(path, storage) return files.link(root, path, storage) end,
    detach = function(path) return lib.remove(root .. path) end,
  }
end

local function missing(path) return nil, path .. ": No such file or directory", "ENOENT" end

-- The folders that the paths of `contents` lie in, and those that were made empty.
local function is_folder(contents, made, path)
  if made[path] then return true end
  for name in pairs(contents) do
    if name:sub(1, #path + 1) == path .. "/" then return true end
  end
  return false
end

--- Names directly below the folder `path`, sorted: of all tables given, whose keys are paths.
function files.names_in(path, ...)
  local found = {}
  for _, paths in ipairs { ... } do
    for name in pairs(paths) do
      local first = name:sub(1, #path + 1) == path .. "/" and name:sub(#path + 2):match("^[^/]+")
      if first then found[first] = true end
    end
  end
  return keys.sorted(found)
end

local function add_sums(port, contents)
  local hashes = {}
  function port.sha256(path)
    local text = contents[path]
    if not text then return missing(path) end
    hashes[text] = hashes[text] or require("sim.digest").hex(text, 64):lower()
    return hashes[text]
  end
  function port.sha384(before, path, after)
    return require("lib_file").sha384(before .. contents[path] .. after)
  end
end

local function add_readers(port, contents, made)
  function port.read(path)
    local text = contents[path]
    if text then return text end
    return missing(path)
  end
  function port.stat(path)
    local text = contents[path]
    if text then return { type = "file", size = #text, mode = 420, uid = 0, mtime = 0 } end
    if is_folder(contents, made, path) then return { type = "directory", size = 0, mode = 493, uid = 0, mtime = 0 } end
    return missing(path)
  end
  function port.list(path)
    if not is_folder(contents, made, path) then return missing(path) end
    return files.names_in(path, contents, made)
  end
  function port.read_at(path, offset, length)
    local text = contents[path]
    if not text then return missing(path) end
    return text:sub(offset + 1, offset + length)
  end
end

local function add_writers(port, contents, made)
  function port.write(path, text)
    local folder = path:match("^(.*)/")
    if folder ~= "" and not is_folder(contents, made, folder) then return missing(path) end
    contents[path] = text
    return true
  end
  function port.append(path, text) return port.write(path, (contents[path] or "") .. text) end
  function port.remove(path)
    if not contents[path] then return missing(path) end
    made[path:match("^(.*)/")] = true -- its folder stays
    contents[path] = nil
    return true
  end
  function port.make_directory(path)
    made[path] = true
    return true
  end
  function port.store(path, head, source, tail)
    contents[path] = head .. contents[source] .. tail
    return true
  end
end

--- The same port on a table of path → bytes, for runs without any file.
function files.memory(contents)
  local port, made = {}, {}
  add_readers(port, contents, made)
  add_sums(port, contents)
  add_writers(port, contents, made)
  function port.attach() return true end
  function port.detach() return true end
  return port
end

return files
