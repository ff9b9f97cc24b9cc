-- What `bputil -d` and `-e` print: rows and columns as in the transcripts of the reference (§1.5), and the JSON.
-- It must not change the state.

local place = require "sim.place"

local display = {}

local function plain(label, value) return ("%-46s: %s\n"):format(label, value) end

local function tagged(label, tag, value) return ("%-40s(%s): %s\n"):format(label, tag, value) end

local function status(label, word, tag, value)
  return ("%-29s%-11s(%s): %s\n"):format(label .. ":", word, tag, value)
end

local function shown(value)
  if value == nil or value == false then return "absent" end
  return value == true and "1" or value
end

local function hex(number) return ("0x%X"):format(number) end

-- The environment's nonces: from macOS those of the group that is asked about (§1.5, the transcript with two). guess: in
-- recovery those of the system whose recovery runs.
local function environment_policy(p, group)
  return place.in_recovery(p.state) and place.booted(p.state).policy or group.policy
end

local function environment(p, group)
  local own = environment_policy(p, group)
  return table.concat {
    "OS environment:\n",
    plain("OS Type", place.os_type(p.state)),
    plain("OS Pairing Status", place.is_paired(p.state, group) and "Paired" or "Not Paired"),
    tagged("Local Policy Nonce Hash", "lpnh", own.lpnh),
    tagged("Remote Policy Nonce Hash", "rpnh", own.rpnh),
    tagged("Recovery OS Policy Nonce Hash", "ronh", own.ronh),
    "\n",
  }
end

