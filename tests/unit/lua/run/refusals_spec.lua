-- The count of refused passwords: where it lies, how long it counts, and who may go on beyond the limit.

local files = require "lib_file"
local probe = require "tool.probe"
local refusals = require "run.refusals"
local screen = require "tests.unit.lua.support.screen"
local typist = require "tests.unit.lua.support.typist"

local root, session, kept, events
before_each(function()
  root, session, kept, events = assert(files.make_scratch()), "ONE", probe.output, {}
  function probe.output(argv)
    if argv[3] == "kern.bootsessionuuid" and session then return session .. "\n" end
    return nil, "unknown oid", "exit"
  end
end)
after_each(function()
  probe.output = kept
  screen.restore()
  files.remove_tree(root)
end)

local function path() return root .. "/private/var/run/vmq-recovery/refused-passwords" end
local view = { emit = function(event) events[#events + 1] = event end }

describe("the count", function()
  it("is none before the first, and asks the Mac nothing", function()
    probe.output = function() error "asked" end
    assert.are.same({ 0, false }, { refusals.of(root):count(), refusals.of(root):is_spent() })
  end)

  it("goes on from run to run, in a file that only root has", function()
    refusals.of(root):add(2)
    assert.are.same({ 2, false }, { refusals.of(root):count(), refusals.of(root):is_spent() })
    refusals.of(root):add(1)
    assert.are.same({ 3, true, "ONE 3\n" }, { refusals.of(root):count(), refusals.of(root):is_spent(), files.read(path()) })
    assert.are.same({ 384, 448 }, { files.stat(path()).mode, files.stat(path():match("^(.*)/")).mode })
  end)

  it("is one boot's", function()
    refusals.of(root):add(3)
    session = "TWO"
    local second = refusals.of(root)
    assert.are.equal(0, second:count())
    second:add(1)
    assert.are.equal("TWO 1\n", files.read(path()))
  end)

  it("counts on where the boot cannot be told", function()
    session = nil
    refusals.of(root):add(3)
    assert.are.equal(3, refusals.of(root):count())
  end)

  it("that cannot be understood is the limit", function()
    refusals.of(root):add(1)
    for _, text in ipairs { "", "ONE", "ONE -1\n", "ONE 1", "ONE 1\nONE 1\n", "ONE x\n",
      "ONE " .. ("9"):rep(30) .. "\n" } do
      files.write_atomic(path(), text, 384)
      assert.are.equal(3, refusals.of(root):count(), text)
      assert.are.equal(path()
        .. " does not tell how many passwords or user names were refused since this Mac was started", refusals.of(root):words())
    end
    files.write_atomic(path() .. ".other", "ONE 0\n", 384)
    files.remove(path())
    assert(files.link(path() .. ".other", path()))
    assert.are.equal(3, refusals.of(root):count())
  end)

  it("that cannot be written is known to this run", function()
    files.write_atomic(root .. "/private", "no folder", 384)
    local counter = refusals.of(root)
    counter:add(3)
    assert.is_true(counter:is_spent())
  end)

  it("takes in what a tool's end says: all were refused, or the last was taken", function()
    for _, case in ipairs { { "credentials", 2, 0, 2 }, { "credentials", 3, 2, 1 }, { "claimed", 2, 1, 0 }, { "unknown", 2, 0, 1 },
      { "question", 0, 0, 0 }, { "wait", 1, 0, 3 } } do
      local counter = refusals.of(root .. "/" .. case[1] .. case[2])
      counter:note(case[1], case[2], case[3])
      assert.are.equal(case[4], counter:count(), case[1])
    end
  end)
end)

describe("what is left", function()
  it("is the rest up to the limit, and one beyond it", function()
    local counter = refusals.of(root)
    for _, left in ipairs { 3, 2, 1, 1, 1 } do
      assert.are.equal(left, counter:left())
      counter:add(1)
    end
  end)
end)

describe("the limit", function()
  local function spent()
    local counter = refusals.of(root)
    counter:add(3)
    return counter
  end

  it("is none below three", function()
    local counter = refusals.of(root)
    counter:add(2)
    assert.are.same({ true, {} }, { counter:allow(false, view), events })
  end)

  it("ends what nobody attends to", function()
    assert.are.same({ nil, "attempts", "3 passwords or user names were refused since this Mac was started" },
      { spent():allow(false, view) })
  end)

  it("is told to a person, whose `again` stands until the next refusal", function()
    local _, prompts = typist.use(80, { "y", "again", "again" })
    local counter = spent()
    assert.is_true(counter:allow(true, view))
    assert.is_true(counter:allow(true, view))
    assert.are.equal(2, #prompts)
    assert.truthy(events[1].lines[2]:find("3 passwords or user names were refused", 1, true))
    counter:note("credentials", 1, 0)
    assert.is_true(counter:allow(true, view))
    assert.are.equal(3, #prompts)
    assert.truthy(events[2].lines[2]:find("4 passwords or user names were refused", 1, true))
  end)

  it("is the person's wish where they type anything else", function()
    for _, lines in ipairs { { "n" }, {}, { "yes", "y", "once more" } } do
      typist.use(80, lines)
      assert.are.same({ nil, "asked", "no further password is tried" }, { spent():allow(true, view) })
      screen.restore()
    end
  end)

  it("cannot be passed in a run where the Mac itself says to wait", function()
    local counter = refusals.of(root)
    counter:note("wait", 1, 0)
    assert.are.same({ nil, "barred", "this Mac takes no more passwords for now" }, { counter:allow(true, view) })
    assert.is_true(refusals.of(root):is_spent())
  end)
end)
