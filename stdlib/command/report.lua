-- `report [RUN]`: one page about a run, for an issue or for one's own file: HTML that needs nothing else, or text.
-- Must not change anything, write over a file, or hold a secret: journal and transcript hold none.

local anonymous = require "command.report_anonymous"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local find = require "command.find"
local html = require "screen.html"
local lifecycle = require "run.lifecycle"
local plans = require "run.plans"
local report_run = require "command.report_run"
local state = require "mac.state"

local report = {}

local READABLE = 420 -- 0644

-- The Mac as it is now, where this run is the newest and its Mac can be read.
local function state_now(target, run, is_latest)
  local group = target.group and target.group.group
  local now = is_latest and group and group == run.start.group and state.read(group)
  return now and now.policy and now or nil
end

local function gather(target, found)
  local run = found.run
  return { run = run, records = found.records, target = target, is_latest = found.is_latest,
    journal = ("%s/%04d.journal"):format(found.path, run.number),
    plan = not run.start.plan_file and plans.embedded(run.start.plan) or nil,
    outputs = report_run.outputs(found.directory, run, found.records), now = state_now(target, run, found.is_latest) }
end

local function as_text(tell)
  local view = require("screen.human").open { color = "never" }
  return view.captured(function() tell(view.emit) end)
end

local function as_html(tell)
  local page = html.open()
  tell(page.emit)
  return page.text()
end

local function store(view, path, words)
  if require("lib_file").stat(path, true) then ending.usage(path .. " is there already; a report never replaces a file") end
  local written, why = require("lib_file").write_atomic(path, words, READABLE)
  if not written then ending.usage(path .. " cannot be written: " .. why) end
  view.emit { type = "note", lines = { ("The report is in %s. Read it before you send it."):format(path) } }
end

-- What a person calls a text is one.
local function is_text(options) return options.text or (options.output or ""):lower():sub(-4) == ".txt" end

local function show(view, options, tell)
  local terminal = require "lib_terminal"
  if options.output then return store(view, options.output, (is_text(options) and as_text or as_html)(tell)) end
  if terminal.is_terminal(1) then return view.paged(function() tell(view.emit) end) end
  terminal.write(1, (options.text and as_text or as_html)(tell))
end

local function look(invocation, target, args, options)
  if options.json then ending.usage "report takes no --json; `log --json` gives a run's records" end
  local found = find.in_journal(invocation, target, "report", args[1])
  local known = gather(target, found)
  local replace = options.anonymous and anonymous.replacer(known)
  show(invocation.view, options, function(emit)
    report_run.tell(replace and function(note) emit(replace(note)) end or emit, known)
  end)
  return ending.new("done", exit_code.OK)
end

-- Nobody is asked which system is meant where the page goes into a file, and what is said besides goes to standard error.
local function without_talk(options)
  local to_page = not options.output and not require("lib_terminal").is_terminal(1)
  return setmetatable({ channel = to_page and 2 or nil }, { __index = options })
end

function report.run(args, options)
  return lifecycle.look(without_talk(options), "report", function(invocation, target)
    return look(invocation, target, args, options)
  end)
end

return report
