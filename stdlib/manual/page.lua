-- The pages of the manual: where each is, and what a page of a command is made of.
-- Must not lay anything out: manual.terminal and manual.mdoc do.
--
-- A command's file holds its text; a topic's holds { summary, text, or blocks() where some of it is made from something else }. Texts are
-- written as manual.markup reads them.
--
-- A page is { name, command = its entry in the table of commands or nil, summary, blocks }. A block is a paragraph (a string, in which
-- `words` between backticks are to be typed as they are), or one of
--   { heading = "Words" }                         begins a part
--   { code = "lines" }                            lines as they are
--   { list = { { "term", "text" }, … } }          terms, each explained
--   { options = { option, … } }                   options of the command line, see cli.table

local markup = require "manual.markup"
local text = require "base.text"

local page = {}

--- The topics in the order of `help`: each has a file in manual/topic/.
page.TOPICS = { "walk", "changes", "recovery", "automation", "writing", "events", "errors", "files" }

-- Other names under which a topic is looked for.
local ALSO = { ["exit-codes"] = "events", ["way-back"] = "recovery", library = "writing" }

-- The text of a command has a file of its own; without one the table's words are all there is.
local function text_of(name)
  local module = name:gsub("%-", "_")
  if not require("lib_embed").source("stdlib/manual/command/" .. module .. ".lua") then return {} end
  return markup.blocks(require("manual.command." .. module))
end

local function append(blocks, more)
  return table.move(more, 1, #more, #blocks + 1, blocks)
end

--- The page of a command.
-- @param command its entry in the table of commands
function page.of_command(command)
  local blocks = { text.capitalized(command.help) .. "." .. (command.where and (" Where: %s."):format(command.where) or "") }
  append(blocks, text_of(command.name))
  if #(command.options or {}) > 0 then append(blocks, { { heading = "Options" }, { options = command.options } }) end
  blocks[#blocks + 1] = "`vmq-recovery help options` lists the options that every command takes."
  return { name = command.name, command = command, summary = command.help, blocks = blocks }
end

--- The page of a topic.
-- @param name string
-- @return page, or nil
function page.of_topic(name)
  name = ALSO[name] or name
  for _, topic in ipairs(page.TOPICS) do
    if topic == name then
      local found = require("manual.topic." .. name)
      return { name = name, summary = found.summary, blocks = found.blocks and found.blocks() or markup.blocks(found.text) }
    end
  end
end

return page
