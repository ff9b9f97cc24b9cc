-- Prints how long the journal takes to append and to be opened, at several lengths: "RECORDS APPEND OPEN" in seconds; of five openings
-- the quickest counts.
-- Must be run by build/tests/lua with a folder as argument; what is in the folder is lost.

local journal, system = require "lib_journal", require "lib_system"

local folder = ...
local record = '{"type":"outcome","step":"kernel","verdict":"done","seen":{"mode":"permissive","coih":"absent"}}'

local function fill(open, from, to)
  local start = system.monotonic()
  for _ = from, to do assert(open:append(record)) end
  return (system.monotonic() - start) / (to - from + 1)
end

local function open_again()
  local start = system.monotonic()
  assert(journal.open(folder, 1)):close()
  return system.monotonic() - start
end

local written = 0
for _, length in ipairs { 10, 100, 1000, 10000, 100000 } do
  local open = assert(journal.open(folder, 1))
  local each = fill(open, written + 1, length)
  written = length
  open:close()
  local best = open_again()
  for _ = 1, 4 do best = math.min(best, open_again()) end
  print(length, each, best)
end
