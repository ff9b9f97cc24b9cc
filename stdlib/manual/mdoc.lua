-- Writes a page of the manual in the language of man pages, mdoc(7).
-- Must not hold words of its own but the headings that every man page has.

local text = require "base.text"

local mdoc = {}

local LINE = 70

-- A page says when it was last changed; the same program writes the same pages.
local DATE = "November 26, 2026"

-- What would be read as something else: backslashes, and whatever is not ASCII.
local function escape(words)
  return (words:gsub("\\", "\\e"):gsub("[\xC2-\xF4][\x80-\xBF]+", function(character)
    return ("\\[u%04X]"):format(utf8.codepoint(character))
  end))
end

-- Words to be typed, as one argument of a macro: a hyphen stays a hyphen.
local function argument(words)
  return '"' .. (words:find "^%p$" and "\\&" or "") .. escape(words):gsub('"', '\\(dq'):gsub("%-", "\\-") .. '"'
end

-- A line of text may not begin like a macro.
local function text_line(words)
  local line = escape(words)
  return line:find("^[.']") and "\\&" .. line or line
end

-- Words between backticks, with what touches them on either side. @return a line with a macro
local function literal_line(before, words, after)
  local line = "." .. (before ~= "" and "Pf " .. argument(before) .. " " or "") .. "Ql " .. argument(words)
  local marks, rest = after:match("^([%)%]]*[.,:;?!]?)(.*)$")
  line = line .. marks:gsub(".", " %0")
  return rest == "" and line or line .. " Ns " .. argument(rest)
end

local function add_text(lines, words)
  -- Each sentence begins a line.
  for sentence in (words:gsub("([.!?]%)?) +", "%1\n") .. "\n"):gmatch("(.-)\n") do
    if sentence:find "%S" then
      for line in (text.wrap(sentence, LINE) .. "\n"):gmatch("%s*(.-)\n") do lines[#lines + 1] = text_line(line) end
    end
  end
end

-- A paragraph as lines of mdoc.
local function add_line(lines, words)
  local at = 1
  while true do
    local first, last, before, literal, after = words:find("([^%s`]*)`([^`]+)`([^%s`]*)", at)
    if not first then break end
    add_text(lines, words:sub(at, first - 1))
    lines[#lines + 1] = literal_line(before, literal, after)
    at = last + 1
  end
  add_text(lines, words:sub(at))
end

local function add_words(lines, words)
  for line in (words .. "\n"):gmatch("(.-)\n") do
    if line ~= words and lines[#lines]:sub(1, 3) ~= ".It" and lines[#lines]:sub(1, 3) ~= ".Pp" then lines[#lines + 1] = ".br" end
    add_line(lines, line)
  end
end

local function add_list(lines, list)
  lines[#lines + 1] = ".Bl -tag -width Ds"
  for _, item in ipairs(list) do
    lines[#lines + 1] = ".It Ic " .. argument(item[1])
    add_words(lines, item[2])
  end
  lines[#lines + 1] = ".El"
end

local function option_macros(option)
  local macros = option.short and ("Fl %s , "):format(option.short) or ""
  macros = macros .. "Fl \\-" .. option.name:gsub("%-", "\\-")
  return option.value and macros .. " Ar " .. argument(option.value) or macros
end

local function add_options(lines, options)
  lines[#lines + 1] = ".Bl -tag -width Ds"
  for _, option in ipairs(options) do
    lines[#lines + 1] = ".It " .. option_macros(option)
    add_words(lines, option.help)
  end
  lines[#lines + 1] = ".El"
end

local function add_code(lines, code)
  lines[#lines + 1] = ".Bd -literal -offset indent"
  for line in (code:gsub("\n+$", "") .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line == "" and "" or text_line(line):gsub("%-", "\\-")
  end
  lines[#lines + 1] = ".Ed"
end

local function add_block(lines, block, follows_heading)
  if type(block) == "string" then
    if not follows_heading then lines[#lines + 1] = ".Pp" end
    add_words(lines, block)
  elseif block.heading then lines[#lines + 1] = ".Ss " .. text_line(block.heading)
  elseif block.code then add_code(lines, block.code)
  elseif block.list then add_list(lines, block.list)
  else add_options(lines, block.options) end
end

local function add_synopsis(lines, command)
  lines[#lines + 1] = ".Sh SYNOPSIS\n.Nm vmq\\-recovery"
  lines[#lines + 1] = ".Op Ar options"
  lines[#lines + 1] = command and ".Cm " .. command.name or ".Ar command"
  if command and command.args then lines[#lines + 1] = ".Ar " .. argument(command.args) end
end

--- A page as mdoc.
-- @param page see manual.page; one without a name is the program's own
-- @return string
function mdoc.text(page)
  local title = page.name and "vmq-recovery-" .. page.name or "vmq-recovery"
  local is_command = page.command or not page.name
  local lines = { ".Dd " .. DATE, (".Dt %s %d"):format(title:upper(), is_command and 1 or 7), ".Os",
    ".Sh NAME", ".Nm " .. title, ".Nd " .. text_line(page.summary) }
  if is_command then add_synopsis(lines, page.command) end
  lines[#lines + 1] = ".Sh DESCRIPTION"
  for index, block in ipairs(page.blocks) do
    add_block(lines, block, index == 1 or page.blocks[index - 1].heading ~= nil)
  end
  return table.concat(lines, "\n") .. "\n"
end

return mdoc
