-- One simulated Mac in this process and the journal folder that goes with it: copy, kill, restart.
-- Must not know the program: what is started on it and what it should become is for others.

local boot = require "sim.boot"
local changes = require "sim.changes"
local files = require "support.files"
local mac = require "sim.mac"

local world = {}

local function write(path, bytes)
  local file = assert(io.open(path, "wb"))
  assert(file:write(bytes))
  assert(file:close())
end

function world.read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("a")
  file:close()
  return bytes
end

world.write = write

-- As if they had been there for long: saved, and what a failed save falls back to.
local function set_boot_args(state, value)
  for _, name in ipairs { "nvram", "nvram_saved", "nvram_first" } do
    table.insert(state[name], { name = "boot-args", value = value })
  end
end

--- A new Mac.
-- @param scenario { mac, circumstances, faults, boot_args = what others have set }
-- @param directory where its journal lies: an empty folder on a real file system
function world.new(scenario, directory)
  local state = assert(mac.new(scenario.mac, scenario.circumstances or {}, scenario.faults or {}))
  if scenario.boot_args then set_boot_args(state, scenario.boot_args) end
  return { state = state, contents = files.new(state), directory = directory }
end

--- The paths of the journals, by number.
function world.journals(self)
  local paths = {}
  for _, number in ipairs(assert(require("lib_journal").list(self.directory))) do
    paths[number] = ("%s/%04d.journal"):format(self.directory, number)
  end
  return paths
end

-- A tool that goes on is the same one in the copy; how long it takes is the copy's own.
local function orphan_of(self)
  local one = self.orphan
  return one and { name = one.name, left = one.left, changes = one.changes, contents = one.contents }
end

--- The Mac alone as it is now, for world.group and world.boot_args.
function world.copy_mac(self) return { state = changes.copy(self.state) } end

--- All of it as it is now: Mac, files, journals byte for byte.
function world.freeze(self)
  local frozen = { state = changes.copy(self.state), contents = {}, journals = {}, directory = self.directory,
    orphan = orphan_of(self) }
  for path, bytes in pairs(self.contents) do frozen.contents[path] = bytes end
  for number, path in pairs(world.journals(self)) do frozen.journals[number] = world.read(path) end
  return frozen
end

--- A Mac as it was frozen; its journal folder is made so again.
function world.thaw(frozen)
  local self = { state = changes.copy(frozen.state), contents = {}, directory = frozen.directory, orphan = orphan_of(frozen) }
  for path, bytes in pairs(frozen.contents) do self.contents[path] = bytes end
  for _, path in pairs(world.journals(self)) do assert(os.remove(path)) end
  for number, bytes in pairs(frozen.journals) do
    write(("%s/%04d.journal"):format(frozen.directory, number), bytes)
  end
  return self
end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function spell(value, parts)
  if type(value) ~= "table" then
    parts[#parts + 1] = type(value) == "string" and ("%q"):format(value) or tostring(value)
    return
  end
  parts[#parts + 1] = "{"
  for _, key in ipairs(sorted(value)) do
    parts[#parts + 1] = tostring(key)
    parts[#parts + 1] = "="
    spell(value[key], parts)
    parts[#parts + 1] = ","
  end
  parts[#parts + 1] = "}"
end

--- One text for everything that a program started now could find. Equal texts: equal worlds.
function world.describe(frozen)
  local parts, calls = {}, frozen.state.calls
  if #frozen.state.faults == 0 then frozen.state.calls = nil end -- how often a tool was called matters to faults alone
  spell(frozen.state, parts)
  frozen.state.calls = calls
  local sizes = {}
  for path, bytes in pairs(frozen.contents) do sizes[path] = #bytes end
  spell(sizes, parts)
  spell(frozen.journals, parts)
  if frozen.orphan then spell({ frozen.orphan.name, frozen.orphan.left }, parts) end
  return table.concat(parts)
end

--- Restarts the Mac.
-- @param options as boot.next takes them
-- @return the environment reached, and why when macOS did not start
function world.restart(self, options)
  self.orphan = nil
  return boot.next(self.state, options)
end

--- The volume group that the program is about.
function world.group(self)
  return require("sim.place").group(self.state, self.state.default)
end

--- The stored boot-args; "" when there are none, as an emptied variable counts as cleared.
function world.boot_args(self)
  for _, variable in ipairs(self.state.nvram) do
    if variable.name == "boot-args" then return variable.value end
  end
  return ""
end

return world
