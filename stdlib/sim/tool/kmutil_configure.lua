-- kmutil configure-boot: sets or clears a system's custom boot object (reference §3.1).
-- It must not decide what a policy becomes (`sim.policy`) nor whether the object will boot (`sim.boot`).

local collection = require "sim.collection"
local image4 = require "sim.image4"
local place = require "sim.place"
local policy = require "sim.policy"

local configure = {}

local function policy_failed(p, failed, why)
  failed(p, "Boot policy error: Error updating custom os local policy: code " .. why)
end

local OPTIONS = {
  ["-c"] = "object", ["--custom-boot-object"] = "object", ["-v"] = "volume", ["--volume"] = "volume",
  ["--lowest-virtual-address"] = "lowest", ["--entry-point"] = "entry",
  ["-C"] = true, ["--compress"] = true, ["-r"] = true, ["--raw"] = true,
}

-- The words are known from full macOS 26.5.1 (facts-2026-11 A.3). guess: those of older ones, from the man page.
local function need_recovery(p, failed)
  if place.in_recovery(p.state) then return end
  local known = tonumber(p.state.groups[1].version:match("^%d+")) >= 26
  failed(p, "configure-boot " .. (known and "must be run from macOS Recovery" or "can only be run in Recovery Mode"))
end

-- It wants the System volume's mount point; Data's is the trap of §3.1. guess: its words for a wrong one.
local function target(p, failed, options)
  if not options.volume then p.fail(64, "Error: Missing expected argument '--volume <volume>'\n") end
  local path = options.volume:gsub("(.)/+$", "%1")
  for _, volume in ipairs(p.state.volumes) do
    if volume.mount == path and volume.role == "System" then return place.group(p.state, volume.group) end
  end
  failed(p, ("Could not find a bootable system on the volume at %s"):format(options.volume))
end

local function read_object(p, failed, options)
  if not options.object then return nil end
  if not p.files.stat(options.object) then
    failed(p, ("Could not open custom boot object at %s"):format(options.object))
  end
  if options["-r"] or options["--raw"] then return { raw = true } end
  local found = collection.read(p.files, options.object)
  if not found then failed(p, "Could not derive Mach-O boot properties: invalid Mach-O") end -- guess: wording
  return found
end

-- "joined" is a transcript of macOS 12 (facts-2026-11 A.3); the others are made of §3.1. guess: how their question and
-- prompts end; each form is played by some Mac.
local forms = {
  joined = { question = "(enter y or n) ", user = "Username: ", password = "Password: ", warning =
    "By setting a custom boot object, you will be putting your system into Permissive Security.\n\n" },
  plain = { question = "(enter y or n)", user = "Username:", password = "Password:" },
  spaced = { question = "(enter y or n) ", user = "Username: ", password = "Password: " },
  newline = { question = "(enter y or n)\n", user = "Username: ", password = "Password:" },
}
local WARNING = "By setting a custom boot object, you will be putting your system into\nPermissive Security.\n"

-- guess: words and status of a no; on some Macs it says nothing and reports success.
local function confirm(p, form)
  p.out(form.warning or WARNING)
  local answer = p.ask("Are you sure you want to do this? " .. form.question)
  if answer and answer:lower():match("^%s*y") then return end
  if p.state.wording.kmutil_silent_no then p.leave(0) end
  p.fail(1, "Aborting.\n")
end

local function authenticate(p, failed, group, form)
  local name = p.ask(form.user)
  local password = name and p.secret(form.password)
  local person, why = p.check_owner(name or "", password or "")
  if person then return end
  if why == "password" or why == "barred" then
    failed(p, "Unable to set credentials, possibly wrong name or password")
  end
  failed(p, ("not a valid admin user for the volume at /Volumes/Preboot/%s/"):format(group.uuid))
end

-- The line of a raw object is §3.1's, that of a Mach-O and its refusal are facts-2026-11 A.3's: seen where the target
-- was not the default startup volume, and before any question for a name.
local function derive(p, failed, group, found)
  p.out(found.raw and "found raw boot object, deriving Mach-O boot properties...\n"
    or "found valid Mach-O binary, deriving Mach-O boot properties...\n")
  local underivable = not found.raw and group.uuid ~= p.state.default or p.circumstance("boot-properties-refused")
  if underivable then failed(p, "Fileset Error: Invalid Mach-O boot properties") end
end

-- Seen once, on 26.5.2 (darwin-2026-11 §10); before that kmutil lowered the mode itself. guess: when it is said.
local function need_lowered(p, failed, group)
  if group.policy.mode ~= "full" or not p.state.wording.kmutil_needs_reduced then return end
  failed(p, "You must move to Reduced Security (using Startup Security Utility) before installing custom boot objects.")
