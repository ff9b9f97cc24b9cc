-- The reference of what plans can call, made from the doc comments of the modules themselves.
-- Must not hold a word about any of them.

local keys = require "base.keys"
local sandbox = require "plan.sandbox"

local reference = {}

-- Sources of what a comment claims mean nothing to a plan's author.
local CITATIONS = { "%s*%([^()]*§[^()]*%)", "%s*%(facts%-[^()]*%)" }

-- A doc comment's lines as paragraphs: what it is, then a line for each argument and for what is returned.
local function paragraphs(comment)
  local list = { "" }
  for _, line in ipairs(comment) do
    local words = line:gsub("^%-+%s?", ""):gsub("%s+", " ")
    for piece in words:gsub("%s*(@%l+)", "\n%1"):gmatch("[^\n]+") do
      if piece:find("^@") then list[#list + 1] = piece else list[#list] = list[#list] .. " " .. piece end
    end
  end
  return list
end

local function tidy(words)
  for _, citation in ipairs(CITATIONS) do words = words:gsub(citation, "") end
  words = words:gsub("%s+", " "):match("^%s*(.-)%s*$")
  local name, rest = words:match("^@param (%S+)%s*(.*)$")
  if name then return ("%s: %s"):format(name, rest) end
  return (words:gsub("^@return ", "Returns "))
end

local function meaning_of(comment)
  local lines = {}
  for _, paragraph in ipairs(paragraphs(comment)) do
    local words = tidy(paragraph)
    if words ~= "" then lines[#lines + 1] = words end
  end
  return table.concat(lines, "\n")
end

--- The public functions of a module, from its source.
-- @param source string
-- @param name string: what plans call it
-- @return array of { "name.function(arguments)", meaning }
function reference.functions(source, name)
  local found, comment = {}, {}
  for line in source:gmatch("([^\n]*)\n") do
    local called, arguments = line:match("^function [%w_]+%.([%w_]+)(%b())")
    if called and #comment > 0 then found[#found + 1] = { name .. "." .. called .. arguments, meaning_of(comment) } end
    local begins, goes_on = line:find("^%-%-%-"), #comment > 0 and line:find("^%-%-")
    comment = (begins and #comment == 0 or goes_on) and table.move({ line }, 1, 1, #comment + 1, comment) or {}
  end
  return found
end

-- "The fields" of a comment: lines of a name, three blanks or more or an arrow, and words.
-- @return name and words; or nil
local function field_of(line)
  local name, words = line:match("^%-%-   (%S.-)%s%s+(%S.*)$")
  if not name then name, words = line:match("^%-%-   (%S+%b())%s+(→.*)$") end
  return name, words and words:gsub("→%s*", "answers "):gsub("%s*%(a rung: plan%.answer%)", "")
end

-- What a line of the comment adds: a field, or more words of the field before it, which stand in the column of its words.
local function add_line(fields, line)
  local name, words = field_of(line)
  if name then
    fields[#fields + 1] = { name, words }
    return
  end
  local more = line:match("^%-%-%s%s%s%s+(%S.*)$")
  if more then fields[#fields][2] = fields[#fields][2] .. " " .. more end
end

--- The fields of a step, from the comment above the schema.
-- @param source string: of plan.schema
-- @return array of { "check(c)", meaning }
function reference.fields(source)
  local fields = {}
  for line in source:gmatch("([^\n]*)\n") do
    if not line:find("^%-%-") then break end
    add_line(fields, line)
  end
  return fields
end

local function source_of(module) return require("lib_embed").source("stdlib/" .. module:gsub("%.", "/") .. ".lua") end

--- The fields of a step, as the program's own schema tells them.
function reference.step_fields() return reference.fields(source_of "plan.schema") end

--- Every module that plans can call, as blocks of a page.
function reference.blocks()
  local blocks, modules = {}, sandbox.public_modules()
  for _, name in ipairs(keys.sorted(modules)) do
    local functions = reference.functions(source_of(modules[name]), name)
    blocks[#blocks + 1] = { heading = name }
    blocks[#blocks + 1] = { list = functions }
  end
  return blocks
end

return reference
