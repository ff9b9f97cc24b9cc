-- The items of `trial --with-changes`: what each shows and changes, which plan does it, and what is written down of it.
-- Must not hold one that could cost more than a way back: no update with SIP off or a custom kernel, no over-long boot-args, no
-- `nvram -c`, no `bputil -r`, `-z` or `-s`, no authenticated-root, no power cut, no second wrong password.

local answer = require "plan.answer"
local mac_record = require "mac.record"
local paths = require "mac.paths"
local report_run = require "command.report_run"
local staging = require "kernel.staging"
local text = require "base.text"

local changes = {}

local function major(target)
  return math.tointeger(tonumber((target.group.version or ""):match("^(%d+)"))) or 0
end

local function is_staged(target)
  local path = paths.on_data(target, staging.COLLECTION)
  return path ~= nil and require("lib_file").stat(target.root .. path) ~= nil
end

--- In order. name; asks: the question that it answers; changes: what it changes for a while, in words; lacks(target, invocation) → why it
-- cannot be done here, or nil; plan and set: a plan that ships and its parameters, in place of the plan `trial`; checks: more of them;
-- first: true where no other item is done if this one's tool fails; restarts: true where it is gone on with after a restart.
changes.items = {
  { name = "full", asks = "Does Apple's server grant Full Security now?", first = true, -- facts A.10, G
    changes = "Nothing. Full Security is set once more. If that fails, no other item is done." },
  { name = "no", asks = "How do csrutil and bputil ask, and how do they end when they are told no?", -- facts A.1, A.5
    changes = "Nothing, if you answer n each time they ask whether to go on." },
  { name = "password", asks = "What does bputil say to a wrong password?", -- facts A.1, darwin-2026-11 §9
    changes = "Nothing. At the password prompt, type ONE wrong password. If it asks again, type the right one: a Mac counts.",
    lacks = function(_, invocation)
      return (invocation.options.password_fd or not invocation.person) and "it needs somebody who types" or nil
    end },
  { name = "reduced", asks = "What does bputil say when it sets Reduced Security?", -- facts A.1
    changes = "Security is Reduced for a moment." },
  { name = "order", asks = "Does a policy made by bputil take back what csrutil opened before?", -- facts A.1, A.2
    changes = "SIP is turned off, then the boot-args filter. Security is Permissive meanwhile." },
  { name = "sip", asks = "What does csrutil say when SIP is off already, and when it turns SIP on again?", -- facts A.5
    changes = "SIP is turned off, off once more, and on again. Security is Permissive meanwhile." },
  { name = "guests", asks = "Does csrutil take research guests back when it turns SIP off?", -- darwin-2026-11 §10
    changes = "Research guests are allowed, then SIP is turned off. Security is Permissive meanwhile.",
    lacks = function(target) return major(target) < 15 and "csrutil knows research guests from macOS 15 on" or nil end },
  { name = "kernel", asks = "Does kmutil take a kernel at Full Security, and does it forget one when it is given none?", -- facts A.3
    changes = "The staged kernel collection is registered and then forgotten. This Mac is never started with it.",
    checks = { "collection", "preboot" },
    lacks = function(target) return not is_staged(target) and "no kernel collection is staged" or nil end },
  { name = "words", asks = "Who keeps a boot argument: recovery, macOS, the kernel? And does Full Security come back from macOS?", -- A.4
    changes = "SIP no longer protects NVRAM, and boot-args get vmq_trial=1, over one or two restarts. The running kernel "
      .. "knows the word until the restart after that.",
    plan = "sip", set = { "without=nvram", "words=vmq_trial=1" }, restarts = true },
}

--- The item that a run is about, or nil.
-- @param start the run's start record
function changes.of_run(start)
  local item = (start.params or {}).item
  for _, one in ipairs(changes.items) do
    if start.command == "trial" and (one.plan or "trial") == start.plan and (one.plan or one.name == item) then return one end
  end
end

-- ---- what is written down --------------------------------------------------------------------------------------------

-- Lines of one command's output that are kept: the last ones.
local MOST_LINES = 30

-- A line in pieces that a record takes, none of which ends within a character.
local function pieces_of(line, pieces)
  while #line > mac_record.LONGEST_SAID do
    local cut = utf8.offset(line, 0, mac_record.LONGEST_SAID + 1) - 1
    pieces[#pieces + 1] = line:sub(1, cut)
    line = line:sub(cut + 1)
  end
  pieces[#pieces + 1] = line
end

local function add_output(facts, item, printed)
  local pieces = {}
  for line in (text.printable(report_run.shown_output(printed)) .. "\n"):gmatch("(.-)\n") do pieces_of(line, pieces) end
  for index = math.max(1, #pieces - MOST_LINES + 1), #pieces do
    facts[#facts + 1] = { name = "said", item.name, pieces[index] }
  end
end

-- What was read back, as a line.
local function read_back(record, plan)
  local how = record.exit and ("exit status %d"):format(record.exit) or "ended"
  if record.type == "deferred" then return "put off to macOS" end
  if record.type == "undo-outcome" then return ("way back: %s"):format(record.leaves or record.verdict) end
  if record.type == "outcome" then return ("%s, then: %s"):format(how, answer.text(plan.index[record.step], record.seen)) end
end

--- What a run told, as facts of a record: each command, what it printed, and what was read back.
-- @param item the item
-- @param run, records from journals.read
-- @param plan the run's
-- @param directory the journal's folder
-- @return array of facts, and whether a tool failed
function changes.facts(item, run, records, plan, directory)
  local outputs, facts, failed = report_run.outputs(directory, run, records), {}, false
  for _, record in ipairs(records) do
    if record.argv then
      add_output(facts, item, "$ " .. table.concat(record.argv, " "))
      if outputs[record] then add_output(facts, item, outputs[record]) end
    end
    local line = read_back(record, plan)
    if line then add_output(facts, item, "= " .. line) end
    failed = failed or record.type == "outcome" and record.exit ~= 0
  end
  return facts, failed
end

return changes
