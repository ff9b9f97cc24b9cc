-- The circumstances a rehearsal can be played in: named changes to a fresh Mac, free to combine.
-- It must not change how tools behave in general; each tool looks at the state that is set here.

local catalogue = require "sim.catalogue"
local digest = require "sim.digest"
local kexts = require "sim.kexts"
local kits = require "sim.kits"
local place = require "sim.place"
local policy = require "sim.policy"
local variables = require "sim.variables"

local circumstance = {}

local function data(state) return place.volume(state, state.default, "Data") end

local function first_policy(state) return state.groups[1].policy end

local function run(steps)
  for _, step in ipairs(steps) do step() end
end

local function rename(state, name)
  state.groups[1].name = name
  place.volume(state, state.default, "System").name = name
  data(state).name = name .. " - Data"
end

local function second_owner(state, rights)
  local owner = {
    short = "grace", full = "Grace Sample", password = "compiler", rights = rights,
    uuid = "C7A9E1F2-44D0-4B8E-8D15-6E0B7F3A9C21",
  }
  state.owners[#state.owners + 1] = owner
  return owner
end

-- Odd characters on purpose: blanks twice, a percent sign, quotes, an equals sign in a value, brackets.
circumstance.FOREIGN_ARGUMENTS = [[-v  debug=0x14e wdt=-1 note="50%25 off" tag='u&<x>' amfi=%zz trailing=a=b]]

local function add_arguments(state, value)
  state.nvram[#state.nvram + 1] = { name = "boot-args", value = value }
end

-- A collection that is not there cannot be a wrong one.
local function spoil(state, key, value)
  if state.collection then state.collection[key] = value end
end

local function unpublish(state)
  for index, kit in ipairs(state.published) do
    if kit.build == state.kit.build then return table.remove(state.published, index) end
  end
end

local function take_seal_off(state)
  state.filevault = false
  run(policy.disable_sip(first_policy(state)))
  run(policy.enforce_seal(first_policy(state), false))
end

local function with_macos_of(system, other)
  system.love = other.love
  for _, field in ipairs(catalogue.SYSTEM_FIELDS) do system[field] = other[field] end
  return system
end

local function linux_stub(kind)
  return function()
    local names = { name = "Asahi Linux", data = "Asahi Linux - Data", container = "disk4", linux = kind }
    return with_macos_of(names, catalogue.entry("m2pro-14.0").systems[1])
  end
end

local function newest_group(state) return state.groups[#state.groups] end

local function become_default(state, group)
  state.default, state.paired = group.uuid, state.paired and group.uuid
  local before = variables.find(state, "boot-volume").value
  variables.put(state, { name = "boot-volume", value = before:gsub("[^:]*$", group.uuid) })
end

local function install_object(group, object)
  local p = group.policy
  run(policy.configure_boot(p, object.coih, function() group.objects[p.nsih] = { object } end))
end

-- Permissive, CTRR off, a raw boot object: what the Asahi installer leaves (field: asahi-stub-is-the-target).
local function finish_stub(state)
  local group = newest_group(state)
  run(policy.rebuild(group.policy, { n = true, c = true }))
  install_object(group, { coih = digest.hex "m1n1", raw = true })
  become_default(state, group)
end

-- A custom object of somebody else's, and the policy that goes with it (reference §10, kmutil alone).
local function install_foreign_kernel(state)
  local group = state.groups[1]
  install_object(group, {
    coih = digest.hex "foreign object", soc = state.mac.soc, darwin = group.darwin, xnu = group.xnu, release = true,
  })
end

local function namesake(entry)
  local first = entry.systems[1]
  return with_macos_of({ name = first.name, data = first.data }, catalogue.OLD_KIT)
end

-- guess: model, chip and board of a virtual Mac.
local function become_guest(state)
  local machine = state.mac
  machine.soc, machine.model, machine.chip, machine.board = "VMAPPLE", "VirtualMac2,1", 0xFE00, 0x20
  machine.marketing = machine.marketing .. " (Virtual)"
  if state.collection then state.collection.soc = "VMAPPLE" end
  for _, kit in ipairs { state.kit, state.near_kit, table.unpack(state.published) } do kit.soc = "VMAPPLE" end
end

local known = {
  { "unpaired", "recovery that does not belong to the target system",
    function(state) state.environment, state.paired = "unpaired-recovery", nil end },
  { "ordinary-recovery", "recovery reached without the power button held from off",
    function(state) state.environment, state.paired = "recovery", nil end },
  { "macos", "started in macOS", function(state) state.environment, state.paired = "macos", nil end },
  { "on-battery", "a MacBook runs on its battery", function(state) state.battery = { percent = 64 } end },
  { "battery-low", "a MacBook runs on its battery, which is almost empty",
    function(state) state.battery = { percent = 6 } end },
  { "no-route", "no network at all", function(state) state.online, state.no_route = false, true end },
  { "offline", "no Internet: neither full security nor a download", function(state) state.online = false end },
  { "newer-macos", "a newer macOS is out: full security is refused", function(state) state.latest = false end },
  { "filevault-locked", "the Data volume is locked", function(state) data(state).locked = true end },
  { "data-named-data", "the Data volume is called Data", function(state) data(state).name = "Data" end },
  { "names-with-accents", "the system is called Büro Mac", function(state) rename(state, "Büro Mac") end },
  { "hostile-name", "the system's name holds control characters",
    function(state) rename(state, "Mac\27[31m\u{202E}HD") end },
  { "csrutil-always-asks", "csrutil asks which system is meant in macOS, too, when several are installed",
    function() end },
  { "several-owners", "two owners", function(state) second_owner(state, true) end },
  { "owner-without-rights", "the user who tries is not an owner",
    function(state) state.owner = second_owner(state, false) end },
  { "password-refused-once", "the right password is refused once", function(state) state.refusals = 1 end },
  { "password-refused-always", "the right password is always refused", function(state) state.refusals = -1 end },
  { "boot-args-set", "boot-args of others are already there",
    function(state) add_arguments(state, circumstance.FOREIGN_ARGUMENTS) end },
  { "boot-args-empty", "boot-args are there and empty",
    function(state) add_arguments(state, "") end },
  { "boot-args-full", "boot-args of others leave no room",
    function(state)
      local limit = variables.boot_args_limit(state.groups[1].version)
      add_arguments(state, "filler=" .. ("x"):rep(limit - 23))
    end },
  { "boot-args-not-utf8", "boot-args of others are no UTF-8: nvram shows other bytes than are stored",
    function(state) add_arguments(state, "-v note=caf\xE9") end },
  { "nvram-loses-word", "nvram loses a word of others when it sets boot-args", function() end },
  { "custom-kernel-installed", "another custom kernel is already installed",
    install_foreign_kernel },
  { "preboot-read-only", "Preboot is mounted read-only",
    function(state) place.volume(state, nil, "Preboot").writable = false end },
  { "preboot-full", "no room in Preboot", function(state) state.container.free = 0 end },
  { "wrong-chip-collection", "the staged kernel collection is for another chip",
    function(state) spoil(state, "soc", state.mac.soc == "T8103" and "T6000" or "T8103") end },
  { "wrong-build-collection", "the staged kernel collection is for another macOS",
    function(state) spoil(state, "darwin", "22.6.0") spoil(state, "xnu", "8796.141.3~6") end },
  { "release-collection", "the staged kernel collection is not a development one",
    function(state) spoil(state, "release", true) end },
  { "kasan-collection", "the staged kernel collection has a kernel of the kind kasan",
    function(state) spoil(state, "flavour", "kasan") end },
  { "truncated-collection", "the staged kernel collection is cut short",
    function(state) spoil(state, "truncated", true) end },
  { "collection-as-im4p", "the staged kernel collection is wrapped as IM4P",
    function(state) spoil(state, "wrapped", "im4p") end },
  { "collection-as-img4", "the staged kernel collection is wrapped as IMG4",
    function(state) spoil(state, "wrapped", "img4") end },
  { "kernel-knows-no-words", "kernels of this macOS do not know the boot-args that raise the limit",
    function(state)
      spoil(state, "knows_none", true)
      state.kit.knows_none = true
    end },
  { "no-collection", "no kernel collection is staged", function(state) state.collection = nil end },
  { "boot-args-lost", "an unclean restart loses boot-args even if synced", function() end },
  { "nvram-denied", "recovery refuses boot-args in both forms", function() end },
  { "nvram-lost", "recovery takes boot-args and they are gone after the restart", function() end },
  { "already-permissive", "SIP is off and the policy permissive already",
    function(state) run(policy.disable_sip(first_policy(state), { keeps_guests = true })) end },
  { "csrutil-leaves-filter", "csrutil disable does not turn the boot-args filter off", function() end },
  { "reduced-with-kexts", "reduced security with user kexts allowed",
    function(state)
      run(policy.rebuild(first_policy(state), { g = true, k = true }))
      local p = first_policy(state)
      p.auxp, p.auxi, p.auxr = digest.hex("auxp"), digest.hex("auxi"), digest.hex("auxr")
    end },
  { "kexts-not-approved", "nobody approves kernel extensions in System Settings", function() end },
  { "reduced-by-mouse", "Startup Security Utility has set Reduced Security: SIP and seal are on again", -- facts A.2
    function(state) run(policy.rebuild(first_policy(state), { g = true })) end },
  { "mdm-allowed", "reduced security; the user and the device enrolment let MDM manage kexts",
    function(state)
      run(policy.rebuild(first_policy(state), { g = true, m = true }))
      first_policy(state).smb4 = true
    end },
  { "partial-sip", "SIP without fs, debug and nvram, and the boot-args that this is done for",
    function(state)
      run(policy.customise_sip(first_policy(state), 0x2 | state.wording.debug_bits | 0x40))
      add_arguments(state, "-arm64e_preview_abi")
    end },
  { "research-guests", "research guests are allowed",
    function(state) run(policy.allow_guests(first_policy(state), true)) end },
  { "filevault-off", "FileVault is off", function(state) state.filevault = false end },
  { "sealed-volume-off", "SIP is off, and the seal of the system volume is not enforced", take_seal_off },
  { "seal-broken", "the same, and the system volume was changed: it starts only while the seal is not enforced",
    function(state)
      take_seal_off(state)
      state.groups[1].seal_broken = true
    end },
  { "stale-owners", "Preboot's list of owners is of an earlier installation: nobody is accepted", function() end },
  { "few-attempts", "after a few wrong passwords every further one is refused until the next start", function() end },
  { "stale-recovery", "recovery was entered by a restart with the button held: csrutil refuses", function() end },
  { "manifest-refused", "csrutil cannot write a policy, as in a beta of macOS 27", function() end },
  { "linux-stub", "the default startup volume is a Linux stub, and its recovery runs", finish_stub,
    system = linux_stub "disabled" },
  { "linux-stub-with-version", "the same, and its version file names a macOS", finish_stub,
    system = linux_stub "version" },
  { "two-of-one-name", "a second system has the name of the first", function() end, system = namesake },
  { "guest", "this Mac is a virtual one", become_guest },
  { "other-containers", "the SSD's other containers are shown, too: more volumes called Recovery, another Preboot",
    function() end },
  { "data-unmounted", "recovery has not mounted the Data volume", function() end },
  { "preboot-unmounted", "recovery has not mounted Preboot", function() end },
  { "ownership-ignored", "the Data volume ignores ownership", function(state) data(state).owners = false end },
  { "ownership-untold", "diskutil does not say whether volumes ignore ownership",
    function(state) state.wording.owners_untold = true end },
  { "object-compressed", "kmutil compresses the object that it stores", function() end },
  { "object-overwritten", "the object in Preboot is not what kmutil was given", function() end },
  { "boot-properties-refused", "kmutil cannot derive the collection's boot properties", function() end },
  { "clear-refused", "kmutil does not clear a custom object", function() end },
  -- [T] of some names there (facts-2026-11 C), [?] of ours (darwin-2026-11 §12)
  { "var-db-refused", "macOS lets nobody make a folder in /private/var/db while SIP is on (not for root)", function() end },
  { "managed", "the Mac is managed", function(state) state.managed = true end },
  { "not-root", "the user is not root", function(state) state.uid = 501 end },
  { "tools-look-at-environment", "Apple's tools know recovery by __OSINSTALL_ENVIRONMENT, and refuse without it",
    function() end },
  { "prompt-flushes-late", "tools throw away what is typed in the first moments after their prompts", function() end },
  { "slow-kmutil", "kmutil takes two seconds", function() end },
  { "no-kernel-boot", "the custom kernel does not boot", function() end },
  { "kit-installed", "the Kernel Debug Kit of this macOS is installed",
    function(state) kits.install(state, state.kit) end },
  { "kit-gutted", "files of the installed kit are gone, its receipt is there",
    function(state)
      state.kit.gutted = state.wording.gutted
      kits.install(state, state.kit)
    end },
  { "kit-of-another-build", "a kit of a near build is installed",
    function(state) kits.install(state, state.near_kit) end },
  { "kit-without-chip", "the installed kit has no development kernel for this chip",
    function(state)
      state.kit.without = true
      kits.install(state, state.kit)
    end },
  { "kit-not-published", "the public list has no kit of this macOS", function(state) unpublish(state) end },
  { "kit-unsigned", "the package in the kit's image is not signed", function(state) state.kit.unsigned = true end },
  { "kext-lacks-another", "an extension of the system names another one that is nowhere",
    function(state) state.groups[1].more_kexts = { kexts.DEPENDENT } end },
  { "kext-does-not-link", "an extension of the system cannot be linked",
    function(state) state.groups[1].more_kexts = { kexts.UNLINKABLE } end },
  { "variant-extension", "kmutil create adds .development to the name whatever is asked",
    function(state) state.wording.create_extension = true end },
  { "slow-download", "downloads take two seconds", function() end },
  { "disk-full", "no room on the Data volume: downloads, kits and collections stop half-way", function() end },
  { "update-staged", "an update of macOS is waiting to be installed",
    function(state) state.update = catalogue.entry(state.mac.name).kits.next end },
  { "next-macos-staged", "the next macOS is waiting to be installed",
    function(state) state.update = catalogue.NEXT_MACOS end },
  { "guests-running", "two guests run whenever macOS runs", function(state) state.guests = 2 end },
}

--- Names of all circumstances, in a fixed order.
function circumstance.names()
  local names = {}
  for i, entry in ipairs(known) do names[i] = entry[1] end
  return names
end

local function lookup(name)
  for _, entry in ipairs(known) do
    if entry[1] == name then return entry end
  end
  return nil, ("there is no circumstance called %q%s"):format(name, catalogue.suggestion(name, circumstance.names())), "unknown"
end

--- The systems that circumstances bring along, beside those of a Mac's catalogue entry: array as `disks.add` takes it.
function circumstance.systems(entry, words)
  local list = {}
  for _, word in ipairs(words) do
    local item = lookup(word)
    if item and item.system then list[#list + 1] = item.system(entry) end
  end
  return list
end

--- A few words about a circumstance for people, or nil, message, "unknown".
function circumstance.describe(name)
  local entry, message, code = lookup(name)
  if not entry then return nil, message, code end
  return entry[2]
end

--- Changes `state` so that the circumstance `name` holds. Returns true, or nil, message, "unknown".
function circumstance.apply(state, name)
  local entry, message, code = lookup(name)
  if not entry then return nil, message, code end
  entry[3](state)
  state.circumstances[name] = true
  return true
end

return circumstance
