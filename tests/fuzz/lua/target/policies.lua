-- Inputs for what reads the security of a Mac: bputil as text and JSON, both together, csrutil.
-- Must judge by the input alone: what is looked for in it is written down here, not asked of the parser.

local answers = require "tests.unit.lua.support.answers"
local bputil = require "tool.bputil"
local csrutil = require "tool.csrutil"
local json = require "dkjson"
local layout = require "tool.bputil_layout"
local policies = require "tests.unit.lua.support.policies"
local samples = require "tests.unit.lua.support.samples"
local shape = require "tests.fuzz.lua.shape"

local GROUP = policies.GROUP
local VERDICTS = { "mode", "sip", "ssv", "ctrr", "boot_args_filter", "kexts", "mdm", "coih" }

-- Recorded texts, as if they were about one group.
local function recorded()
  local texts = { policies.text(), policies.text(policies.LOWERED), policies.text { mode = "Reduced    (smb0): 1" } }
  for _, sample in ipairs(samples.matching "^bputil%-d[%-vd]*%.txt$") do
    local about = sample.about.means
    if about then texts[#texts + 1] = (sample.text:gsub(about.group, GROUP)) end
  end
  return texts
end

local function code_fault(code)
  if code ~= "incomplete" and code ~= "contradiction" then return "the refusal's code is " .. tostring(code) end
end

-- The first lines of an output must not say another thing than the whole.
local function cut_fault(text, policy)
  local part = layout.from_text(text:sub(1, #text - 1 - #text % 397):match("^.*\n") or "", GROUP)
  for _, field in ipairs(part and VERDICTS or {}) do
    if part[field] ~= policy[field] then
      return ("cut off, %s is %s instead of %s"):format(field, tostring(part[field]), tostring(policy[field]))
    end
  end
end

local function check_text(text)
  local policy, message, code = layout.from_text(text, GROUP)
  if not policy then return shape.answer_fault("nil", nil, message) or code_fault(code) end
  local field = policies.unfounded(policy, text)
  if field then return field .. " has no ground in the text" end
  return cut_fault(text, policy)
end

local JSON_WORDS = { "security_mode", "sip0", "sip0_exists", "sip1", "sip2", "sip3", "smb0", "smb1", "smb2", "smb3", "coih", "coih_exists",
  "nsih", "vuid", "full", "reduced", "permissive" }

local function objects()
  local texts = { json.encode(policies.object()), json.encode(policies.object { security_mode = "permissive", smb0 = true,
    smb1 = true, sip0 = 127, sip0_exists = true, sip2 = true, sip3 = true, coih_exists = true, coih = ("cd"):rep(48) }) }
  for _, sample in ipairs(samples.matching "^bputil%-dj") do
    texts[#texts + 1] = (sample.text:gsub("%x+%-%x+%-%x+%-%x+%-%x+", GROUP))
  end
  return texts
end

local function check_object(text)
  local object = json.decode(text, text:find("{", 1, true) or 1)
  if type(object) ~= "table" then return nil end
  local policy, message, code = layout.from_json(object, GROUP)
  if not policy then return shape.answer_fault("nil", nil, message) or code_fault(code) end
  local inner = object[GROUP] or object[GROUP:lower()]
  if policy.mode ~= inner.security_mode then return "the mode is not the one it names" end
  if policy.sip == "absent" and (inner.sip0 or 0) ~= 0 then return "SIP on, with bits" end
  if policy.sip ~= "absent" and tonumber(policy.sip, 16) ~= inner.sip0 then return "other SIP bits" end
  if policy.coih == "absent" and inner.coih ~= nil then return "Apple's kernel, with a custom one's hash" end
  if policy.boot_args_filter == "on" and (inner.sip3 == true or inner.sip3 == 1) then return "the filter on, with sip3" end
end

-- What bputil prints as text is a policy; whatever it prints as JSON, another policy must not come of it.
local TEXT = policies.text(policies.LOWERED)

local function check_both(printed)
  bputil.forget()
  answers.use { ["/usr/bin/bputil -d -v " .. GROUP] = TEXT, ["/usr/bin/bputil -d -j -v " .. GROUP] = printed }
  local policy, message = bputil.read(GROUP)
  if not policy then return shape.answer_fault("nil", nil, message) end
  if policy.mode ~= "permissive" or policy.sip ~= "7f" then return "another policy than the text's" end
end

local function check_status(text)
  local status, message = csrutil.parse_status(text)
  if not status then return shape.answer_fault("nil", nil, message) end
  local word = status.state == "custom" and "unknown" or status.state
  for told in text:gmatch("System Integrity Protection status: ?(%w*)") do
    if told ~= word then return ("%s, and the text says %s"):format(status.state, told) end
  end
  if not text:find("System Integrity Protection status: " .. word, 1, true) then return status.state .. " has no ground" end
end

local function statuses()
  local texts = {}
  for _, sample in ipairs(samples.matching "^csrutil") do texts[#texts + 1] = sample.text end
  return texts
end

return {
  { name = "bputil-text", seeds = recorded(), check = check_text, words = { "Customized", "Disabled", "Medium", "smb0 && smb1" } },
  { name = "bputil-json", seeds = objects(), check = check_object, words = JSON_WORDS },
  { name = "bputil-both", seeds = objects(), check = check_both, words = JSON_WORDS },
  { name = "csrutil", seeds = statuses(), check = check_status, words = { "unknown (Custom Configuration)", "enabled", "disabled" } },
}
