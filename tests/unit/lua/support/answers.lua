-- Puts canned answers of Apple's tools in front of the program's probes.
-- Must not know what an answer means.

local probe = require "tool.probe"

local answers = {}

--- A tool's answer.
function answers.of(stdout, exit, stderr)
  return { exit = exit or 0, stdout = stdout or "", stderr = stderr or "" }
end

--- Installs answers by command line.
-- @param table command line → text of standard output, or an answer, or false for "no such tool"
-- @return array to which every command line asked is added, in order
function answers.use(table_of_answers)
  local asked = {}
  probe.use(function(argv)
    local line = table.concat(argv, " ")
    asked[#asked + 1] = line
    local answer = table_of_answers[line]
    if not answer then return nil, argv[1] .. ": No such file or directory", "ENOENT" end
    return type(answer) == "string" and answers.of(answer) or answer
  end)
  return asked
end

return answers
