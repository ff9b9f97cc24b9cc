-- csrutil: its command and the three forms of its status.

local answers = require "tests.unit.lua.support.answers"
local csrutil = require "tool.csrutil"
local random = require "tests.unit.lua.support.random"
local samples = require "tests.unit.lua.support.samples"

describe("csrutil.disable", function()
  it("names the system for the menu and the question", function()
    local command = csrutil.disable "Macintosh HD"
    assert.are.same({ "/usr/bin/csrutil", "disable" }, command.argv)
    assert.are.same({ "csrutil", true, "Macintosh HD", "y", 4 },
      { command.tool, command.interactive, command.os_name, command.yes_no, #command.prompts })
  end)
end)

describe("csrutil.enable", function()
  it("is the whole of SIP, asked for as disable asks", function()
    local command = csrutil.enable "Macintosh HD"
    assert.are.same({ "/usr/bin/csrutil", "enable" }, command.argv)
    assert.are.same({ "y", "Macintosh HD", true }, { command.yes_no, command.os_name, command.interactive })
  end)
end)

describe("csrutil.enable_without", function()
  local function line(...) return table.concat(csrutil.enable_without(...).argv, " ") end

  it("names the part of each bit, and none for the others", function()
    for bits, part in pairs { [0x1] = "kext", [0x2] = "fs", [0x4] = "debug", [0x20] = "dtrace", [0x40] = "nvram",
      [0x100] = "basesystem" } do
      assert.are.equal("/usr/bin/csrutil enable --without " .. part, line(bits, "HD", "14.0"))
    end
    for _, bits in ipairs { 0, 0x8, 0x10, 0x80, 0x200, 0x1000 } do
      assert.are.equal("/usr/bin/csrutil enable", line(bits, "HD", nil))
    end
  end)

  it("names the parts that are left open, in csrutil's order", function()
    assert.are.equal("/usr/bin/csrutil enable --without fs --without debug --without nvram", line(0x46, "HD", "14.0"))
    assert.are.equal("/usr/bin/csrutil enable --without kext --without fs --without debug --without dtrace --without nvram "
      .. "--without basesystem", line(0x1FF, "HD", "14.0"))
    for _, release in ipairs { "13.6", "120.1", "26.0", "112.0" } do
      assert.are.equal("/usr/bin/csrutil enable --without kext", line(0x1, "HD", release), release)
    end
  end)

  it("names the parts that stay on for macOS 12", function()
    for _, release in ipairs { "12", "12.7.6" } do
      assert.are.equal("/usr/bin/csrutil disable --with kext --with debug --with dtrace --with basesystem",
        line(0x42, "HD", release), release)
    end
  end)

  it("asks like csrutil disable does", function()
    local command = csrutil.enable_without(0x2, "Macintosh HD", "14.0")
    assert.are.same({ "csrutil", true, "Macintosh HD", "y", 4 },
      { command.tool, command.interactive, command.os_name, command.yes_no, #command.prompts })
  end)
end)

describe("csrutil.parse_status", function()
  it("reads the three forms as they were recorded", function()
    local count = 0
    for _, sample in ipairs(samples.matching "^csrutil%-status") do
      count = count + 1
      assert.are.equal(sample.about.means, assert(csrutil.parse_status(sample.text)).state, sample.name)
    end
    assert.are.equal(4, count)
  end)

  it("lists the parts of a custom configuration", function()
    local status = csrutil.parse_status(samples.read "s30840096530-13/csrutil-status-custom.txt")
    assert.are.same({ ["Apple Internal"] = false, ["Kext Signing"] = true, ["Filesystem Protections"] = true,
      ["Debugging Restrictions"] = true, ["DTrace Restrictions"] = true, ["NVRAM Protections"] = false,
      ["BaseSystem Verification"] = true, ["Boot-arg Restrictions"] = false, ["Kernel Integrity Protections"] = true,
      ["Authenticated Root Requirement"] = true }, status.parts)
    assert.are.same({}, csrutil.parse_status("System Integrity Protection status: enabled.\n").parts)
    assert.are.equal("disabled", csrutil.parse_status(("System Integrity Protection status: disabled.\n"):rep(2)).state)
  end)

  it("refuses what it does not know", function()
    local unknown = { nil, "csrutil status printed something unknown", "unknown" }
    for _, out in ipairs { "", "System Integrity Protection status: unknown.", "System Integrity Protection status: enabled",
      "System Integrity Protection status:enabled.", "System Integrity Protection status: enabled. Not.",
      "System Integrity Protection status: unknown1 (Custom Configuration).\n\tKext Signing: enabled",
      "System Integrity Protection status: unknown.\n(Custom Configuration)\n\tKext Signing: enabled",
      "System Integrity Protection status: enabled.\nSystem Integrity Protection status: disabled.\n",
      "System Integrity Protection status: disabled.\nSystem Integrity Protection status:\n",
      "System Integrity Protection status: partly.",
      "Authenticated Root status: enabled", "System Integrity Protection is off.", "status: enabled",
      samples.read "s52397283462-15/csrutil-menu.txt" } do
      assert.are.same(unknown, { csrutil.parse_status(out) }, out)
    end
    local custom = "System Integrity Protection status: unknown (Custom Configuration).\n"
    assert.are.same({ nil, "csrutil status named a custom configuration and listed none", "unknown" },
      { csrutil.parse_status(custom) })
    assert.are.same({ nil, "csrutil status printed an unknown word for Kext Signing", "unknown" },
      { csrutil.parse_status(custom .. "\nConfiguration:\n\tKext Signing: maybe\n") })
  end)

  it("never throws and never calls SIP what it is not called", function()
    local r = random.new(41)
    local originals = samples.matching "^csrutil%-status"
    for round = 1, 3000 do
      local text = r.mutated(r.pick(originals).text)
      local fine, status = pcall(csrutil.parse_status, text)
      if not fine then error(("round %d threw: %s"):format(round, tostring(status))) end
      local word = status and (status.state == "custom" and "unknown" or status.state)
      if word and not text:find("status: " .. word, 1, true) then error(text) end
    end
  end)
end)

describe("csrutil.status", function()
  it("asks csrutil, and hands on why it has no answer", function()
    answers.use { ["/usr/bin/csrutil status"] = "System Integrity Protection status: disabled.\n" }
    assert.are.equal("disabled", csrutil.status().state)
    answers.use { ["/usr/bin/csrutil status"] = answers.of("menu\n", 1) }
    local status, message, code = csrutil.status()
    assert.is_nil(status)
    assert.are.same({ "/usr/bin/csrutil status ended with status 1: menu", "status" }, { message, code })
  end)
end)

describe("the parts of SIP", function()
  it("have names, each with its bit", function()
    assert.are.same({ "kext", "fs", "debug", "dtrace", "nvram", "basesystem" }, csrutil.part_names())
    assert.are.equal(0x167, csrutil.bits())
    assert.are.equal(0, csrutil.bits {})
    assert.are.equal(0x42, csrutil.bits { "nvram", "fs", "fs" })
    assert.are.equal(0, csrutil.bits { "everything" })
  end)
end)

describe("csrutil.research_guests", function()
  it("allows them, or not, by a command that asks", function()
    for word, allowed in pairs { enable = true, disable = false } do
      local command = csrutil.research_guests(allowed, "HD")
      assert.are.same({ "/usr/bin/csrutil", "allow-research-guests", word }, command.argv)
      assert.are.same({ "csrutil", "HD", "y" }, { command.tool, command.os_name, command.yes_no })
    end
  end)
end)
