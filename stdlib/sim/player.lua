-- Plays a simulated tool in this process with prepared answers, and keeps all it said.
-- It must not touch a terminal or files of its own; for children on a real terminal there is `sim.entry`.

local tools = require "sim.tools"

local player = {}

-- Answers as a function of the prompt, whatever form they were given in.
local function answerer(answers)
  if type(answers) == "function" then return answers end
  local index = 0
  return function()
    index = index + 1
    return answers and answers[index]
  end
end

--- The answers of the person at this Mac to any known prompt: y, the owner's short name, the password.
-- Unknown prompts get no answer.
function player.person(state)
  local person = state.owner
  return function(prompt, echo)
    if not echo then return person.password end
    if prompt:find("Pick a macOS", 1, true) then return "1" end
    if prompt:find("UUID", 1, true) then return state.default end
    if prompt:match("[yY]/[nN]") or prompt:find("(enter y or n)", 1, true) then return "y" end
    if prompt:lower():match("user") then return person.short end
  end
end

--- Runs the tool at `path` with `args`. `answers`: an array of lines, or a function(prompt, echo) → line|nil.
-- `files`: a files port, needed by the tools that read or write files. `environment(name)` → text|nil.
-- Returns { status, how, out, err, both, prompts = { { text, echo } … } }; `both` holds all output in its order with
-- the prompts, but not what was typed.
function player.run(state, path, args, answers, files, environment)
  local run, out, err, both = { prompts = {} }, {}, {}, {}
  local answer = answerer(answers)
  run.status, run.how = tools.play(state, path, args, {
    out = function(text) out[#out + 1] = text; both[#both + 1] = text end,
    err = function(text) err[#err + 1] = text; both[#both + 1] = text end,
    ask = function(prompt, echo)
      run.prompts[#run.prompts + 1] = { text = prompt, echo = echo }
      both[#both + 1] = prompt
      return answer(prompt, echo)
    end,
    files = files, environment = environment,
  })
  run.out, run.err, run.both = table.concat(out), table.concat(err), table.concat(both)
  return run
end

return player
