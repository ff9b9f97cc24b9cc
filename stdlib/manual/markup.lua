-- Reads the text that pages are written in: what a page's file holds becomes the blocks that manual.page tells of.
-- Must not lay anything out.
--
-- Blocks have an empty line between them. A line "# Words" begins a part. Four blanks before each line are code. "term :: text"
-- is an entry of a list, whose further lines begin with two blanks. Everything else is a paragraph.

local markup = {}

local function list_of(lines)
  local list = {}
  for _, line in ipairs(lines) do
    local term, words = line:match("^(%S.-) :: (.*)$")
    if term then list[#list + 1] = { term, words } else list[#list][2] = list[#list][2] .. " " .. line:match("^%s*(.*)$") end
  end
  return { list = list }
end

local function code_of(lines)
  for index, line in ipairs(lines) do lines[index] = line:gsub("^    ", "") end
  return { code = table.concat(lines, "\n") }
end

local function block_of(lines)
  local first = lines[1]
  if first:find("^# ") then return { heading = first:sub(3) } end
  if first:find("^    ") then return code_of(lines) end
  return first:find("^%S.- :: ") and list_of(lines) or table.concat(lines, " ")
end

-- An empty line within code is part of it when more code follows.
local function join_code(blocks, block)
  local last = blocks[#blocks]
  if type(block) == "table" and block.code and type(last) == "table" and last.code then
    last.code = last.code .. "\n\n" .. block.code
  else
    blocks[#blocks + 1] = block
  end
end

--- The blocks of a text.
-- @param words string
-- @return array of blocks, see manual.page
function markup.blocks(words)
  local blocks, lines = {}, {}
  for line in (words .. "\n\n"):gmatch("(.-)\n") do
    if line ~= "" then
      lines[#lines + 1] = line
    elseif #lines > 0 then
      join_code(blocks, block_of(lines))
      lines = {}
    end
  end
  return blocks
end

return markup
