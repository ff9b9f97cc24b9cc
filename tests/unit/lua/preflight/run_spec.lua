-- Preconditions: each check's three answers, with a stand-in for the Mac; unknown never passes for ok.

local answers = require "tests.unit.lua.support.answers"
local fileset = require "tests.unit.lua.support.fileset"
local files = require "lib_file"
local policies = require "tests.unit.lua.support.policies"
local preflight = require "preflight.run"

local NVRAM = "/usr/sbin/nvram -x boot-args"
local BANNER = "Darwin Kernel Version 24.6.0: Mon; root:xnu-11417.140.69~1/RELEASE_ARM64_T6041\n"

local root, told, session
before_each(function()
  root = assert(files.make_scratch())
  told = { [NVRAM] = "boot-args\t-v\n", ["/usr/bin/uname -v"] = BANNER }
  local policy = policies.summary()
  policy.unknown = {}
  session = { root = root, options = {}, stand_in = { uid = 0 }, problems = {}, words = { "a=1" }, booted = "recovery",
    environment = "paired-recovery", environment_words = "paired", policy = policy,
    group = { group = policies.GROUP, name = "HD", version = "15.6", build = "24G84",
      owners = { { short = "ada", full = "Ada L." } },
      system = { mount = "/Volumes/HD", device = "disk3s1" },
      data = { mount = "/Volumes/Data", device = "disk3s5", name = "Daten" },
      preboot = { mount = "/Volumes/Preboot", device = "disk3s2", writable = true } } }
  for _, tool in ipairs { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/nvram",
    "/usr/sbin/diskutil" } do
    files.make_directory(root .. tool:match("^(.*)/"), 448)
    files.write_atomic(root .. tool, "", 448)
  end
  files.make_directory(root .. "/Volumes/Preboot", 448)
  files.make_directory(root .. "/Volumes/Data", 448)
end)
after_each(function() files.remove_tree(root) end)

