-- What `status` and the prompt's status() gather, in recovery and in macOS, with everything right and with nothing.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local journals = require "run.journals"
local json = require "base.json"
local read_only = require "tests.unit.lua.support.read_only"
local status = require "run.status"
local targets = require "tests.unit.lua.support.target"

local NVRAM, SYSCTL = "/usr/sbin/nvram -x boot-args", "/usr/sbin/sysctl -n "
local JOURNAL = "/Volumes/Data/private/var/db/vmq-recovery"

local root
before_each(function()
  root = assert(files.make_scratch())
  answers.use { [NVRAM] = "boot-args\t-v\n" }
end)
after_each(function() files.remove_tree(root) end)

local function gather(target, given) return status.gather(read_only(target), given) end

-- Writes a run's records. @return the folder
local function journal(...)
  local folder = root .. JOURNAL
  assert(files.make_directory(folder, 448))
  local written = assert(journals.start(folder, { plan = "apply" }))
  for _, record in ipairs { ... } do assert(written:append(record)) end
  written:close()
  return folder
end

describe("status.gather in recovery", function()
  it("tells target, policy, kernel and boot arguments, and asks macOS nothing", function()
    local asked = answers.use { [NVRAM] = "boot-args\t-v\n" }
    local event, words, facts = gather(targets.recovery { root = root, policy = { sip = "7f", unknown = {} } })
    assert.are.same({ "status", "paired-recovery", targets.GROUP, "Macintosh HD", "24G84", "full", "7f", "-v" },
      { event.type, event.environment, event.group, event.volume, event.build, event.policy.mode, event.sip, event.boot_args })
    assert.are.same({ chip = "t6041", kind = "release", xnu = "11417.140.69~1" }, event.kernel)
    assert.are.same({ nil, nil, nil, nil }, { event.boot_args_in_force, event.hypervisor, event.quota, facts })
    assert.are.equal("no runs yet", words)
    assert.are.same({ NVRAM }, asked)
  end)

  it("says what cannot be read, and needs nothing to be right", function()
    answers.use {}
    local event, words = gather { root = root, booted = "unknown", problems = { policy = "bputil is odd", group = "none" } }
    assert.are.same({ "unknown", "bputil is odd", json.null }, { event.environment, event.policy_problem, event.journal })
    assert.are.same({ nil, nil, nil, nil, nil }, { event.kernel, event.policy, event.group, event.boot_args, event.sip })
    assert.are.equal("the Data volume is not known", words)
  end)
end)

describe("status.gather in macOS", function()
  local function in_macos(changes)
    local told = { [NVRAM] = "boot-args\t\n", [SYSCTL .. "kern.bootargs"] = "hv_apple_isa_vm_quota=0xFF -v\n",
      [SYSCTL .. "kern.hv_support"] = "1\n", ["/bin/ps -axo comm="] = "/sbin/launchd\n" }
    for line, answer in pairs(changes or {}) do told[line] = answer end
    answers.use(told)
    return gather(targets.macos { root = root })
  end

  it("tells what is in force and what runs there besides", function()
    local event, _, facts = in_macos()
    assert.are.same({ "hv_apple_isa_vm_quota=0xFF -v", 255, "1", 0, 0 },
      { event.boot_args_in_force, event.quota, event.hypervisor, event.guests, facts.guests })
    assert.is_string(event.base_quota_problem)
  end)

  it("leaves out what no sysctl tells", function()
    local event = in_macos { [SYSCTL .. "kern.bootargs"] = false, [SYSCTL .. "kern.hv_support"] = false }
    assert.are.same({ nil, nil, nil }, { event.boot_args_in_force, event.quota, event.hypervisor })
  end)

  it("takes the staged collection's build from its manifest", function()
    local folder = root .. "/Users/Shared/vmq-recovery"
    assert(files.make_directory(folder, 448))
    assert(files.write_atomic(folder .. "/manifest.json", '{"build":"24G84","collection":{"sha256":"00","size":1}}', 384))
    assert.are.equal("24G84", in_macos().collection_build)
    assert(files.write_atomic(folder .. "/manifest.json", "{", 384))
    assert.is_nil(in_macos().collection_build)
    answers.use {}
    assert.is_nil(status.facts(read_only(targets.macos { root = root, group = { data = targets.NONE } })).collection_build)
  end)
end)

describe("where the journal stands", function()
  local BEGUN = '{"type":"intent","step":"sip","argv":["/x"],"part":1,"parts":1,"before":{}}'

  it("is open, waiting, going back, or as it was closed", function()
    for _, case in ipairs {
      { "open", true, { BEGUN } }, { "waiting", true, { '{"type":"phase","next":"macos","step":"sip"}' } },
      { "going back", true, { BEGUN, '{"type":"undo-start","reason":"asked"}' } },
      { "done", false, { BEGUN, '{"type":"close","result":"done"}' } },
    } do
      journal(table.unpack(case[3]))
      local event, words = gather(targets.recovery { root = root })
      assert.are.same({ case[1], case[2], "apply" }, { event.journal.state, event.journal.open, event.journal.plan })
      assert.are.equal(("run %d (apply): %s"):format(event.journal.run, case[1]), words)
    end
  end)

  it("is that of the newest run that is open or stands, else of the newest", function()
    local undone = { BEGUN, '{"type":"undo-start","reason":"asked"}', '{"type":"close","result":"undone"}' }
    journal(table.unpack(undone))
    assert.are.equal("run 1 (apply): undone", select(2, gather(targets.recovery { root = root })))
    journal(BEGUN, '{"type":"close","result":"done"}')
    journal(table.unpack(undone))
    assert.are.equal("run 2 (apply): done", select(2, gather(targets.recovery { root = root })))
    journal(BEGUN)
    local event, words, _, run = gather(targets.recovery { root = root })
    assert.are.same({ "run 4 (apply): open", 4, true, 4 }, { words, event.journal.run, event.journal.open, run.number })
    journal(table.unpack(undone))
    assert.are.equal("run 4 (apply): open", select(2, gather(targets.recovery { root = root })))
  end)

  it("waits no more once it goes on", function()
    journal('{"type":"phase","next":"macos","step":"sip"}', BEGUN)
    assert.are.equal("run 1 (apply): open", select(2, gather(targets.recovery { root = root })))
  end)

  it("is looked for where --journal says", function()
    journal()
    assert.are.equal("run 1 (apply): open", select(2, gather(targets.recovery { root = root, group = targets.NONE }, JOURNAL)))
  end)

  it("is said with file and line where it cannot be read", function()
    local folder = journal()
    local path = folder .. "/0001.journal"
    assert(files.write_atomic(path, (files.read(path):gsub("apply", "appie")), 384))
    local event, words = gather(targets.recovery { root = root })
    assert.are.equal(json.null, event.journal)
    assert.truthy(words:find("0001.journal:1:", 1, true), words)
  end)
end)
