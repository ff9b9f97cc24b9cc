-- The manual's page on what programs read: exit codes, and the event stream.

local markup = require "manual.markup"

local events = { summary = "exit codes, and the events of --json" }

local TEXT = [[
# Exit codes

0 :: the wanted state was reached and read back, or there was nothing to do, or a phase finished; the message says
  what comes next
1 :: failed; everything was undone, and the state read and compared
2 :: the command line or a plan is wrong
3 :: a precondition is bad or unknown; nothing was changed. Also where a command that only tells could not write all of
  it, since the disk is full
4 :: you said no, or the input ended; nothing was changed
5 :: failed, and the undo is incomplete; the way by hand was printed
6 :: stopped part-way, and the journal is open: `resume` or `rollback`
7 :: another run holds the lock, or a tool of an earlier run is still at work
8 :: phase finished, restart needed (only with `--detailed-exitcode`, else 0)
9 :: went back, but not all the way; what was reached or what differs was printed
10 :: there are changes (only `plan --detailed-exitcode`)
11 :: the state is neither before nor after, or the journal cannot be believed: a person must look
70 :: a bug in this program

# Events

With `--json` each line of standard output is a JSON object. Everything for people goes to standard error or the
terminal. Every event has `type` and `time`. Fields are only ever added within a format; pass over those you do not
know. `vmq-recovery help events --schema` prints the JSON Schema of a line.

A value is exactly what it is on the Mac: characters that steer a terminal are escaped, not replaced. Bytes that are
no UTF-8 are shown as question marks.
]]

--- The page: its text, and every event.
function events.blocks()
  local blocks, more = markup.blocks(TEXT), require("manual.event_schema").blocks()
  return table.move(more, 1, #more, #blocks + 1, blocks)
end

return events
