-- Stands in for lib_file: files in memory at the paths where the code looks for them.
-- Must not be written to by the code under test: it only has what looks.

local fileset = require "tests.unit.lua.support.fileset"

local disk = {}

local real = package.loaded.lib_file or require "lib_file"

local function is_folder(contents, path)
  if path == "/" then return true end
  for name in pairs(contents) do
    if name:sub(1, #path + 1) == path .. "/" then return true end
  end
end

--- Puts files in place. A path that ends in "/" is an empty folder.
-- @param contents path → bytes; may be changed later on
-- @param about path → fields that stat tells otherwise (uid, mode, type …); `link` are those of the path itself, where it is a link,
--   and `dangling` says that what it names is not there
-- @return the stand-in, with `summed`: how often a file was summed
function disk.use(contents, about)
  local files = fileset.files(contents)
  local look = files.stat
  function files.stat(path, itself)
    local told = (about or {})[path] or {}
    local found = contents[path] and (itself or not told.dangling) and look(path) or nil
    if not found and is_folder(contents, path) then found = { type = "directory", size = 0, inode = 1, mtime = 1 } end
    if not found then return nil, path .. ": No such file or directory", "ENOENT" end
    found.uid, found.device, found.mode = 0, 1, found.type == "file" and 420 or 493
    for key, value in pairs(told) do found[key] = value end
    for key, value in pairs(itself and told.link or {}) do found[key] = value end
    return found
  end
  function files.list(path)
    if not is_folder(contents, path) then return nil, path .. ": No such file or directory", "ENOENT" end
    return require("sim.files").names_in(path, contents)
  end
  local read = files.read
  function files.read(path, limit, follow)
    if not follow and ((about or {})[path] or {}).link then return nil, path .. ": Too many levels of symbolic links", "ELOOP" end
    return read(path, limit)
  end
  local sum = files.sha256
  files.summed = 0
  function files.sha256(path, ...)
    if not contents[path] then return nil, path .. ": No such file or directory", "ENOENT" end
    files.summed = files.summed + 1
    return sum(path, ...)
  end
  package.loaded.lib_file = setmetatable(files, { __index = { sha256_text = real.sha256_text } })
  require("base.checksum").forget()
  return files
end

--- Puts the real one back.
function disk.restore() package.loaded.lib_file = real end

return disk
