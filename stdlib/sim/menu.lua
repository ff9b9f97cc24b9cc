-- The menu by which csrutil and bputil ask which system is meant (reference §2.2, facts-2026-11 A.1).
-- It must not know what is done to that system.

local menu = {}

--- The system that is meant: where there are several, the person picks one by number. At the end of input the menu
-- stays alone on the screen. `describe(group)`: what follows the number; `refusal`: what is said to another answer.
function menu.pick(p, describe, refusal)
  local groups = p.state.groups
  if #groups == 1 then return groups[1] end
  p.out("This computer has several macOS installations:\n")
  for number, group in ipairs(groups) do p.out(("%d: %s\n"):format(number, describe(group))) end
  local answer = p.ask(("Pick a macOS installation (1..%d): "):format(#groups))
  local group = answer and groups[tonumber(answer:match("^%s*(%d+)%s*$"))]
  if not group then p.fail(1, "\n", p.name, ": ", refusal, "\n") end
  return group
end

return menu
