-- Turns what bputil displays, as text (macOS 12 to 27) or as JSON (14 and later), into one policy table.
-- Must be strict: an unknown row is kept and shown, a missing or contradictory one is no policy at all.
--
-- A policy:
--   group            UUID of the volume group it is the policy of, upper case
--   vuid             the group UUID inside the policy: the same, but for one real M1 whose transcript has another
--   mode             "full" | "reduced" | "permissive"
--   sip              "absent" (SIP on) or the sip0 bits in hex, "7f" after csrutil disable (reference §2.3)
--   ssv, ctrr, boot_args_filter     "on" | "off" (sip1, sip2, sip3)
--   kexts, mdm       true when smb2 or smb3 is set
--   coih             "absent" or the custom boot object's hash, upper case hex
--   nonce            lpnh, new at each write of the policy; text form only
--   dep_mdm          true when smb4 is set; text form only
--   approved_kexts   true when auxp, auxi or auxr names a set of kexts a user has approved; text form only
--   nsih             hash of the installed system's boot objects, names its folder in Preboot (reference §3.1)
--   chip, os_version as printed
--   os_type          "one true recoveryOS" | "ordinary recoveryOS" | "macOS" | other text
--   paired           true | false | nil; means something in recovery only (reference §1.5)
--   integrity        "Valid" or other text
--   unknown          array of rows nobody here knows, as printed

local text = require "base.text"

local layout = {}

local ENVIRONMENT_LABELS = {
  ["OS Type"] = "os_type", ["OS Pairing Status"] = "pairing", ["Current OS environment"] = "os_type",
  ["Pairing Integrity"] = "integrity", ["Signature Type"] = "signature",
}

-- Tag → field for rows whose value is taken as it is. Rows marked true are known and not needed.
local PLAIN_TAGS = {
  CHIP = "chip", love = "os_version", vuid = "vuid", nsih = "nsih", coih = "coih",
  lpnh = "nonce", rpnh = true, ronh = true, ECID = true, BORD = true, CEPO = true, SDOM = true, CPRO = true,
  CSEC = true, lobo = true, kuid = true, spih = true, stng = true,
}

-- Rows of kexts that a user has approved: only whether there are any is kept.
local APPROVAL_TAGS = { auxp = true, auxi = true, auxr = true }

-- Tag → field and the two words of a status row; the value is "absent" (or 0) for the first, 1 for the second.
local STATUS_TAGS = {
  smb2 = { field = "kexts", Disabled = false, Enabled = true },
  smb3 = { field = "mdm", Disabled = false, Enabled = true },
  smb4 = { field = "dep_mdm", Disabled = false, Enabled = true },
  sip1 = { field = "ssv", Enabled = "on", Disabled = "off" },
  sip2 = { field = "ctrr", Enabled = "on", Disabled = "off" },
  sip3 = { field = "boot_args_filter", Enabled = "on", Disabled = "off" },
}

local MODES = {
  Full = { mode = "full", tag = "smb0", set = false },
  Reduced = { mode = "reduced", tag = "smb0", set = true },
  Permissive = { mode = "permissive", tag = "smb0 && smb1", set = true },
}

-- Every field that a verdict may rest on.
local NEEDED = { "vuid", "mode", "sip", "ssv", "ctrr", "boot_args_filter", "kexts", "mdm", "coih" }

local function contradiction(what)
  error({ code = "contradiction", message = "bputil contradicts itself: " .. what }, 0)
end

local function put(policy, field, value)
  if policy[field] ~= nil and policy[field] ~= value then contradiction("two different rows for " .. field) end
  policy[field] = value
end

local function is_set(value, what)
  if value == "absent" or value == "0" then return false end
  if value == "1" then return true end
  contradiction(("%s has the value %s"):format(what, value))
end

local function put_mode(policy, word, tag, value)
  local known = MODES[word]
  if not known then contradiction("security mode " .. word) end
  if known.set ~= is_set(value, "Security Mode") or known.tag ~= tag then
    contradiction(("mode %s with (%s): %s"):format(word, tag, value))
  end
  put(policy, "mode", known.mode)
end

