-- kmutil's commands: always the System volume's mount point, never another option.

local kmutil = require "tool.kmutil"

describe("kmutil", function()
  it("registers a collection", function()
    local command = kmutil.install("/Volumes/Macintosh HD", "/Volumes/Data/VirtualMachine.kc")
    assert.are.same({ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD", "--custom-boot-object",
      "/Volumes/Data/VirtualMachine.kc" }, command.argv)
    assert.are.same({ "kmutil", true, true, "y", 3 },
      { command.tool, command.interactive, command.slow, command.yes_no, #command.prompts })
  end)

  it("forgets it", function()
    assert.are.same({ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD" },
      kmutil.clear("/Volumes/Macintosh HD").argv)
  end)
end)