-- The row of one check, and whether all was fine.
local function row_of(check, kind, wanted)
  local events = {}
  session.view = { emit = function(event) events[#events + 1] = event end }
  answers.use(told)
  local fine, rows = preflight.run(session, kind or "revert", wanted or { where = "any" })
  assert.are.same(rows, events)
  for _, row in ipairs(rows) do
    if row.check == check then return row, fine end
  end
  error("no check " .. check)
end

local function expect(check, verdict, detail, kind, wanted)
  local row, fine = row_of(check, kind, wanted)
  assert.are.equal(verdict, row.verdict, row.detail)
  assert.truthy(row.detail:find(detail, 1, true), row.detail)
  if verdict ~= "ok" then
    assert.is_string(row.cure)
    if check ~= "network" then assert.is_false(fine) end
  end
  return fine
end

describe("preflight", function()
  it("is fine when everything is, and does not mind the network", function()
    assert.is_true(expect("network", "unknown", "Apple's server"))
    for _, check in ipairs { "root", "platform", "tools", "volume", "policy", "environment", "boot-args" } do
      assert.are.equal("ok", row_of(check).verdict, check)
    end
  end)

  it("wants root", function()
    session.stand_in.uid = 501
    expect("root", "bad", "running as user 501")
  end)

  it("wants Apple silicon", function()
    expect("platform", "ok", "chip T6041")
    told["/usr/bin/uname -v"] = "#1 SMP Debian"
    expect("platform", "bad", "no Apple silicon kernel banner")
    told["/usr/bin/uname -v"] = false
    expect("platform", "unknown", "No such file")
  end)

  it("names tools that are missing", function()
    files.remove(root .. "/usr/bin/kmutil")
    expect("tools", "bad", "missing: /usr/bin/kmutil")
  end)

  it("wants a volume that is mounted", function()
    expect("volume", "ok", "HD (" .. policies.GROUP .. "), macOS 15.6 build 24G84")
    session.group.system.mount = nil
    expect("volume", "bad", "the System volume is not mounted")
    session.group, session.problems.group, session.problems.group_kind = nil, "diskutil is odd", "unknown"
    expect("volume", "unknown", "diskutil is odd")
    session.problems.group_kind = "bad"
    expect("volume", "bad", "diskutil is odd")
  end)

  it("shows the policy, with rows that nobody knows", function()
    session.policy.unknown = { "Row: 1", "Row: 2" }
    expect("policy", "ok", "rows this program does not know: Row: 1 | Row: 2")
    session.policy, session.problems.policy = nil, "contradiction"
    expect("policy", "unknown", "contradiction")
  end)

  it("wants the right place", function()
    expect("environment", "ok", "paired", "revert", { where = "paired-recovery" })
    session.environment, session.environment_words = "recovery", "not paired"
    expect("environment", "bad", "not paired", "revert", { where = "paired-recovery" })
    assert.truthy(row_of("environment", "revert", { where = "paired-recovery" }).cure:find("make HD the startup disk", 1,
      true))
    session.environment, session.environment_words = "macos", "macOS is running"
    expect("environment", "bad", "the next step needs recovery", "revert", { where = "recovery" })
    session.environment = "unknown"
    expect("environment", "unknown", "macOS is running")
    session.booted, session.environment, session.environment_words, session.problems.booted = "unknown", nil, nil, "odd"
    expect("environment", "unknown", "odd")
  end)

  it("wants boot-args that fit", function()
    expect("boot-args", "ok", 'now "-v"')
    told[NVRAM] = "boot-args\t" .. ("x"):rep(1019) .. "\n"
    expect("boot-args", "ok", "xxx")
    told[NVRAM] = "boot-args\t" .. ("x"):rep(1020) .. "\n"
    expect("boot-args", "bad", "they would have 1024 bytes; the kernel takes 1023")
    told[NVRAM] = false
    expect("boot-args", "unknown", "No such file")
    told[NVRAM] = answers.of("", 1, "data was not found")
    expect("boot-args", "ok", "empty now")
  end)

  it("wants the Data volume and a journal that survives", function()
    expect("data", "ok", "mounted at /Volumes/Data", "apply")
    expect("journal", "ok", "kept in /Volumes/Data/private/var/db/vmq-recovery", "apply")
    session.group.data.mount = nil
    expect("data", "bad", "the Data volume Daten is not mounted", "apply")
    assert.are.equal("diskutil apfs unlockVolume disk3s5", row_of("data", "apply").cure)
    expect("journal", "bad", "no place for the journal survives a restart", "apply")
    session.group.data = nil
    expect("data", "unknown", "not known", "apply")
    session.root, session.options.journal = "", "/private/tmp/j"
    expect("journal", "bad", "/private/tmp/j is lost at restart", "apply")
  end)

  it("wants an owner", function()
    expect("owners", "ok", "owners by short name: ada (Ada L.)", "apply")
    session.options.user = "bob"
    expect("owners", "bad", "bob is not an owner; owners are ada (Ada L.)", "apply")
    session.group.owners = {}
    expect("owners", "bad", "no owner", "apply")
    session.group.owners, session.group.owners_unknown = nil, "no list"
    expect("owners", "unknown", "no list", "apply")
  end)

  it("wants a writable Preboot with room", function()
    expect("preboot", "ok", "/Volumes/Preboot is writable", "apply")
    session.group.preboot.writable = false
    expect("preboot", "bad", "mounted read-only", "apply")
    assert.are.equal("diskutil unmount disk3s2, then diskutil mount disk3s2", row_of("preboot", "apply").cure)
    session.group.preboot.writable = true
    session.group.preboot.mount = "/Volumes/Nowhere"
    expect("preboot", "unknown", "/Volumes/Nowhere", "apply")
    session.group.preboot.mount = nil
    expect("preboot", "bad", "not mounted", "apply")
    session.group.preboot = nil
    expect("preboot", "unknown", "not known", "apply")
  end)

  it("wants a collection", function()
    expect("collection", "bad", "VirtualMachine.kc", "apply")
    session.group.data.mount = nil
    expect("collection", "unknown", "the Data volume is not mounted", "apply")
  end)

  it("wants a collection that fits this Mac", function()
    local folder = root .. "/Volumes/Data/Users/Shared/vmq-recovery/"
    local function stage(chip)
      local bytes = fileset.make { banner = fileset.BANNER:gsub("T6020", chip) }
      assert(files.make_directory(folder, 448))
      assert(files.write_atomic(folder .. "VirtualMachine.kc", bytes, 384))
      return bytes
    end
    stage "T6020"
    expect("collection", "bad", "it is for chip t6020, this Mac needs t6041", "apply")
    local bytes = stage "T6041"
    expect("collection", "ok", "no manifest vouches for it", "apply")
    assert.are.equal("t6041", session.found_collection.kernel.chip)
    local manifest = '{"collection":{"sha256":"%s","size":4096},"build":"24G84"}'
    assert(files.write_atomic(folder .. "manifest.json", manifest:format(files.sha256_text(bytes)), 384))
    assert.is_nil(row_of("collection", "apply").detail:find("no manifest", 1, true))
    assert(files.write_atomic(folder .. "manifest.json", manifest:format(("0"):rep(64)), 384))
    expect("collection", "bad", "its manifest says 0000", "apply")
    assert(files.write_atomic(folder .. "manifest.json", "{", 384))
    expect("collection", "bad", "not a manifest of this program", "apply")
  end)

  it("wants the staged program that the manifest names", function()
    local folder = root .. "/Volumes/Data/Users/Shared/vmq-recovery/"
    local bytes = fileset.make { banner = fileset.BANNER:gsub("T6020", "T6041") }
    assert(files.make_directory(folder, 448))
    assert(files.write_atomic(folder .. "VirtualMachine.kc", bytes, 384))
    local manifest = '{"collection":{"sha256":"%s","size":4096},"program":{"sha256":"%s","size":1},"build":"24G84"}'
    manifest = manifest:format(files.sha256_text(bytes), files.sha256_text "p")
    assert(files.write_atomic(folder .. "manifest.json", manifest, 384))
    expect("collection", "ok", "VirtualMachine.kc", "apply")
    assert(files.write_atomic(root .. "/Volumes/Data/vmq-recovery", "p", 448))
    expect("collection", "ok", "VirtualMachine.kc", "apply")
    assert(files.write_atomic(root .. "/Volumes/Data/vmq-recovery", "q", 448))
    expect("collection", "bad", "the program at /Volumes/Data/vmq-recovery is not the one its manifest names", "apply")
  end)

  it("wants somebody to answer only where tools ask and nothing was said beforehand", function()
    session.options.yes = true
    require("run.session").has_person = function() return false end
    expect("credentials", "bad", "nobody is at a terminal", "revert", { where = "any", acts = true })
    require("run.session").has_person = function() return true end
    expect("credentials", "ok", "somebody is here", "revert", { where = "any", acts = true })
    session.options.user, session.secret = "ada", {}
    expect("credentials", "ok", "from the command line", "revert", { where = "any", acts = true })
  end)
end)
