-- Says what a runner of our own found: on the screen, and in a small JUnit file for tests/summary.py.
-- The file goes into the folder that the variable JUNIT names; without the variable there is none.

local results = {}

-- The failures' names and texts stand in what the runner printed; the file holds how many there are.
local function write(path, suite, passed, failed)
  local file = assert(io.open(path, "w"))
  assert(file:write(('<testsuite name="%s" tests="%d" failures="%d" errors="0" skipped="0"/>\n')
    :format(suite, passed + failed, failed)))
  assert(file:close())
end

--- Prints the sum and writes the file.
-- @param suite the runner's name, and the file's
-- @param passed number of cases
-- @param failed number of cases
-- @return whether all passed
function results.conclude(suite, passed, failed)
  local folder = os.getenv "JUNIT"
  if folder then write(("%s/%s.xml"):format(folder, suite), suite, passed, failed) end
  print(("%d passed, %d failed"):format(passed, failed))
  return failed == 0
end

return results
