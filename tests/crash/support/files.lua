-- The files of a simulated Mac in memory, by the volume they lie on: for the simulated kmutil and for the plan's own look
-- into Preboot. Must not touch the disk.

local layout = require "sim.layout"
local mac_files = require "sim.files"
local place = require "sim.place"

local files = {}

-- One number for one content: what a file system's inode is to who only compares.
local inodes, hashes, count = {}, {}, 0

local function inode(text)
  if not inodes[text] then
    count = count + 1
    inodes[text] = count
  end
  return inodes[text]
end

local function hash(text)
  hashes[text] = hashes[text] or require("sim.digest").hex(text, 64):lower()
  return hashes[text]
end

-- The Mac's own path as the place where the volume's files are kept, whatever is mounted where.
local function stored(state, path)
  local best, found = "", nil
  for _, volume in ipairs(state.volumes) do
    local mount = volume.mount
    local inside = mount and (mount == "/" or path == mount or path:sub(1, #mount + 1) == mount .. "/")
    if inside and #mount > #best then best, found = mount, volume end
  end
  -- The firmlinks of macOS: these folders of Data are reached from the top as well.
  local linked = best == "/" and (path:find("^/Users/") or path:find("^/private/"))
  if linked then found = place.volume(state, state.default, "Data") end
  return found and place.storage(found) .. path:sub(best == "/" and 1 or #best + 1) or path
end

local collections = {}

--- The files of a new Mac that matter here: the staged kernel collection.
-- @return table: place → bytes
function files.new(state)
  if not state.collection then return {} end
  local key = require("dkjson").encode(state.collection, { keyorder = { "darwin", "date", "soc", "xnu" } })
  collections[key] = collections[key] or require("sim.collection").make(state.collection)
  return { [place.storage(place.volume(state, state.default, "Data")) .. layout.COLLECTION] = collections[key] }
end

local function readers(get)
  return {
    stat = function(path)
      local text, message, code = get(path)
      if not text then return nil, message, code end
      return { type = "file", size = #text, mode = 420, uid = 0, mtime = 0, inode = inode(text) }
    end,
    sha256 = function(path)
      local text, message, code = get(path)
      if not text then return nil, message, code end
      return hash(text)
    end,
    read_at = function(path, offset, length)
      local text, message, code = get(path)
      if not text then return nil, message, code end
      return text:sub(offset + 1, offset + length)
    end,
    contains = function(path, other) return get(path):find(get(other), 1, true) ~= nil end,
  }
end

--- What the program itself looks at: files of the Mac's memory, by the functions of `lib_file` that it uses for them.
function files.reader(world)
  local port, lib = files.port(world), require "lib_file"
  local reader = { stat = port.stat, read_at = port.read_at, list = port.list }
  local function part(path, offset, length) return port.read_at(path, offset or 0, length or port.stat(path).size) end
  function reader.sha256_part(path, offset, length)
    local text, message, code = part(path, offset, length)
    return text and lib.sha256_text(text) or nil, message, code
  end
  function reader.sha256(path) return reader.sha256_part(path) end
  function reader.sha384(text, path, offset, length) return lib.sha384(text .. part(path, offset, length)) end
  return reader
end

--- Does an act on files, as the door would. Others than these are in no plan that is crashed.
-- @return a sentence when it fails
function files.act(world, argv)
  local name, first, second = argv[1], argv[2], argv[3]
  if name == "make-folder" then return nil end
  if name == "remove" then
    world.contents[stored(world.state, first)] = nil
    return nil
  end
  assert(name == "copy", name)
  local text = world.contents[stored(world.state, first)]
  if not text then return "cannot open " .. first .. ": No such file or directory" end
  world.contents[stored(world.state, second)] = text
end

--- The files port of `sim.files`, and what `boot_object` reads besides.
-- @param world { state, contents }
function files.port(world)
  local function get(path)
    local text = world.contents[stored(world.state, path)]
    if text then return text end
    return nil, path .. ": No such file or directory", "ENOENT"
  end
  local port = readers(get)
  function port.sha384(before, path, after) return require("lib_file").sha384(before .. get(path) .. after) end
  function port.list(path) return mac_files.names_in(stored(world.state, path), world.contents) end
  function port.store(path, head, source, tail)
    world.contents[stored(world.state, path)] = head .. get(source) .. tail
    return true
  end
  function port.attach() return true end
  function port.detach() return true end
  return port
end

return files
