-- kmutil: sets a custom boot object, and tells what is in a collection (reference §3); `create` is `sim.kmutil_create`.
-- It must not decide what a policy becomes (`sim.policy`) nor whether the object will boot (`sim.boot`).

local collection = require "sim.collection"
local digest = require "sim.digest"
local owner = require "sim.owner"
local place = require "sim.place"
local policy = require "sim.policy"

local kmutil = {}

-- kmutil's exit status is the code of its error (§3.1).
local function failed(p, text, code)
  code = code or 71
  p.err(('Error Domain=KMErrorDomain Code=%d "%s" UserInfo={NSLocalizedDescription=%s}\n'):format(code, text, text))
  p.leave(code)
end

local function policy_failed(p, why)
  failed(p, "Boot policy error: Error updating custom os local policy: code " .. why)
end

local CONFIGURE = {
  ["-c"] = "object", ["--custom-boot-object"] = "object", ["-v"] = "volume", ["--volume"] = "volume",
  ["--lowest-virtual-address"] = "lowest", ["--entry-point"] = "entry",
  ["-C"] = true, ["--compress"] = true, ["-r"] = true, ["--raw"] = true,
}

local function parse(p, names)
  local options, index = {}, 2
  while index <= #p.args do
    local word = p.args[index]
    local name = names[word]
    if not name then p.fail(64, "Error: Unknown option '", word, "'\nUsage: kmutil ", p.args[1], " <options>\n") end
    if name == true then options[word] = true
    else
      index = index + 1
      options[name] = p.args[index] or p.fail(64, "Error: Missing value for '", word, "'\n")
    end
    index = index + 1
  end
  return options
end

-- It wants the System volume's mount point; Data's is the trap of §3.1. guess: its words for a wrong one.
local function target(p, options)
  if not options.volume then p.fail(64, "Error: Missing expected argument '--volume <volume>'\n") end
  local path = options.volume:gsub("(.)/+$", "%1")
  for _, volume in ipairs(p.state.volumes) do
    if volume.mount == path and volume.role == "System" then return place.group(p.state, volume.group) end
  end
  failed(p, ("Could not find a bootable system on the volume at %s"):format(options.volume))
end

local function read_object(p, options)
  if not options.object then return nil end
  if not p.files.stat(options.object) then
    failed(p, ("Could not open custom boot object at %s"):format(options.object))
  end
  if options["-r"] or options["--raw"] then return { raw = true } end
  local found = collection.read(p.files, options.object)
  if not found then failed(p, "Could not derive Mach-O boot properties: invalid Mach-O") end -- guess: wording
  return found
end

-- How the question and the prompts end is not known (§3.1): each form is played by some Mac.
local forms = {
  plain = { question = "(enter y or n)", user = "Username:", password = "Password:" },
  spaced = { question = "(enter y or n) ", user = "Username: ", password = "Password: " },
  newline = { question = "(enter y or n)\n", user = "Username: ", password = "Password:" },
}

local function confirm(p, form)
  p.out("By setting a custom boot object, you will be putting your system into\nPermissive Security.\n")
  local answer = p.ask("Are you sure you want to do this? " .. form.question)
  if not answer or not answer:lower():match("^%s*y") then p.fail(1, "Aborting.\n") end -- guess: words and status
end

local function authenticate(p, group, form)
  local name = p.ask(form.user)
  local password = name and p.secret(form.password)
  local person, why = owner.check(p.state, name or "", password or "")
  if person then return end
  if why == "password" then failed(p, "Unable to set credentials, possibly wrong name or password") end
  failed(p, ("not a valid admin user for the volume at /Volumes/Preboot/%s/"):format(group.uuid))
end

local function need_place(p, group)
  if not place.in_true_recovery(p.state) then policy_failed(p, "AP boot mode (11)") end -- guess: wording
  if not place.is_paired(p.state, group) then policy_failed(p, "pairing (17)") end
end

-- What keeps Preboot from taking the object, or nil.
local function obstacle(p)
  if not place.volume(p.state, nil, "Preboot").writable then return "Read-only file system" end
  if p.state.container.free <= 0 then return "No space left on device" end
end

local function object_hash(p, path)
  return digest.hex("coih" .. assert(p.files.sha256(path)))
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
  }
end

