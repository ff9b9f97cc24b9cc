-- A simulated Mac whose files lie in a folder: for commands that only prepare, which look at real files. Does what support.world does.
-- Must not know the program: what is started on it and what it should become is for others.

local attempt = require "sim.attempt"
local boot_restart = require "sim.restart"
local changes = require "sim.changes"
local lib_file = require "lib_file"
local mac = require "sim.mac"
local mac_files = require "sim.files"
local mount = require "sim.mount"
local place = require "sim.place"
local world_module = require "support.world"

local disk = {}

local FOLDER, FILE, LARGEST = 448, 420, 64 << 20 -- 0700, 0644
local STORAGE = place.DISKS:gsub("/$", "")

-- ---- the files of all volumes ----------------------------------------------------------------------------------------

local function visit(root, path, found)
  for _, name in ipairs(assert(lib_file.list(root .. path))) do
    local one = path .. "/" .. name
    local stat = assert(lib_file.stat(root .. one, true))
    if stat.type == "directory" then
      found[one] = { folder = true, mode = stat.mode & 511 }
      visit(root, one, found)
    else
      assert(stat.type == "file", one)
      found[one] = { bytes = assert(lib_file.read(root .. one, LARGEST)), mode = stat.mode & 511 }
    end
  end
  return found
end

-- @return by path from the root: { folder = true } or { bytes }, and mode
local function tree_of(root) return visit(root, STORAGE, {}) end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function put(root, path, node)
  if node.folder then assert(lib_file.make_directory(root .. path, node.mode))
  else assert(lib_file.write_atomic(root .. path, node.bytes, node.mode)) end
end

local function is_same(one, other)
  return other ~= nil and one.folder == other.folder and one.bytes == other.bytes and one.mode == other.mode
end

local function remove_all(root, path)
  local stat = lib_file.stat(root .. path, true)
  if stat and stat.type == "directory" then
    for _, name in ipairs(lib_file.list(root .. path)) do remove_all(root, path .. "/" .. name) end
  end
  if stat then assert(os.remove(root .. path)) end
end

-- Makes the files so again: what is as it should be is left alone.
local function put_tree(root, tree)
  local now = tree_of(root)
  for path, node in pairs(now) do
    local kept = tree[path] and tree[path].folder == node.folder
    if not kept then remove_all(root, path) end
  end
  for _, path in ipairs(sorted(tree)) do
    if not is_same(tree[path], now[path]) then put(root, path, tree[path]) end
  end
end

local function write_all(root, files)
  for path, bytes in pairs(files) do
    assert(lib_file.make_directory(root .. path:match("^(.*)/"), FOLDER))
    assert(lib_file.write_atomic(root .. path, bytes, FILE))
  end
end

-- ---- what the tools write ----------------------------------------------------------------------------------------------

-- What a tool has written lasts only when somebody makes it durable; our own acts do that themselves.
local function port_of(self)
  local port = mac_files.below(self.root)
  for _, name in ipairs { "write", "append" } do
    local whole = port[name]
    port[name] = function(path, text)
      self.unsynced[path] = true
      return whole(path, text)
    end
  end
  return port
end

-- Power was lost before the bytes were durable: half of each such file is there.
local function lose_unsynced(self)
  for path in pairs(self.unsynced) do
    local bytes = path:find("/vmq-recovery/", 1, true) and lib_file.read(self.root .. path, LARGEST)
    if bytes then assert(lib_file.write_atomic(self.root .. path, bytes:sub(1, #bytes // 2), FILE)) end
  end
  self.unsynced = {}
end

-- Volumes are seen by links, which follow what is mounted: by whose state those are that are there now.
local shown

local function show(root, state)
  assert(attempt.guarded(function()
    if shown then mount.none(root, shown) end
    mount.all(root, state)
  end))
  shown = state
end

-- ---- the same functions as support.world ---------------------------------------------------------------------------------

local function with_files(self)
  self.unsynced = self.unsynced or {}
  function self.remount() show(self.root, self.state) end
  -- Our own act has moved a file: whether its bytes are durable goes with it.
  function self.moved(from, to) self.unsynced[to], self.unsynced[from] = self.unsynced[from], nil end
  self.port = port_of(self)
  return self
end

--- A new Mac in a folder that holds at most its tools.
-- @param scenario { mac, circumstances, faults, strangers = files of others: path from the root of Data → bytes }
-- @param at { root, journal = a folder }
function disk.new(scenario, at)
  local state = assert(mac.new(scenario.mac, scenario.circumstances or {}, {}))
  disk.clear(at.root)
  write_all(at.root, require("sim.contents").files(state))
  write_all(at.root, require("sim.kit_files").installed(state))
  local data = place.storage(place.volume(state, state.default, "Data"))
  for path, bytes in pairs(scenario.strangers or {}) do write_all(at.root, { [data .. path] = bytes }) end
  show(at.root, state)
  return with_files { state = state, root = at.root, directory = at.journal, data = data }
end

--- Takes the Mac away again; the tools stay.
function disk.clear(root)
  for _, name in ipairs(assert(lib_file.list(root))) do
    if name ~= "usr" and name ~= "bin" and name ~= "sbin" then remove_all(root, "/" .. name) end
  end
  shown = nil
end

local function journals_in(tree)
  local journals = {}
  for path, node in pairs(tree) do
    if path:find("%.journal$") then journals[path] = node.bytes end
  end
  return journals
end

--- The Mac as it is now, to be compared.
function disk.copy_mac(self) return disk.freeze(self) end

--- All of it as it is now.
function disk.freeze(self)
  local tree = tree_of(self.root)
  return { state = changes.copy(self.state), tree = tree, journals = journals_in(tree), root = self.root, data = self.data,
    directory = self.directory, unsynced = changes.copy(self.unsynced) }
end

--- A Mac as it was frozen.
function disk.thaw(frozen)
  put_tree(frozen.root, frozen.tree)
  local state = changes.copy(frozen.state)
  show(frozen.root, state)
  return with_files { state = state, root = frozen.root, data = frozen.data, directory = frozen.directory,
    unsynced = changes.copy(frozen.unsynced) }
end

--- One text for everything that a program started now could find.
function disk.describe(frozen)
  local parts = { world_module.describe { state = frozen.state, contents = {}, journals = {} } }
  for _, path in ipairs(sorted(frozen.tree)) do
    local node = frozen.tree[path]
    parts[#parts + 1] = ("%s %o %s"):format(path, node.mode, node.folder and "" or lib_file.sha256_text(node.bytes))
  end
  return table.concat(parts, "\n")
end

--- Restarts the Mac.
-- @param options { clean, into }
function disk.restart(self, options)
  if not options.clean then lose_unsynced(self) end
  local reached = assert(boot_restart.restart(self.root, self.state, options))
  shown = self.state
  return reached
end

--- A file of the Data volume as it was frozen: its bytes, or nil. @param path from the root of Data
function disk.file(frozen, path)
  local node = frozen.tree[frozen.data .. path]
  return node and node.bytes
end

return disk
