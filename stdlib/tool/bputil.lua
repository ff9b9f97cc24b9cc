-- Reads one volume group's boot policy with bputil and builds the commands that replace it. Facts: reference §1.
-- Must always name the group (-v), and must never remove a policy, take a password, or turn the sealed volume off where it was on.

local json = require "base.json"
local layout = require "tool.bputil_layout"
local probe = require "tool.probe"

local bputil = {}

local PATH = "/usr/bin/bputil"

local function command(flags, group)
  return {
    argv = { PATH, flags, "-v", group }, tool = "bputil", interactive = true, yes_no = "y",
    prompts = { "perhaps whether to go on (y or n)", "short name of a volume owner", "that user's password" },
  }
end

--- Command: Full Security. Runs anywhere; needs Internet, and the newest macOS (reference §1.1, §1.6).
function bputil.full(group)
  return command("--full-security", group)
end

-- Flags that a rebuilt policy may carry over from a baseline. The seal's is given only where it was off before and is said to be.
local CARRIED = { { "ctrr", "c" }, { "boot_args_filter", "a" }, { "kexts", "k" }, { "mdm", "m" } }

local function carried_flags(keep)
  local flags = ""
  for _, pair in ipairs(CARRIED) do
    local value = keep and keep[pair[1]]
    if value == "off" or value == true then flags = flags .. pair[2] end
  end
  return flags
end

--- Command: let unknown boot arguments through (sip3). Implies Permissive, and builds a new policy: SIP comes back on and a custom
-- kernel is forgotten (reference §1.4, §10).
-- @param keep a policy or nil: what it allows of kexts, and a seal that is off, is carried over
function bputil.allow_boot_args(group, keep)
  local carried = keep and carried_flags { kexts = keep.kexts, mdm = keep.mdm } .. (keep.ssv == "off" and "s" or "") or ""
  return command(carried == "" and "--disable-boot-args-restriction" or "-na" .. carried, group)
end

--- Command: third-party kexts allowed (smb2). Implies Reduced, and builds a new policy: SIP comes back on, a custom kernel and what the
-- user approved are forgotten (reference §1.4, darwin-2026-11 §10).
-- @param now policy: kexts by MDM are carried over, and of a Permissive one what bputil can say
function bputil.allow_kexts(group, now)
  local keep = { kexts = true, mdm = now.mdm }
  if now.mode == "permissive" then keep.ctrr, keep.boot_args_filter = now.ctrr, now.boot_args_filter end
  return command((now.mode == "permissive" and "-n" or "-") .. carried_flags(keep), group)
end

--- Command: Reduced Security, made anew; `keep` (a policy) may carry third-party kexts and MDM over (reference §1.1).
function bputil.reduced(group, keep)
  local flags = keep and carried_flags { kexts = keep.kexts, mdm = keep.mdm } or ""
  return command("-g" .. flags, group)
end

--- Command: Permissive Security, made anew, with the relaxations of `keep` that bputil can express; drops SIP words
-- and the custom kernel (reference §1.4).
-- @param unsealed true where the seal was off before, and stays off: bputil takes it off only while FileVault is off (reference §1.1)
function bputil.permissive(group, keep, unsealed)
  return command("-n" .. carried_flags(keep) .. (unsealed and "s" or ""), group)
end

-- JSON came with macOS 14 (reference §1.1): an older bputil calls -j an unknown option and is then asked for text.
local json_refused = false

local function read_json(group)
  local out, message, code, answer = probe.output { PATH, "-d", "-j", "-v", group }
  if out then
    local start = out:find("{", 1, true)
    local object = start and json.decode(out, start)
    if type(object) ~= "table" then return nil, "bputil -j printed no JSON object", "unknown" end
    return layout.from_json(object, group)
  end
  if answer and answer.exit and not (answer.stderr .. answer.stdout):find("Can't get local policy", 1, true) then
    json_refused = true
  end
  return nil, message, code
