-- One state of a Mac as far as this program's work touches it, and the one comparison of two. Every sentence about what is as
-- before, and what is not, comes from here.
-- Must not start anything that changes the Mac, and must not call two states the same where one could not be read.
--
-- A state: { policy = see mac.policy.summary or nil, boot_args = string or nil, nonce = the policy's own (lpnh), new at each write
-- of the policy, or nil, dep_mdm = smb4, approved_kexts = whether auxp, auxi or auxr is there }. What is nil was not read.
-- Journals of 1.0.0 hold policy and boot_args alone.

local boot_args = require "mac.boot_args"
local bputil = require "tool.bputil"
local nvram = require "tool.nvram"
local policy = require "mac.policy"
local text = require "base.text"

local state = {}

--- Puts together what was read.
-- @param full policy as tool.bputil.read returns, or nil
-- @param value boot-args, or nil
function state.of(full, value)
  return { policy = full and policy.summary(full), boot_args = value, nonce = full and full.nonce,
    dep_mdm = full and full.dep_mdm, approved_kexts = full and full.approved_kexts }
end

-- What each field of a policy's summary is.
local KINDS = { mode = "string", sip = "string", ssv = "string", ctrr = "string", boot_args_filter = "string", coih = "string",
  kexts = "boolean", mdm = "boolean" }

local function is_sip(word) return word == "absent" or #word <= 16 and word:find("^%x+$") ~= nil end

-- A policy's summary, or nil where it is none.
local function summary_in(seen)
  if type(seen) ~= "table" then return nil end
  for name, kind in pairs(KINDS) do
    if seen[name] ~= nil and type(seen[name]) ~= kind then return nil end
  end
  return (seen.sip == nil or is_sip(seen.sip)) and seen or nil
end

--- The same of what steps have seen. It may come from a journal, which may hold anything: what is no state is taken for not read.
-- @param parts table: by a step's `part`, what its check saw
function state.of_parts(parts)
  local arguments = parts["boot-args"]
  local value = type(arguments) == "table" and arguments.value
  return { policy = summary_in(parts.policy), boot_args = type(value) == "string" and value or nil }
end

--- Reads the state of one volume group now.
-- @param group string: its UUID
function state.read(group)
  return state.of(bputil.read(group), (nvram.get "boot-args"))
end

local function field_of_policy(name)
  return function(one) return one.policy and one.policy[name] end
end

local function on_off(value) return value end
local function allowed(value) return value and "allowed" or "not allowed" end
local function quoted(value) return value == "" and "(empty)" or '"' .. value .. '"' end

-- What is compared: its name for people, how it is read from a state, how it is told, and whether it is a list of words. Order is
-- that of the screen.
local FIELDS = {
  { name = "security", read = field_of_policy "mode", text = text.capitalized },
  { name = "SIP", read = field_of_policy "sip", text = policy.sip_text },
  { name = "sealed system volume", read = field_of_policy "ssv", text = on_off },
  { name = "kernel CTRR", read = field_of_policy "ctrr", text = on_off },
  { name = "boot-args filter", read = field_of_policy "boot_args_filter", text = on_off },
  { name = "third-party kexts", read = field_of_policy "kexts", text = allowed },
  { name = "kexts by MDM", read = field_of_policy "mdm", text = allowed },
  { name = "kexts by enrolled MDM", read = function(one) return one.dep_mdm end, text = allowed },
  { name = "approved kexts", read = function(one) return one.approved_kexts end,
    text = function(value) return value and "some" or "none: approve them again in System Settings" end },
  { name = "kernel", read = field_of_policy "coih", text = policy.kernel_text },
  { name = "boot-args", read = function(one) return one.boot_args end, text = quoted, is_words = true },
}

-- Words that stood in one value and do not in another.
local function lost_words(before, after)
  local lost = boot_args.missing(before, after)
  return #lost > 0 and lost or nil
end

local function difference(field, before, after)
  local unread = after == nil
  local has_words = field.is_words and not unread
  local lost = has_words and lost_words(before, after) or nil
  return { name = field.name, before = field.text(before), after = unread and "cannot be read" or field.text(after),
    lost = lost, added_only = has_words and not lost or false, unread = unread }
end

--- Compares two states field by field. What was not known before is not compared; what cannot be read now is a difference.
-- @param before, after states
-- @return array of { name, before = text, after = text, lost = array of boot arguments that are gone, or nil, added_only = true when
--   nothing of before is missing: others have added boot arguments, unread = true when it cannot be read now }; empty when there is
--   no difference
function state.compare(before, after)
  local found = {}
  for _, field in ipairs(FIELDS) do
    local one, other = field.read(before), field.read(after)
    if one ~= nil and one ~= other then found[#found + 1] = difference(field, one, other) end
  end
  return found
end

-- The fields by which a state is told as a whole.
local MAIN = { security = true, SIP = true, ["boot-args filter"] = true, kernel = true, ["boot-args"] = true }

--- A state in words: "security Full, SIP on, boot-args filter on, kernel Apple's, boot-args (empty)".
-- @param one state or nil
-- @return string, or nil where nothing of it was read
function state.words(one)
  local parts = {}
  for _, field in ipairs(one and FIELDS or {}) do
    local value = field.read(one)
    if MAIN[field.name] and value ~= nil then parts[#parts + 1] = field.name .. " " .. field.text(value) end
  end
  return #parts > 0 and table.concat(parts, ", ") or nil
end

--- The nonce of a group's policy now, or nil.
-- @param group string: its UUID
function state.nonce(group)
  local full = bputil.read(group)
  return full and full.nonce
end

--- Has somebody written the policy between two readings? @return true | false, or nil when the nonce was not read
function state.was_written(before, after)
  if not before.nonce or not after.nonce then return nil end
  return before.nonce ~= after.nonce
end

--- A function that compares the Mac as it is when it is called with a state of before.
-- @param before state or nil, where nothing was recorded
-- @param group string: the volume group's UUID
-- @return function() → differences (see state.compare), and whether the policy was written meanwhile (see state.was_written)
function state.comparer(before, group)
  return function()
    local now = state.read(group)
    return state.compare(before or {}, now), state.was_written(before or {}, now)
  end
end

--- Differences as lines: "SIP: custom (46) before, off (7f) now".
-- @param differences from state.compare
function state.lines(differences)
  local lines = {}
  for index, one in ipairs(differences) do lines[index] = ("%s: %s before, %s now"):format(one.name, one.before, one.after) end
  return lines
end

return state