end

local function need_place(p, failed, group)
  if not place.in_true_recovery(p.state) then policy_failed(p, failed, "AP boot mode (11)") end -- guess: wording
  if not place.is_paired(p.state, group) then policy_failed(p, failed, "pairing (17)") end
end

-- What keeps Preboot from taking the object, or nil.
local function obstacle(p, group)
  if not place.preboot_volume(p.state, group).writable then return "Read-only file system" end
  if p.state.container.free <= 0 then return "No space left on device" end
end

local function remember(group, coih, found)
  local folder = group.objects[group.policy.nsih] or {}
  group.objects[group.policy.nsih] = folder
  for _, object in ipairs(folder) do
    if object.coih == coih then return end
  end
  local kernel = found.kernel or {}
  folder[#folder + 1] = {
    coih = coih, soc = kernel.soc, darwin = kernel.darwin, xnu = kernel.xnu, release = kernel.release, raw = found.raw,
    knows_none = found.knows_none, flavour = kernel.flavour,
  }
end

-- The object as it is to be stored: { coih, path = of the payload's bytes, before, after = what stands around them }.
-- guess: the type of a kernel collection; that an object may be compressed although nobody asked for it. Somebody may
-- put other bytes under the same name (darwin-2026-11 §4).
local function wrap(p, group, path, options, found)
  local kind, files = found.raw and "fuos" or "krnl", p.files
  local compressed = options["-C"] or options["--compress"] or p.circumstance("object-compressed")
  local before, after = image4.payload(files.stat(path).size, kind, compressed)
  local manifest = image4.manifest(kind, assert(files.sha384(before, path, after)))
  local stored = p.circumstance("object-overwritten") and place.objects(p.state, group) .. "/kernelcache" or path
  before, after = image4.payload(files.stat(stored).size, kind, compressed)
  local head, tail = image4.whole(#before + files.stat(stored).size + #after, manifest)
  return {
    coih = require("lib_file").sha384(manifest):upper(), path = stored, before = head .. before, after = after .. tail,
  }
end

-- Older objects stay beside the new one (§3.1).
local function store(p, group, object, found)
  local name = place.objects(p.state, group) .. "/kernelcache.custom." .. object.coih
  assert(p.files.store(name, object.before, object.path, object.after))
  remember(group, object.coih, found)
end

-- guess: whether a full or read-only Preboot is noticed before the policy is lowered; both are played.
local function check_preboot(p, failed, group)
  local why = obstacle(p, group)
  if not why then return end
  if p.state.wording.kmutil ~= "plain" then policy.configure_boot(group.policy, "none", nil)[1]() end
  failed(p, ("Unable to install boot object: %s"):format(why)) -- guess: wording
end

local function write_object(p, failed, group, options, found)
  p.out("wrapping boot object payload...\n")
  need_place(p, failed, group)
  need_lowered(p, failed, group)
  p.out("going to change bootpolicy to permissive\n")
  check_preboot(p, failed, group)
  p.out("updating local machine policy...\n")
  local object = wrap(p, group, options.object, options, found)
  local function keep() store(p, group, object, found) end
  p.change(policy.configure_boot(group.policy, object.coih, keep), function()
    policy_failed(p, failed, "internal (4)")
  end)
  p.out("installing boot object... done.\n")
end

-- Without an object the one that is set is cleared and the policy stays (peers §1.2, one author). guess: its words.
local function clear_object(p, failed, group)
  need_place(p, failed, group)
  if p.circumstance("clear-refused") then failed(p, "A custom boot object is required") end -- field: sealed-volume-off
  p.change(policy.configure_boot(group.policy, nil), function() policy_failed(p, failed, "internal (4)") end)
  p.out("removing custom boot object... done.\n")
end

--- Plays `kmutil configure-boot`. `failed(p, text, code)`: how kmutil tells an error and leaves; `parse(p, options)`:
-- how it reads its arguments; see `sim.tools.play`.
function configure.configure_boot(p, failed, parse)
  local options = parse(p, OPTIONS)
  need_recovery(p, failed)
  p.changes()
  local group, form = target(p, failed, options), forms[p.state.wording.kmutil]
  local found = read_object(p, failed, options)
  confirm(p, form)
  local derives_first = p.state.wording.kmutil == "joined"
  if found and derives_first then derive(p, failed, group, found) end
  authenticate(p, failed, group, form)
  if p.circumstance("slow-kmutil") then p.sleep(2) end
  if not found then return clear_object(p, failed, group) end
  if not derives_first then derive(p, failed, group, found) end
  return write_object(p, failed, group, options, found)
end

return configure
