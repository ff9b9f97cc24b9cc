-- A Lua prompt with the words that plans are written with. It looks; it does not act.
-- Must not hand out anything that starts a program or opens a file.

local line_reader = require "run.line_reader"
local sandbox = require "plan.sandbox"
local text = require "base.text"

local console = {}

local DEEPEST = 4

-- What a person types to leave who does not know Ctrl-D. No plan has such names.
local LEAVE = { exit = true, quit = true }

-- Seconds that one input may run, and what is said of one that was ended.
local SECONDS = require("plan.guarded").SECONDS
local ENDED = { loop = ("This ran %d s without coming to an end, and was stopped."):format(SECONDS), interrupted = "Stopped.",
  error = "This needs more memory than there is." }

local function sorted_keys(value)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if math.type(a) and math.type(b) then return a < b end
    return type(a) .. tostring(a) < type(b) .. tostring(b)
  end)
  return keys
end

local function show_key(key)
  if type(key) == "string" then return key:find("^[%a_][%w_]*$") and key or ("[%q]"):format(key) end
  return ("[%s]"):format(tostring(key))
end

--- A value as readable text: strings quoted, tables with sorted keys, nesting shown to four levels.
function console.show(value, indent, depth)
  indent, depth = indent or "", depth or 1
  if type(value) == "string" then return ('"%s"'):format(text.printable(value):gsub('"', '\\"')) end
  if type(value) ~= "table" then return tostring(value) end
  if next(value) == nil then return "{}" end
  if depth > DEEPEST then return "{ … }" end
  local lines, inner = {}, indent .. "  "
  for index, key in ipairs(sorted_keys(value)) do
    local name = type(key) == "number" and index == key and "" or show_key(key) .. " = "
    lines[index] = inner .. name .. console.show(value[key], inner, depth + 1)
  end
  local one = "{ " .. table.concat(lines, ", "):gsub("%s+", " "):gsub("^ ", "") .. " }"
  if #one + #indent <= 76 then return one end
  return "{\n" .. table.concat(lines, ",\n") .. "\n" .. indent .. "}"
end

local HELP = [[
Words: policy(), status(), help(), probe { "/usr/bin/csrutil", "status" }, nvram.get "boot-args",
bputil.read(GROUP), sysctl.read "kern.osbuildconfig", and the other names that plans have; Tab completes.
This prompt only looks. To change something, put it into a plan and use `vmq-recovery run FILE`.]]

local REFUSAL = "this prompt only looks: put the command into a plan, then `vmq-recovery check FILE` and "
  .. "`vmq-recovery run FILE`"

local function refuse() error(REFUSAL, 0) end

-- The target's policy, as a function that is still the module of policy words.
local function callable(module, call)
  return setmetatable(module, { __call = call })
end

local function environment(view, target, options)
  local words = sandbox.vocabulary()
  words.group = target.group and target.group.group
  words.policy = callable(words.policy, function(_, group)
    if not (group or words.group) then return nil, "no volume group is known" end
    return words.bputil.read(group or words.group)
  end)
  words.status = function() return (require("run.status").gather(target, options.journal)) end
  words.help = function() view.text(HELP) end
  words.act, words.run = refuse, refuse
  return words
end

-- @return function, or nil, message, true when the text only lacks its end
local function compile(source, words)
  local load = require("lib_state").load
  local chunk, as_expression = load("return " .. source, "=console", words)
  if chunk then return chunk end
  local message
  chunk, message = load(source, "=console", words)
  if chunk then return chunk end
  return nil, message, (message .. as_expression):find "<eof>" ~= nil
end

local function print_results(view, results)
  for index = 2, results.n do view.raw_text(console.show(results[index])) end
end

local function evaluate(view, chunk)
  require("tool.probe").forget()
  local state = require "lib_state"
  local called = table.pack(state.call(SECONDS, xpcall, chunk, state.traceback))
  if not called[1] then return view.text(ENDED[called[4]]) end
  local results = table.pack(table.unpack(called, 2, called.n))
  if results[1] then return print_results(view, results) end
  -- The prompt's own frames below the person's are of no use to them.
  local trace = tostring(results[2])
  if trace:sub(1, #REFUSAL) == REFUSAL then return view.text(REFUSAL) end
  trace = trace:gsub("\n%s*%[C%]: in function 'xpcall'.*$", "")
  view.raw_text(text.printable(trace))
end

local function candidates(words, path, start)
  local place = words
  for name in path:gmatch("([%w_]+)[%.:]") do
    place = type(place) == "table" and place[name] or nil
  end
  local found = {}
  for key in pairs(type(place) == "table" and place or {}) do
    if type(key) == "string" and key:sub(1, #start) == start then found[#found + 1] = key end
  end
  table.sort(found)
  return found
end

local function common_start(list)
  local start = list[1]
  for _, word in ipairs(list) do
    while word:sub(1, #start) ~= start do start = start:sub(1, -2) end
  end
  return start
end

--- What Tab does: what to put in at the cursor, and the choices when there are several.
function console.complete(words, before)
  local path, start = before:match("([%w_%.:]*[%.:])([%w_]*)$")
  if not path then path, start = "", before:match("([%w_]*)$") end
  local found = candidates(words, path, start)
  if #found == 0 then return nil end
  local more = common_start(found):sub(#start + 1)
  return more ~= "" and more or nil, #found > 1 and table.concat(found, "  ") or nil
end

-- One input, over as many lines as it takes. @return source, or nil and "eof" | "interrupted"
local function read_input(read, words)
  local source, why = read("> ")
  while source do
    local _, _, unfinished = compile(source, words)
    if not unfinished then return source end
    local line
    line, why = read(">> ")
    if not line then return why == "interrupted" and "" or nil, why end
    source = source .. "\n" .. line
  end
  return nil, why
end

--- Reads, evaluates and prints until the end of input.
-- @param view the screen
-- @param target see mac.target.look
-- @param options the command line's
-- @param farewell string: how to leave, said first
function console.run(view, target, options, farewell)
  local words = environment(view, target, options)
  view.text("Lua, to look around: help() tells how. " .. farewell)
  local read = line_reader.new(function(before) return console.complete(words, before) end)
  while true do
    local source = read_input(read, words)
    if not source or LEAVE[source:match "^%s*(%l+)%s*$"] then break end -- also the end of input, and Ctrl-C, after which nothing is read
    if source:find("%S") then
      local chunk, message = compile(source, words)
      if chunk then evaluate(view, chunk) else view.raw_text(text.printable(message)) end
    end
  end
  view.raw_text("")
end

return console
