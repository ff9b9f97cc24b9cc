-- mac.target.look: the whole look at a Mac, each fact that cannot be had with its reason; and a second look.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local mac = require "mac.target"
local policies = require "tests.unit.lua.support.policies"
local read_only = require "tests.unit.lua.support.read_only"
local samples = require "tests.unit.lua.support.samples"

local INFO, LIST = "/usr/sbin/diskutil info -plist ", "/usr/sbin/diskutil apfs listVolumeGroups -plist"
local UNAME, ENVIRONMENT = "/usr/bin/uname -v", "/usr/sbin/sysctl -n hw.osenvironment"
local BANNER = "Darwin Kernel Version 25.6.0: Mon; root:xnu-12377.1.9~3/RELEASE_ARM64_T6041\n"

local root, group
before_each(function()
  root = assert(files.make_scratch())
  require("tool.bputil").forget()
  group = samples.read("azahi-26.6-diskutil/listVolumeGroups.plist"):match("APFSVolumeGroupUUID</key>%s*<string>([^<]+)")
end)
after_each(function() files.remove_tree(root) end)

local function policy_line() return "/usr/bin/bputil -d -v " .. group end

-- The recorded Mac in its own recovery, with changes; what is asked is kept.
local function use(changes)
  local told = { [UNAME] = BANNER, [ENVIRONMENT] = "recoveryos\n",
    [LIST] = samples.read "azahi-26.6-diskutil/listVolumeGroups.plist",
    [INFO .. "disk3s1"] = samples.read "azahi-26.6-diskutil/info-system.plist",
    [INFO .. "disk3s5"] = samples.read "azahi-26.6-diskutil/info-data.plist",
    [policy_line()] = policies.text { group = group } }
  for line, answer in pairs(changes or {}) do told[line] = answer end
  return answers.use(told)
end

local function look(changes, options)
  local asked = use(changes)
  return mac.look(root, read_only(options or { program = "/Volumes/Macintosh HD - Data/vmq-recovery" })), asked
end

