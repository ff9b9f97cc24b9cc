-- Lays out plain text for an 80-column terminal and quotes commands so that they can be typed as shown.
-- Must not print, and must not need colour to be understood.

local text = {}

local SAFE = "^[%w%-%._/:=,@%%+]+$"

--- One word as a POSIX shell would need it typed.
function text.quote(word)
  if word:find(SAFE) then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A command line that can be copied into a shell and means exactly this argv.
function text.command(argv)
  local words = {}
  for index, word in ipairs(argv) do words[index] = text.quote(word) end
  return table.concat(words, " ")
end

-- What is shown of a command line and of one word of it: a build names hundreds of extensions, a manifest is one long word.
local LONGEST_COMMAND, LONGEST_WORD = 700, 200

local function brief_word(word)
  local quoted = text.quote(word)
  if #quoted <= LONGEST_WORD then return quoted end
  return ("%s… (%d bytes)"):format(text.valid(word:sub(1, LONGEST_WORD // 4)):gsub("%c", " "), #word)
end

--- A command line for the screen: one that is too long to be read is cut, and says so.
function text.brief(argv)
  local words, length = {}, 0
  for index, word in ipairs(argv) do
    words[index] = brief_word(word)
    length = length + #words[index] + 1
    if length > LONGEST_COMMAND and index < #argv then
      return ("%s … (and %d more words; --json shows them all)"):format(table.concat(words, " "), #argv - index)
    end
  end
  return table.concat(words, " ")
end

--- The text with each byte that is no UTF-8 replaced by "?".
function text.valid(value)
  local pieces, position = {}, 1
  while true do
    local fine, bad = utf8.len(value, position)
    if fine then break end
    pieces[#pieces + 1] = value:sub(position, bad - 1) .. "?"
    position = bad + 1
  end
  return table.concat(pieces) .. value:sub(position)
end

-- Characters above ASCII that steer a terminal or turn the order of what is read: U+0080 to U+009F, U+061C, U+200E, U+200F, U+202A to
-- U+202E, U+2066 to U+2069.
local STEERING = { "\xC2[\x80-\x9F]", "\xD8\x9C", "\xE2\x80[\x8E\x8F\xAA-\xAE]", "\xE2\x81[\xA6-\xA9]" }

--- Makes text from a tool or a file harmless on a terminal: control characters other than newline and tab, those above ASCII and
-- those that turn the order of what is read become "?".
function text.printable(value)
  local shown = text.valid(value):gsub("\r\n", "\n"):gsub("[%z\1-\8\11-\31\127]", "?")
  if not shown:find("[\x80-\xFF]") then return shown end
  for _, characters in ipairs(STEERING) do shown = shown:gsub(characters, "?") end
  return shown
end

--- The text without blanks and line ends at its end. Takes no longer for a text full of blanks, as "%s+$" would.
function text.trim_end(value)
  return value:match("^.*%S") or ""
end

--- Columns that a text takes on a terminal: wide characters take two.
function text.width(value) return require("lib_terminal").width(value) end

--- Columns to lay text out in: as many as the terminal has, between 40 and 100.
function text.columns()
  return math.max(40, math.min(require("lib_terminal").size(), 100))
end

-- Breaks one paragraph into lines. Its own leading blanks are kept, and two more hang under them.
local function wrap_paragraph(lines, paragraph, columns, indent, first)
  local lead = paragraph:match("^ *")
  local line, empty = (first or indent) .. lead, true
  local hanging = indent .. lead .. (lead ~= "" and "  " or "")
  for word in paragraph:gmatch("%S+") do
    if not empty and text.width(line) + 1 + text.width(word) > columns then
      lines[#lines + 1] = line
      line, empty = hanging, true
    end
    line = line .. (empty and "" or " ") .. word
    empty = false
  end
  lines[#lines + 1] = empty and "" or line
end

--- Wraps text.
-- @param value string; newlines in it are kept as line ends
-- @param columns integer: width, 80 if nil
-- @param indent string put before every line
-- @param first string or nil: put before the first line instead
function text.wrap(value, columns, indent, first)
  local lines = {}
  for paragraph in (value .. "\n"):gmatch("(.-)\n") do
    wrap_paragraph(lines, paragraph, columns or 80, indent or "", #lines == 0 and first or nil)
  end
  return table.concat(lines, "\n")
end

--- The sentence with a capital letter at its start.
function text.capitalized(sentence) return (sentence:gsub("^%l", string.upper)) end

--- Pads to a number of columns (never cuts).
function text.pad(value, columns)
  return value .. string.rep(" ", columns - text.width(value))
end

--- 268435456 → "256.0 MiB".
function text.size(bytes)
  if bytes < 1024 then return bytes == 1 and "1 byte" or bytes .. " bytes" end
  if bytes < 1 << 20 then return ("%.1f KiB"):format(bytes / 1024) end
  if bytes < 1 << 30 then return ("%.1f MiB"):format(bytes / (1 << 20)) end
  return ("%.1f GiB"):format(bytes / (1 << 30))
end

--- 0.2 → "0.2 s", 12.3 → "12 s", 72 → "1 min 12 s".
function text.duration(seconds)
  if seconds < 10 then return ("%.1f s"):format(seconds) end
  local whole = math.floor(seconds)
  return whole < 60 and whole .. " s" or ("%d min %d s"):format(whole // 60, whole % 60)
end

-- Letters that may differ between what was typed and what is suggested.
local MOST_LETTERS = 2

-- Edit distance, for "did you mean": two short words only.
local function distance(a, b)
  if math.abs(#a - #b) > MOST_LETTERS then return MOST_LETTERS + 1 end -- far, however long: words come from outside
  local previous = {}
  for column = 0, #b do previous[column] = column end
  for row = 1, #a do
    local current = { [0] = row }
    for column = 1, #b do
      local cost = a:byte(row) == b:byte(column) and 0 or 1
      current[column] = math.min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
    end
    previous = current
  end
  return previous[#b]
end

local function have_a_letter_in_common(a, b)
  for letter in b:gmatch("%w") do
    if a:find(letter, 1, true) then return true end
  end
  return false
end

--- The candidate nearest to what was typed.
-- @param typed string
-- @param candidates array of strings
-- @return the candidate, or nil where none is within two letters
function text.nearest(typed, candidates)
  local best, least
  for _, candidate in ipairs(candidates) do
    local far = distance(typed, candidate)
    if far <= MOST_LETTERS and have_a_letter_in_common(typed, candidate) and (not best or far < least) then best, least = candidate, far end
  end
  return best
end

--- The end of a sentence about a word that is not known: the nearest that is, or where they all are told.
-- @param typed string
-- @param candidates array of strings
-- @param otherwise string or nil: what is said where none is near
function text.suggestion(typed, candidates, otherwise)
  local near = text.nearest(typed, candidates)
  if near then return "; the nearest is " .. near end
  return otherwise and "; " .. otherwise or ""
end

return text
