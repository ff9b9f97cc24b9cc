-- One run of the program: options, views, and what is known of the Mac in front of it.
-- Must not change the Mac; it only looks, and tells the views.

local bputil = require "tool.bputil"
local mac = require "mac.target"
local probe = require "tool.probe"
local staged = require "kernel.staging"

local session = {}

--- The words that lift the limit (reference §8.1): development variant, hypervisor on, quota.
-- @param quota integer or nil (255, the seed's value)
-- @param extra array of further words or nil
function session.words(quota, extra)
  local words = { "kcsuffix=development", "hypervisor=0x1", ("hv_apple_isa_vm_quota=0x%X"):format(quota or 0xFF) }
  for _, word in ipairs(extra or {}) do words[#words + 1] = word end
  return words
end

-- A path given on the command line, as the Mac itself names it: whole, and without the root, if it was typed with it.
local function on_mac(root, path)
  if path:sub(1, 1) ~= "/" then path = require("lib_system").directory() .. "/" .. path:gsub("^%./", "") end
  if root ~= "" and path:sub(1, #root + 1) == root .. "/" then return path:sub(#root + 1) end
  return path
end

--- The same for other parts: a path from the command line, as the Mac itself names it.
function session.path_on_mac(self, path)
  return on_mac(self.root, path)
end

local configured = false

-- The door is configured once a process: a rehearsal's later sessions face the same Mac.
local function configure(root, dry_run)
  if configured then return end
  require("lib_process").configure { root = root, dry_run = dry_run }
  require("lib_signals").install()
  configured = true
end

--- Opens a session.
-- @param options from cli.parse
-- @param command string: the command's name, for the event stream
-- @param stand_in nil, or for a rehearsal what takes the place of the real thing: { view, uid, user, password,
--   unattended, on_data = the program is taken to lie on Data, patience = seconds, silence = seconds }
function session.open(options, command, stand_in)
  local self = { options = options, command = command, root = (options.root or ""):gsub("/+$", ""),
    stand_in = stand_in or {}, dry_run = options.dry_run or false }
  if options.root and not require("lib_file").stat(self.root .. "/") then
    return nil, "--root " .. options.root .. ": no such folder"
  end
  configure(self.root, self.dry_run)
  self.view = self.stand_in.view or require("screen.open").open(options, command)
  self.words = session.words(options.quota, options.boot_arg)
  self.quota = options.quota or 0xFF
  return self
end

function session.emit(self, event)
  self.view.emit(event)
end

--- A path as this process opens it.
function session.real(self, path)
  return self.root .. path
end

--- Is there a person at standard input?
function session.has_person()
  return require("lib_terminal").is_terminal(0)
end

local function menu(self)
  if self.options.yes or self.options.json or not session.has_person() then return nil end
  return function(groups, default) return require("screen.question").volume(groups, default) end
end

--- Looks at the Mac: what is booted, which group is meant, its policy, environment, mounts and owners.
-- Facts that cannot be had stay nil with the reason in self.problems.
function session.look(self)
  probe.forget()
  self.problems = {}
  self.booted, self.problems.booted = mac.booted(self.root)
  local groups, message, code = mac.groups()
  if not groups then
    self.problems.group, self.problems.group_kind = message, code == "ENOENT" and "bad" or "unknown"
    return self
  end
  self.groups = groups
  local group, why, kind = mac.choose(groups, { volume = self.group and self.group.group or self.options.volume,
    booted = self.booted, choose = not self.group and menu(self) or nil })
  if not group then
    self.problems.group, self.problems.group_kind = why, kind
    return self
  end
  self.group = mac.complete(self.root, self.booted, group)
  return session.look_at_policy(self)
end

--- Reads the target's policy and, from it, the environment.
function session.look_at_policy(self)
  self.policy, self.problems.policy = bputil.read(self.group.group)
  self.environment, self.environment_words = mac.environment(self.booted, self.policy)
  return self
end

--- The journal's folder as this process opens it, and as the Mac names it; nil and why when there is none that survives
-- a restart.
function session.journal_directory(self)
  local here, path = session.main_journal(self)
  if not here or not self.journal_part then return here, path end
  return here .. "/" .. self.journal_part, path .. "/" .. self.journal_part
end

--- The journal's folder of apply and revert. Commands that only prepare (self.journal_part) have folders of their own in it,
-- so that they are never taken for the run that `resume` and `rollback` are about.
function session.main_journal(self)
  local given = self.options.journal
  if given then
    local path = on_mac(self.root, given)
    local inside = session.real(self, path)
    local files = require "lib_file"
    if self.root == "" or path ~= given then return inside, path end
    local on_a_volume = given:find("^/Volumes/") or given:find("^/private/") or given:find("^/Users/")
      or given:find("^/System/") or given:find("^/Library/")
    if on_a_volume and not files.stat(given) then return inside, path end
    return given, given
  end
  if not self.group or not self.group.data then return nil, "no Data volume is known" end
  local path = session.own_folder(self)
  if not path then return nil, "the Data volume is not mounted" end
  return session.real(self, path), path
end

--- A journal folder that does not survive a restart of recovery: for what needs none that does.
function session.temporary_journal(self)
  return session.real(self, "/private/var/tmp/vmq-recovery")
end

-- Folders of macOS that lie on the Data volume, though they are named from "/" (firmlinks).
local ON_DATA = { "/Users/", "/Applications/", "/Library/", "/private/", "/usr/local/", "/opt/" }

local function is_firmlinked(path)
  for _, folder in ipairs(ON_DATA) do
    if path:sub(1, #folder) == folder then return true end
  end
  return false
end

--- A place from the root of the Data volume, as the Mac names it; nil while Data is not mounted. In macOS the running
-- system's own is named without the volume, as people know it.
function session.on_data(self, path)
  local data = self.group and self.group.data
  if not data or not data.mount then return nil end
  if self.booted == "macos" and data.mount == "/System/Volumes/Data" and is_firmlinked(path) then return path end
  return (data.mount == "/" and "" or data.mount) .. path
end

--- The program's own folder on the Data volume, which only root can write; nil while Data is not mounted.
function session.own_folder(self)
  return session.on_data(self, "/private/var/db/vmq-recovery")
end

--- Where `kdk fetch` keeps images.
function session.kit_folder(self)
  return (session.own_folder(self) or "") .. "/kits"
end

--- Where `build` puts the collection unless it is told another place.
function session.built_collection(self)
  return (session.own_folder(self) or "") .. "/build/VirtualMachine.kc"
end

--- The kernel collection: path on the Mac, path as this process opens it, and the manifest's path (nil with --kc, and for
-- `stage`, which writes one).
function session.collection(self)
  if self.source then return self.source, session.real(self, self.source), nil end
  if self.options.kc then
    local path = on_mac(self.root, self.options.kc)
    return path, session.real(self, path), nil
  end
  local path = session.on_data(self, staged.COLLECTION)
  if not path then return nil end
  return path, session.real(self, path), session.real(self, session.on_data(self, staged.MANIFEST))
end

--- The context that a plan's functions get.
-- @param params table of the plan's own parameters
function session.context(self, params)
  local on_the_mac, here = session.collection(self)
  local c = { group = self.group and self.group.group, volume_name = self.group and self.group.name,
    system_volume = self.group and self.group.system.mount, environment = self.environment, words = self.words,
    root = self.root, preboot = self.group and self.group.preboot and self.group.preboot.mount,
    collection = here, collection_on_mac = on_the_mac }
  for name, value in pairs(params or {}) do c[name] = value end
  return c
end

-- The program's path below the root of Data, or nil when it lies elsewhere.
local function below_data(self, path)
  local data = self.group and self.group.data
  if not data or not data.mount then return nil end
  if data.mount ~= "/" and path:sub(1, #data.mount + 1) == data.mount .. "/" then return path:sub(#data.mount + 1) end
  return self.booted == "macos" and is_firmlinked(path) and path or nil
end

--- How to call this program in a system: by its own path here; in the other system, by where that path appears there.
-- @param place "macos" | "recovery" | "paired-recovery"
function session.program_in(self, place)
  local data = self.group and self.group.data
  local program = self.stand_in.on_data and data and data.mount and data.mount .. "/vmq-recovery"
  local path = program or on_mac(self.root, require("lib_system").executable())
  if (place == "macos") == (self.booted == "macos") then return path end
  local tail = below_data(self, path)
  if not tail then return path:find("^/Volumes/") and path or "vmq-recovery" end
  if place == "macos" then return "/System/Volumes/Data" .. tail end
  return "/Volumes/" .. (self.group.data.name or "Data") .. tail
end

return session