local function put_sip(policy, word, value)
  if value == "absent" then
    if word ~= "Enabled" then contradiction("SIP " .. word .. " without sip0") end
    return put(policy, "sip", "absent")
  end
  local digits = value:gsub("^0[xX]", ""):match("^0*(%x+)$")
  local bits = digits and #digits <= 16 and tonumber(digits, 16) -- 64 bits (reference §5): tonumber would drop what is more
  if not bits or (word == "Enabled") ~= (bits == 0) then contradiction("SIP " .. word .. " with sip0 " .. value) end
  put(policy, "sip", bits == 0 and "absent" or ("%x"):format(bits))
end

local function put_status(policy, tag, word, value)
  local known = STATUS_TAGS[tag]
  local meaning = known[word]
  if meaning == nil then contradiction(tag .. " reads " .. word) end
  local relaxed = meaning == true or meaning == "off"
  if relaxed ~= is_set(value, tag) then contradiction(("%s reads %s: %s"):format(tag, word, value)) end
  put(policy, known.field, meaning)
end

-- SHA-384 in hex (reference §1.5).
local function is_hash(value)
  return type(value) == "string" and #value == 96 and value:find("^%x+$") ~= nil
end

local function put_plain(policy, tag, value)
  local field = PLAIN_TAGS[tag]
  if field == true then return end
  -- Above "Local policy:" stands the nonce of the system that runs, which need not be the one asked about.
  if field == "nonce" and policy.above then field = "nonce_above" end
  if tag == "vuid" or tag == "coih" or tag == "nsih" then
    value = value == "absent" and value or value:upper()
  end
  if tag == "coih" and value ~= "absent" and not is_hash(value) then contradiction("coih " .. value) end
  put(policy, field, value)
end

-- The headings that say whose policy follows. Where there is one it decides: transcript A (a real M1, macOS 12.1) has
-- another UUID in its vuid row (reference §1.5).
local HEADINGS = { "^Operating on Volume Group UUID (%x[%x%-]+)%s*$", "^Local policy for volume group (%x[%x%-]+):%s*$" }

local function read_heading(policy, line)
  for _, form in ipairs(HEADINGS) do
    local group = line:match(form)
    if group then put(policy, "group", group:upper()) end
  end
  if line == "OS environment:" then policy.above = true elseif line == "Local policy:" then policy.above = nil end
end

-- Labels of status rows with the tag that belongs to each.
local STATUS_LABELS = { ["Security Mode"] = "smb0", ["3rd Party Kexts Status"] = "smb2", ["User-allowed MDM Control"] = "smb3",
  ["SIP Status"] = "sip0", ["Signed System Volume Status"] = "sip1", ["Kernel CTRR Status"] = "sip2",
  ["Boot Args Filtering Status"] = "sip3" }

-- Is this a row that a verdict rests on? One that is not laid out as known must not pass for a row that nobody knows.
local function names_verdict(line)
  if STATUS_LABELS[line:match("^([^:]*):")] then return true end
  for tag in line:gmatch("%(([%w &]+)%)") do
    if STATUS_TAGS[tag] or tag == "sip0" or tag == "coih" or tag == "vuid" or tag:find("smb0", 1, true) then return true end
  end
end

