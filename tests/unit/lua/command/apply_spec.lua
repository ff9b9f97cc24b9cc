-- The record of apply: what must be right where, the boot arguments it is about, what is told before and after.

local apply = require "command.apply"
local bputil = require "tool.bputil"
local cases = require "tests.unit.lua.support.case"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local operation = apply.operation()

local RECOVERY = { "root", "program", "platform", "tools", "macos/volume", "replaced/policy", "environment", "data", "journal", "owners",
  "collection", "room", "preboot", "boot-args" }
local MACOS = { "root", "program", "platform", "tools", "macos/volume", "policy", "environment", "journal", "boot-args" }

local function row(verdict, where) return { verdict = verdict, step = { where = where } } end

local function preflight(target, rows, run)
  return { operation.preflight(read_only(target), read_only(rows), run and read_only(run)) }
end

describe("the record of apply", function()
  it("is apply's", function()
    assert.are.same({ "apply", "apply", "apply", "name", nil, nil, nil, "apply" }, { operation.name, operation.command, operation.again,
      operation.question, operation.supersedes, operation.own_journal, operation.no_way_back, operation.load().name })
  end)
end)

describe("what must be right for apply", function()
  it("is everything, in the target's own recovery, while a step there is left", function()
    local rows = { row("done", "paired-recovery"), row("todo", "paired-recovery"), row("todo", "any") }
    assert.are.same({ RECOVERY, "paired-recovery" }, preflight(targets.recovery(), rows))
    assert.are.same({ RECOVERY, "paired-recovery" }, preflight(targets.macos(), rows))
    assert.are.same({ RECOVERY, "paired-recovery" }, preflight(targets.recovery(), { row("unknown", "paired-recovery") }, {}))
    assert.is_true(cases.knows_checks(RECOVERY))
  end)

  it("is what macOS needs once those are done, or for a run that goes on there", function()
    local done = { row("done", "paired-recovery"), row("todo", "any"), row("todo", "macos") }
    assert.are.same({ MACOS, "any" }, preflight(targets.recovery(), done))
    assert.are.same({ MACOS, "any" }, preflight(targets.macos(), done))
    assert.are.same({ MACOS, "any" }, preflight(targets.macos(), { row("todo", "paired-recovery") }, {}))
    assert.is_true(cases.knows_checks(MACOS))
  end)

  it("is for doctor what the running system tells", function()
    local macos = read_only(targets.macos())
    assert.are.same({ MACOS, "any", false }, { apply.preconditions(macos, { row("done", "paired-recovery"), row("todo", "macos") }) })
    assert.are.same({ RECOVERY, "any", true }, { apply.preconditions(macos, { row("unknown", "paired-recovery") }) })
    assert.are.same({ RECOVERY, "any", false }, { apply.preconditions(macos) })
    assert.are.same({ RECOVERY, "paired-recovery", false }, { apply.preconditions(read_only(targets.recovery()), {}) })
    assert.are.same({ RECOVERY, "paired-recovery", false }, { apply.preconditions { environment = "unknown" } })
  end)
end)

