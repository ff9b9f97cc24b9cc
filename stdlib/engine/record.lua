-- Says whether a journal's record has the fields that its kind has, each of the right type. A checksum proves that nothing was torn, not
-- that this program wrote it.
-- Must not say what a record means: run_state does.

local keys = require "base.keys"

local record = {}

local is = {}

function is.text(value) return type(value) == "string" end
function is.number(value) return math.type(value) == "integer" end
function is.flag(value) return type(value) == "boolean" end
function is.object(value) return type(value) == "table" and value[1] == nil end

function is.words(value)
  if type(value) ~= "table" then return false end
  local count = 0
  for _, word in pairs(value) do
    if not is.text(word) then return false end
    count = count + 1
  end
  return count == #value
end

function is.command(value) return is.words(value) and #value > 0 end

-- Parameters of a plan, and what a summary of the policy holds.
function is.scalars(value)
  if not is.object(value) then return false end
  for name, one in pairs(value) do
    if not is.text(name) or not (is.text(one) or is.flag(one) or is.number(one)) then return false end
  end
  return true
end

-- SIP's word: hex digits, or none.
function is.sip(value) return value == "absent" or is.text(value) and value:find("^%x+$") ~= nil and #value <= 16 end

local POLICY = { mode = "text", sip = "sip", ssv = "text", ctrr = "text", boot_args_filter = "text", coih = "text", kexts = "flag",
  mdm = "flag" }

local BASELINE = { policy = "policy", boot_args = "text", nonce = "text", dep_mdm = "flag", approved_kexts = "flag" }

local ordered = {}

-- @return the name of the first field that has another type than it should, or nil
local function misfit(fields, object)
  ordered[fields] = ordered[fields] or keys.sorted(fields)
  for _, name in ipairs(ordered[fields]) do
    local kind = fields[name]
    local needed = kind:sub(-1) == "!"
    local value = object[name]
    if value == nil and needed or value ~= nil and not is[needed and kind:sub(1, -2) or kind](value) then return name end
  end
end

function is.policy(value) return is.scalars(value) and not misfit(POLICY, value) end
function is.baseline(value) return is.object(value) and not misfit(BASELINE, value) end

-- By type of record: field → what it is; with "!" it has to be there. What a check saw may be anything: whoever reads it looks first.
local FIELDS = {
  start = { format = "number!", plan = "text!", version = "text", plan_hash = "text", plan_file = "text", command = "text",
    group = "text", volume = "text", build = "text", chip = "text", environment = "text", words = "words", set = "words", kc = "text",
    params = "scalars", baseline = "baseline" },
  intent = { step = "text!", argv = "command!", part = "number", parts = "number", attempt = "number", rung = "number",
    sha256 = "text", boot = "number", nonce = "text" },
  started = { step = "text!", pid = "number", path = "text" },
  outcome = { step = "text!", verdict = "text!", exit = "number", words = "text", rung = "number", leaves = "text",
    recovered = "flag", nonce = "text" },
  deferred = { step = "text!", reason = "text" },
  skipped = { step = "text!" },
  phase = { next = "text!", step = "text!", pending = "flag" },
  ["undo-start"] = { reason = "text!" },
  ["undo-intent"] = { step = "text!", argv = "command!", part = "number", parts = "number", attempt = "number", rung = "number",
    sha256 = "text", boot = "number", nonce = "text" },
  ["undo-outcome"] = { step = "text!", verdict = "text!", rung = "number", leaves = "text", nonce = "text" },
  close = { result = "text!" },
}

--- @param given a decoded record
-- @return true; or nil and a sentence
function record.check(given)
  local kind = type(given) == "table" and given.type
  local fields = is.text(kind) and FIELDS[kind]
  if not fields then return nil, "a record of unknown type " .. tostring(kind) end
  if fields.step and not is.text(given.step) then return nil, "a record that names no step" end
  local name = misfit(fields, given) or given.time ~= nil and not is.text(given.time) and "time"
  if name then return nil, ("a record of type %s whose %s is missing or of the wrong type"):format(kind, name) end
  return true
end

return record
