-- The exit codes, each once, with what it means to a script and to `help`.
-- Must not change: other programs test them.

return {
  OK = 0, -- wanted state reached and read back, nothing to do, or phase finished
  FAILED = 1, -- failed; everything undone and read back
  USAGE = 2,
  PRECONDITION = 3, -- a precondition is bad or unknown; nothing changed
  DECLINED = 4, -- declined; nothing changed
  UNDO_INCOMPLETE = 5, -- failed, and the undo is incomplete: the manual way was printed
  STOPPED = 6, -- stopped part-way, journal open: resume or rollback
  LOCKED = 7, -- another run holds the lock, or a tool of an earlier run is still at work
  PHASE = 8, -- phase finished, restart needed (only with --detailed-exitcode)
  LOWER_RUNG = 9, -- reverted, but not to full security: the rung was printed
  CHANGES = 10, -- plan --detailed-exitcode: there are changes
  PERSON = 11, -- the state is neither before nor after: a person must look
  BUG = 70, -- a bug in the program: runner/main.c exits with it
}