describe("mac.look", function()
  it("finds out which Mac this is", function()
    local target = look()
    assert.are.same({ root, "recovery", "paired-recovery", "the right recovery for this macOS", group, "Macintosh HD", "t6041",
      "release", "full", 1, "/Volumes/Macintosh HD - Data/vmq-recovery" },
      { target.root, target.booted, target.environment, target.environment_words, target.group.group, target.group.name,
        target.kernel.chip, target.kernel.kind, target.policy.mode, #target.groups, target.program })
    assert.are.same({}, target.problems)
  end)

  it("asks where the program lies once the group is known", function()
    local told
    local target = look(nil, { program = function(chosen)
      told = chosen.data.mount
      return "/p"
    end })
    assert.are.same({ "/Volumes/Macintosh HD - Data", "/p" }, { told, target.program })
    local none = "not asked"
    look({ [LIST] = false }, { program = function(chosen) none = chosen end })
    assert.is_nil(none)
  end)

  it("says why there is no group, and asks for no policy then", function()
    local target, asked = look { [LIST] = false }
    assert.are.same({ nil, nil, nil, nil, "bad" },
      { target.group, target.policy, target.environment, target.groups, target.problems.group_kind })
    assert.truthy(target.problems.group:find("No such file", 1, true))
    for _, line in ipairs(asked) do assert.is_nil(line:find("bputil", 1, true)) end
    target = look { [LIST] = answers.of("", 1, "kaput") }
    assert.are.equal("unknown", target.problems.group_kind)
    assert.truthy(target.problems.group:find("kaput", 1, true))
  end)

  it("says why none was chosen, and which there are", function()
    local target = look(nil, { volume = "Nowhere" })
    assert.are.same({ nil, "no volume group is called Nowhere", "bad", 1 },
      { target.group, target.problems.group, target.problems.group_kind, #target.groups })
    assert.are.equal(group, look(nil, { volume = "Macintosh HD" }).group.group)
  end)

  it("says why there is no policy, and which system runs is then not told", function()
    local target = look { [policy_line()] = answers.of("", 71, "Could not acquire any key bag") }
    assert.is_nil(target.policy)
    assert.truthy(target.problems.policy:find("Could not acquire any key bag", 1, true), target.problems.policy)
    assert.are.same({ "recovery", "unknown" }, { target.booted, target.environment })
  end)

  it("says why there is no chip, and what is running is then not told either", function()
    local target = look { [UNAME] = "#1 SMP Debian\n" }
    assert.are.same({ nil, "unknown", "unknown", "unknown", "this is not an Apple silicon Mac" },
      { target.kernel, target.problems.kernel_kind, target.booted, target.environment, target.problems.booted })
    assert.are.equal("no Apple silicon kernel banner: #1 SMP Debian", target.problems.kernel)
  end)
end)

describe("mac.look in macOS", function()
  local function dict(words) return "<plist><dict>" .. words .. "</dict></plist>" end

  local function write(path, words)
    assert(files.make_directory(root .. path:match("^(.*)/"), 448))
    assert(files.write_atomic(root .. path, words, 384))
  end

  -- The recorded Mac in macOS, where "/" is of this group and its System volume tells no mount point.
  local function in_macos(running)
    write("/System/Library/CoreServices/SystemVersion.plist", dict
      "<key>ProductVersion</key><string>26.6</string><key>ProductBuildVersion</key><string>25G70</string>")
    return (look { [ENVIRONMENT] = "macos\n",
      [INFO .. "/"] = dict("<key>APFSVolumeGroupID</key><string>" .. running .. "</string>"),
      [INFO .. "disk3s1"] = dict "<key>VolumeName</key><string>Macintosh HD</string><key>MountPoint</key><string></string>",
      [INFO .. "disk3s5"] = dict "<key>MountPoint</key><string></string>" })
  end

  it("takes the running system's volume to be at / and its Data where macOS mounts it", function()
    assert(files.make_directory(root .. "/System/Volumes/Data", 448))
    local target = in_macos(group:lower())
    assert.are.same({ "macos", "macos", "/", "26.6", "25G70", "/System/Volumes/Data" }, { target.booted, target.environment,
      target.group.system.mount, target.group.version, target.group.build, target.group.data.mount })
  end)

  it("does not take another group's volumes to be there", function()
    assert(files.make_directory(root .. "/System/Volumes/Data", 448))
    local target = in_macos "00000000-0000-0000-0000-000000000000"
    assert.are.same({ "macos", group, nil, nil, nil },
      { target.booted, target.group.group, target.group.system.mount, target.group.version, target.group.data.mount })
  end)

  it("does not take Data to be where nothing is", function() assert.is_nil(in_macos(group).group.data.mount) end)
end)

describe("mac.again", function()
  it("reads policy and environment anew, and nothing else", function()
    local target = look()
    local asked = use { [policy_line()] = policies.text { group = group, mode = "Permissive (smb0 && smb1): 1", pairing = "Not Paired" } }
    local again = mac.again(read_only(target))
    assert.are.same({ "permissive", "recovery", "full", "paired-recovery" },
      { again.policy.mode, again.environment, target.policy.mode, target.environment })
    assert.are.same({ group, "t6041", target.program }, { again.group.group, again.kernel.chip, again.program })
    for _, line in ipairs(asked) do assert.truthy(line:find("bputil", 1, true), line) end
  end)

  it("keeps each look's problems apart", function()
    local target = look()
    use { [policy_line()] = answers.of("", 1, "kaput") }
    local again = mac.again(read_only(target))
    assert.truthy(again.problems.policy:find("kaput", 1, true))
    assert.are.same({ nil, "unknown" }, { again.policy, again.environment })
    assert.is_nil(target.problems.policy)
    use()
    assert.is_nil(mac.again(read_only(again)).problems.policy)
  end)

  it("lives without a group", function()
    local target = look { [LIST] = false }
    assert.are.equal(target.problems.group, mac.again(read_only(target)).problems.group)
  end)
end)
