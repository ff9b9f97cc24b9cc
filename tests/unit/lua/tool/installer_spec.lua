-- installer: a package goes onto the running system's volume, nowhere else.

local installer = require "tool.installer"

describe("installer.install", function()
  it("names the package and the running system", function()
    assert.are.same({ argv = { "/usr/sbin/installer", "-pkg", "/w/mount/Kernel Debug Kit.pkg", "-target", "/" }, tool = "installer",
      slow = true, seconds = 3600 }, installer.install "/w/mount/Kernel Debug Kit.pkg")
  end)
end)