-- Older objects stay beside the new one (§3.1).
local function store(p, group, path, coih, found)
  local name = place.objects(p.state, group) .. "/kernelcache.custom." .. coih
  local head, tail = collection.wrapping(p.files.stat(path).size, found.raw and "fuos" or "krnl")
  assert(p.files.store(name, head, path, tail))
  remember(group, coih, found)
end

-- guess: whether a full or read-only Preboot is noticed before the policy is lowered; both are played.
local function check_preboot(p, group)
  local why = obstacle(p)
  if not why then return end
  if p.state.wording.kmutil ~= "plain" then policy.configure_boot(group.policy, "none", nil)[1]() end
  failed(p, ("Unable to install boot object: %s"):format(why)) -- guess: wording
end

local function write_object(p, group, options, found)
  p.out(found.raw and "found raw boot object, deriving Mach-O boot properties...\n" or "found Mach-O boot object\n",
    "wrapping boot object payload...\n")
  need_place(p, group)
  p.out("going to change bootpolicy to permissive\n")
  check_preboot(p, group)
  p.out("updating local machine policy...\n")
  local coih = object_hash(p, options.object)
  local function keep() store(p, group, options.object, coih, found) end
  p.change(policy.configure_boot(group.policy, coih, keep), function() policy_failed(p, "internal (4)") end)
  p.out("installing boot object... done.\n")
end

-- Without an object the one that is set is cleared and the policy stays (peers §1.2, one author). guess: its words.
local function clear_object(p, group)
  need_place(p, group)
  p.change(policy.configure_boot(group.policy, nil), function() policy_failed(p, "internal (4)") end)
  p.out("removing custom boot object... done.\n")
end

local function configure_boot(p)
  local options = parse(p, CONFIGURE)
  if not place.in_recovery(p.state) then failed(p, "configure-boot can only be run in Recovery Mode") end -- guess
  p.changes()
  local group, form = target(p, options), forms[p.state.wording.kmutil]
  local found = read_object(p, options)
  confirm(p, form)
  authenticate(p, group, form)
  if p.circumstance("slow-kmutil") then p.sleep(2) end
  if not found then return clear_object(p, group) end
  return write_object(p, group, options, found)
end

local INSPECT = {
  ["-B"] = "boot", ["--boot-path"] = "boot", ["-V"] = "variant", ["--variant-suffix"] = "variant",
  ["--no-header"] = true, ["--show-kernel-uuid"] = true, ["--show-mach-header"] = true,
}

-- Where an extension of a collection would lie is not in the collection.
local function entries(found, group)
  local list = {}
  for index, item in ipairs(found.entries) do
    local path = ("/System/Library/Extensions/%s.kext"):format(item.name:match("[^.]+$"))
    list[index] = { id = item.name, version = group.darwin, path = path }
  end
  return list
end

local function read_collection(p, path)
  return collection.read(p.files, path) or failed(p, ("Could not open collection at %s"):format(path))
end

local function dashed(uuid)
  return (uuid:gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)", "%1-%2-%3-%4-"))
end

-- Known: a line of a kext, with tabs or blanks (§3.3). guess: everything else, and which Mac uses blanks.
local function inspect(p)
  local options = parse(p, INSPECT)
  local group = place.booted(p.state)
  p.reads()
  local list
  if options.boot then
    local found = read_collection(p, options.boot)
    list = entries(found, group)
    if options["--show-kernel-uuid"] then p.out("Kernel UUID: ", dashed(found.kernel_uuid or ""), "\n") end
  else
    local variant = options.variant or "release"
    if variant ~= "release" then failed(p, "Could not find: kernel mach-o at //System/Library/Kernels/kernel." .. variant) end
    list = require("sim.kexts").all(group)
  end
  if not options["--no-header"] then p.out("Extension Information:\n") end
  local gap = p.state.wording.inspect == "blanks" and "  " or "\t"
  for _, kext in ipairs(list) do p.out(kext.id, gap, kext.version, gap, kext.path, "\n") end
end

local function create(p) return require("sim.tool.kmutil_create").create(p, failed) end

local commands = { ["configure-boot"] = configure_boot, inspect = inspect, create = create }

--- Plays kmutil; see `sim.tools.play`.
function kmutil.kmutil(p)
  local command = commands[p.args[1] or ""]
  if not command then p.fail(64, "Error: Unknown subcommand\nUsage: kmutil <subcommand>\n") end
  return command(p)
end

return kmutil
