-- The commands that only look: what they say, how they end, and that they write nothing.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local fileset = require "tests.unit.lua.support.fileset"
local life_module = require "tests.unit.lua.support.life"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local SYSCTL = "/usr/sbin/sysctl -n "
local BEGUN = '{"type":"intent","step":"sip","argv":["/usr/bin/csrutil","disable"],"part":1,"parts":1,"before":{}}'

local life, before
before_each(function() life = life_module.new() end)
after_each(function() life:over() end)

local function put(path, bytes) write(life.root .. path, bytes) end

-- Runs a command that must leave every file as it is, and take no lock.
local function look(code, name, args, options)
  before = life:files()
  assert.are.equal(code, life:command(name, args, options), life:text() .. life.shown.err())
  assert.are.same({ before, {} }, { life:files(), life.acts })
end

local function says(...)
  for _, words in ipairs { ... } do assert.truthy(life:text():find(words, 1, true), words .. " is not in:\n" .. life:text()) end
end

local function is_denied(words)
  assert.truthy(life.shown.err():find("vmq-recovery: " .. words, 1, true), life.shown.err())
end

describe("plan", function()
  before_each(function() answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t-v\n" } end)

  it("shows what would run, and which run is open", function()
    life:write_journal({ plan = "apply" }, BEGUN)
    look(0, "plan", {})
    says("Run 1 (apply) is open: `vmq-recovery resume` continues it.", "Plan apply for Macintosh HD",
      "1. copy (unknown)", "2. sip (unknown)")
    assert.are.same({ { "changes", 0 }, "copy" }, { life:ended(), life:event("plan").steps[1].name })
  end)

  -- The kinds of the events that are read page by page, and of those before and after them.
  local function pages()
    local kinds = { {}, {}, {} }
    for index, event in ipairs(life.events) do
      local part = kinds[index < life.paged[1] and 1 or index <= life.paged[2] and 2 or 3]
      if part[#part] ~= event.type then part[#part + 1] = event.type end
    end
    return kinds
  end

  it("is told page by page, and so are the checks of doctor, with what to do below", function()
    look(0, "plan", {})
    assert.are.same({ { "plan" }, { "note" }, { "end" } }, pages())
    look(3, "doctor")
    assert.are.same({ {}, { "preflight" }, { "note", "end" } }, pages())
  end)

  it("tells by its exit code whether there are changes, when it is asked to", function()
    look(10, "plan", { "revert" }, { detailed_exitcode = true })
    assert.is_nil(life:text():find("is open", 1, true))
    put("/m.lua", [[return plan "mine" { summary = "s", step "one" { why = "w", where = "any", check = function() return "done" end } }]])
    look(0, "plan", { life.root .. "/m.lua" }, { detailed_exitcode = true })
    assert.are.same({ "done", 0 }, life:ended())
  end)

  it("says what cannot be put back only where it changes the policy", function()
    local function told()
      for _, event in ipairs(life.events or {}) do
        if event.type == "note" and event.title == "What cannot be put back" then return true end
      end
      return false
    end
    look(0, "plan", { "apply" })
    assert.is_true(told())
    life.events = {}
    put("/m.lua", [[return plan "mine" { summary = "s", step "one" { why = "w", where = "any", run = function() return nil end,
      no_way_back = "n", check = function() return "todo" end } }]])
    look(0, "plan", { life.root .. "/m.lua" })
    assert.is_false(told())
  end)

  it("does not take an open run of another plan for its own", function()
    life:write_journal({ plan = "revert", params = { group = "not a group" } }, BEGUN)
    look(0, "plan", { "apply" })
    says "Run 1 (revert) is open"
  end)

  it("knows no other plan, and needs a volume group", function()
    look(2, "plan", { "aply" })
    is_denied "no plan is called aply"
    life.target.group, life.target.problems.group = nil, "no group"
    look(3, "plan", {})
    says "no group"
  end)
end)

describe("status", function()
  it("shows what is known, and says of the rest that it cannot be read", function()
    look(0, "status")
    says("system: paired with the target", ("target: Macintosh HD (%s), build 24G84"):format(targets.GROUP), "policy: Full Security",
      "kernel: release, M4 Pro/Max (T6041), xnu-11417.140.69~1", "boot-args: -v", "journal: no runs yet")
    life.target = { root = life.root, booted = "unknown", problems = { booted = "odd", group = "none" } }
    answers.use {}
    look(0, "status")
    says("system: odd", "target: none", "policy: cannot be read", "kernel: cannot be read", "boot-args: cannot be read")
    assert.are.equal("status", life.events[1].type)
  end)

  it("says what a person with a custom kernel must know before an update", function()
    life.target = targets.macos { root = life.root, policy = { coih = ("CD"):rep(48) } }
    put("/Users/Shared/vmq-recovery/manifest.json", '{"build":"24G80","collection":{"sha256":"00","size":1}}')
    answers.use { ["/usr/sbin/nvram -x boot-args"] = "boot-args\t\n", [SYSCTL .. "kern.bootargs"] = "hv_apple_isa_vm_quota=0xFF\n" }
    look(0, "status")
    says("boot-args: (empty)", "in force: hv_apple_isa_vm_quota=0xFF", "quota: 255 macOS guests",
      "Before you go on\nthe staged collection is of build 24G80, this macOS is 24G84: it no longer matches\n"
      .. require("mac.running").REVERT_FIRST .. ":\nsudo /System/Volumes/Data/vmq-recovery revert")
    life.target = targets.macos { root = life.root }
    look(0, "status")
    assert.is_nil(life:text():find("Before you go on", 1, true))
  end)

  it("has no warning where the policy or the facts cannot be read", function()
    put("/Users/Shared/vmq-recovery/manifest.json", '{"build":"24G80","collection":{"sha256":"00","size":1}}')
    put("/System/Volumes/Update/Update.plist", "<plist><dict><key>update-asset-attributes</key><dict/></dict></plist>")
    life.target = targets.macos { root = life.root, policy = targets.NONE }
    look(0, "status")
    assert.is_nil(life:text():find("Before you go on", 1, true))
    life.target = targets.recovery { root = life.root, policy = { coih = ("CD"):rep(48) } }
    look(0, "status")
    assert.is_nil(life:text():find("Before you go on", 1, true))
  end)

  it("says what to type next where a run is not finished, and only there", function()
    local function told(...)
      life:write_journal({ plan = "apply" }, ...)
      look(0, "status")
      return life:text():match "\nWhat comes next\n(.*)$"
    end
    assert.is_nil(told(BEGUN, '{"type":"close","result":"done"}'))
    local go_on = "To continue:\n/Volumes/Data/vmq-recovery resume\nOr to go back:\n/Volumes/Data/vmq-recovery rollback"
    assert.are.equal(go_on, told(BEGUN))
    life:write_journal({ plan = "apply", group = "another one" }, BEGUN)
    look(0, "status")
    assert.is_nil(life:text():find("What comes next", 1, true))
    local failed = told(BEGUN, '{"type":"undo-start","reason":"failed"}', '{"type":"close","result":"incomplete"}')
    assert.truthy(failed:find("To try again:\n/Volumes/Data/vmq-recovery rollback", 1, true), failed)
  end)

  it("ends with 3 where --volume names no system, and says which there are", function()
    life.target.group, life.target.problems.group = nil, "no volume group is called Nope"
    life.target.groups = { { name = "Macintosh HD", group = targets.GROUP }, { group = "G2" } }
    look(3, "status", {}, { volume = "Nope" })
    says("target: no volume group is called Nope", ("No volume group is called Nope.\nFix: give --volume one of these names, or its UUID: "
      .. "Macintosh HD (%s), ? (G2)."):format(targets.GROUP))
    assert.are.same({ "precondition", 3 }, life:ended())
    life.target.groups = nil
    look(3, "status", {}, { volume = "Nope" })
    says "Fix: `diskutil apfs listVolumeGroups` lists the names that --volume can give."
    look(0, "status")
  end)

  it("shows rows of the policy that it does not know", function()
    life.target.policy.unknown = { "New Row: 1" }
    look(0, "status")
    says "unknown row: New Row: 1"
  end)
end)

describe("doctor", function()
  it("makes apply's checks of this system, and ends with 3 where one is not ok", function()
    look(3, "doctor")
    says "Fix what is bad or unknown above, then run doctor again."
    assert.are.same({ "precondition", 3 }, life:ended())
    assert.are.equal("ok", life:event("preflight", { check = "root" }).verdict)
    assert.truthy(life:event("preflight", { check = "collection" }))
    assert.is_nil(life:event("preflight", { check = "credentials" }))
  end)

  it("is not content in macOS while what recovery will need is not there: 3", function()
    life.target = targets.macos { root = life.root }
    for _, tool in ipairs { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/nvram", "/usr/sbin/diskutil" } do
      put(tool, "")
    end
    look(3, "doctor")
    assert.are.equal("bad", life:event("preflight", { check = "collection" }).verdict)
  end)
end)

describe("verify", function()
  local IN_FORCE = { [SYSCTL .. "kern.bootargs"] = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF\n",
    [SYSCTL .. "kern.osbuildconfig"] = "development\n", [SYSCTL .. "kern.hv_support"] = "1\n" }

  before_each(function()
    life.target = targets.macos { root = life.root,
      policy = { mode = "permissive", sip = "7f", boot_args_filter = "off", coih = ("CD"):rep(48) } }
    answers.use(IN_FORCE)
  end)

  it("is done when all that is needed is in force, whatever else is to be known", function()
    look(0, "verify")
    says "Everything is in force. What is bad or unknown above is for you to know; it changes nothing today."
    answers.use(setmetatable({ ["/bin/ps -axo comm="] = "/sbin/launchd\n",
      ["/usr/bin/profiles status -type enrollment"] = "Enrolled via DEP: No\nMDM enrollment: No\n" }, { __index = IN_FORCE }))
    look(0, "verify")
    assert.truthy(life:text():find("Everything is in force.$"), life:text())
  end)

  it("wants the words of the last apply, unless others are asked for", function()
    life.target.group.data.mount = "/Volumes/Data"
    life:write_journal { plan = "apply", words = { "-mine" } }
    look(3, "verify")
    assert.truthy(life:event("preflight", { check = "boot-args" }).detail:find("wanted among them: -mine", 1, true))
    look(0, "verify", {}, { quota = 255 })
    life:write_journal { plan = "revert", words = { "-theirs" } }
    look(0, "verify")
    life:write_journal { plan = "apply", plan_file = "/m.lua", words = { "-theirs" } }
    look(0, "verify")
  end)

  it("says that it is not in force", function()
    life.target.policy.sip = "absent"
    look(3, "verify")
    says "The raised limit is not in force: see what is bad or unknown above."
  end)

  it("can tell in macOS alone", function()
    life.target = targets.recovery { root = life.root }
    look(3, "verify")
    says "Only macOS can tell whether the raised limit is in force."
    assert.are.equal("bad", life:event("preflight").verdict)
  end)
end)

describe("log", function()
  local RECORDS = { BEGUN, '{"type":"started","step":"sip","pid":812,"path":"/usr/bin/csrutil"}',
    '{"type":"outcome","step":"sip","verdict":"done","exit":1,"seen":{"mode":"permissive"},"words":"it said so"}',
    '{"type":"deferred","step":"boot-args"}', '{"type":"skipped","step":"boot-args"}', '{"type":"phase","step":"restart","next":"macos"}',
    '{"type":"undo-start","reason":"asked"}', '{"type":"undo-intent","step":"sip","argv":["/x"],"part":1,"parts":1}',
    '{"type":"undo-outcome","step":"sip","verdict":"lower","leaves":"reduced security"}', '{"type":"close","result":"undone-lower"}' }

  it("tells each record of the latest run, and hands them on as they are", function()
    life:write_journal({ plan = "mine" }, table.unpack(RECORDS))
    look(0, "log")
    says("run of mine on ?", "sip: about to run /usr/bin/csrutil disable", "sip: /usr/bin/csrutil runs as process 812",
      "sip: done, read back (exit status 1): ",
      "; the tool said: it said so", "boot-args: put off to macOS; the tool said: nothing", "boot-args: left out",
      "restart: this part ended; it continues in macOS", "going back, as asked", "sip: way back, about to run /x",
      "sip: way back: undone, but not all the way; it leaves reduced security",
      "closed: undone, but not all the way")
    assert.are.same({ 1, "start", "/usr/bin/csrutil" },
      { life.number, life:event("record").record.type, life.events[2].record.argv[1] })
  end)

  it("lets a plan inside say what its steps saw, and a file's plan not", function()
    local seen = '{"type":"outcome","step":"boot-args","verdict":"done","seen":{"value":"-v"}}'
    life:write_journal({ plan = "revert" }, seen)
    look(0, "log")
    says('boot-args: done, read back: boot-args "-v"')
    life:write_journal({ plan = "revert", plan_file = "/m.lua" }, seen)
    look(0, "log")
    assert.is_nil(life:text():find('boot-args "-v"', 1, true))
    says "boot-args: done, read back: "
  end)

  it("tells of the run that was named, and of none", function()
    life:write_journal { plan = "first" }
    life:write_journal { plan = "second" }
    look(0, "log", { "1" })
    says "run of first"
    look(3, "log", { "7" })
    look(2, "log", { "one" })
    is_denied "log takes the number of a run, 1 to 9999, not one"
    assert.are.same({ "usage", 2 }, life:ended())
    look(2, "log", { "10000" })
  end)

  it("says that there is no run, or no place to look for one", function()
    look(0, "log")
    says "There is no run in "
    life.target.group.data = nil
    look(3, "log")
    says "The journal cannot be found: the Data volume is not known"
  end)
end)

describe("kc", function()
  it("shows what is in a collection, and whether it fits this Mac", function()
    put("/k.kc", fileset.make())
    look(3, "kc", { "/k.kc" })
    says("size: 4.0 KiB", "SHA-256: " .. files.sha256_text(fileset.make()), "variant: development", "chip: M2 Pro/Max/Ultra (T6020)",
      "kernel UUID: cannot be read", "own UUID: " .. ("ABCD"):rep(8), "extensions: 2")
    assert.are.equal(4096, life:event("collection").size)
    assert.truthy(life:event("preflight", { check = "collection" }).detail:find("it is for chip M2 Pro/Max/Ultra (T6020)", 1, true))
    put("/k.kc", fileset.make { banner = fileset.BANNER:gsub("T6020", "T6041") })
    look(0, "kc", { life.root .. "/k.kc" })
    assert.are.same({ "done", 0 }, life:ended())
  end)

  it("says what is no collection", function()
    put("/k.kc", "text")
    look(3, "kc", { "/k.kc" })
    assert.are.same({ "precondition", 3 }, life:ended())
    assert.is_nil(life:event "collection")
  end)
end)
