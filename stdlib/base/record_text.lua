-- The text of a Mac record, format 1: what was asked and what was answered, line by line, closed by a sum.
-- Must not know what a Mac can be asked: whoever reads says which commands and facts may be in one.
--
--   mac-record 1
--   program vmq-recovery 1.0.0
--   date 2026-11-26T00:40:00Z
--   environment macos            or recovery, or unknown
--   user root                    or other
--   names kept                   or replaced
--   about WORDS                  any number: where this comes from, what in it is a guess
--   run WORD WORD …              a command; then how it ended (exit N, signal N, timeout, missing CODE),
--   exit 0                       then what it printed, a line a line; "out-" is a last line without its end
--   out TEXT
--   err TEXT
--   cut stdout N                 so many bytes of it are left out here
--   fact NAME WORD …             what files said
--   end LINES SHA-256            of all lines before
--
-- In TEXT and WORD a backslash is written \\, a byte that is no plain character or tab \xNN, a blank in a word \x20, an empty
-- word \e.

local text = require "base.text"
local try = require("base.try").new()

local record_text = {}

--- Bounds of a record that is read or written, in bytes and lines.
record_text.LARGEST = 1 << 20
local MOST_LINES, LONGEST_LINE, MOST_COMMANDS, MOST_FACTS, MOST_WORDS = 40000, 1 << 16, 400, 1000, 16
local MOST_PRINTED, ROOM, ROOM_OF_FACTS = { stdout = 48 << 10, stderr = 4 << 10 }, 700 << 10, 256 << 10

local HEADER = { { "program", "^vmq%-recovery [%w%.%-+]+$" }, { "date", "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$" },
  { "environment", { macos = true, recovery = true, unknown = true } }, { "user", { root = true, other = true } },
  { "names", { kept = true, replaced = true } } }

-- ---- one line -----------------------------------------------------------------------------------------------------------

local function hex(byte) return ("\\x%02X"):format(byte:byte()) end

-- Each byte of a match as \xNN.
local function hexes(bytes) return (bytes:gsub(".", hex)) end

