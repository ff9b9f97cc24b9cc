-- Broken tools: which tool is broken how, and on which of its calls.
-- It must not act on anything; `sim.process` plays the faults.

local nearest = require("base.text").suggestion

local fault = {}

--- Seconds that a delayed fault takes when none are given; where no clock runs, tools that start in the meantime.
fault.DELAY = 2

fault.tools = {
  "csrutil", "bputil", "kmutil", "nvram", "diskutil", "sysctl", "curl", "hdiutil", "installer", "pkgutil",
}

-- What each does is told in `sim.process`, or by the one tool that is named third: no other tool takes that fault.
-- Those ending in -read break calls that only read, the others break changes.
fault.kinds = {
  { "fail-before", "fails without having done anything" },
  { "act-then-fail", "does it all and reports a failure" },
  { "lie", "reports success without having done anything" },
  { "hang", "stops answering before it acts" },
  { "hang-after", "stops answering after it has acted" },
  { "die-halfway", "is killed with half of the change done" },
  { "half-line", "prints half a line and ends without having done anything" },
  { "garbage", "prints a megabyte of unknown text and ends without having done anything" },
  { "unknown-question", "asks a question nobody knows" },
  { "late-daemon", "dies with its terminal, but a daemon has been given the work and finishes it", delayed = true },
  { "outlives", "goes on with its work when its terminal is gone", delayed = true },
  { "detached", "closes its terminal and everything else it has open, and goes on with its work", delayed = true },
  { "garbage-read", "prints unknown text when asked for the state" },
  { "fail-read", "cannot tell the state" },
  { "hang-read", "stops answering when asked for the state" },
  { "cut", "curl: the connection breaks half-way, half of the file stays", "curl" },
  { "wrong-bytes", "curl: the file is as long as it should be and not the right one", "curl" },
  { "half-file", "kmutil create: fails with half of the file written", "kmutil" },
}

local function find(list, word)
  for _, item in ipairs(list) do
    if item == word or item[1] == word then return item end
  end
end

local function names(list)
  local words = {}
  for i, item in ipairs(list) do words[i] = item[1] end
  return words
end

local function suggestion(word, list) return nearest(word, list, "`vmq-recovery rehearse --list` lists what there is") end

local function refuse(form, ...) return nil, form:format(...), "unknown" end

--- Reads `TOOL:HOW`, `TOOL:HOW:N` (N = only the Nth such call of the tool), `TOOL:HOW@SECONDS`, `TOOL:HOW@SECONDS:N`.
-- Returns { tool, how, nth|nil, delay|nil }, or nil, message, "unknown".
function fault.parse(text)
  local tool, how, delay, nth = text:match("^([^:]+):([^:@]+)@?(%d*):?(%d*)$")
  if not tool then return refuse("a fault is written TOOL:HOW or TOOL:HOW:N, not %q", text) end
  if not find(fault.tools, tool) then
    return refuse("no faults are known for %q%s", tool, suggestion(tool, fault.tools))
  end
  local kind = find(fault.kinds, how)
  if not kind then return refuse("there is no fault called %q%s", how, suggestion(how, names(fault.kinds))) end
  if kind[3] and kind[3] ~= tool then
    return refuse("%s cannot fail by %q: that is a fault of %s alone", tool, how, kind[3])
  end
  if delay ~= "" and not kind.delayed then return refuse("%q takes no time that could be set, as in %q", how, text) end
  return { tool = tool, how = how, nth = tonumber(nth), delay = tonumber(delay) or kind.delayed and fault.DELAY }
end

--- Adds a fault in its written form to a state. Returns true, or nil, message, "unknown".
function fault.add(state, text)
  local found, message, code = fault.parse(text)
  if not found then return nil, message, code end
  state.faults[#state.faults + 1] = found
  return true
end

local function concerns(item, tool, kind)
  return item.tool == tool and (item.how:find("%-read$") ~= nil) == (kind == "read")
end

local function any(state, tool, kind)
  for _, item in ipairs(state.faults) do
    if concerns(item, tool, kind) then return true end
  end
  return false
end

--- Counts a call of `tool` (`kind`: "change" or "read") and returns the fault that is to break it, or nil.
-- Reading is counted only where a fault asks for it, so that a tool that only reads leaves the state alone.
function fault.strike(state, tool, kind)
  if kind == "read" and not any(state, tool, kind) then return nil end
  local calls = state.calls[tool] or { change = 0, read = 0 }
  state.calls[tool] = calls
  calls[kind] = calls[kind] + 1
  for _, item in ipairs(state.faults) do
    if concerns(item, tool, kind) and (not item.nth or item.nth == calls[kind]) then return item end
  end
end

--- Notes that a fault (of `fault.strike`) has broken something.
function fault.mark(item) item.fired = (item.fired or 0) + 1 end

local function written(item)
  local delay = item.delay and item.delay ~= fault.DELAY and "@" .. item.delay or ""
  return ("%s:%s%s%s"):format(item.tool, item.how, delay, item.nth and ":" .. item.nth or "")
end

--- The faults that have broken nothing so far, as they are written: array of texts.
function fault.unfired(state)
  local list = {}
  for _, item in ipairs(state.faults) do
    if not item.fired then list[#list + 1] = written(item) end
  end
  return list
end

return fault
