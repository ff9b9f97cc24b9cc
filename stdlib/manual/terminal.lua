-- Lays a page of the manual out for a terminal.
-- Must not print.

local text = require "base.text"

local terminal = {}

local INDENT = "  "
local WIDEST_TERM = 26

-- A term and its meaning, which begins on a line of its own where the term is too long for its column.
local function entry(term, meaning, column, columns)
  local hanging = INDENT .. (" "):rep(column)
  if text.width(term) > column - 2 then return text.wrap(term, columns, INDENT) .. "\n" .. text.wrap(meaning, columns, hanging) end
  return text.wrap(meaning, columns, hanging, INDENT .. text.pad(term, column))
end

-- Where meanings begin: beside the terms, or below them where one is too long for that.
local function column_of(list, columns)
  local longest = 2
  for _, item in ipairs(list) do longest = math.max(longest, text.width(item[1])) end
  return longest > math.min(WIDEST_TERM, columns // 3) and 4 or longest + 2
end

local function entries(list, columns)
  local column, lines = column_of(list, columns), {}
  for index, item in ipairs(list) do lines[index] = entry(item[1], item[2], column, columns) end
  return table.concat(lines, "\n")
end

local function option_term(option)
  local name = (option.short and "-" .. option.short .. ", " or "    ") .. "--" .. option.name
  return option.value and name .. " " .. option.value or name
end

local function options_as_list(options)
  local list = {}
  for index, option in ipairs(options) do list[index] = { option_term(option), option.help } end
  return list
end

local function indented(code)
  local lines = {}
  for line in (code:gsub("\n+$", "") .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line == "" and "" or INDENT .. line end
  return table.concat(lines, "\n")
end

local function block_text(block, columns)
  if type(block) == "string" then return text.wrap(block, columns, INDENT) end
  if block.heading then return block.heading end
  if block.code then return indented(block.code) end
  return entries(block.list or options_as_list(block.options), columns)
end

--- What is typed for a command, in one line.
function terminal.usage(command)
  return ("usage: vmq-recovery %s%s%s"):format(command.name, #(command.options or {}) > 0 and " [OPTIONS]" or "",
    command.args and " " .. command.args or "")
end

--- Lays a page out.
-- @param page see manual.page
-- @param columns integer
-- @return string
function terminal.text(page, columns)
  local first = page.command and terminal.usage(page.command) or ("%s: %s"):format(page.name, page.summary)
  local pieces = { text.wrap(first, columns, "       ", ""), "\n" }
  for index, block in ipairs(page.blocks) do
    local after_heading = index > 1 and page.blocks[index - 1].heading
    pieces[#pieces + 1] = (after_heading and "" or "\n") .. block_text(block, columns) .. "\n"
  end
  return table.concat(pieces)
end

return terminal
