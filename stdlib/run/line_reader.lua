-- Reads lines from the person: editable, with Tab and the lines before, on a terminal; plain elsewhere.
-- Must not know what a line means.

local line_reader = {}

--- @param complete function(before) → what to put in at the cursor, and the choices
-- @return function(prompt) → line, or nil and why ("eof" | "interrupted")
function line_reader.new(complete)
  local editor
  return function(prompt)
    local terminal = require "lib_terminal"
    if not terminal.is_terminal(0) or not terminal.is_terminal(1) then return terminal.read_line(prompt) end
    editor = editor or require("lib_lineedit").open(complete)
    local line, why = editor:read(prompt)
    if line and line:find("%S") then editor:remember(line) end
    return line, why
  end
end

return line_reader
