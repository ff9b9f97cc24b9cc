-- Tells the event stream to a person: plain English, 80 columns, no colour needed.
-- Must not hold a fact that is not in the events: the JSON view gets the same ones.

local started = require "base.started"
local text = require "base.text"

local view = {}

local INDENT = "      "
local WIPE = "\r\27[K"
local COLOURS = { good = "32", bad = "31", doubtful = "33", strong = "1" }

local function wants_colour(options)
  local terminal, system = require "lib_terminal", require "lib_system"
  if options.color == "always" then return true end
  if options.color == "never" or system.environment "NO_COLOR" then return false end
  local force = system.environment "CLICOLOR_FORCE"
  if force and force ~= "0" then return true end
  return terminal.is_terminal(1) and system.environment "TERM" ~= "dumb"
end

-- The bar before what a tool said: a line where the terminal's characters are UTF-8.
local function bar_of(channel)
  local system = require "lib_system"
  local coding = ""
  for _, name in ipairs { "LANG", "LC_CTYPE", "LC_ALL" } do
    local value = system.environment(name)
    if value and value ~= "" then coding = value:upper() end
  end
  return coding:find("UTF%-?8") and require("lib_terminal").is_terminal(channel) and "│ " or "| "
end

local Screen = {}
Screen.__index = Screen

function Screen:line(words, indent, first)
  self.write(text.wrap(text.printable(started.said(words)), self.columns, indent, first) .. "\n")
end

-- What is never wrapped: a line to be typed, or what a tool printed, with a bar before it.
function Screen:verbatim(words, indent)
  if words.command then return self.write(indent .. text.printable(words.command) .. "\n") end
  for line in (text.printable(words.quoted) .. "\n"):gmatch("(.-)\n") do self.write(text.trim_end(indent .. self.bar .. line) .. "\n") end
end

function Screen:paint(kind, words)
  return self.colour and ("\27[%sm%s\27[0m"):format(COLOURS[kind], words) or words
end

-- A labelled line: "      done: the policy reads …", the label painted after wrapping so that widths stay right.
function Screen:labelled(kind, label, words)
  local wrapped = text.wrap(text.printable(label .. ": " .. started.said(words)), self.columns, INDENT .. "  ", INDENT)
  local from, to = wrapped:find(label .. ":", 1, true)
  if from then wrapped = wrapped:sub(1, from - 1) .. self:paint(kind, wrapped:sub(from, to)) .. wrapped:sub(to + 1) end
  self.write(wrapped .. "\n")
end

function Screen:heading(event)
  if self.heading_of == event.name then return end
  self.heading_of = event.name
  self.write(self:paint("strong", ("[%d/%d] %s"):format(event.number, event.of, text.printable(event.name))) .. "\n")
end

-- How long what was started since the last time took: " (took 1 min 12 s)"; nothing where nothing was started.
function Screen:time()
  local took = self.took
  self.took = nil
  return took and (" (took %s)"):format(text.duration(took)) or ""
end

local steps = {}

function steps.skipped(screen, event)
  if event.deferred then
    local quote = event.words and (" (the tool said: %s)"):format(event.words) or ""
    screen:labelled("doubtful", "put off", event.reason .. quote)
  elseif not screen.quiet then
    screen:labelled("good", "skipped", event.reason .. (event.seen and ": " .. event.seen_text or ""))
  end
end

function steps.intent(screen, event)
  screen:labelled("strong", "runs", text.brief(event.argv))
  if event.asks then screen:labelled("strong", event.argv[1]:match("[^/]*$") .. " asks", event.asks .. ".") end
end

function steps.started(screen, event)
  if screen.verbose then screen:labelled("strong", "started", require("lib_system").utc(require("lib_system").now())) end
  if not event.slow then return end
  screen:line(("This %s and shows nothing meanwhile. Do not switch the Mac off."):format(
    event.usually and "usually takes " .. event.usually or "takes minutes"), INDENT)
end

