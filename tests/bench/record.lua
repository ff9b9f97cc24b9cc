-- Prints how many seconds of the processor a recording takes in this program itself: `lua record.lua RECORD ROOT FILE`.
-- The commands' answers come from RECORD, so nothing is started; the files are those below ROOT; FILE is written.

local gather = require "command.record_gather"
local mac_record = require "mac.record"
local probe = require "tool.probe"
local record_text = require "base.record_text"
local target = require "mac.target"

local path, root, out = table.unpack(arg)
local source = mac_record.source(assert(mac_record.load(path)))

local function once()
  probe.use(source)
  local start = os.clock()
  local text = record_text.write(gather.gather(root, target.look(root, {})))
  assert(require("lib_file").write_atomic(out, text, 420))
  return os.clock() - start
end

local best = once()
for _ = 1, 20 do best = math.min(best, once()) end
print(best)
