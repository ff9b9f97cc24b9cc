-- The engine's ports: records with their time, the door's options by what a command is, and what its end means.

local files = require "lib_file"
local ports_module = require "run.ports"
local read_only = require "tests.unit.lua.support.read_only"

local kept, given, events, heard_last, journal
before_each(function()
  kept = { lib_door = package.loaded.lib_door or false, lib_signals = package.loaded.lib_signals or false }
  given, events, heard_last = nil, {}, nil
  package.loaded.lib_signals = { stage = function() return 1 end }
  journal = { lines = {} }
  function journal:append(text)
    self.lines[#self.lines + 1] = text
    return not self.full and 1 or nil, "no room", "ENOSPC"
  end
  function journal:intent(argv, text)
    self.argv = argv
    return self:append(text)
  end
end)
after_each(function()
  for name, part in pairs(kept) do package.loaded[name] = part or nil end
end)

-- The door: keeps what it is given, prints, asks, and ends like this.
local function door(outcome, printed, question)
  package.loaded.lib_door = { act = function(a_journal, argv, options)
    given = { journal = a_journal, argv = argv, options = options }
    for _, chunk in ipairs(printed or {}) do options.output(chunk) end
    if question then given.typed = options.answer(question, false, false) end
    if outcome then return outcome end
    return nil, "No such file or directory", "ENOENT"
  end }
end

local function ports(more)
  local credentials = { person = false, secret = "S", user = "ada", yes = true, patience = 1, offered = 0 }
  function credentials:offer_to_remember() self.offered = self.offered + 1 return "KEEP" end
  function credentials:at_prompts(names) return { user = self.user, secret = self.secret, yes = true, patience = 1, names = names } end
  function credentials.sources() return { yes = "from --yes", user = "from --user", password = "from --password-fd" } end
  function credentials:remember() self.remembered = true end
  function credentials:forget_refused() self.forgotten = true end
  local self = { options = read_only {}, credentials = credentials, journal = journal, names = read_only { "HD" },
    view = { emit = function(event) events[#events + 1] = event end, after_tool = function(text) heard_last = text end } }
  for name, value in pairs(more or {}) do self[name] = value end
  return ports_module.new(self), self
end

local TOOL = read_only { argv = { "/usr/bin/csrutil", "disable" }, tool = "csrutil", interactive = true, yes_no = "y" }
local QUIET = read_only { argv = { "/bin/mv", "a", "b" }, tool = "mv" }
local STEP = read_only { name = "sip" }

describe("records", function()
  it("are written with the time, and an intent with its argv", function()
    local made = ports()
    assert.is_true(made.record { type = "phase" })
    assert.is_true(made.intent({ "/x" }, { type = "intent" }))
    assert.are.same({ "/x" }, journal.argv)
    for index, kind in ipairs { "phase", "intent" } do
      local record = require("base.json").decode(journal.lines[index])
      assert.are.equal(kind, record.type)
      assert.truthy(record.time:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"), record.time)
    end
  end)

  it("leave argv in what the run takes in", function()
    local fields = {}
    ports().intent({ "/x" }, fields)
    assert.are.same({ "/x" }, fields.argv)
  end)

  it("that cannot be written say why", function()
    journal.full = true
    assert.are.same({ nil, "no room", "ENOSPC" }, { ports().record {} })
    assert.are.same({ nil, "no room", "ENOSPC" }, { ports().intent({}, {}) })
  end)

  it("are none in a dry run", function()
    local made = ports { journal = false, dry_run = true }
    assert.are.same({ true, true, true, {} }, { made.dry_run, made.record {}, made.intent({}, {}), journal.lines })
  end)
end)

describe("an act of a tool that writes the policy", function()
  local GROUP = require("tests.unit.lua.support.policies").GROUP
  local lock, noted = {}, nil
  local function note_tool(path, pid) noted[#noted + 1] = ("%s %s"):format(path, pid) end
  before_each(function()
    noted = {}
    require("tests.unit.lua.support.answers").use {
      ["/usr/sbin/sysctl -n kern.boottime"] = "{ sec = 1700000000, usec = 1 } Tue\n",
      ["/usr/bin/bputil -d -v " .. GROUP] = require("tests.unit.lua.support.policies").text({},
        "Local Policy Nonce Hash                 (lpnh): " .. ("AB"):rep(48)) }
    require("tool.bputil").forget()
  end)

  local function record(number) return require("base.json").decode(journal.lines[number]) end

  it("has boot time and nonce in its intent, and the nonce again in what is read back", function()
    local made = ports { group = GROUP, lock = lock, note_tool = note_tool }
    assert.is_true(made.intent(TOOL.argv, { type = "intent", step = "sip" }))
    assert.is_true(made.record { type = "deferred", step = "sip" })
    for _, kind in ipairs { "outcome", "undo-outcome" } do assert.is_true(made.record { type = kind, step = "sip" }) end
    assert.are.same({ 1700000000, ("AB"):rep(48), nil, ("AB"):rep(48), ("AB"):rep(48) },
      { record(1).boot, record(1).nonce, record(2).nonce, record(3).nonce, record(4).nonce })
  end)

  it("has no nonce where it writes NVRAM alone", function()
    local made = ports { group = GROUP, note_tool = note_tool }
    made.intent(TOOL.argv, { type = "intent", step = "sip" })
    made.intent({ "/usr/sbin/nvram", "-s" }, { type = "intent", step = "boot-args" })
    made.record { type = "outcome", step = "boot-args" }
    assert.are.same({ 1700000000 }, { record(2).boot, record(2).nonce, record(3).nonce })
    assert.are.same({ "/usr/bin/csrutil nil", "/usr/sbin/nvram nil" }, noted)
  end)

  it("is written down when it runs: in the journal, and in the lock's file already before", function()
    package.loaded.lib_door = { act = function(_, _, options)
      assert.are.same({ true, 1 }, { rawequal(lock, options.lock), #noted })
      options.started(812)
      return { exit = 0 }
    end }
    local made = ports { group = GROUP, lock = lock, note_tool = note_tool }
    made.intent(TOOL.argv, { type = "intent", step = "sip" })
    made.act(TOOL, STEP)
    assert.are.same({ "started", "sip", 812, "/usr/bin/csrutil", "string" },
      { record(2).type, record(2).step, record(2).pid, record(2).path, type(record(2).time) })
    assert.are.same({ "/usr/bin/csrutil nil", "/usr/bin/csrutil 812" }, noted)
  end)

  it("is looked after although it cannot be written down", function()
    door { exit = 0 }
    ports({ group = GROUP }).act(TOOL, STEP)
    journal.full = true
    given.options.started(812)
  end)

  it("is followed by a wait where it was cut off, before anything is read back", function()
    local waits = 0
    local made = ports { group = GROUP, stand_still = function() waits = waits + 1 end }
    for index, case in ipairs { { { signal = 1 }, 1 }, { { timed_out = true }, 2 }, { { exit = 1 }, 2 }, { { exit = 0 }, 2 } } do
      door(case[1])
      made.act(TOOL, STEP)
      assert.are.equal(case[2], waits, index)
    end
    door { signal = 1 }
    made.act(QUIET, STEP)
    ports({ group = GROUP }).act(TOOL, STEP)
    assert.are.equal(2, waits)
  end)

  it("is the only one of which that is told", function()
    door { exit = 0 }
    local made = ports { group = GROUP, lock = lock, note_tool = note_tool }
    made.intent(QUIET.argv, { type = "intent", step = "sip" })
    made.record { type = "outcome", step = "sip" }
    made.act(QUIET, STEP)
    assert.are.same({ {} }, { noted, given.options.started, record(1).boot, record(1).nonce, record(2).nonce })
  end)
end)

describe("an act", function()
  it("goes through the door with the journal and the command as it is", function()
    door { exit = 0 }
    local outcome = ports().act(TOOL, STEP)
    assert.are.same({ 0, true, true }, { outcome.exit, rawequal(given.journal, journal), rawequal(given.argv[1], TOOL.argv[1]) })
  end)

  it("of a tool that asks gets a terminal, answers, and the offer to remember", function()
    door({ exit = 0 }, {}, "Enter password: ")
    local made, self = ports()
    local outcome = made.act(TOOL, STEP)
    local o = given.options
    assert.are.same({ true, false, "KEEP", 1, "S", 1, nil, 120 },
      { o.terminal, o.person, o.remember, self.credentials.offered, given.typed, outcome.tries, o.seconds, o.silence })
    assert.are.same({ { type = "prompt", step = "sip", kind = "password" } }, events)
  end)

  it("of a tool that asks nothing gets no terminal, and a time limit", function()
    door { exit = 0 }
    local made, self = ports()
    made.act(QUIET, STEP)
    local o = given.options
    assert.are.same({ false, false, nil, nil, 0, 600, nil },
      { o.terminal, o.person, o.remember, o.answer, self.credentials.offered, o.seconds, o.silence })
    made.act({ argv = { "/x" }, tool = "x", seconds = 7 }, STEP)
    assert.are.equal(7, given.options.seconds)
  end)

  it("in front of a person has no time limit where it asks", function()
    door { exit = 0 }
    local made, self = ports()
    self.credentials.person = true
    made.act(TOOL, STEP)
    assert.are.same({ true, nil, nil }, { given.options.person, given.options.seconds, given.options.silence })
    made.act(QUIET, STEP)
    assert.are.equal(false, given.options.person)
  end)

  it("takes a rehearsal's patience in place of its own", function()
    door { exit = 0 }
    local made = ports { silence = 3 }
    made.act(TOOL, STEP)
    assert.are.equal(3, given.options.silence)
    made.act(QUIET, STEP)
    assert.are.equal(3, given.options.seconds)
  end)

  it("knows how long each tool may be silent", function()
    door { exit = 0 }
    for tool, silence in pairs { csrutil = 120, bputil = 300, kmutil = 1800, diskutil = 300, mine = 600 } do
      ports().act({ argv = { "/x" }, tool = tool, interactive = true }, STEP)
      assert.are.equal(silence, given.options.silence, tool)
    end
  end)

  it("is shown on the screen: on standard error beside JSON, and quietly only where it asks", function()
    door { exit = 0 }
    for _, case in ipairs { { 1, TOOL, {} }, { 1, QUIET, {} }, { 2, TOOL, { json = true } }, { 2, QUIET, { json = true } },
      { 1, TOOL, { quiet = true } }, { nil, QUIET, { quiet = true } } } do
      ports({ options = case[3] }).act(case[2], STEP)
      assert.are.equal(case[1], given.options.screen)
    end
  end)

  it("says that it waits, where the tool asks or is slow, how long it takes, and what not to do", function()
    door { exit = 0 }
    local function waiting(command, options)
      ports({ options = options or {} }).act(command, STEP)
      return given.options.waiting and given.options.waiting .. ": 5 s" .. given.options.waiting_more
    end
    assert.are.equal("sip: 5 s. Do not switch the Mac off.", waiting(TOOL))
    assert.are.equal("sip: 5 s (usually an hour). Do not switch the Mac off.",
      waiting { argv = { "/x" }, slow = true, usually = "an hour" })
    assert.are.equal("sip: 5 s. Ctrl-C stops it.", waiting { argv = { "/x" }, tool = "curl", slow = true, stoppable = true })
    assert.is_true(given.options.stoppable)
    assert.are.same({ nil, false }, { waiting(QUIET), given.options.stoppable })
    assert.is_nil(waiting(TOOL, { json = true }))
  end)

  it("is framed by the view's bar, but beside JSON", function()
    door { exit = 0 }
    local view = { emit = function() end, after_tool = function() end, bar = "| " }
    ports({ view = view }).act(QUIET, STEP)
    assert.are.equal("| ", given.options.bar)
    ports({ view = view, options = { json = true } }).act(QUIET, STEP)
    assert.is_nil(given.options.bar)
  end)

  it("that happens unseen is shown nowhere", function()
    door { exit = 0 }
    ports({ view = { emit = function() end, after_tool = function() end, unseen = true } }).act(TOOL, STEP)
    assert.is_nil(given.options.screen)
  end)

  it("notes where a password came from that it types, or that it is kept", function()
    door { exit = 0 }
    local made, self = ports()
    made.act(TOOL, STEP)
    assert.are.equal("(from --password-fd)", given.options.secret_note)
    function self.credentials.sources() return {} end
    made.act(TOOL, STEP)
    assert.are.equal("(kept for this run)", given.options.secret_note)
  end)

  it("says how long it took, in tenths of a second, and nothing of a dry run", function()
    door { exit = 0 }
    local system, times = require "lib_system", { 7, 27.01 }
    local monotonic = system.monotonic
    function system.monotonic() return table.remove(times, 1) end
    local outcome = ports().act(QUIET, STEP)
    system.monotonic = monotonic
    assert.are.equal(20.1, outcome.seconds)
    door { dry_run = true }
    assert.are.same({ dry_run = true, tries = 0, counted = 0 }, ports().act(QUIET, STEP))
  end)

  it("that cannot be started says why", function()
    door(nil)
    assert.are.same({ nil, "No such file or directory", "ENOENT" }, { ports().act(TOOL, STEP) })
  end)

  it("that gave up at a second password has refused the first", function()
    for passwords, refused in ipairs { false, true } do
      package.loaded.lib_door = { act = function(_, _, options)
        for _ = 1, passwords do options.answer("Password: ", false, false) end
        return { gave_up = true }
      end }
      local outcome = ports().act(TOOL, STEP)
      assert.are.same({ passwords, refused }, { outcome.tries, outcome.refused_credentials })
    end
  end)
end)

describe("refused passwords", function()
  -- The door: types these lines at one password prompt after the other, then ends so.
  local function types(lines, outcome)
    package.loaded.lib_door = { act = function(_, _, options)
      for hidden = 0, lines - 1 do
        given = options.answer("Password: ", false, false, hidden)
        if given == false then return { gave_up = true, hidden = hidden } end
      end
      outcome.hidden = lines
      return outcome
    end }
  end
  local counter
  before_each(function()
    counter = { number = 0 }
    function counter.add(_, number) counter.number = counter.number + number end
    function counter.left() return 2 end
    function counter.is_spent() return counter.number >= 3 end
    function counter.note(_, ...) counter.noted = { ... } end
    function counter.allow(_, person)
      counter.person = person
      return nil, "attempts", "too many"
    end
  end)
  local function counting(command, more)
    local made, self = ports(more)
    self.credentials.refusals, self.credentials.person = counter, true
    function self.credentials.at_prompts() return { person = true } end
    local outcome = made.act(command or TOOL, STEP)
    return made, outcome, self
  end

  it("are counted when the tool asks again, and the rest at its end", function()
    types(2, { exit = 1, output = "Failed to authenticate." })
    local made, outcome = counting()
    assert.are.same({ 1, 1 }, { counter.number, outcome.counted })
    made.explain(TOOL, outcome)
    assert.are.same({ { "credentials", 2, 1 }, 3 }, { counter.noted, made.attempts })
    assert.is_nil(made.rung_attempts)
  end)

  it("end the tool at the limit, and that is a matter of credentials", function()
    types(5, {})
    counter.number = 1
    local made, outcome = counting()
    assert.are.same({ 3, true, true, 2 }, { counter.number, outcome.gave_up, outcome.refused_credentials, outcome.hidden })
    made.explain(TOOL, outcome)
    assert.are.same({ "credentials", 3, math.huge }, { counter.noted[1], made.attempts, made.rung_attempts })
  end)

  it("may be so many in one start; one more is a matter of credentials", function()
    door { gave_up = true, too_many = true, hidden = 2 }
    local _, outcome = counting()
    assert.are.same({ 2, true }, { given.options.passwords, outcome.refused_credentials })
  end)

  it("end all tries where nobody can give another", function()
    types(1, { exit = 1, output = "Failed to authenticate." })
    counter.number = 3
    local made, outcome, self = counting()
    self.credentials.forget_refused = function() return true end
    made.explain(TOOL, outcome)
    assert.are.same({ 0, 1 }, { made.attempts, outcome.exit })
  end)

  it("decide whether a tool that asks may start, no other", function()
    types(0, {})
    local made = counting()
    assert.are.same({ nil, "attempts", "too many" }, { made.may_start(TOOL) })
    assert.is_true(counter.person)
    assert.is_true(made.may_start(QUIET))
    assert.is_true(made.may_start { argv = { "/opt/mine" }, tool = "mine", interactive = true })
    assert.is_true(counting(TOOL, { dry_run = true }).may_start(TOOL))
    assert.is_true(ports().may_start(TOOL))
  end)
end)

describe("what a tool prints", function()
  local folder
  before_each(function() folder = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(folder) end)

  it("goes into the transcript, as events beside JSON, and its end to the view", function()
    door({ exit = 0 }, { "one\n", "two" })
    ports({ transcript = folder .. "/t" }).act(QUIET, STEP)
    assert.are.equal("\n$ /bin/mv a b\none\ntwo", files.read(folder .. "/t"))
    assert.are.same({ {}, "one\ntwo" }, { events, heard_last })
    ports({ options = { json = true } }).act(QUIET, STEP)
    assert.are.same({ { type = "output", step = "sip", text = "one\n" }, { type = "output", step = "sip", text = "two" } }, events)
  end)

  it("is wanted whole until the transcript is full, and then the end of each piece; with JSON always whole", function()
    local full = ("x"):rep(256 * 1024)
    for json, wanted in pairs { [false] = { false, true }, [true] = { false, false } } do
      door({ exit = 0 }, {})
      ports({ options = { json = json } }).act(QUIET, STEP)
      assert.are.same(wanted, { given.options.output(full), given.options.output "y" })
    end
  end)

  it("is heard back to a menu that was printed before the question, and no further", function()
    door({ exit = 0 }, { ("x"):rep(9000), "end" })
    ports().act(TOOL, STEP)
    assert.are.same({ 8192, "xxend" }, { #heard_last, heard_last:sub(-5) })
  end)
end)

describe("what an end means", function()
  it("is the tool's own table's to say; what was typed once is remembered, and forgotten when refused", function()
    local made, self = ports()
    assert.are.equal("claimed", made.explain(TOOL, { exit = 0, output = "" }).kind)
    assert.are.same({ nil, nil }, { self.credentials.remembered, self.credentials.forgotten })
    made.explain(TOOL, { exit = 0, output = "", remembered = true })
    assert.are.same({ true, nil }, { self.credentials.remembered, self.credentials.forgotten })
    assert.are.equal("credentials", made.explain(TOOL, { exit = 1, output = "", refused_credentials = true }).kind)
    assert.is_true(self.credentials.forgotten)
  end)
end)

describe("the other ports", function()
  it("are signals and how often a password is tried", function()
    local made = ports()
    assert.are.same({ 1, 3 }, { made.stop(), made.attempts })
    made.emit { type = "x" }
    assert.are.equal("x", events[1].type)
  end)

  it("forget what was read before an act: tools' answers and checksums", function()
    local checksum, disk = require "base.checksum", require "tests.unit.lua.support.disk"
    local answers, probe = require "tests.unit.lua.support.answers", require "tool.probe"
    local asked, on_disk = answers.use { ["/t x"] = "y" }, disk.use { ["/f"] = "x" }
    local function look() return probe.output { "/t", "x" }, checksum.sha256 "/f" end
    look()
    look()
    ports().forget()
    look()
    assert.are.same({ 2, 2 }, { #asked, on_disk.summed })
    disk.restore()
  end)
end)

describe("a step that cannot be undone here", function()
  local screen, typist = require "tests.unit.lua.support.screen", require "tests.unit.lua.support.typist"
  after_each(screen.restore)

  it("stays by a typed word of a person, asked once for the same reason", function()
    for _, case in ipairs { { true, { "y", "stay", "n" }, true, 2 }, { true, { "n", "n" }, false, 2 }, { false, {}, false, 0 } } do
      local _, prompts = typist.use(80, case[2])
      local made, self = ports()
      self.credentials.person = case[1]
      assert.are.same({ case[3], case[3], case[4] }, { made.accept "why", made.accept "why", #prompts })
      screen.restore()
    end
  end)
end)
