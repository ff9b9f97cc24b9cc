-- Policies in bputil's text and JSON forms, and as summaries, for tests of what reads and compares them.

local policies = {}

policies.GROUP = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"

-- Rows in the layout of macOS 26 (reference §1.5); the values are filled in.
local ROWS = {
  { "os_type", "OS Type                                       : %s" },
  { "pairing", "OS Pairing Status                             : %s" },
  { "group", "Volume Group UUID                       (vuid): %s" },
  { "nsih", "Next Stage Image4 Hash                  (nsih): %s" },
  { "coih", "CustomKC or fuOS Image4 Hash            (coih): %s" },
  { "mode", "Security Mode:               %s" },
  { "kexts", "3rd Party Kexts Status:      %s" },
  { "mdm", "User-allowed MDM Control:    %s" },
  { "sip", "SIP Status:                  %s" },
  { "ssv", "Signed System Volume Status: %s" },
  { "ctrr", "Kernel CTRR Status:          %s" },
  { "boot_args_filter", "Boot Args Filtering Status:  %s" },
}

policies.FULL_ROWS = {
  os_type = "one true recoveryOS", pairing = "Paired", group = policies.GROUP, nsih = ("19"):rep(48), coih = "absent",
  mode = "Full       (smb0): absent", kexts = "Disabled   (smb2): absent", mdm = "Disabled   (smb3): absent",
  sip = "Enabled    (sip0): absent", ssv = "Enabled    (sip1): absent", ctrr = "Enabled    (sip2): absent",
  boot_args_filter = "Enabled    (sip3): absent",
}

--- What csrutil disable and kmutil leave (reference §10).
policies.LOWERED = { mode = "Permissive (smb0 && smb1): 1", sip = "Customized (sip0): 7f", coih = ("CD"):rep(48),
  ctrr = "Disabled   (sip2): 1", boot_args_filter = "Disabled   (sip3): 1" }

--- The text of `bputil -d -v GROUP`.
-- @param changes field → the row's value; false leaves the row out
-- @param extra string put at the end
function policies.text(changes, extra)
  local lines = { "Operating on Volume Group UUID " .. policies.GROUP, "OS environment:" }
  for _, row in ipairs(ROWS) do
    local value = (changes or {})[row[1]]
    if value == nil then value = policies.FULL_ROWS[row[1]] end
    if value then lines[#lines + 1] = row[2]:format(value) end
  end
  return table.concat(lines, "\n") .. "\n" .. (extra or "")
end

--- The object of `bputil -d -j -v GROUP` for a full policy, with changes; the value "none" takes a key away.
function policies.object(changes)
  local inner = { vuid = policies.GROUP, security_mode = "full", smb0 = false, smb1 = false, smb2 = false, smb3 = false,
    sip0 = 0, sip0_exists = false, sip1 = false, sip2 = false, sip3 = false, coih_exists = false, nsih = ("19"):rep(48) }
  for key, value in pairs(changes or {}) do
    if value == "none" then inner[key] = nil else inner[key] = value end
  end
  return { [policies.GROUP] = inner }
end

--- A policy's summary: full, with changes.
function policies.summary(changes)
  local summary = { mode = "full", sip = "absent", ssv = "on", ctrr = "on", boot_args_filter = "on", kexts = false,
    mdm = false, coih = "absent" }
  for key, value in pairs(changes or {}) do summary[key] = value end
  return summary
end

-- How each verdict stands in a text, letter for letter.
local FORMS = {
  mode = { full = "Security Mode:%s+Full%s+%(smb0%): [a0]", reduced = "Security Mode:%s+Reduced%s+%(smb0%): 1",
    permissive = "Security Mode:%s+Permissive%s+%(smb0 && smb1%): 1" },
  ssv = { on = "%sEnabled%s+%(sip1%): [a0]", off = "%sDisabled%s+%(sip1%): 1" },
  ctrr = { on = "%sEnabled%s+%(sip2%): [a0]", off = "%sDisabled%s+%(sip2%): 1" },
  boot_args_filter = { on = "%sEnabled%s+%(sip3%): [a0]", off = "%sDisabled%s+%(sip3%): 1" },
}

-- Words that may not stand in a text beside a verdict.
local AGAINST = { full = { "Permissive", "Reduced" }, reduced = { "Full  ", "Permissive" }, permissive = { "Full  ", "Reduced" } }

local function mode_denied(policy, text)
  for _, word in ipairs(AGAINST[policy.mode]) do
    if text:find("\nSecurity Mode:%s+" .. word) then return true end
  end
end

--- The first field of a policy that has no ground in the text it was read from, or that the text denies; or nil.
function policies.unfounded(policy, text)
  for field, forms in pairs(FORMS) do
    if not text:find(forms[policy[field]]) then return field end
  end
  if mode_denied(policy, text) then return "mode" end
  if policy.sip == "absent" and not text:find("%(sip0%): [a0]") then return "sip" end
  if policy.sip == "absent" and text:find("\nSIP Status:%s+[CD]") then return "sip" end
  if policy.sip ~= "absent" and not text:find("%(sip0%): 0?[xX]?0*" .. policy.sip:gsub("%a", function(digit)
    return "[" .. digit .. digit:upper() .. "]"
  end) .. "%s") then return "sip" end
  if policy.coih == "absent" and not text:find("%(coih%): absent") then return "coih" end
  if policy.coih ~= "absent" and not text:upper():find("(COIH): " .. policy.coih, 1, true) then return "coih" end
  if policy.group == policies.GROUP and not text:upper():find(policies.GROUP, 1, true) then return "group" end
end

return policies
