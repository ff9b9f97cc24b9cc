-- Broken tools: which tool is broken how, and on which of its calls.
-- It must not act on anything; `sim.process` plays the faults.

local fault = {}

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
  for i, item in ipairs(list) do words[i] = type(item) == "table" and item[1] or item end
  return table.concat(words, ", ")
end

--- Reads `TOOL:HOW` or `TOOL:HOW:N` (N = only the Nth such call of the tool).
-- Returns { tool, how, nth|nil }, or nil, message, "unknown".
function fault.parse(text)
  local tool, how, nth = text:match("^([^:]+):([^:]+):?(%d*)$")
  if not tool then
    return nil, ("a fault is written TOOL:HOW or TOOL:HOW:N, not %q"):format(text), "unknown"
  end
  if not find(fault.tools, tool) then
    return nil, ("no faults are known for %q; the tools are: %s"):format(tool, names(fault.tools)), "unknown"
  end
  local kind = find(fault.kinds, how)
  if not kind then
    return nil, ("there is no fault called %q; there are: %s"):format(how, names(fault.kinds)), "unknown"
  end
  if kind[3] and kind[3] ~= tool then
    return nil, ("%s cannot fail by %q: that is a fault of %s alone"):format(tool, how, kind[3]), "unknown"
  end
  return { tool = tool, how = how, nth = tonumber(nth) }
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

--- Counts a call of `tool` (`kind`: "change" or "read") and returns the fault that breaks it, or nil.
-- Reading is counted only where a fault asks for it, so that a tool that only reads leaves the state alone.
function fault.strike(state, tool, kind)
  if kind == "read" and not any(state, tool, kind) then return nil end
  local calls = state.calls[tool] or { change = 0, read = 0 }
  state.calls[tool] = calls
  calls[kind] = calls[kind] + 1
  for _, item in ipairs(state.faults) do
    if concerns(item, tool, kind) and (not item.nth or item.nth == calls[kind]) then return item.how end
  end
end

return fault