end

local function read_text(group)
  local out, message, code = probe.output { PATH, "-d", "-v", group }
  if not out then return nil, message, code end
  return layout.from_text(out, group)
end

--- Reads the policy of one group. The text form is always read: only its rows tell the boot environment for sure
-- (reference §6.4). Where JSON exists it must agree; a contradiction is no answer.
-- @return policy (see tool.bputil_layout), or nil, message, code
function bputil.read(group)
  local policy, message, code = read_text(group)
  if not policy or json_refused then return policy, message, code end
  local other, _, why = read_json(group)
  if not other then
    if why == "contradiction" or why == "incomplete" then
      return nil, "bputil -j is not what bputil prints as text", why
    end
    return policy
  end
  local differs = layout.difference(policy, other)
  if differs then
    return nil, ("bputil contradicts itself about %s: text %s, JSON %s"):format(differs, tostring(policy[differs]),
      tostring(other[differs])), "contradiction"
  end
  return policy
end

--- Forgets whether JSON was refused (another Mac is about to be asked).
function bputil.forget() json_refused = false end

local NO_POLICY = "this system has no boot policy that bputil can read"
local MAKE_ONE = "choose the system in Startup Disk, start it once, then run this again" -- guess
local NOT_NAMED = "bputil could not read the boot policy of the system that it took"
local NAME_IT = "name the system: bputil -d -v UUID; `diskutil apfs listVolumeGroups` lists them"

--- What bputil's failures mean (reference §1.3, §1.5, §1.6; facts-2026-11 A.1).
bputil.errors = {
  { pattern = "Code=102", kind = "network", cause = "Full Security asks Apple's server, and this Mac is not online",
    cure = "join Wi-Fi with the menu bar, or `ipconfig set en0 DHCP` on Ethernet, then run this again",
    unaffected = "the policy stays exactly as it was" },
  { pattern = "pairing %(17%)", kind = "pairing" },
  { pattern = "AP boot mode", kind = "pairing" },
  { pattern = "Code=602", kind = "bootability", cause = "the wrong volume was named: it is not a system that can start",
    cure = "name the macOS volume itself; `diskutil apfs listVolumeGroups` lists them", unaffected = "nothing was changed" },
  { pattern = "requires running as root", kind = "root", cause = "bputil was not run as root",
    cure = "run it in recovery's Terminal, or with sudo in macOS", unaffected = "nothing was changed" },
  { pattern = "not yet supported on this platform", kind = "platform", cause = "this is not an Apple silicon Mac",
    cure = "none: Intel Macs have no such boot policy", unaffected = "nothing was changed" },
  { pattern = "[Uu]nknown user", kind = "credentials" },
  { pattern = "[Aa]uthentication token", kind = "credentials" },
  { pattern = "[Ee]nter recovery key", kind = "owner", cause = "bputil wants a FileVault recovery key",
    cure = "unlock the volume first: diskutil apfs unlockVolume", unaffected = "nothing was changed" },
  { pattern = "Can't get local policy", kind = "no-policy", cause = NO_POLICY, cure = MAKE_ONE, unaffected = "nothing was changed" },
  { pattern = "Failed to display local policy", kind = "no-policy", cause = NO_POLICY, cure = MAKE_ONE,
    unaffected = "nothing was changed" },
  { pattern = "Could not detect whether selected local policy", kind = "no-policy", cause = NOT_NAMED, cure = NAME_IT,
    unaffected = "nothing was changed" },
  { pattern = "Failed to obtain values from the current local policy", kind = "no-policy", cause = NOT_NAMED, cure = NAME_IT,
    unaffected = "nothing was changed" },
  { pattern = "Failed to create local policy", kind = "refused", cause = "the new policy could not be made",
    cure = "see the error behind it; `csrutil clear` has helped some", unaffected = "the old policy stays in force" },
}

return bputil
