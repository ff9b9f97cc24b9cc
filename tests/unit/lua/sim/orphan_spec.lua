-- Tools that outlive the program that started them, work that daemons finish, and what two processes do to one state.
-- Needs the program itself, which the tools' links point at.

local changes = require "sim.changes"
local collection = require "sim.collection"
local entry = require "sim.entry"
local fault = require "sim.fault"
local file = require "lib_file"
local files = require "sim.files"
local mac = require "sim.mac"
local player = require "sim.player"
local scratch = require "sim.scratch"
local state_file = require "sim.state_file"
local system = require "lib_system"
local tools = require "sim.tools"

local PROGRAM = system.executable():gsub("tests/lua$", "vmq-recovery")

local folders = {}

local function make(faults, words)
  local directory = assert(file.make_scratch())
  folders[#folders + 1] = directory
  assert(scratch.make(directory, assert(mac.new(nil, words or {}, faults)), PROGRAM))
  return directory
end

-- Answers a tool's prompts and takes its terminal away. @return a function that waits for that and returns what the tool said
local function hang_up(directory, answers, quiet)
  local pipe = assert(io.popen(("printf '%%s\\n' %s | python3 tests/unit/lua/support/hang_up.py %s '%s/usr/bin/csrutil' disable"):format(
    answers, quiet or "0.3", directory)))
  return function()
    local said = pipe:read("a")
    pipe:close()
    return said
  end
end

local function run(directory, words)
  local pipe = assert(io.popen(("setsid -w '%s'%s 2>&1 </dev/null"):format(directory, words)))
  local said = pipe:read("a")
  pipe:close()
  return said
end

local function sip0(directory)
  return run(directory, "/usr/bin/bputil -d"):match("%(sip0%): (%S+)")
end

local function wait_for(seconds, condition)
  local ends = system.monotonic() + seconds
  while not condition() do
    if system.monotonic() > ends then return false end
    system.sleep(0.1)
  end
  return true
end

describe("an orphan", function()
  setup(function() assert(file.stat(PROGRAM), PROGRAM .. " is not built: make") end)
  after_each(function()
    for _, directory in ipairs(folders) do assert(file.remove_tree(directory)) end
    folders = {}
  end)

  local KINDS = { "late-daemon", "outlives", "detached" }

  -- Starts the three at once: each takes its time.
  local function start_each(fault_form, start)
    local directories, ended = {}, {}
    for _, how in ipairs(KINDS) do
      directories[how] = make { fault_form:format(how) }
      ended[how] = start(directories[how])
    end
    return directories, ended
  end

  local function is_listed(directory) return run(directory, "/bin/ps -axo comm="):find("/usr/bin/csrutil\n", 1, true) ~= nil end

  local function lives(directory)
    local pid = run(directory, "/bin/ps -axo pid=,comm="):match("(%d+) /usr/bin/csrutil\n")
    return pid ~= nil and os.execute("kill -0 " .. pid) == true
  end

  it("finishes csrutil's work when the terminal is gone", function()
    local directories, ended = start_each("csrutil:%s@4", function(directory) return hang_up(directory, "y rehearsal") end)
    for _, how in ipairs(KINDS) do
      local said, directory = ended[how](), directories[how]
      assert.truthy(said:find("Enter password for user ada: ", 1, true), how .. said)
      assert.is_nil(said:find("Protection is off", 1, true), how)
      assert.are.equal("absent", sip0(directory), how)
      assert.are.equal(how ~= "late-daemon", is_listed(directory), how)
      assert.are.equal(how ~= "late-daemon", lives(directory), how)
    end
    for how, directory in pairs(directories) do
      assert.is_true(wait_for(8, function() return sip0(directory) == "7f" end), how)
      assert.is_true(wait_for(8, function() return not is_listed(directory) end), how)
    end
  end)

  it("is no orphan while its terminal is there", function()
    local directories, ended = start_each("csrutil:%s@1", function(directory)
      return assert(io.popen(("printf 'y\\nrehearsal\\n' | setsid -w '%s/usr/bin/csrutil' disable 2>&1; echo $?"):format(directory)))
    end)
    for _, how in ipairs(KINDS) do
      local said = ended[how]:read("a")
      ended[how]:close()
      assert.truthy(said:find("0\n$"), how .. said)
      assert.are.equal(how ~= "detached", said:find("Protection is off", 1, true) ~= nil, how)
      assert.are.equal("7f", sip0(directories[how]), how)
    end
  end)

  it("does not undo what others did meanwhile, but for the policy it signs", function()
    local directory = make { "csrutil:outlives@2" }
    hang_up(directory, "y rehearsal")()
    run(directory, "/usr/sbin/nvram 40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args=-v")
    run(directory, "/usr/bin/bputil -nm -u ada -p rehearsal")
    assert.is_true(wait_for(8, function() return sip0(directory) == "7f" end))
    assert.are.equal("boot-args\t-v\n", run(directory, "/usr/sbin/nvram boot-args"))
    assert.is_false(state_file.load(directory).groups[1].policy.smb3)
  end)

  -- Somebody else writes as soon as the tool has read the state again.
  local function renew_while_another_writes(directory, io)
    local load = state_file.load
    function state_file.load(...)
      state_file.load = load
      local read, now = load(...), load(...)
      now.online = false
      assert(state_file.save(directory, now))
      return read
    end
    io.renew()
  end

  it("does not undo what others did right behind its reading", function()
    local directory, play = make {}, tools.play
    function tools.play(state, _, _, io)
      renew_while_another_writes(directory, io)
      state.managed = true
      return 0
    end
    local status = entry.main(directory, "/usr/bin/csrutil", {})
    tools.play = play
    local state = state_file.load(directory)
    assert.are.same({ 0, false, true }, { status, state.online, state.managed })
  end)
end)

describe("a tool that throws away what is typed right behind its prompt", function()
  after_each(function()
    for _, directory in ipairs(folders) do assert(file.remove_tree(directory)) end
    folders = {}
  end)

  it("takes what comes some moments later", function()
    local directories, ended = {}, {}
    for index, quiet in ipairs { "0.02", "0.6" } do
      directories[index] = make({}, { "prompt-flushes-late" })
      ended[index] = hang_up(directories[index], "'' y rehearsal ''", quiet)
    end
    for index, sip in ipairs { false, 0x7f } do
      ended[index]()
      assert.are.equal(sip, state_file.load(directories[index]).groups[1].policy.sip0 or false)
    end
  end)
end)

describe("work that is finished later", function()
  local function disable(state) return player.run(state, "/usr/bin/csrutil", { "disable" }, { "y", "rehearsal" }) end
  local function look(state) return player.run(state, "/usr/sbin/sysctl", { "hw.model" }) end

  it("is done when as many tools have started as were said", function()
    for count = 0, 2 do
      local state = mac.new(nil, {}, { "csrutil:late-daemon@" .. count })
      assert.are.equal("killed", disable(state).how)
      for _ = 1, count do
        look(state)
        assert.is_nil(state.groups[1].policy.sip0)
      end
      look(state)
      assert.are.equal(0x7f, state.groups[1].policy.sip0)
      assert.is_nil(state.late)
    end
  end)

  it("is any tool's", function()
    local calls = {
      bputil = { "/usr/bin/bputil", { "-nca" } }, nvram = { "/usr/sbin/nvram", { "boot-args=-v" } },
      kmutil = { "/usr/bin/kmutil", { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc" } },
    }
    for tool, call in pairs(calls) do
      local state = mac.new(nil, {}, { tool .. ":late-daemon@0" })
      local port = files.memory { ["/kc"] = collection.make(state.collection) }
      local before = changes.copy(state)
      local said = player.run(state, call[1], call[2], player.person(state), port)
      assert.are.equal("killed", said.how)
      before.late, before.calls, before.faults = state.late, state.calls, state.faults
      assert.are.same(before, state)
      look(state)
      before.late = nil
      assert.are_not.same(before, state)
      local p = state.groups[1].policy
      assert.are.same({ tool == "bputil" and "permissive" or tool == "kmutil" and "permissive" or "full", tool == "kmutil" },
        { p.mode, p.coih ~= nil })
    end
  end)

  it("is not done any more after a restart", function()
    local state = mac.new(nil, {}, { "csrutil:late-daemon@1" })
    disable(state)
    require("sim.boot").next(state, { into = "paired-recovery" })
    look(state)
    look(state)
    assert.is_nil(state.groups[1].policy.sip0)
  end)

  it("writes a new nonce", function()
    local state = mac.new(nil, {}, { "csrutil:late-daemon@0" })
    local before = state.groups[1].policy.lpnh
    disable(state)
    assert.are.equal(before, state.groups[1].policy.lpnh)
    look(state)
    assert.are_not.equal(before, state.groups[1].policy.lpnh)
  end)
end)

describe("changes", function()
  it("are what one state has and the other has not, and make the one of the other", function()
    local old = { a = 1, gone = true, inner = { x = 1, list = { 1, 2, 3 } }, policy = { mode = "full", coih = "A" },
      nvram = { { name = "one", value = "1" }, { name = "two", value = "2" } } }
    local new = { a = 2, inner = { x = 1, list = { 1, 4 }, more = { y = 1 } }, policy = { mode = "reduced" },
      nvram = { { name = "two", value = "2" }, { name = "three", value = "3" } } }
    local list = changes.between(old, new)
    local made = changes.copy(old)
    changes.make(made, list)
    assert.are.same(new, made)
    assert.are.same({}, changes.between(new, made))
  end)

  it("keep what somebody else has changed", function()
    local old = { a = 1, nvram = { { name = "one", value = "1" } }, calls = {} }
    local new = { a = 1, nvram = { { name = "one", value = "1" }, { name = "mine", value = "m" } }, calls = { x = { y = 1 } } }
    local other = { a = 5, nvram = { { name = "theirs", value = "t" } }, calls = {} }
    changes.make(other, changes.between(old, new))
    assert.are.same({ a = 5, nvram = { { name = "theirs", value = "t" }, { name = "mine", value = "m" } },
      calls = { x = { y = 1 } } }, other)
  end)
end)

describe("faults", function()
  it("take a delay where there is one", function()
    assert.are.same({ tool = "csrutil", how = "late-daemon", delay = 2 }, (fault.parse "csrutil:late-daemon"))
    assert.are.same({ tool = "nvram", how = "outlives", delay = 5, nth = 3 }, (fault.parse "nvram:outlives@5:3"))
    local found, message = fault.parse "csrutil:lie@3"
    assert.is_nil(found)
    assert.are.equal('"lie" takes no time that could be set, as in "csrutil:lie@3"', message)
  end)

  it("that broke nothing are told", function()
    local state = mac.new(nil, {}, { "csrutil:lie:2", "nvram:fail-before", "bputil:outlives@7", "bputil:fail-read" })
    local function play(path, ...) return player.run(state, path, { ... }, player.person(state)) end
    assert.are.same({ "csrutil:lie:2", "nvram:fail-before", "bputil:outlives@7", "bputil:fail-read" }, fault.unfired(state))
    play("/usr/bin/csrutil", "disable")
    play("/usr/sbin/nvram", "boot-args=-v")
    assert.are.same({ "csrutil:lie:2", "bputil:outlives@7", "bputil:fail-read" }, fault.unfired(state))
    play("/usr/bin/csrutil", "disable")
    play("/usr/bin/bputil", "-d")
    assert.are.same({ "bputil:outlives@7" }, fault.unfired(state))
  end)

  it("that never came to the change broke nothing", function()
    local state = mac.new(nil, {}, { "csrutil:lie" })
    player.run(state, "/usr/bin/csrutil", { "disable" }, { "n" })
    assert.are.same({ "csrutil:lie" }, fault.unfired(state))
  end)
end)
