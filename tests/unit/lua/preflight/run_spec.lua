-- Preconditions: each check's three answers, with a stand-in for the Mac; unknown never passes for ok.

local answers = require "tests.unit.lua.support.answers"
local fileset = require "tests.unit.lua.support.fileset"
local files = require "lib_file"
local policies = require "tests.unit.lua.support.policies"
local paths = require "mac.paths"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"

local NVRAM = "/usr/sbin/nvram -x boot-args"
local BANNER = "Darwin Kernel Version 24.6.0: Mon; root:xnu-11417.140.69~1/RELEASE_ARM64_T6041\n"

local root, told, target, asked
before_each(function()
  root = assert(files.make_scratch())
  told = { [NVRAM] = "boot-args\t-v\n", ["/usr/bin/uname -v"] = BANNER }
  local policy = policies.summary()
  policy.unknown = {}
  asked = { options = {}, uid = 0, words = { "a=1" } }
  target = { root = root, problems = {}, booted = "recovery",
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

local LISTS = {
  revert = { "root", "platform", "tools", "volume", "policy", "environment", "boot-args", "network" },
  apply = { "root", "platform", "tools", "volume", "policy", "environment", "data", "journal", "owners", "collection", "preboot",
    "boot-args" },
  credentials = { "credentials" },
}

local function kernel_of(banner)
  if not banner then return nil, "/usr/bin/uname: No such file or directory", "ENOENT" end
  return require("tool.sysctl").parse_banner(banner)
end

-- What the caller knows of the journal: where it would be.
local function journal()
  local here, path = paths.journal(target, asked.options.journal)
  return here and { here = here, path = path } or { why = path }
end

-- The row of one check, whether all was fine, and what was found. Nothing that is handed in is written to.
local function row_of(check, kind, wanted)
  local events = {}
  answers.use(told)
  target.kernel, target.problems.kernel, target.problems.kernel_kind = kernel_of(told["/usr/bin/uname -v"])
  asked.where, asked.acts, asked.journal = wanted and wanted.where or "any", wanted and wanted.acts, journal()
  local fine, rows, found = preflight.run(LISTS[kind or "revert"], read_only(target), read_only(asked), nil,
    function(event) events[#events + 1] = event end)
  assert.are.same(rows, events)
  for _, row in ipairs(rows) do
    if row.check == check then return row, fine, found end
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

describe("preflight.any_bad", function()
  it("counts what is bad, not what cannot be read", function()
    local function any(...)
      local rows = {}
      for index, verdict in ipairs { ... } do rows[index] = { verdict = verdict } end
      return preflight.any_bad(rows)
    end
    assert.are.same({ false, false, true }, { any(), any("ok", "unknown"), any("ok", "bad") })
  end)
end)

describe("preflight.stopping", function()
  it("counts what is bad and what is unknown, without advice", function()
    local rows = {}
    for verdict, names in pairs { bad = { "root", "volume", "power" }, unknown = { "tools", "policy", "data", "network" }, ok = { "x" } } do
      for _, name in ipairs(names) do rows[#rows + 1] = { check = name, verdict = verdict } end
    end
    assert.are.same({ 2, 3 }, { preflight.stopping(rows) })
    for _, name in ipairs { "network", "power", "update", "guests", "management" } do
      assert.are.same({ 0, 0 }, { preflight.stopping { { check = name, verdict = "bad" } } }, name)
    end
  end)
end)

describe("preflight", function()
  it("says before each check which one is made, and nothing after it", function()
    local said = {}
    asked.where, asked.journal = "any", journal()
    preflight.run({ "root", "in force/policy" }, read_only(target), read_only(asked), {}, nil,
      function(words) said[#said + 1] = words or "-" end)
    assert.are.same({ "Checking: root (1 of 2)", "-", "Checking: policy (2 of 2)", "-" }, said)
  end)

  it("is fine when everything is, and does not mind the network", function()
    assert.is_true(expect("network", "unknown", "Apple's server"))
    for _, check in ipairs { "root", "platform", "tools", "volume", "policy", "environment", "boot-args" } do
      assert.are.equal("ok", row_of(check).verdict, check)
    end
  end)

  it("wants root", function()
    asked.uid = 501
    expect("root", "bad", "running as user 501")
  end)

  it("wants Apple silicon", function()
    expect("platform", "ok", "chip M4 Pro/Max (T6041)")
    told["/usr/bin/uname -v"] = "#1 SMP Debian"
    expect("platform", "bad", "no Apple silicon kernel banner")
    told["/usr/bin/uname -v"] = false
    expect("platform", "unknown", "No such file")
  end)

  it("checks nothing more while the first cause stands", function()
    told["/usr/bin/uname -v"] = "#1 SMP Debian"
    target.kernel, target.problems.kernel, target.problems.kernel_kind = kernel_of(told["/usr/bin/uname -v"])
    asked.uid = 501
    local fine, rows, _, left = preflight.run(LISTS.revert, read_only(target), read_only(asked))
    assert.are.same({ false, 1, "platform" }, { fine, #rows, rows[1].check })
    assert.are.same({ "root", "tools", "volume", "policy", "environment", "boot-args", "network" }, left)
    target.kernel, target.problems.kernel_kind = kernel_of(BANNER), nil
    fine, rows, _, left = preflight.run(LISTS.revert, read_only(target), read_only(asked))
    assert.are.same({ false, 1, "root", 7 }, { fine, #rows, rows[1].check, #left })
    assert.truthy(preflight.not_checked(left):find("platform, tools", 1, true))
    asked.uid, target.group, target.problems.group = 0, nil, "several systems"
    fine, rows, _, left = preflight.run(LISTS.revert, read_only(target), read_only(asked))
    assert.are.same({ false, 4, "volume", "bad", { "policy", "environment", "boot-args", "network" } },
      { fine, #rows, rows[4].check, rows[4].verdict, left })
    assert.is_nil(preflight.not_checked {})
    assert.are.equal("Not checked, since this comes first: 1, 2, 3, 4, 5, 6, 7, 8.", preflight.not_checked { 1, 2, 3, 4, 5, 6, 7, 8 })
    assert.are.equal("The other 9 checks were not made, since this comes first.", preflight.not_checked { 1, 2, 3, 4, 5, 6, 7, 8, 9 })
  end)

  it("tells power and network, and stops for neither", function()
    LISTS.surroundings = { "power", "network" }
    told["/usr/bin/pmset -g batt"] = "Now drawing from 'AC Power'\n"
    told["/sbin/route -n get default"] = "\n  interface: en0\n"
    assert.are.same({ "ok", true }, { row_of("power", "surroundings").verdict, (select(2, row_of("power", "surroundings"))) })
    assert.are.equal("ok", row_of("network", "surroundings").verdict)
    told["/sbin/route -n get default"] = answers.of("", 0, "route: not in table")
    assert.are.equal("bad", row_of("network", "surroundings").verdict)
    for charge, verdict in pairs { ["4"] = "bad", ["19"] = "bad", ["20"] = "ok" } do
      told["/usr/bin/pmset -g batt"] = "Now drawing from 'Battery Power'\n x\t" .. charge .. "%; discharging\n"
      local row, fine = row_of("power", "surroundings")
      assert.are.same({ verdict, true }, { row.verdict, fine })
      assert.truthy(row.detail:find(charge .. "%", 1, true))
    end
    told["/usr/bin/pmset -g batt"] = false
    assert.are.equal("unknown", row_of("power", "surroundings").verdict)
  end)

  it("names tools that are missing", function()
    files.remove(root .. "/usr/bin/kmutil")
    expect("tools", "bad", "missing: /usr/bin/kmutil")
  end)

  it("wants a volume that is mounted", function()
    expect("volume", "ok", "HD (" .. policies.GROUP .. "), macOS 15.6 build 24G84")
    target.group.system.mount = nil
    expect("volume", "bad", "the System volume is not mounted")
    target.group, target.problems.group, target.problems.group_kind = nil, "diskutil is odd", "unknown"
    expect("volume", "unknown", "diskutil is odd")
    target.problems.group_kind = "bad"
    expect("volume", "bad", "diskutil is odd")
  end)

  it("shows the policy, with rows that nobody knows", function()
    target.policy.unknown = { "Row: 1", "Row: 2" }
    expect("policy", "ok", "rows this program does not know: Row: 1 | Row: 2")
    target.policy, target.problems.policy = nil, "contradiction"
    expect("policy", "unknown", "contradiction")
  end)

  it("wants the right place", function()
    expect("environment", "ok", "paired", "revert", { where = "paired-recovery" })
    target.environment, target.environment_words = "recovery", "not paired"
    expect("environment", "bad", "not paired", "revert", { where = "paired-recovery" })
    assert.truthy(row_of("environment", "revert", { where = "paired-recovery" }).cure:find("make HD the startup disk", 1,
      true))
    target.environment, target.environment_words = "macos", "macOS is running"
    expect("environment", "bad", "the next step needs recovery", "revert", { where = "recovery" })
    target.environment = "unknown"
    expect("environment", "unknown", "macOS is running")
    target.booted, target.environment, target.environment_words, target.problems.booted = "unknown", nil, nil, "odd"
    expect("environment", "unknown", "odd")
  end)

  it("leaves boot-args alone that cannot be written back as they are", function()
    LISTS.without = { "without/boot-args" }
    told[NVRAM] = "boot-args\tb=\xC3\x88\n"
    expect("boot-args", "bad", "would not be written back as they are")
    expect("boot-args", "ok", "nothing of ours", "without")
    told[NVRAM] = "boot-args\tb=\xC3\x88 a=1\n"
    expect("boot-args", "bad", "would not be written back as they are", "without")
    told["/usr/sbin/sysctl -n kern.bootargs"] = "b=\xC3\x88 a=1\n"
    expect("boot-args", "ok", "now", "without")
    expect("boot-args", "ok", "now")
  end)

  it("wants boot-args that fit", function()
    expect("boot-args", "ok", 'now "-v"')
    told[NVRAM] = "boot-args\t" .. ("x"):rep(1019) .. "\n"
    expect("boot-args", "ok", "xxx")
    told[NVRAM] = "boot-args\t" .. ("x"):rep(1020) .. "\n"
    expect("boot-args", "bad", "they would have 1024 bytes; the kernel takes 1023")
    target.group.version = "13.6"
    told[NVRAM] = "boot-args\t" .. ("x"):rep(603) .. "\n"
    expect("boot-args", "ok", "xxx")
    told[NVRAM] = "boot-args\t" .. ("x"):rep(604) .. "\n"
    expect("boot-args", "bad", "they would have 608 bytes; the kernel takes 607")
    target.group.version = "15.6"
    told["/usr/bin/sw_vers"] = "ProductName: macOS\nProductVersion: 13.6\nBuildVersion: 22G120\n"
    expect("boot-args", "bad", "the kernel takes 607")
    told[NVRAM] = false
    expect("boot-args", "unknown", "No such file")
    told[NVRAM] = answers.of("", 1, "data was not found")
    expect("boot-args", "ok", "empty now")
  end)

  it("wants the Data volume and a journal that survives", function()
    expect("data", "ok", "mounted at /Volumes/Data", "apply")
    expect("journal", "ok", "kept in /Volumes/Data/private/var/db/vmq-recovery", "apply")
    target.group.data.mount = nil
    expect("data", "bad", "the Data volume Daten is not mounted", "apply")
    local BOTH = "diskutil apfs unlockVolume disk3s5 (or, without FileVault: diskutil mount disk3s5)"
    for locked, cure in pairs { [true] = "diskutil apfs unlockVolume disk3s5", [false] = "diskutil mount disk3s5", [0] = BOTH } do
      if locked == 0 then target.group.data.locked = nil else target.group.data.locked = locked end
      assert.are.equal(cure, row_of("data", "apply").cure)
      expect("journal", "bad", "no place for the journal survives a restart: the Data volume Daten is not mounted", "apply")
      assert.are.equal(cure .. "; or name a folder with --journal", row_of("journal", "apply").cure)
      expect("collection", "unknown", "the Data volume Daten is not mounted", "apply")
      assert.are.equal(cure .. "; or name a file with --kc", row_of("collection", "apply").cure)
    end
    target.group.data = nil
    expect("data", "unknown", "not known", "apply")
    target.root, asked.options.journal = "", "/private/tmp/j"
    expect("journal", "bad", "/private/tmp/j is lost at restart", "apply")
  end)

  it("wants an owner", function()
    expect("owners", "ok", "owners by short name: ada (Ada L.)", "apply")
    asked.options.user = "bob"
    expect("owners", "bad", "bob is not an owner; owners are ada (Ada L.)", "apply")
    target.group.owners = {}
    expect("owners", "bad", "no owner", "apply")
    target.group.owners, target.group.owners_unknown = nil, "no list"
    expect("owners", "unknown", "no list", "apply")
  end)

  it("wants a writable Preboot with room", function()
    expect("preboot", "ok", "/Volumes/Preboot is writable", "apply")
    target.group.preboot.writable = false
    expect("preboot", "bad", "mounted read-only", "apply")
    assert.are.equal("diskutil unmount disk3s2, then diskutil mount disk3s2", row_of("preboot", "apply").cure)
    target.group.preboot.writable = true
    target.group.preboot.mount = "/Volumes/Nowhere"
    expect("preboot", "unknown", "/Volumes/Nowhere", "apply")
    target.group.preboot.mount = nil
    expect("preboot", "bad", "not mounted", "apply")
    target.group.preboot = nil
    expect("preboot", "unknown", "not known", "apply")
  end)

  it("wants a collection", function()
    expect("collection", "bad", "VirtualMachine.kc", "apply")
    target.group.data.mount = nil
    expect("collection", "unknown", "the Data volume Daten is not mounted", "apply")
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
    expect("collection", "bad", "it is for chip M2 Pro/Max/Ultra (T6020), this Mac needs M4 Pro/Max (T6041)", "apply")
    local bytes = stage "T6041"
    expect("collection", "ok", "no checksum file found, so it cannot be verified", "apply")
    assert.are.equal("t6041", select(3, row_of("collection", "apply")).collection.kernel.chip)
    local manifest = '{"collection":{"sha256":"%s","size":4096},"build":"24G84"}'
    assert(files.write_atomic(folder .. "manifest.json", manifest:format(files.sha256_text(bytes)), 384))
    assert.is_nil(row_of("collection", "apply").detail:find("no manifest", 1, true))
    assert(files.write_atomic(folder .. "manifest.json", manifest:format(("0"):rep(64)), 384))
    expect("collection", "bad", "its checksum file says 0000", "apply")
    assert(files.write_atomic(folder .. "manifest.json", "{", 384))
    expect("collection", "bad", "not a checksum file of this program", "apply")
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
    expect("collection", "bad", "the program at /Volumes/Data/vmq-recovery is not the one its checksum file names", "apply")
    files.remove(root .. "/Volumes/Data/vmq-recovery")
    assert(files.link("nowhere", root .. "/Volumes/Data/vmq-recovery"))
    expect("collection", "bad", "the program at /Volumes/Data/vmq-recovery is not the one its checksum file names", "apply")
  end)

  it("wants somebody to answer only where tools ask and nothing was said beforehand", function()
    expect("credentials", "bad", "nobody is at a terminal", "credentials")
    asked.answers = "person"
    expect("credentials", "ok", "somebody is here", "credentials")
    asked.answers = "given"
    expect("credentials", "ok", "from the command line", "credentials")
    asked.refused = "1 wrong password since this Mac started"
    expect("credentials", "bad", "1 wrong password since this Mac started: more are not tried unattended", "credentials")
    asked.answers = "person"
    expect("credentials", "ok", "somebody is here", "credentials")
    asked.answers = "unasked"
    expect("credentials", "ok", "no question", "credentials")
  end)
end)
