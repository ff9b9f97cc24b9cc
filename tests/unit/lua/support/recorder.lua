-- Makes the record of a simulated Mac, or the Mac of a record, in this process: tools are played, files lie in a scratch folder.
-- Must not judge what comes out.

local bputil = require "tool.bputil"
local files = require "lib_file"
local gather = require "command.record_gather"
local player = require "sim.player"
local probe = require "tool.probe"
local record_text = require "base.record_text"
local target = require "mac.target"

local recorder = {}

--- Answers probes in the place of a Mac that lies in `directory`.
function recorder.source(state, directory)
  local port = require("sim.files").below(directory)
  return function(argv)
    local run = player.run(state, argv[1], table.pack(table.unpack(argv, 2)), nil, port)
    return { exit = run.status, stdout = run.out, stderr = run.err, timed_out = false, truncated = false }
  end
end

--- The record of a Mac, as a table and as text.
-- @param state from sim.mac
-- @param before function(record) or nil: changes it before it is written
function recorder.record(state, before)
  local directory = assert(files.make_scratch())
  assert(require("sim.scratch").make(directory, state))
  bputil.forget()
  probe.use(recorder.source(state, directory))
  local found = gather.gather(directory, target.look(directory, {}))
  probe.use(nil)
  bputil.forget()
  files.remove_tree(directory)
  found.date, found.user = "2026-11-26T00:00:00Z", "root"
  if before then before(found) end
  return found, record_text.write(found)
end

return recorder
