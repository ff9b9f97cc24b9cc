-- Whether others could have written a file: owners, rights, links and access control lists on its whole way, and its volume.

local answers = require "tests.unit.lua.support.answers"
local disk = require "tests.unit.lua.support.disk"
local targets = require "tests.unit.lua.support.target"
local trust = require "mac.trust"

local FOLDER = "/Volumes/Data/Users/Shared/vmq-recovery"
local FILE = FOLDER .. "/k.kc"
local STICKY, OPEN, ADMINISTRATORS = tonumber("1777", 8), tonumber("777", 8), tonumber("775", 8)

local function info(told)
  return ("<plist><dict>%s</dict></plist>"):format(told == nil and "" or "<key>GlobalPermissionsEnabled</key><" .. tostring(told) .. "/>")
end

-- What speaks against FILE, with some of the folders on its way made otherwise.
local function look(about, heeded, path)
  disk.use({ [path or FILE] = "x" }, about)
  local line = "/usr/sbin/diskutil info -plist "
  answers.use { [line .. "disk3s5"] = info(heeded), [line .. "/Volumes/Stick"] = info(heeded) }
  return trust.look(targets.recovery { root = "" }, path or FILE)
end

local function doubts(about) return look(about, true).doubts end

after_each(disk.restore)

describe("trust.look", function()
  it("has nothing against what is root's on its whole way", function()
    assert.are.same({ doubts = {}, questions = {}, notes = {} }, look({}, true))
    assert.are.same({}, doubts { ["/Volumes/Data/Users/Shared"] = { mode = STICKY } })
  end)

  it("looks at the file and at every folder, from the root on", function()
    for _, place in ipairs { "/", "/Volumes", "/Volumes/Data", "/Volumes/Data/Users", "/Volumes/Data/Users/Shared", FOLDER, FILE } do
      assert.are.same({ place .. " belongs to user 501" }, doubts { [place] = { uid = 501 } }, place)
      assert.are.same({ place .. " can be written by others" }, doubts { [place] = { mode = OPEN } }, place)
      assert.are.same({ place .. " can be written by others" }, doubts { [place] = { mode = 493 | 16 } }, place)
      assert.are.same({ place .. " has an access control list that lets others write it" }, doubts { [place] = { acl_writes = true } })
    end
  end)

  it("takes a sticky folder only where the next one is root's", function()
    local shared = "/Volumes/Data/Users/Shared"
    assert.are.same({ shared .. " can be written by others", FOLDER .. " belongs to user 501" },
      doubts { [shared] = { mode = STICKY }, [FOLDER] = { uid = 501 } })
    assert.are.same({ shared .. " belongs to user 501" }, doubts { [shared] = { mode = STICKY, uid = 501 } })
    assert.are.same({ shared .. " has an access control list that lets others write it" },
      doubts { [shared] = { mode = STICKY, acl_writes = true } })
    assert.are.same({ FILE .. " can be written by others" }, doubts { [FILE] = { mode = STICKY } })
  end)

  it("takes a link for none of ours, but what leads to the mount point", function()
    assert.are.same({ FILE .. " is a link" }, doubts { [FILE] = { link = { type = "link" } } })
    assert.are.same({ FOLDER .. " is a link" }, doubts { [FOLDER] = { link = { type = "link" } } })
    assert.are.same({}, doubts { ["/Volumes/Data"] = { link = { type = "link" } } })
    assert.are.same({}, doubts { ["/Volumes"] = { link = { type = "link" } } })
  end)

  it("doubts what cannot be looked at", function()
    disk.use { [FILE] = "x" }
    answers.use { ["/usr/sbin/diskutil info -plist disk3s5"] = info(true) }
    local found = trust.look(targets.recovery { root = "" }, FOLDER .. "/none/k.kc")
    assert.are.same({ FOLDER .. "/none cannot be looked at" }, found.doubts)
  end)

  it("says that administrators can write a volume's top folder", function()
    local found = look({ ["/Volumes/Data"] = { mode = ADMINISTRATORS, gid = 80 } }, true)
    assert.are.same({ {}, { "every administrator can write in /Volumes/Data" } }, { found.doubts, found.notes })
    for _, about in ipairs { { mode = ADMINISTRATORS, gid = 20 }, { mode = OPEN, gid = 80 } } do
      assert.are.same({ "/Volumes/Data can be written by others" }, doubts { ["/Volumes/Data"] = about })
    end
    assert.are.same({ FOLDER .. " can be written by others" }, doubts { [FOLDER] = { mode = ADMINISTRATORS, gid = 80 } })
  end)

  it("wants to know whether the volume heeds owners: on Data a person is asked", function()
    assert.are.same({ "the volume Data ignores who owns a file" }, look({}, false).doubts)
    local sentence = "whether the volume %s heeds who owns a file cannot be told"
    local found = look({}, nil)
    assert.are.same({ {}, { sentence:format "Data" } }, { found.doubts, found.questions })
    local other = "/Volumes/Stick/k.kc"
    assert.are.same({ sentence:format "/Volumes/Stick" }, look({}, nil, other).doubts)
    assert.are.same({ doubts = {}, questions = {}, notes = {} }, look({}, true, other))
  end)
end)

