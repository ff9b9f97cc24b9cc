-- Waiting for tools that outlived their run: which count, how long, when the Mac is quiet, and what is said at the end.

local errors = require "screen.errors"
local orphans = require "run.orphans"
local probe = require "tool.probe"
local try = require "base.try"

local BOOT = "{ sec = 1700000000, usec = 1 } Tue Nov 14 22:13:20 2023\n"

local kept, clock, notes, slept
before_each(function()
  kept = { lib_system = package.loaded.lib_system or false, lib_signals = package.loaded.lib_signals or false }
  clock, notes, slept = { now = 1000, stage = 0 }, {}, {}
  package.loaded.lib_system = { monotonic = function() return clock.now end, sleep = function(seconds)
    clock.now = clock.now + seconds
    slept[#slept + 1] = seconds
    if clock.each then clock.each(#slept) end
  end }
  package.loaded.lib_signals = { stage = function() return clock.stage end }
end)
after_each(function()
  for name, part in pairs(kept) do package.loaded[name] = part or nil end
end)

-- The process list by what ps answers at each look; the last counts for ever.
local function processes(...)
  local lists, at = { ... }, 0
  probe.use(function(argv)
    if argv[1] == "/usr/sbin/sysctl" then return { exit = 0, stdout = BOOT, stderr = "" } end
    assert.are.equal("/bin/ps -axo pid=,comm=", table.concat(argv, " "))
    at = math.min(at + 1, #lists)
    if not lists[at] then return nil, "no ps", "ENOENT" end
    return { exit = 0, stdout = "    1 /sbin/launchd\n" .. lists[at], stderr = "" }
  end)
end

local function patience(person)
  return orphans.patience(function(event) notes[#notes + 1] = table.concat(event.lines, "\n") end, person)
end

local function state_of(nonce, boot_args)
  return { nonce = nonce, boot_args = boot_args or "", policy = { mode = "full", sip = "absent" } }
end

-- @return the ending, or nil; and how many readings there were
local function await(person, ...)
  local readings, at = { ... }, 0
  local function read()
    at = math.min(at + 1, #readings)
    return readings[at]
  end
  return try.catch(function() orphans.await_end(read, patience(person), 10) end), at
end

describe("an open intent", function()
  local function may_live(argv, boot) return orphans.may_live(argv and { argv = argv, boot = boot }) end
  local CSRUTIL = { "/usr/bin/csrutil", "disable" }

  it("counts in this boot, and where the boot is not known", function()
    processes ""
    for _, boot in ipairs { 1700000000, 1700000005, 1699999995, "x" } do assert.is_true(may_live(CSRUTIL, boot), boot) end
    assert.is_true(may_live(CSRUTIL, nil))
    probe.use(function() return nil, "no", "ENOENT" end)
    assert.is_true(may_live(CSRUTIL, 1))
  end)

  it("counts no more after a restart, and never if it was of another tool", function()
    processes ""
    for _, boot in ipairs { 1700000006, 1699999994, 1 } do assert.is_false(may_live(CSRUTIL, boot), boot) end
    assert.is_false(may_live({ "/usr/bin/curl" }, 1700000000))
    assert.is_false(may_live(nil))
  end)
end)

describe("waiting", function()
  it("goes on at once when nothing is at work and two readings are alike", function()
    processes ""
    local ended, readings = await(false, state_of "A", state_of "A", state_of "B")
    assert.are.same({ 2, { 10 } }, { readings, slept })
    assert.is_nil(ended)
    assert.truthy(notes[1]:find("may still finish the tool's work. Waiting, at most 1 minute.", 1, true), notes[1])
  end)

  it("waits for tools, by path, and names each of them once", function()
    local both = "  812 /usr/bin/kmutil\n   90 /usr/sbin/nvram\n"
    processes(both, both, "  90 /usr/sbin/nvram\n", "")
    assert.is_nil(await(true, state_of "A"))
    assert.are.same({ 1, 1, 1, 10 }, slept)
    assert.are.same({
      "A tool of an earlier run is still at work: kmutil (process 812), nvram (process 90). Waiting, at most 10 minutes; "
        .. "Ctrl-C stops waiting.",
      "A tool of an earlier run is still at work: nvram (process 90). Waiting, at most 10 minutes; Ctrl-C stops waiting." },
      { notes[1], notes[2] })
  end)

  it("reads again until nobody has written the policy or the boot arguments", function()
    for _, second in ipairs { state_of "B", state_of("A", "-v"), state_of(nil) } do
      processes ""
      slept = {}
      local _, readings = await(false, state_of "A", second, second, second)
      assert.are.same({ 4, { 10, 10 } }, { readings, slept })
    end
  end)

  it("looks for tools again between the readings", function()
    processes("", " 7 /usr/bin/csrutil\n", "")
    assert.is_nil(await(false, state_of "A", state_of "B", state_of "B"))
    assert.are.same({ 10, 1, 10 }, slept)
  end)

  it("takes what cannot be read twice for quiet: whoever goes on reads it again", function()
    processes(false)
    assert.is_nil(await(false, {}))
    assert.are.same({ 10 }, slept)
  end)

  it("ends after a minute with nobody there, and after ten with a person: 7", function()
    for person, seconds in pairs { [false] = 60, [true] = 600 } do
      processes " 12 /usr/bin/bputil\n"
      clock.now, slept = 1000, {}
      local ended = await(person, state_of "A")
      assert.are.same({ 7, "locked", seconds }, { ended.code, ended.result, clock.now - 1000 })
      assert.are.same({ "A tool of an earlier run is still at work: bputil (process 12). This command changed nothing.",
        "Cause: " .. errors.ours("at-work").cause .. ".", "Fix: " .. errors.ours("at-work").cure .. "." }, ended.lines)
    end
  end)

  it("ends when somebody writes all the time", function()
    processes ""
    local number = 0
    local ended = try.catch(function()
      orphans.await_end(function() number = number + 1 return state_of("N" .. number) end, patience(false), 10)
    end)
    assert.are.same({ 7, 60 }, { ended.code, clock.now - 1000 })
  end)

  it("ends when the person stops it", function()
    processes " 12 /usr/bin/bputil\n"
    function clock.each(number) clock.stage = number == 3 and 1 or 0 end
    local ended = await(true, state_of "A")
    assert.are.same({ 7, 3 }, { ended.code, #slept })
  end)
end)

describe("standing still after a tool that was cut off", function()
  local function stand(...)
    local readings, at = { ... }, 0
    orphans.stand_still(function()
      at = math.min(at + 1, #readings)
      return readings[at]
    end, function(event) notes[#notes + 1] = event.lines[1] end, 10)
    return at
  end

  it("is over at two readings in turn that are alike", function()
    assert.are.same({ 2, { 10 } }, { stand(state_of "A", state_of "A", state_of "B"), slept })
    slept = {}
    assert.are.same({ 4, { 10, 10, 10 } }, { stand(state_of "A", state_of "B", state_of "C", state_of "C"), slept })
    assert.are.equal("The tool was cut off. A daemon of Apple's may still finish its work: waiting until two readings, 10 seconds apart, "
      .. "are alike.", notes[1])
  end)

  it("ends after a minute, and when the person interrupts", function()
    local list = {}
    for number = 1, 20 do list[number] = state_of("N" .. number) end
    stand(table.unpack(list))
    assert.are.equal(6, #slept)
    slept = {}
    clock.stage = 1
    stand(table.unpack(list))
    assert.are.equal(1, #slept)
  end)
end)

describe("the pause", function()
  local files = require "lib_file"

  it("is ten seconds on a Mac, and what a file says below a root or a rehearsal", function()
    local root = assert(files.make_scratch())
    local folder = root .. "/private/var/run/vmq-recovery"
    local function pause(more) return orphans.pause { root = more or root, rehearsal = {} } end
    assert.are.same({ 10, 10 }, { pause(), pause "" })
    assert(files.make_directory(folder, 448))
    for text, seconds in pairs { ["0.5\n"] = 0.5, ["x"] = 10, [""] = 10 } do
      assert(files.write_atomic(folder .. "/pause", text, 384))
      assert.are.equal(seconds, pause())
    end
    assert.are.equal(3, orphans.pause { root = root, rehearsal = { pause = 3 } })
    files.remove_tree(root)
  end)

  it("reads no file of the Mac that the program itself runs on", function()
    local read = files.read
    local asked = {}
    files.read = function(path)
      asked[#asked + 1] = path
      return "0.1\n"
    end
    local here, below = orphans.pause { root = "", rehearsal = {} }, orphans.pause { root = "/mac", rehearsal = {} }
    files.read = read
    assert.are.same({ 10, 0.1, { "/mac/private/var/run/vmq-recovery/pause" } }, { here, below, asked })
  end)
end)