function steps.ended(screen, event)
  screen.took = (screen.took or 0) + (event.seconds or 0)
  if event.dry_run then return screen:labelled("doubtful", "dry run", "not started") end
  if event.message then return screen:labelled("bad", "not started", event.message) end
  if event.timed_out then return screen:labelled("bad", "ended", "it did not finish in time and was stopped") end
  if event.signal then screen:labelled("bad", "ended", "killed by signal " .. event.signal) end
  if event.exit and (event.exit ~= 0 or screen.verbose) then
    screen:labelled("doubtful", "ended", "exit status " .. event.exit)
  end
end

function steps.done(screen, event)
  local failed = event.exit and event.exit ~= 0 and "the tool reported a failure, but its work is done: "
  local lead = event.recovered and "found done after the interruption: " or failed or ""
  screen:labelled("good", "done, read back", lead .. event.seen_text .. screen:time())
end

function steps.again(screen, event)
  local why = event.reason
  if why == "credentials" then
    screen:labelled("doubtful", "again", ("the user name or the password was not accepted. This is try %d%s; a Mac counts wrong passwords. "
      .. "The tool said: %s"):format(event.attempt, event.attempts and " of " .. event.attempts or "", event.words or "nothing"))
  elseif why == "undone" then
    local words = "step %s dropped what step %s had done; it is done once more"
    screen:labelled("doubtful", "again", words:format(event.by, event.name))
  else
    screen:labelled("doubtful", "again", "it was begun before the interruption and had no effect; it is done again")
  end
end

function steps.failed(screen, event)
  screen:labelled("bad", "failed", (event.cause or "the tool failed") .. screen:time())
  if event.words then screen:labelled("bad", "the tool said", event.words) end
  if event.seen then screen:labelled("bad", "state now", event.seen_text) end
  if event.unaffected then screen:labelled("good", "not affected", event.unaffected) end
  if event.cure then screen:labelled("strong", "fix", event.cure) end
end

local HEADS = { "", "now", "after" } -- of a table of what changes

local handlers = {}

function handlers.step(screen, event)
  local handler = steps[event.event]
  if not handler then return end
  if not (screen.quiet and event.event == "skipped") then screen:heading(event) end
  handler(screen, event)
end

local VERDICT_KINDS = { ok = "good", bad = "bad", unknown = "doubtful" }
local DETAIL_COLUMN = (" "):rep(22)
local ROW_INDENT = (" "):rep(13)

