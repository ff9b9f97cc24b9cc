-- Makes a long journal of a short one: `lua resume.lua FOLDER RECORDS`. The one run in FOLDER did one step and is closed; afterwards it has
-- done that step again and again, and is open.
-- Must be run by build/tests/lua; what is in the folder is lost.

local journal = require "lib_journal"

local folder, count = table.unpack(arg)
local records = assert(journal.read(folder, 1))
assert(os.remove(folder .. "/0001.journal"))
local open = assert(journal.open(folder, 1))
assert(open:append(records[1]))
for number = 2, tonumber(count) do assert(open:append(records[2 + number % 2])) end
open:close()