describe("the boot arguments of apply", function()
  local function context(options, run)
    return operation.context(read_only(targets.recovery()), read_only(options), run and read_only(run))
  end

  it("are the three words, with the quota and the words that were asked for", function()
    assert.are.same({ words = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0xFF" }, quota = 255 }, context {})
    assert.are.same({ words = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0x5", "-v" }, quota = 5 },
      context { quota = 5, boot_arg = { "-v" } })
  end)

  it("are those that the open run was begun with, whatever is asked for now", function()
    local words = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0x7" }
    local made = context({ quota = 5 }, { start = { words = words } })
    assert.are.equal(7, made.quota)
    assert.are.equal("hv_apple_isa_vm_quota=0x7", made.words[3])
  end)
end)

describe("an open apply", function()
  local WORDS = { "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0x5", "-v" }

  local function differs(options, words) return operation.differs(read_only(options), read_only { start = { words = words } }) end

  it("goes on when nothing else is asked for, or the same", function()
    assert.is_nil(differs({}, WORDS))
    assert.is_nil(differs({ quota = 5, boot_arg = { "-v" } }, WORDS))
  end)

  it("is refused when other words are asked for, with its own", function()
    for _, options in ipairs { { quota = 5 }, { boot_arg = { "-v" } }, { quota = 6, boot_arg = { "-v" } } } do
      local lines = differs(options, WORDS)
      assert.are.equal("The open run was begun with: kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0x5 -v", lines[1])
      assert.truthy(lines[2]:find("`vmq-recovery rollback`", 1, true))
    end
    assert.are.equal("The open run was begun with: ", differs({ quota = 5 }, nil)[1])
  end)
end)

describe("what is told before an apply", function()
  local FOUND = { collection_path = "/k.kc", manifest = {},
    collection = { size = 1 << 20, sha256 = ("ab"):rep(32), kernel = { banner = "Darwin Kernel Version 24" } } }

  local function notes(findings)
    return operation.overview(cases.new { operation = operation, findings = findings or FOUND }, {})
  end

  it("is kernel, policy, steps, questions, network, losses, licence and the way back, in this order", function()
    assert.are.same({ "Kernel collection", "Policy now", "What cannot be put back", "Steps", "Questions to come", "Network",
      "What stops working", "Licence", "Way back" },
      cases.titles(notes()))
    assert.are.equal("Policy now", notes({})[1].title)
  end)

  it("says who vouches for the kernel", function()
    local function lines(manifest, doubt)
      return notes({ collection_path = "/k.kc", collection = FOUND.collection, manifest = manifest, manifest_doubt = doubt })[1].lines
    end
    assert.are.same({ "/k.kc", "1.0 MiB, SHA-256 " .. ("ab"):rep(32), "Darwin Kernel Version 24", "checksum matches" }, lines {})
    local none = "no checksum file found, so it cannot be verified"
    assert.are.equal(none, lines(nil, none)[4])
    assert.are.equal("its checksum file cannot be trusted: x", lines({}, "its checksum file cannot be trusted: x")[4])
  end)
end)

describe("the words of apply", function()
  local real = bputil.read
  local now
  before_each(function()
    now = nil
    bputil.read = function() return now end
  end)
  after_each(function() bputil.read = real end)

  it("say that Preboot's kernel could not be compared, and nothing of it where it could, or where there is none", function()
    local context = { quota = 5, root = "/r", group = "G", collection_sum = ("ab"):rep(32) }
    local function done()
      return cases.text(operation.words.done(cases.new { operation = operation, target = targets.macos(), context = context }))
    end
    local function phase(final) return operation.words.phase(cases.new { operation = operation, context = context }, read_only(final)) end
    local sentence = "Whether the kernel in Preboot holds the collection's very bytes could not be compared: "
      .. "no such object can be read in Preboot."
    now = { coih = "AB", nsih = "CD" }
    assert.truthy(done():find(sentence, 1, true))
    assert.are.same({ "This part is finished and read back.", sentence }, phase {})
    assert.is_nil(phase { waits_for = "the restart" })
    now = { coih = "absent" }
    assert.is_nil(done():find("Preboot", 1, true))
    assert.is_nil(phase {})
  end)

  it("say what is reached, and what to type before an update", function()
    local lines = operation.words.done(cases.new { operation = operation, target = targets.macos(), context = { quota = 5 } })
    assert.are.equal("Done: the development kernel runs and allows up to 5 macOS guests, all of it read back.\nBefore a macOS update:\n"
      .. "  sudo /System/Volumes/Data/vmq-recovery revert", cases.text(lines))
  end)

  it("say of a phase only what boot arguments that wait need", function()
    assert.are.same({ "Boot arguments saved. Restart once more for them to take effect." },
      operation.words.phase(cases.new { operation = operation }, read_only { pending = true }))
    assert.is_nil(operation.words.phase(cases.new { operation = operation }, read_only {}))
  end)
end)
