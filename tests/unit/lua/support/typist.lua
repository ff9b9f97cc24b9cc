-- Stands in for a person at the terminal: lines to be typed, and what was said to them.
-- Must not know what an answer means.

local screen = require "tests.unit.lua.support.screen"

local typist = {}

--- Puts a terminal in place on which these lines are typed in turn; false is the end of input, { why } another end.
-- @return the screen, and an array to which each prompt is added
function typist.use(columns, lines)
  local shown = screen.use(columns)
  local prompts, at = {}, 0
  local terminal = package.loaded.lib_terminal
  function terminal.flush_input() return true end
  function terminal.read_line(prompt)
    prompts[#prompts + 1] = prompt
    at = at + 1
    local line = lines[at]
    if type(line) == "table" then return nil, line[1] end
    if not line then return nil, "eof" end
    return line
  end
  return shown, prompts
end

return typist
