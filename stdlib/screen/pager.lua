-- Shows long text a page at a time where a person reads it on a terminal, and all at once elsewhere.
-- Must not start another program: `less` run as root would be a shell.

local text = require "base.text"

local pager = {}

-- Short enough for 40 columns.
local PROMPT = "-- %d%% -- space: more, b: back, q: quit "

local WISHES = { [" "] = "on", ["\r"] = "on", ["\n"] = "on", b = "back", q = "quit", Q = "quit" }

-- Rows that a line takes on a screen, colours left out.
local function rows_of(line, columns)
  return math.max(1, math.ceil(text.width(line:gsub("\27%[[%d;]*m", "")) / columns))
end

-- The lines from `first` on that fill a screen, one at least. @return the first that does not fit
local function page_end(lines, first, columns, rows)
  local at, left = first, rows
  while at <= #lines do
    left = left - rows_of(lines[at], columns)
    if left < 0 and at > first then break end
    at = at + 1
  end
  return at
end

-- Where the page before this one begins.
local function page_start(lines, first, columns, rows)
  local at, left = first, rows
  while at > 1 do
    left = left - rows_of(lines[at - 1], columns)
    if left < 0 and at < first then break end
    at = at - 1
  end
  return at
end

local function lines_of(words)
  local lines = {}
  for line in (words:sub(-1) == "\n" and words or words .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- What the person wants next: "on", "back" or "quit". Keys without a meaning are passed over.
local function ask(terminal, percent)
  local prompt = PROMPT:format(percent)
  local key, wish
  while not wish do
    key, prompt = terminal.read_key(prompt), ""
    wish = not key and "quit" or WISHES[key]
  end
  terminal.write(2, "\r" .. (" "):rep(#PROMPT) .. "\r")
  return wish
end

-- The page that is on the screen is [first, after).
local function turn(terminal, lines)
  local first, after = 1, 1
  while after <= #lines do
    local columns, rows = terminal.size()
    rows = math.max(1, rows - 1)
    after = page_end(lines, first, columns, rows)
    terminal.write(1, table.concat(lines, "\n", first, after - 1) .. "\n")
    if after > #lines then return end
    local wish = ask(terminal, (after - 1) * 100 // #lines)
    if wish == "quit" then return end
    first = wish == "on" and after or page_start(lines, first, columns, rows)
  end
end

--- Is somebody there who reads what is shown and can turn its pages?
-- @param options no_input: nobody is asked
function pager.has_reader(options)
  local terminal = require "lib_terminal"
  if options.no_input then return false end
  local kind = require("lib_system").environment "TERM"
  return terminal.is_terminal(0) and terminal.is_terminal(1) and terminal.is_terminal(2) and kind ~= nil and kind ~= "dumb"
end

--- Shows text: by pages if it does not fit on the terminal, which the person turns (space, b) or leaves (q).
-- @param words string, laid out already
-- @param options no_input: nobody is asked
function pager.show(words, options)
  local terminal = require "lib_terminal"
  if not pager.has_reader(options) then return terminal.write(1, words) end
  turn(terminal, lines_of(words))
end

return pager
