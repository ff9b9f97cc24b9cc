-- What is wrong with a Data volume that cannot be used, and the command for it.

local data_volume = require "mac.data_volume"

local function trouble(data) return { data_volume.trouble { group = { data = data } } } end

describe("the trouble with Data", function()
  it("is none where it is mounted", function() assert.are.same({}, trouble { mount = "/Volumes/Data", locked = false }) end)

  it("is that it is locked, or only not mounted, or that nobody knows which", function()
    assert.are.same({ "the Data volume Data is not mounted: FileVault keeps it locked", "diskutil apfs unlockVolume disk3s5" },
      trouble { name = "Data", device = "disk3s5", locked = true })
    assert.are.same({ "the Data volume Data is not mounted", "diskutil mount disk3s5" },
      trouble { name = "Data", device = "disk3s5", locked = false })
    assert.are.same({ "the Data volume disk3s5 is not mounted: FileVault keeps it locked, or it was never mounted",
      "diskutil apfs unlockVolume disk3s5 (or, without FileVault: diskutil mount disk3s5)" }, trouble { device = "disk3s5" })
    assert.are.equal("the Data volume is not mounted", trouble({ locked = false })[1])
  end)

  it("is that there is none", function()
    local none = { "the Data volume is not known", "diskutil apfs listVolumeGroups", true }
    assert.are.same(none, trouble(nil))
    assert.are.same(none, { data_volume.trouble {} })
  end)
end)
