-- The exit codes as scripts of others test them: none may become another.

local exit_code = require "base.exit_code"

describe("exit codes", function()
  it("are these", function()
    assert.are.same({ OK = 0, FAILED = 1, USAGE = 2, PRECONDITION = 3, DECLINED = 4, UNDO_INCOMPLETE = 5, STOPPED = 6, LOCKED = 7,
      PHASE = 8, LOWER_RUNG = 9, CHANGES = 10, PERSON = 11, BUG = 70 }, exit_code)
  end)
end)
