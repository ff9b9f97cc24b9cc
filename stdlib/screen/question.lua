-- Asks the person at the terminal. End of input is never a yes, and Enter alone does nothing.
-- Must not ask for passwords: those are typed at Apple's own prompts.

local question = {}

-- Set by --no-input.
local nobody = false

--- From here on nobody is asked: every question ends as if there were no input.
-- @param so boolean
function question.ask_nobody(so) nobody = so end

local function read(prompt)
  if nobody then return nil, "--no-input: nobody is asked" end
  local terminal = require "lib_terminal"
  terminal.flush_input()
  return terminal.read_line(prompt)
end

local TRIES = 3

local function tell(words) require("lib_terminal").write(2, words .. "\n") end

-- @return "yes", "no", or a function that the word asks for; nil for anything else
local function meaning(typed, accepted, keys)
  for _, word in ipairs(accepted) do
    if typed == word then return "yes" end
  end
  local key = typed:lower()
  if key == "n" or key == "no" then return "no" end
  return keys and keys[key]
end

--- Wants a word typed exactly.
-- @param prompt string
-- @param accepted array of words: the first is the one that is asked for, each is taken
-- @param keys table or nil: functions by what is typed; the question is asked again afterwards
-- @return true, or nil and "declined" | "eof" | "interrupted"
function question.word(prompt, accepted, keys)
  local wrong = 0
  while wrong < TRIES do
    local line, why = read(prompt)
    if not line then return nil, why end
    local meant = meaning(line:match("^%s*(.-)%s*$"), accepted, keys)
    if meant == "yes" then return true end
    if meant == "no" then return nil, "declined" end
    if meant then
      meant()
    else
      wrong = wrong + 1
      tell(("That is not it: type %s, or n to cancel."):format(accepted[1]))
    end
  end
  return nil, "declined"
end

--- A question to be answered y or n.
-- @return true | false, or nil and why
function question.yes_no(prompt)
  for _ = 1, 3 do
    local line, why = read(prompt .. " [y/n] ")
    if not line then return nil, why end
    local answer = line:lower():match("^%s*(%a*)%s*$")
    if answer == "y" or answer == "yes" then return true end
    if answer == "n" or answer == "no" then return false end
  end
  return false
end

--- A menu of volume groups by number.
-- @return the group, or nil
function question.volume(groups, default)
  local terminal = require "lib_terminal"
  terminal.write(2, "Several macOS systems are installed (--volume NAME or UUID says which):\n")
  for number, group in ipairs(groups) do
    terminal.write(2, ("  %d: %s  %s%s\n"):format(number, require("base.text").printable(group.name or "?"), group.group,
      group.group == default and "  (startup disk)" or ""))
  end
  for _ = 1, 3 do
    local line = read(("Which one? [1-%d] "):format(#groups))
    if not line then return nil end
    local chosen = groups[tonumber(line:match("^%s*(%d+)%s*$") or "0")]
    if chosen then return chosen end
    tell(("That is not it: type a number from 1 to %d."):format(#groups))
  end
  return nil
end

return question
