-- diskutil: volume groups and volumes out of its property lists.

local answers = require "tests.unit.lua.support.answers"
local diskutil = require "tool.diskutil"
local samples = require "tests.unit.lua.support.samples"

local LIST = "/usr/sbin/diskutil apfs listVolumeGroups -plist"

local function listed(groups)
  answers.use { [LIST] = "<plist><dict><key>Containers</key><array><dict><key>VolumeGroups</key><array>" .. groups
    .. "</array></dict></array></dict></plist>" }
  return diskutil.volume_groups()
end

local function group(uuid, volumes)
  return ("<dict><key>APFSVolumeGroupUUID</key>%s<key>Volumes</key><array>%s</array></dict>"):format(uuid, volumes)
end

local function volume(role, device)
  return ("<dict>%s<key>DeviceIdentifier</key><string>%s</string></dict>"):format(role, device)
end

local SYSTEM = "<key>Role</key><string>System</string>"

describe("diskutil.volume_groups", function()
  it("reads the recorded list", function()
    answers.use { [LIST] = samples.read "azahi-26.6-diskutil/listVolumeGroups.plist" }
    assert.are.same({ { group = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F",
      system = { device = "disk3s1", name = "Macintosh HD" },
      data = { device = "disk3s5", name = "Macintosh HD - Data" } } },
      diskutil.volume_groups())
  end)

  it("takes roles as a list, writes UUIDs upper case and lives without a Data volume", function()
    assert.are.same({ { group = "AB-CD", system = { device = "disk9s1" } } },
      listed(group("<string>ab-cd</string>", volume("<key>Roles</key><array><string>System</string></array>", "disk9s1"))))
  end)

  it("leaves out groups without a System volume or without a UUID", function()
    assert.are.same({}, listed(group("<string>AB</string>", volume("<key>Role</key><string>Data</string>", "disk1"))))
    assert.are.same({}, listed(group("<integer>1</integer>", volume(SYSTEM, "disk1"))))
    assert.are.same({}, listed(""))
    assert.are.same({}, listed(group("<string>AB</string>", volume("", "disk1"))))
  end)

  it("is not thrown off by a list that holds something else", function()
    for _, wrong in ipairs { "<integer>1</integer>", "<true/>", "<string>x</string>", "<array><integer>1</integer></array>", "<dict/>" } do
      for _, containers in ipairs { wrong, "<array>" .. wrong .. "<dict><key>VolumeGroups</key>" .. wrong .. "</dict></array>" } do
        answers.use { [LIST] = "<plist><dict><key>Containers</key>" .. containers .. "</dict></plist>" }
        assert.are.same({}, diskutil.volume_groups(), containers)
      end
      local odd = wrong .. "<dict><key>Role</key>" .. wrong .. "<key>Roles</key>" .. wrong .. "</dict>"
      assert.are.same({ { group = "AB", system = { device = "d" } } },
        listed(group("<string>AB</string>", odd .. volume(SYSTEM, "d"))), wrong)
    end
  end)

  it("takes no volume without a device, and no name that is no text", function()
    local function one(volumes) return listed(group("<string>AB</string>", volumes)) end
    assert.are.same({}, one(("<dict>%s</dict>"):format(SYSTEM)))
    assert.are.same({}, one(("<dict>%s<key>DeviceIdentifier</key><integer>3</integer></dict>"):format(SYSTEM)))
    assert.are.same({ { group = "AB", system = { device = "d" } } },
      one(volume(SYSTEM .. "<key>Name</key><integer>3</integer>", "d") .. "<dict><key>Role</key><string>Data</string></dict>"))
  end)

  it("says what went wrong", function()
    answers.use { [LIST] = "<plist><false/></plist>" }
    assert.are.same({ nil, "diskutil: not a dictionary", "unknown" }, { diskutil.volume_groups() })
    answers.use { [LIST] = "nothing" }
    assert.are.same({ nil, "diskutil: not a property list: no <plist>", "unknown" }, { diskutil.volume_groups() })
    answers.use {}
    assert.are.same({ nil, "/usr/sbin/diskutil: No such file or directory", "ENOENT" }, { diskutil.volume_groups() })
  end)
end)

describe("diskutil.info", function()
  it("reads names with accents and locked volumes", function()
    answers.use { ["/usr/sbin/diskutil info -plist disk3s5"] = samples.read "azahi-26.6-diskutil/info-accents.plist" }
    assert.are.equal("/Volumes/Disque Été & Co", diskutil.info("disk3s5").MountPoint)
    answers.use { ["/usr/sbin/diskutil info -plist disk3s5"] = samples.read "azahi-26.6-diskutil/info-data-locked.plist" }
    local locked = diskutil.info "disk3s5"
    assert.are.same({ "", false }, { locked.MountPoint, locked.WritableVolume })
  end)

  it("quotes diskutil when there is no such volume", function()
    answers.use { ["/usr/sbin/diskutil info -plist Nowhere"] =
      answers.of(samples.read "azahi-26.6-diskutil/missing.txt", 1) }
    assert.are.equal("/usr/sbin/diskutil info -plist Nowhere ended with status 1: Could not find disk: Nowhere",
      select(2, diskutil.info "Nowhere"))
  end)
end)

describe("diskutil.unlock", function()
  it("asks the person for the passphrase", function()
    local command = diskutil.unlock "disk3s5"
    assert.are.same({ "/usr/sbin/diskutil", "apfs", "unlockVolume", "disk3s5" }, command.argv)
    assert.is_true(command.interactive)
  end)
end)
