-- What is said of the running macOS besides: the staged update, guests, quota, enrolment, and what cannot be read.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local running = require "mac.running"

local QUOTA = "/usr/sbin/ioreg -a -r -n product -p IODeviceTree -d 1"
local ENROLLED = "/usr/bin/profiles status -type enrollment"
local UPDATE = "/System/Volumes/Update/"

local root
before_each(function()
  root = assert(files.make_scratch())
  assert(files.make_directory(root .. UPDATE, 448))
end)
after_each(function() files.remove_tree(root) end)

local function staged(attributes)
  assert(files.write_atomic(root .. UPDATE .. "Update.plist", "<plist><dict><key>update-asset-attributes</key>" .. attributes
    .. "</dict></plist>", 384))
  return running.update(root)
end

describe("running.update", function()
  it("tells version and build of what is staged", function()
    assert.are.same({ version = "15.1", build = "24B83" },
      staged "<dict><key>OSVersion</key><string>15.1</string><key>Build</key><string>24B83</string></dict>")
    assert.are.same({ version = "15.1" }, staged "<dict><key>OSVersion</key><string>15.1</string><key>Build</key><true/></dict>")
  end)

  it("is none without the file, and without the note in it", function()
    assert.are.same({ nil, nil }, { running.update(root) })
    assert.is_nil(staged "<string>x</string>")
  end)

  it("says so when the file cannot be read", function()
    assert(files.write_atomic(root .. UPDATE .. "Update.plist", "<plist>", 384))
    assert.are.same({ nil, UPDATE .. "Update.plist is not a property list" }, { running.update(root) })
  end)

  it("reads no file beyond 16 MiB", function()
    local real, limit = files.read, nil
    files.read = function(_, bytes)
      limit = bytes
      return nil, "x", "EFBIG"
    end
    local update = { running.update(root) }
    files.read = real
    assert.are.same({ 16 << 20, nil, "x" }, { limit, update[1], update[2] })
  end)

  it("says so when it is no file", function()
    assert(files.make_directory(root .. UPDATE .. "Update.plist", 448))
    local update, why = running.update(root)
    assert.is_nil(update)
    assert.truthy(why:find("Update.plist", 1, true))
  end)
end)

describe("running.virtual_words", function()
  local function virtual(chip, present)
    answers.use { ["/usr/sbin/sysctl -n kern.hv_vmm_present"] = present }
    return running.virtual_words { kernel = chip and { chip = chip } }
  end

  it("are said of a virtual chip, and of a kernel that says it runs in a machine of another", function()
    for _, case in ipairs { { "vmapple", "0\n" }, { "vmapple", false }, { "t6020", "1\n" }, { nil, "1\n" } } do
      assert.truthy(virtual(case[1], case[2]):find("^this Mac is a virtual one"))
    end
    assert.is_nil(virtual("t6020", "0\n"))
    assert.is_nil(virtual("t6020", false))
    assert.is_nil(virtual(nil, "0\n"))
  end)
end)

describe("running.gather", function()
  it("asks each tool, and keeps why one did not answer", function()
    answers.use { [QUOTA] = "<plist><dict><key>apple-isa-vm-quota</key><integer>3</integer></dict></plist>",
      ["/bin/ps -axo comm="] = "/sbin/launchd\n", [ENROLLED] = "Enrolled via DEP: No\nMDM enrollment: No\n" }
    assert.are.same({ base_quota = 3, guests = 0, enrolled = false }, running.gather(root))
    answers.use { [QUOTA] = "", ["/bin/ps -axo comm="] = "nothing" }
    assert.are.same({ base_quota_problem = "none", guests_problem = "ps printed no list of processes" }, running.gather(root))
  end)
end)

describe("running.outdated", function()
  local function outdated(coih, collection, build)
    return running.outdated({ policy = coih and { coih = coih }, group = { build = build } }, { collection_build = collection })
  end

  it("is a custom kernel of another build than this macOS", function()
    assert.are.equal("the staged collection is of build 23A344, this macOS is 23B74: it no longer matches",
      outdated("AB", "23A344", "23B74"))
  end)

  it("is nothing where anything is the same or not known", function()
    assert.is_nil(outdated("AB", "23A344", "23A344"))
    assert.is_nil(outdated("absent", "23A344", "23B74"))
    assert.is_nil(outdated("AB", nil, "23B74"))
    assert.is_nil(outdated("AB", "23A344", nil))
    assert.is_nil((outdated(nil, "23A344", "23B74")))
    assert.is_nil(running.outdated({ policy = { coih = "AB" } }, { collection_build = "23A344" }))
  end)
end)

describe("running.rows", function()
  local function rows(facts)
    local found = {}
    for _, row in ipairs(running.rows(facts)) do found[row[1]] = row[2] end
    return found
  end

  it("show what is known", function()
    assert.are.same({ ["base quota"] = "3 macOS guests", guests = "1 running; Linux guests among them do not count",
      collection = "staged for build 23A344", update = "macOS 15.1 (24B83) is ready to be installed", managed = "no" },
      rows { base_quota = 3, guests = 1, collection_build = "23A344", update = { version = "15.1", build = "24B83" }, enrolled = false })
    assert.are.equal("macOS ? (?) is ready to be installed", running.update_words { update = {} })
    assert.is_nil(running.update_words {})
    assert.truthy(rows { enrolled = true }.managed:find("^yes: "))
  end)

  it("say what cannot be read, and never that there is none", function()
    assert.are.same({ ["base quota"] = "cannot be read: q", guests = "cannot be read: g",
      collection = "none is staged with a checksum file", update = "cannot be read: u", managed = "cannot be read" },
      rows { base_quota_problem = "q", guests_problem = "g", update_problem = "u" })
    local found = rows { base_quota_problem = "none" }
    assert.are.same({ "not in the device tree (2 on Macs so far)", "none is staged", "cannot be read: ?" },
      { found["base quota"], found.update, found.guests })
  end)
end)
