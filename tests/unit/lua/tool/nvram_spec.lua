-- nvram: reading a variable in each of its forms, and the commands that write.

local answers = require "tests.unit.lua.support.answers"
local nvram = require "tool.nvram"
local samples = require "tests.unit.lua.support.samples"

local READ = "/usr/sbin/nvram -x boot-args"

local function reading(answer)
  answers.use { [READ] = answer }
  return nvram.read "boot-args"
end

describe("nvram.read", function()
  it("reads the recorded property lists", function()
    local count = 0
    for _, sample in ipairs(samples.matching "^nvram%-x") do
      count = count + 1
      assert.are.same({ value = sample.about.means, absent = false }, reading(sample.text), sample.name)
    end
    assert.are.equal(3, count)
  end)

  it("reads a line, should -x print one", function()
    assert.are.same({ value = "kcsuffix=development hypervisor=0x1 hv_apple_isa_vm_quota=0xFF", absent = false },
      reading(samples.read "nvramc-26.5.2/nvram-boot-args.txt"))
    assert.are.same({ value = "", absent = false }, reading(samples.read "nvramc-26.5.2/nvram-empty.txt"))
  end)

  it("takes the name with the system's namespace", function()
    assert.are.same({ value = "-v", absent = false },
      reading("<plist><dict><key>" .. nvram.SYSTEM_GUID .. ":boot-args</key><string>-v</string></dict></plist>"))
  end)

  it("calls a variable that does not exist absent, in both wordings", function()
    for _, name in ipairs { "nvram-missing", "nvram-missing-newer" } do
      assert.are.same({ value = "", absent = true },
        reading(answers.of("", 1, samples.read("nvramc-26.5.2/" .. name .. ".stderr.txt"))))
    end
  end)

  it("does not take another failure for absence", function()
    local seen, message, code = reading(answers.of("", 1, "nvram: no"))
    assert.is_nil(seen)
    assert.are.same({ READ .. " ended with status 1: nvram: no", "status" }, { message, code })
    assert.are.same({ nil, "/usr/sbin/nvram: No such file or directory", "ENOENT" }, { reading(false) })
  end)

  it("does not guess at strange output", function()
    for _, out in ipairs { "", "boot-args", "boot-args\t", "boot-args\t-v keepsy", "boot-args\t-v\n\n",
      "boot-argsX\t-v\n", "boot-args\t-v\nother\tx\n", "<plist><dict/></plist>",
      "<plist><string>x</string></plist>", "<plist><dict><key>boot-args</key><integer>1</integer></dict></plist>" } do
      assert.are.same({ nil, "nvram printed something unknown for boot-args", "unknown" }, { reading(out) }, out)
    end
  end)
end)

describe("nvram.get", function()
  it("is the value alone", function()
    reading "boot-args\t-v\n"
    assert.are.equal("-v", nvram.get "boot-args")
    reading(answers.of("", 1, "data was not found"))
    assert.are.equal("", nvram.get "boot-args")
    reading(false)
    assert.are.same({ nil, "/usr/sbin/nvram: No such file or directory", "ENOENT" }, { nvram.get "boot-args" })
  end)
end)

describe("nvram's commands", function()
  it("hand the value over byte for byte, under either name", function()
    local odd = " a=\"b c\"\t\\ 'x' \xFF="
    assert.are.same({ "/usr/sbin/nvram", "boot-args=" .. odd }, nvram.set("boot-args", odd).argv)
    assert.are.same({ "/usr/sbin/nvram", "40A0DDD2-77F8-4392-B4A3-1E7304206516:boot-args=" .. odd },
      nvram.set("boot-args", odd, { guid = true }).argv)
    assert.are.same({ "/usr/sbin/nvram", "-s" }, nvram.sync().argv)
    for _, command in ipairs { nvram.sync(), nvram.set("boot-args", "") } do
      assert.are.same({ "nvram", 60 }, { command.tool, command.seconds })
    end
  end)
end)
