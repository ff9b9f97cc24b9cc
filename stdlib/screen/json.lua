-- The event stream for programs: one JSON object a line on standard output, in order, each with type and time.
-- Must not print anything else there: notes are words for people and go to standard error.

local json = require "base.json"
local text = require "base.text"

local view = {}

-- Format of the event stream. Fields are only ever added within a format.
local FORMAT = 1

-- The order in which keys are written, so that lines can be read by eye and compared.
local KEY_ORDER = { "type", "time", "format", "version", "command", "run", "check", "name", "step", "event", "verdict",
  "detail", "why", "where", "argv", "undo", "exit", "result", "rung", "leaves" }

--- Opens the stream.
-- @param command string
-- @param version string: the program's, for the first line
function view.open(_, command, version)
  local system, terminal = require "lib_system", require "lib_terminal"
  local self = {}
  local function tell_people(note)
    for _, words in ipairs(note.lines or {}) do self.text(type(words) == "table" and "  " .. words.command or words) end
    for _, row in ipairs(note.changes or {}) do self.text(("%s: now %s; after %s"):format(row[1], row[2], row[3])) end
    for _, row in ipairs(note.rows or {}) do self.text(row[1] .. ": " .. row[2]) end
  end
  function self.emit(event)
    if event.type == "note" then return tell_people(event) end
    local line = { time = system.utc(system.now()) }
    for key, value in pairs(event) do line[key] = value end
    -- JSON is UTF-8; a tool's output need not be. What steers a terminal is escaped, so that the value stays what it is.
    terminal.write(1, text.valid(json.encode(line, KEY_ORDER)):gsub("\u{61C}", "\\u061c") .. "\n")
  end
  function self.start(run)
    self.emit { type = "start", format = FORMAT, version = version, command = command,
      run = run or json.null }
  end
  function self.after_tool() end
  function self.meanwhile() end
  function self.text(words) terminal.write(2, text.printable(require("base.started").said(words)) .. "\n") end
  self.raw_text = self.text
  function self.paged(make) make() end
  return self
end

return view