local function identity(p, policy)
  local mac, rows = p.state.mac, {}
  local function add(label, tag, value) rows[#rows + 1] = tagged(label, tag, value) end
  add("Unique Chip ID", "ECID", mac.ecid)
  add("Board ID", "BORD", hex(mac.board))
  add("Chip ID", "CHIP", hex(mac.chip))
  add("Certificate Epoch", "CEPO", "0x1")
  add("Security Domain", "SDOM", "0x1")
  add("Production Status", "CPRO", "1")
  add("Security Mode", "CSEC", "1")
  if p.state.wording.display ~= "12" then add("Local Boot", "lobo", "1") end
  add("OS Version", "love", policy.love)
  add("Volume Group UUID", "vuid", policy.group)
  add("KEK Group UUID", "kuid", policy.kuid)
  return table.concat(rows)
end

local function hashes(p, policy)
  local rows = {}
  local function add(label, tag) rows[#rows + 1] = tagged(label, tag, shown(policy[tag])) end
  add("Local Policy Nonce Hash", "lpnh")
  add("Remote Policy Nonce Hash", "rpnh")
  add("Next Stage Image4 Hash", "nsih")
  if p.state.wording.display ~= "12" then
    add("Cryptex1 Image4 Hash", "spih")
    add("Cryptex1 Generation", "stng")
  end
  add("User Authorized Kext List Hash", "auxp")
  add("Auxiliary Kernel Cache Image4 Hash", "auxi")
  add("Kext Receipt Hash", "auxr")
  add("CustomKC or fuOS Image4 Hash", "coih")
  return table.concat(rows)
end

-- The mode's tags and value (§1.5: "Reduced/Permissive rows carry the tag expression").
local MODE = {
  full = { "Full", "smb0", "absent" }, reduced = { "Reduced", "smb0", "1" },
  permissive = { "Permissive", "smb0 && smb1", "1" },
}

local function sip_word(sip0)
  return sip0 and "Customized" or "Enabled"
end

local function settings(policy)
  local mode = MODE[policy.mode]
  local function allowed(flag) return flag and "Enabled" or "Disabled" end
  local function enforced(flag) return flag and "Disabled" or "Enabled" end
  return table.concat {
    status("Security Mode", mode[1], mode[2], mode[3]),
    status("3rd Party Kexts Status", allowed(policy.smb2), "smb2", shown(policy.smb2)),
    status("User-allowed MDM Control", allowed(policy.smb3), "smb3", shown(policy.smb3)),
    status("DEP-allowed MDM Control", allowed(policy.smb4), "smb4", shown(policy.smb4)),
    status("SIP Status", sip_word(policy.sip0), "sip0", policy.sip0 and ("%x"):format(policy.sip0) or "absent"),
    status("Signed System Volume Status", enforced(policy.sip1), "sip1", shown(policy.sip1)),
    status("Kernel CTRR Status", enforced(policy.sip2), "sip2", shown(policy.sip2)),
    status("Boot Args Filtering Status", enforced(policy.sip3), "sip3", shown(policy.sip3)),
  }
end

-- guess: a policy Apple's server signed reads BAA as in every sample, one made by the SEP the same.
local function block(p, group)
  local policy = group.policy
  return table.concat {
    environment(p, group), "Local policy:\n", plain("Pairing Integrity", "Valid"), plain("Signature Type", "BAA"),
    identity(p, policy), hashes(p, policy), settings(policy),
  }
end

-- The line above the blocks by release (§1.5). guess: 14 with -v says the same as without.
local function heading(p, group, named)
  local style = p.state.wording.display
  if style == "12" then return ("Local policy for volume group %s:\n"):format(group.uuid) end
  if style == "14" or not named then return "Current local policy:\n" end
  return ("Operating on Volume Group UUID %s\n"):format(group.uuid)
end

local function missing(p, group)
  p.err("Can't get local policy for Volume Group UUID ", group.uuid, "\n",
    "Failed to display local policy for volume group ", group.uuid, "\n")
  return 1
end

local function add_hashes(object, policy)
  for _, tag in ipairs { "auxp", "auxi", "auxr", "coih" } do
    object[tag .. "_exists"] = policy[tag] ~= nil
    object[tag] = policy[tag]
  end
  for _, tag in ipairs { "lpnh", "rpnh", "nsih", "spih", "stng", "love", "kuid" } do object[tag] = policy[tag] end
  object.spih_exists, object.stng_exists = true, true
end

local function add_settings(p, object, policy)
  object.smb0, object.smb1 = policy.mode ~= "full", policy.mode == "permissive"
  for _, tag in ipairs { "smb2", "smb3", "smb4", "sip1", "sip2", "sip3" } do object[tag] = policy[tag] end
  object.sip0, object.security_mode = policy.sip0 or 0, policy.mode
  if p.state.mac.bputil ~= "0.1.12" then object.sip0_exists = policy.sip0 ~= nil end -- came with 0.1.13 (§1.5)
end

-- Types of the values as in the fixtures of §1.5: numbers, booleans, hashes as strings; two keys are misspelt there.
local function object_of(p, group)
  local policy, own, mac = group.policy, environment_policy(p, group), p.state.mac
  local object = {
    ECID = tonumber(mac.ecid), BORD = mac.board, CHIP = mac.chip, CEPO = 1, SDOM = 1, CSEC = true, CRPO = true,
    lobo = true, vuid = policy.group, os_lpnh = own.lpnh, os_ronh = own.ronh, properly_paired = true,
    -- in a guest macOS itself says so (§1.5)
    os_paired_to_current = place.is_paired(p.state, group) or p.circumstance("guest"),
    baa_certified = true, os_type = place.os_type(p.state),
    os_type_overriden = false, bputil_version = mac.bputil,
  }
  add_hashes(object, policy)
  add_settings(p, object, policy)
  return object
end

local function json(p, groups)
  local value = {}
  for _, group in ipairs(groups) do value[group.uuid] = object_of(p, group) end
  return require("dkjson").encode(value, { indent = true }) .. "\n"
end

--- Prints one group's policy; `options`: bputil's, by letter. Returns the exit status.
function display.one(p, group, options)
  if group.policy.removed then return missing(p, group) end
  if not options.j then
    p.out(heading(p, group, options.v), block(p, group))
    return 0
  end
  if p.state.wording.json == "headed" then p.out("Operating on Volume Group UUID ", group.uuid, "\n") end
  p.out(json(p, { group }))
  return 0
end

--- Prints every policy. Returns the exit status.
function display.all(p, as_json)
  if as_json then
    p.out(json(p, p.state.groups))
    return 0
  end
  local result = 0
  for _, group in ipairs(p.state.groups) do
    if group.policy.removed then result = missing(p, group)
    else p.out("Local policy for volume group ", group.uuid, ":\n", block(p, group), "\n") end
  end
  return result
end

return display