function handlers.preflight(screen, event)
  if event.verdict == "ok" and screen.quiet then return end
  local label = text.pad(event.verdict, 9) .. text.pad(event.check, 13)
  local wrapped = text.wrap(text.printable(event.detail), screen.columns, DETAIL_COLUMN, label)
  screen.write(screen:paint(VERDICT_KINDS[event.verdict], event.verdict) .. wrapped:sub(#event.verdict + 1) .. "\n")
  if event.cure and event.verdict ~= "ok" then
    screen:line("fix: " .. event.cure, DETAIL_COLUMN .. "  ", DETAIL_COLUMN)
  end
end

function handlers.undo(screen, event)
  if event.verdict == "refused" then
    screen:labelled("doubtful", "not possible", ("%s: %s%s"):format(event.leaves, event.reason or "it did not read back", screen:time()))
    if event.words then screen:labelled("doubtful", "the tool said", event.words) end
  elseif event.verdict == "failed" then
    screen:labelled("bad", "still there", ("step %s: %s"):format(event.step, event.reason))
  else
    screen:labelled(event.verdict == "done" and "good" or "doubtful", "read back",
      ("step %s leaves %s%s"):format(event.step, event.leaves, screen:time()))
  end
end

function handlers.note(screen, event)
  if event.title then screen.write("\n" .. screen:paint("strong", text.printable(event.title)) .. "\n") end
  local indent = event.title and "  " or ""
  for _, words in ipairs(event.lines or {}) do
    if type(words) == "table" then screen:verbatim(words, indent .. "  ")
    else screen:line(words, indent .. (words:find "^%- " and "  " or ""), indent) end
  end
  if event.changes then screen:changes(event.changes, event.heads or HEADS) end
  if event.rows then screen:rows(event.rows, indent, event.labels) end
end

local LEAST_CELL = 16 -- columns: narrower ones cannot be read

-- The width of a column of rows.
local function width_of(rows, column)
  local width = 0
  for _, row in ipairs(rows) do width = math.max(width, text.width(text.printable(row[column]))) end
  return width
end

local function cell(words, width)
  local lines = {}
  for line in (text.wrap(text.printable(words), width) .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- One row of a table: each cell is as many lines high as it needs.
function Screen:cells(row, widths)
  local columns, height = {}, 0
  for index, width in ipairs(widths) do
    columns[index] = cell(row[index], width)
    height = math.max(height, #columns[index])
  end
  for number = 1, height do
    local line = " "
    for index, width in ipairs(widths) do line = line .. " " .. text.pad(columns[index][number] or "", width) .. " " end
    self.write(text.trim_end(line) .. "\n")
  end
end

-- A table of what changes: three columns, or where they do not fit a line each.
function Screen:changes(changes, heads)
  local rows = { heads, table.unpack(changes) }
  local first = width_of(rows, 1)
  local rest = self.columns - first - 7
  local second = math.min(width_of(rows, 2), rest // 2)
  if rest // 2 >= LEAST_CELL then
    for _, row in ipairs(rows) do self:cells(row, { first, second, rest - second }) end
    return
  end
  for _, row in ipairs(changes) do self:line(("%s: %s %s; %s %s"):format(row[1], heads[2], row[2], heads[3], row[3]), "    ", "  ") end
end

-- Rows { label, words }, the words in a column of their own.
function Screen:rows(rows, indent, labels)
  local width = math.max(#ROW_INDENT, labels or 0, width_of(rows, 1) + 2)
  for _, row in ipairs(rows) do
    self:line(row[2], indent .. (" "):rep(width), indent .. text.pad(row[1] == "" and "" or text.printable(row[1]) .. ":", width))
  end
end

-- What `make` emits, as text; and what it threw.
function Screen:captured(make)
  local pieces, write = {}, self.write
  self.write = function(words) pieces[#pieces + 1] = words end
  local fine, problem = pcall(make)
  self.write = write
  return table.concat(pieces), not fine and problem or nil
end

-- A line of what is being looked at, until the next words take its place or nil wipes it.
function Screen:meanwhile(words)
  if words or self.has_line then require("lib_terminal").write(2, WIPE .. (words or ""):sub(1, self.columns - 1)) end
  self.has_line = words ~= nil
end

local function nothing() end

local function screen_of(options)
  local terminal, channel = require "lib_terminal", options.channel or 1
  local screen = setmetatable({ colour = wants_colour(options), columns = text.columns(), bar = bar_of(channel),
    quiet = options.quiet, verbose = options.verbose }, Screen)
  if not options.quiet then terminal.show_progress(channel) end
  function screen.write(words)
    screen:meanwhile(nil)
    terminal.write(channel, words)
  end
  return screen
end

--- Opens the view.
-- @param options color, quiet, channel = the descriptor to write to (default: standard output)
function view.open(options)
  local screen = screen_of(options)
  local self = { leaves_out_plan = true, is_brief = not options.verbose, bar = screen.bar }
  function self.emit(event) (handlers[event.type] or nothing)(screen, event) end
  self.start = nothing
  function self.meanwhile(words)
    if not options.quiet and require("screen.pager").has_reader(options) then screen:meanwhile(words) end
  end
  -- A tool that stopped in the middle of a line (at a prompt) leaves the next words on a line of their own.
  function self.after_tool(heard)
    if heard ~= "" and heard:sub(-1) ~= "\n" then screen.write("\n") end
  end
  function self.raw_text(words) screen.write(text.printable(words) .. "\n") end
  function self.text(words) screen:line(words, "") end
  -- What `make` emits, as text.
  function self.captured(make)
    local words, problem = screen:captured(make)
    return problem and error(problem, 0) or words
  end
  -- What `make` emits is long: a person turns its pages.
  function self.paged(make)
    local words, problem = screen:captured(make)
    screen:meanwhile(nil)
    require("screen.pager").show(words, options)
    if problem then error(problem, 0) end
  end
  return self
end

return view
