-- hdiutil: an image is mounted read-only, unseen, in a folder of ours.

local hdiutil = require "tool.hdiutil"

describe("hdiutil's commands", function()
  it("mount read-only and out of sight", function()
    assert.are.same({ argv = { "/usr/bin/hdiutil", "attach", "-readonly", "-nobrowse", "-mountpoint", "/w/mount", "/w/My Kit.dmg" },
      tool = "hdiutil", slow = true, seconds = 1800 }, hdiutil.attach("/w/My Kit.dmg", "/w/mount"))
  end)

  it("unmount the folder", function()
    assert.are.same({ argv = { "/usr/bin/hdiutil", "detach", "/w/mount" }, tool = "hdiutil", seconds = 120 }, hdiutil.detach "/w/mount")
  end)
end)