local function escape_invalid(value)
  local pieces, position = {}, 1
  while true do
    local fine, bad = utf8.len(value, position)
    if fine then break end
    pieces[#pieces + 1] = value:sub(position, bad - 1) .. hex(value:sub(bad, bad))
    position = bad + 1
  end
  return table.concat(pieces) .. value:sub(position)
end

local function escape(value)
  if not value:find("[%z\1-\8\10-\31\\\127-\255]") then return value end -- plain ASCII, as nearly every line is
  local shown = escape_invalid((value:gsub("\\", "\\\\"))):gsub("[%z\1-\8\10-\31\127]", hex)
  if text.printable(shown) == shown then return shown end
  return (shown:gsub("[\x80-\xFF]+", hexes)) -- what steers a terminal, and all beside it
end

local function word_of(value) return value == "" and "\\e" or (escape(value):gsub("[ \t]", hex)) end

-- @return the value, or nil where an escape is none
local function unescape(written)
  if not written:find("\\", 1, true) then return written end
  local bad = false
  local value = written:gsub("\\(.?)(%x?%x?)", function(kind, digits)
    if kind == "\\" then return "\\" .. digits end
    if kind == "x" and #digits == 2 then return string.char(tonumber(digits, 16)) end
    bad = true
  end)
  return not bad and value or nil
end

-- @return the words, or nil where one cannot be read
local function words_in(written)
  local words = {}
  for piece in (written .. " "):gmatch("(.-) ") do
    local word = piece == "\\e" and "" or piece ~= "" and unescape(piece)
    if not word or #words == MOST_WORDS then return nil end
    words[#words + 1] = word
  end
  return words
end

-- ---- reading --------------------------------------------------------------------------------------------------------------

-- Ends the reading: what is wrong, and where. What the record says is quoted harmlessly.
local function refuse(reader, form, ...)
  local words = text.printable(form:format(...)):gsub("[\t\n]", " ")
  try.throw { refused = ("line %d: "):format(reader.line) .. words, line = reader.line }
end

local function shown(value) return #value > 60 and value:sub(1, 60) .. "…" or value end

local function check_characters(reader, line)
  if #line > LONGEST_LINE then refuse(reader, "it has more than %d bytes", LONGEST_LINE) end
  if not utf8.len(line) then refuse(reader, "it is no UTF-8 text") end
  if text.printable(line) ~= line then refuse(reader, "it holds control characters") end
end

-- The next line, or nil behind the last. A last line without its end is not whole.
local function next_line(reader)
  local stop = reader.text:find("\n", reader.at, true)
  if not stop then
    if reader.at <= #reader.text then reader.line = reader.line + 1 end
    return nil
  end
  reader.line, reader.began = reader.line + 1, reader.at
  if reader.line > MOST_LINES then refuse(reader, "a record has at most %d lines", MOST_LINES) end
  local line = reader.text:sub(reader.at, stop - 1)
  reader.at = stop + 1
  check_characters(reader, line)
  return line
end

local function needed(reader)
  return next_line(reader) or refuse(reader, "the record is cut off here: its last line is missing")
end

local function read_first(reader)
  reader.line = 1
  if reader.text:find("^\xFF\xFE") or reader.text:find("^\xFE\xFF") then
    refuse(reader, "this is UTF-16 text, as some programs of Windows save it; save it as UTF-8")
  end
  local format = reader.text:match("^mac%-record (%d+)\n")
  if not format then refuse(reader, "this is no Mac record: it does not begin with \"mac-record 1\"") end
  if format ~= "1" then refuse(reader, "this record is of format %s, and this program reads format 1", shown(format)) end
  reader.line = 0
  next_line(reader)
end

local function read_header(reader, record)
  for _, field in ipairs(HEADER) do
    local name, form = table.unpack(field)
    local line = needed(reader)
    local value = line:match("^" .. name .. " (.+)$")
    local right = value and (type(form) == "table" and form[value] or type(form) == "string" and value:find(form))
    if not right then refuse(reader, "\"%s …\" belongs here, not \"%s\"", name, shown(line)) end
    record[name] = value
  end
end

local function all_words(reader, rest)
  local words = rest and words_in(rest)
  if not words then refuse(reader, "these words cannot be read") end
  return words
end

local take = {}

function take.about(reader, record, rest)
  if #record.commands + #record.facts > 0 then refuse(reader, "\"about\" stands before the first command") end
  record.about[#record.about + 1] = rest and unescape(rest) or refuse(reader, "this text cannot be read")
end

-- No other command, and no fact, may follow one whose end is not told.
local function close_command(reader, record)
  local command = record.commands[#record.commands]
  if command and not command.ended then refuse(reader, "how the command ended is missing") end
end

function take.run(reader, record, rest)
  close_command(reader, record)
  if #record.facts > 0 then refuse(reader, "commands stand before the facts") end
  if #record.commands == MOST_COMMANDS then refuse(reader, "a record has at most %d commands", MOST_COMMANDS) end
  local argv = all_words(reader, rest)
  local fine, why = reader.allowed.command(argv)
  if not fine then refuse(reader, "%s", why) end
  record.commands[#record.commands + 1] = { argv = argv, stdout = {}, stderr = {}, cut = {} }
end

-- The command that a line belongs to.
local function current(reader, record, ended)
  local command = record.commands[#record.commands]
  if not command or #record.facts > 0 then refuse(reader, "no command stands before this") end
  if (command.ended ~= nil) ~= ended then
    refuse(reader, ended and "how the command ended is missing" or "how the command ended stands here twice")
  end
  return command
end

local function whole(reader, rest, most)
  local number = rest and rest:find("^%d+$") and #rest < 10 and math.tointeger(tonumber(rest))
  if not number or number > most then refuse(reader, "a whole number from 0 to %d belongs here", most) end
  return number
end

function take.exit(reader, record, rest)
  local command = current(reader, record, false)
  command.exit, command.ended = whole(reader, rest, 255), true
end

function take.signal(reader, record, rest)
  local command = current(reader, record, false)
  command.signal, command.ended = whole(reader, rest, 127), true
end

function take.timeout(reader, record, rest)
  local command = current(reader, record, false)
  if rest then refuse(reader, "nothing stands behind \"timeout\"") end
  command.timed_out, command.ended = true, true
end

function take.missing(reader, record, rest)
  local command = current(reader, record, false)
  if not rest or not rest:find("^%w+$") then refuse(reader, "a word belongs behind \"missing\"") end
  command.missing, command.ended = rest, true
end

local function print_line(reader, record, stream, rest, stop)
  local command = current(reader, record, true)
  local lines = command[stream]
  if command.missing or lines.closed or command.cut[stream] then refuse(reader, "this output has ended before") end
  lines[#lines + 1] = (unescape(rest or "") or refuse(reader, "this text cannot be read")) .. stop
  lines.closed = stop == ""
end

take["out"] = function(reader, record, rest) print_line(reader, record, "stdout", rest, "\n") end
take["out-"] = function(reader, record, rest) print_line(reader, record, "stdout", rest, "") end
take["err"] = function(reader, record, rest) print_line(reader, record, "stderr", rest, "\n") end
take["err-"] = function(reader, record, rest) print_line(reader, record, "stderr", rest, "") end

function take.cut(reader, record, rest)
  local command = current(reader, record, true)
  local stream, count = (rest or ""):match("^(%a+) (%d+)$")
  if not MOST_PRINTED[stream] or command.cut[stream] then refuse(reader, "\"cut\" names stdout or stderr, once") end
  command.cut[stream] = whole(reader, count, 999999999)
end

function take.fact(reader, record, rest)
  if #record.facts == MOST_FACTS then refuse(reader, "a record has at most %d facts", MOST_FACTS) end
  close_command(reader, record)
  local words = all_words(reader, rest)
  local name = table.remove(words, 1)
  local fine, why = reader.allowed.fact(name, words)
  if not fine then refuse(reader, "%s", why) end
  words.name = name
  record.facts[#record.facts + 1] = words
end

take["end"] = function(reader, record, rest)
  close_command(reader, record)
  local lines, sum = (rest or ""):match("^(%d+) (%x+)$")
  if tonumber(lines) ~= reader.line - 1 or sum ~= require("lib_file").sha256_text(reader.text:sub(1, reader.began - 1)) then
    refuse(reader, "the sum does not fit: the record was changed after it was written")
  end
  if reader.at <= #reader.text then
    reader.line = reader.line + 1
    refuse(reader, "something stands behind the end")
  end
  reader.ended = true
end

local function read_body(reader, record)
  while not reader.ended do
    local line = needed(reader)
    local kind, blank, rest = line:match("^([%a%-]+)( ?)(.*)$")
    if not take[kind] or blank == "" and rest ~= "" then refuse(reader, "no line of a record begins like \"%s\"", shown(line)) end
    take[kind](reader, record, blank == " " and rest or nil)
  end
end

local MARK = "\xEF\xBB\xBF" -- the byte order mark of UTF-8

-- What mail and editors do to a text on its way, taken back: a mark before it, line ends of Windows, the end of the last line taken
-- away, blank lines behind it. None of that can be part of a record, and the sum holds against the rest.
local function as_written(bytes)
  if bytes:sub(1, #MARK) == MARK then bytes = bytes:sub(#MARK + 1) end
  if bytes:find("^[^\n]*\r\n") then bytes = bytes:gsub("\r\n", "\n") end
  local before, last = bytes:match("^(.*\n)(end %d+ " .. ("%x"):rep(64) .. ")%s*$")
  return before and before .. last .. "\n" or bytes
end

local function join(record)
  for _, command in ipairs(record.commands) do
    command.ended = nil
    for stream in pairs(MOST_PRINTED) do command[stream] = table.concat(command[stream]) end
  end
  return record
end

local function read_all(reader)
  if #reader.text > record_text.LARGEST then
    refuse(reader, "the record is too large: a record has at most %d bytes", record_text.LARGEST)
  end
  reader.text = as_written(reader.text)
  local record = { about = {}, commands = {}, facts = {} }
  read_first(reader)
  read_header(reader, record)
  read_body(reader, record)
  return join(record)
end

--- Reads a record. Nothing in it is ever started; every line is held against what may be in one.
-- @param bytes string
-- @param allowed { command(argv) → true or nil and why, fact(name, words) → the same }
-- @return { program, date, environment, user, names, about = texts, commands = array of { argv, exit | signal | timed_out |
--   missing, stdout, stderr, cut = { stdout, stderr = bytes left out } }, facts = array of words with their name }; or nil and
--   what is wrong with which line
function record_text.read(bytes, allowed)
  local result = try.catch(read_all, { text = bytes, at = 1, line = 1, allowed = allowed })
  if result.refused then return nil, result.refused, result.line end
  return result
end

-- ---- writing --------------------------------------------------------------------------------------------------------------

-- What a line takes of the room: also the shortest counts, so that a record never has too many.
local LEAST = 20

-- Adds the lines of an output as far as they fit. @return the room that is left, and how many bytes are left out
local function add_printed(lines, mark, printed, room)
  local at = 1
  while at <= #printed do
    local stop = printed:find("\n", at, true)
    local line = (stop and mark .. " " or mark .. "- ") .. escape(printed:sub(at, (stop or #printed + 1) - 1))
    local takes = math.max(#line + 1, LEAST)
    if takes > room then return room, #printed - at + 1 end
    lines[#lines + 1], room, at = line, room - takes, (stop or #printed) + 1
  end
  return room, 0
end

local function ending_of(command)
  if command.missing then return "missing " .. command.missing end
  if command.timed_out then return "timeout" end
  return command.exit and "exit " .. command.exit or "signal " .. command.signal
end

local function add_stream(lines, command, stream, room)
  local most = math.min(room, MOST_PRINTED[stream])
  local left, cut = add_printed(lines, stream == "stdout" and "out" or "err", command[stream] or "", most)
  cut = cut + (command.cut and command.cut[stream] or 0)
  if cut > 0 then lines[#lines + 1] = ("cut %s %d"):format(stream, cut) end
  return room - (most - left)
end

local function add_command(lines, command, room)
  local words = {}
  for index, word in ipairs(command.argv) do words[index] = word_of(word) end
  lines[#lines + 1] = "run " .. table.concat(words, " ")
  lines[#lines + 1] = ending_of(command)
  return add_stream(lines, command, "stderr", add_stream(lines, command, "stdout", room))
end

-- The facts, as many as a reader takes.
local function add_facts(lines, facts)
  local room = ROOM_OF_FACTS
  for number = 1, math.min(#facts, MOST_FACTS) do
    local words = { "fact " .. facts[number].name }
    for index, word in ipairs(facts[number]) do words[index + 1] = word_of(word) end
    local line = table.concat(words, " ")
    room = room - #line - 1
    if room < 0 then return end
    lines[#lines + 1] = line
  end
end

--- Writes a record; what is too long is cut, and says so.
-- @param record as record_text.read returns one
-- @return the text
function record_text.write(record)
  local lines, room = { "mac-record 1" }, ROOM
  for _, field in ipairs(HEADER) do lines[#lines + 1] = field[1] .. " " .. record[field[1]] end
  for _, words in ipairs(record.about) do lines[#lines + 1] = "about " .. escape(words) end
  for number = 1, math.min(#record.commands, MOST_COMMANDS) do room = add_command(lines, record.commands[number], room) end
  add_facts(lines, record.facts)
  local body = table.concat(lines, "\n") .. "\n"
  return body .. ("end %d %s\n"):format(#lines, require("lib_file").sha256_text(body))
end

return record_text
