-- Inputs for what a journal's records mean: one JSON value a line.
-- Must not touch a journal file; the C targets do.

local json = require "base.json"
local run_state = require "engine.run_state"
local shape = require "tests.fuzz.lua.shape"

local START = '{"type":"start","format":1,"plan":"apply","command":"apply","params":{},"baseline":{"mode":"full"},"time":"t"}\n'
local ACTED = '{"argv":["/usr/bin/x"],"type":"intent","step":"a","part":1,"parts":1,"attempt":1,"before":{"on":false}}\n'
  .. '{"type":"outcome","step":"a","verdict":"done","seen":{"on":true},"exit":0}\n'
local REST = '{"type":"deferred","step":"b","reason":"r"}\n{"type":"skipped","step":"c"}\n{"type":"phase","next":"macos","step":"d"}\n'
local BACK = '{"type":"undo-start","reason":"asked"}\n'
  .. '{"argv":["/x"],"type":"undo-intent","step":"a","part":1,"parts":1,"rung":1,"before":{}}\n'
  .. '{"type":"undo-outcome","step":"a","verdict":"undone","rung":1,"leaves":"x"}\n{"type":"close","result":"undone","exit":1}\n'

local function records_in(text)
  local records = {}
  for line in text:gmatch("[^\n]+") do
    local record = json.decode(line)
    if record == nil then return records end
    records[#records + 1] = record
  end
  return records
end

local function run_fault(run, records)
  if run.records ~= #records then return "records that do not count" end
  if run.direction ~= "forward" and run.direction ~= "back" then return "no direction" end
  local closes = 0
  for _, record in ipairs(records) do closes = closes + (record.type == "close" and 1 or 0) end
  if run.closed and closes == 0 then return "closed without a close" end
  for name, state in pairs(run.steps) do
    local why = shape.fault(name, "string", "a step's name") or shape.fault(state.done, "boolean", "done")
    if why then return why end
  end
  local fault = shape.fault(run.acted, { each = "string" }, "what was acted")
  return fault or shape.fault(run_state.is_open(run), "boolean", "whether it is open")
end

local function check_rebuild(text)
  local records = records_in(text)
  local run, message = run_state.rebuild(records)
  if not run then
    if not tostring(message):find("^record %d+: ") then return "the refusal is " .. tostring(message) end
    return nil
  end
  if #records > 0 and not run.start then return "a run without a start" end
  return run_fault(run, records)
end

return {
  { name = "records", check = check_rebuild, seeds = { START, START .. ACTED, START .. ACTED .. REST .. BACK },
    words = { "start", "intent", "outcome", "deferred", "skipped", "phase", "undo-start", "undo-intent", "undo-outcome", "close", "done",
      "todo", "pending", "unknown", "refused" } },
}