local function read_row(policy, line)
  -- Status row: "SIP Status:                  Enabled    (sip0): absent"
  local label, word, tag, value = line:match("^([^:]+):%s+(%a+)%s+%((.-)%): (%S+)$")
  if label == "Security Mode" then return put_mode(policy, word, tag, value) end
  if label and (STATUS_LABELS[label] or tag) == tag then
    if tag == "sip0" then return put_sip(policy, word, value) end
    if STATUS_TAGS[tag] then return put_status(policy, tag, word, value) end
  end
  -- Tagged row: "Chip ID                                 (CHIP): 0x8103"
  tag, value = line:match("^[^:%(]+%((%w+)%): (.*)$")
  if tag and PLAIN_TAGS[tag] then return put_plain(policy, tag, value) end
  if tag and APPROVAL_TAGS[tag] then
    policy.approved_kexts = policy.approved_kexts or value ~= "absent"
    return
  end
  label, value = line:match("^([^:%(]*): (.*)$")
  local field = label and ENVIRONMENT_LABELS[text.trim_end(label)]
  if field then return put(policy, field, value) end
  if names_verdict(line) then contradiction("a row that cannot be read: " .. line:sub(1, 200)) end
  if line:find(": ") then policy.unknown[#policy.unknown + 1] = line end
end

local function finish(policy, group)
  for _, field in ipairs(NEEDED) do
    if policy[field] == nil then
      error({ code = "incomplete", message = "bputil shows no row for " .. field }, 0)
    end
  end
  local named = policy.group or policy.vuid
  if named ~= group:upper() then contradiction("asked about " .. group .. ", told about " .. named) end
  policy.group, policy.nonce = named, policy.nonce or policy.nonce_above
  policy.above, policy.nonce_above = nil, nil
  return policy
end

local function guarded(work)
  local fine, result = pcall(work)
  if fine then return result end
  if type(result) ~= "table" then error(result, 0) end
  return nil, result.message, result.code
end

--- Reads the text of `bputil -d -v GROUP` (reference §1.5, layouts of macOS 12, 14 and 26).
-- @param out string: standard output
-- @param group string: the UUID asked for
-- @return policy, or nil, message, "incomplete" | "contradiction"
function layout.from_text(out, group)
  return guarded(function()
    local policy = { unknown = {} }
    for printed in out:gmatch("[^\r\n]+") do
      local line = text.trim_end(printed)
      if line:find("Can't get local policy", 1, true) then
        error({ code = "incomplete", message = line }, 0)
      end
      read_heading(policy, line)
      read_row(policy, line)
    end
    if policy.pairing then policy.paired = policy.pairing == "Paired" end
    return finish(policy, group)
  end)
end

local JSON_MODES = { full = "full", reduced = "reduced", permissive = "permissive" }

local function flag(object, key, off, on)
  local value = object[key]
  if value == nil then return nil end
  if type(value) ~= "boolean" and value ~= 0 and value ~= 1 then contradiction(key .. " is neither yes nor no") end
  return (value == true or value == 1) and on or off
end

-- A number in JSON reads as text here in hex, as bputil's text form has it.
local function sip_from(object)
  local bits, exists = object.sip0, object.sip0_exists
  if bits == nil and exists == nil then return nil end
  if bits ~= nil and (math.type(bits) ~= "integer" or bits < 0) then contradiction("sip0 is not a number of bits") end
  if exists == false and (bits or 0) ~= 0 then contradiction("sip0 and sip0_exists") end
  if exists and bits == nil then contradiction("sip0 exists and has no number") end
  if (bits or 0) == 0 then return "absent" end
  return ("%x"):format(bits)
end

local function hash_from(object, key)
  local hash, exists = object[key], object[key .. "_exists"]
  if exists == nil and hash == nil then return nil end
  if (exists == false) ~= (hash == nil) then contradiction(key .. " and " .. key .. "_exists") end
  if hash == nil then return "absent" end
  if not is_hash(hash) then contradiction(key .. " is not a hash") end
  return hash:upper()
end

local function mode_from(object)
  local mode = JSON_MODES[object.security_mode]
  local smb0, smb1 = flag(object, "smb0", false, true), flag(object, "smb1", false, true)
  if mode and smb0 ~= nil and smb0 == (mode == "full") then contradiction("mode " .. mode .. " and smb0") end
  if mode and smb1 ~= nil and smb1 ~= (mode == "permissive") then contradiction("mode " .. mode .. " and smb1") end
  return mode
end

--- Reads the object of `bputil -d -j -v GROUP` (reference §1.5, bputil 0.1.12 and later).
-- @param object table: decoded JSON, { ["<VG>"] = { … } }
-- @param group string: the UUID of the volume group
function layout.from_json(object, group)
  return guarded(function()
    local inner = object[group] or object[group:upper()] or object[group:lower()]
    if type(inner) ~= "table" then contradiction("the JSON is not about " .. group) end
    if type(inner.vuid) == "string" and inner.vuid:upper() ~= group:upper() then contradiction("vuid " .. inner.vuid) end
    return finish({
      group = group:upper(), vuid = type(inner.vuid) == "string" and inner.vuid:upper() or nil,
      mode = mode_from(inner), sip = sip_from(inner), coih = hash_from(inner, "coih"),
      ssv = flag(inner, "sip1", "on", "off"), ctrr = flag(inner, "sip2", "on", "off"),
      boot_args_filter = flag(inner, "sip3", "on", "off"),
      kexts = flag(inner, "smb2", false, true), mdm = flag(inner, "smb3", false, true),
      nsih = type(inner.nsih) == "string" and inner.nsih:upper() or nil, unknown = {},
    }, group)
  end)
end

--- The first field on which two readings of one policy differ, or nil.
function layout.difference(one, other)
  for _, field in ipairs(NEEDED) do
    if one[field] ~= other[field] then return field end
  end
  return nil
end

return layout