describe("trust.fault", function()
  local function fault(about)
    disk.use({ [FILE] = "x" }, { [FOLDER] = about })
    return trust.fault("", FOLDER)
  end

  it("is why a folder is not root's alone", function()
    assert.is_nil(fault {})
    assert.are.equal(FOLDER .. " belongs to user 501", fault { uid = 501 })
    assert.are.equal(FOLDER .. " can be written by others", fault { mode = OPEN })
    assert.are.equal(FOLDER .. " is a link", fault { link = { type = "link" } })
    assert.is_nil(trust.fault("", "/none"))
  end)

  it("takes a link that leads to a volume for the volume", function()
    disk.use({ [FILE] = "x" }, { ["/Volumes/Data"] = { link = { type = "link" } } })
    assert.is_nil(trust.fault("", "/Volumes/Data"))
    disk.use({ [FILE] = "x" }, { ["/Volumes/Data"] = { link = { type = "link" }, mode = OPEN } })
    assert.are.equal("/Volumes/Data can be written by others", trust.fault("", "/Volumes/Data"))
  end)

  it("takes what leads to a volume, or stands at the top or below /usr, as macOS links it; no link further on", function()
    for path, is_fault in pairs { ["/System/Volumes/Data"] = false, ["/Volumes/Data"] = false, ["/usr/local"] = false, ["/etc"] = false,
      ["/System/Volumes/Data/x"] = true, ["/Volumes/Data/x"] = true, ["/usr/local/x"] = true, ["/etc/x"] = true } do
      disk.use({ [path .. "/f"] = "x" }, { [path] = { link = { type = "link" } } })
      assert.are.equal(is_fault and path .. " is a link" or nil, trust.fault("", path), path)
    end
  end)

  it("finds something else in a folder's place", function()
    assert.is_nil(fault { type = "fifo" })
    assert.are.equal(FOLDER .. " is no folder", trust.folder_fault("", FOLDER))
    fault { link = { type = "link" } }
    assert.are.equal(FOLDER .. " is a link", trust.folder_fault("", FOLDER))
    fault { uid = 501 }
    assert.are.equal(FOLDER .. " belongs to user 501", trust.folder_fault("", FOLDER))
    assert.is_nil(trust.folder_fault("", "/none"))
  end)

  it("takes the user's own folders for root's in front of another root only", function()
    local real = package.loaded.lib_system
    package.loaded.lib_system = setmetatable({ uid = function() return 501 end }, { __index = real })
    disk.use({ ["/r/d/f"] = "x", ["/d/f"] = "x" }, { ["/r/d"] = { uid = 501 }, ["/d"] = { uid = 501 } })
    local there, here = trust.fault("/r", "/d"), trust.fault("", "/d")
    package.loaded.lib_system = real
    assert.are.same({ nil, "/d belongs to user 501" }, { there, here })
  end)
end)
