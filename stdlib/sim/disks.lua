-- The volumes and the systems of a new simulated Mac (reference §6.3).
-- It must not mount anything; where a volume is mounted is for `sim.boot`.

local digest = require "sim.digest"
local policy = require "sim.policy"

local disks = {}

local MAIN = "disk3"

local function volume(container, slice, role, name, uuid, group)
  return {
    group = group, role = role, container = container, device = container .. slice, name = name, uuid = uuid,
    encrypted = role == "Data", locked = false, writable = role ~= "System", owners = true,
  }
end

local function add(state, ...) table.insert(state.volumes, volume(...)) end

-- What each container of a system has besides its systems.
local function add_common(state, container)
  for role, slice in pairs { Preboot = "s2", Recovery = "s3", VM = "s6" } do
    add(state, container, slice, role, role, digest.uuid(role .. container))
  end
end

-- Two systems in one container share its Preboot; the first has the lowest slices.
local function slices(number, alone)
  if number == 1 or alone then return "s1", "s5" end
  return "s" .. 5 + 2 * (number - 1), "s" .. 6 + 2 * (number - 1)
end

-- The group's UUID is the Data volume's (§6.3), which is what makes `diskutil info GROUP` a trap.
local function add_system(state, system, number)
  local uuid, container = system.uuid or digest.uuid(state.mac.name .. "/group" .. number),
    system.container or state.container.device
  local first, second = slices(number, system.container)
  state.groups[number] = {
    uuid = uuid, name = system.name, version = system.version, build = system.build, darwin = system.darwin,
    date = system.date, xnu = system.xnu, objects = {}, linux = system.linux,
    policy = policy.new({ group = uuid, love = system.love }, number),
  }
  add(state, container, first, "System", system.name, digest.uuid(uuid .. "/system"), uuid)
  add(state, container, second, "Data", system.data, uuid, uuid)
end

local function container_of(device, size)
  return { device = device, uuid = digest.uuid(device), free = size * 2 // 5, size = size }
end

--- Puts the systems of a Mac into `state`: array of { name, data, version, build, darwin, date, xnu, love, and for one
-- that lies in a container of its own { container = "disk4" }, for one whose UUID is known { uuid }, for a Linux stub
-- also { linux = "disabled" | "version" } }. `main`: the container of the others, if it is not disk3.
function disks.add(state, systems, main)
  local seen = {}
  state.groups, state.volumes, state.other_containers = {}, {}, {}
  state.container = container_of(main or MAIN, 994662584320)
  add_common(state, state.container.device)
  for number, system in ipairs(systems) do
    add_system(state, system, number)
    if system.container and not seen[system.container] then
      seen[system.container] = true
      table.insert(state.other_containers, container_of(system.container, 2500000000))
      add_common(state, system.container)
    end
  end
  disks.sort(state)
end

--- Puts the volumes in the order in which diskutil tells them.
function disks.sort(state)
  table.sort(state.volumes, function(a, b) return a.device < b.device end)
end

--- Adds the other containers that every Apple silicon Mac has on its SSD: a second volume with the role Preboot, and
-- two more that are called Recovery (darwin-2026-11 §6).
function disks.add_stock_containers(state)
  table.insert(state.other_containers, container_of("disk1", 524288000))
  table.insert(state.other_containers, container_of("disk2", 5368664064))
  add(state, "disk1", "s1", "Preboot", "iSCPreboot", digest.uuid "iSCPreboot")
  add(state, "disk1", "s2", "xART", "xART", digest.uuid "xART")
  add(state, "disk1", "s3", "Hardware", "Hardware", digest.uuid "Hardware")
  add(state, "disk1", "s4", "Recovery", "Recovery", digest.uuid "Recovery of disk1")
  add(state, "disk2", "s1", "Recovery", "Recovery", digest.uuid "Recovery of disk2")
  disks.sort(state)
end

return disks
