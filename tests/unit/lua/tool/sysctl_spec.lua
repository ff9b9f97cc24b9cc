-- Facts about the running kernel and system.

local answers = require "tests.unit.lua.support.answers"
local sysctl = require "tool.sysctl"

local RELEASE = "Darwin Kernel Version 24.6.0: Mon; root:xnu-11417.140.69~1/RELEASE_ARM64_T6041"

describe("sysctl.parse_banner", function()
  it("reads chip, kind and version", function()
    assert.are.same({ banner = RELEASE, chip = "t6041", kind = "release", xnu = "11417.140.69~1" },
      sysctl.parse_banner(RELEASE))
    local dev = sysctl.parse_banner "root:xnu_development-10002.1.13~1/DEVELOPMENT_ARM64_T6020"
    assert.are.same({ "t6020", "development", "10002.1.13~1" }, { dev.chip, dev.kind, dev.xnu })
    assert.are.equal("vmapple", sysctl.parse_banner("root:xnu-1.2/RELEASE_ARM64_VMAPPLE").chip)
  end)

  it("refuses what is no Apple silicon kernel", function()
    for _, banner in ipairs { "", "root:xnu-1.2/RELEASE_X86_64", "#1 SMP Debian", "root:xnu-1.2/RELEASE_ARM64",
      "RELEASE_ARM64_T6020" } do
      assert.are.same({ nil, "no Apple silicon kernel banner: " .. banner, "unknown" }, { sysctl.parse_banner(banner) })
    end
    assert.are.equal(232, #select(2, sysctl.parse_banner(("x"):rep(5000))))
  end)
end)

describe("sysctl.boot_time", function()
  local function boot_time(out)
    answers.use { ["/usr/sbin/sysctl -n kern.boottime"] = out }
    return sysctl.boot_time()
  end

  it("is in seconds since 1970", function()
    assert.are.equal(1700000000, (boot_time "{ sec = 1700000000, usec = 431807 } Tue Nov 14 22:13:20 2023\n"))
  end)

  it("is not known where it is not told", function()
    for _, out in ipairs { "", "0\n", "{ usec = 1 }\n" } do assert.is_nil((boot_time(out))) end
    assert.are.same({ nil, "/usr/sbin/sysctl: No such file or directory" }, { boot_time(false) })
  end)
end)

describe("sysctl", function()
  it("reads values without the line end", function()
    answers.use { ["/usr/sbin/sysctl -n kern.osbuildconfig"] = "development\n" }
    assert.are.equal("development", sysctl.read "kern.osbuildconfig")
    assert.are.equal("ENOENT", select(3, sysctl.read "kern.bootargs"))
    answers.use { ["/usr/sbin/sysctl -n kern.bootargs"] = "-v  x \r\n" }
    assert.are.equal("-v  x", sysctl.read "kern.bootargs")
  end)

  it("is quick on a value full of blanks", function()
    local began = os.clock()
    answers.use { ["/usr/sbin/sysctl -n x"] = (" "):rep(200000) .. "x" }
    assert.are.equal(200001, #sysctl.read "x")
    assert.is_true(os.clock() - began < 1)
  end)

  it("knows no product without version and build", function()
    for _, out in ipairs { "", "ProductVersion:\t\t15.6\n", "BuildVersion:\t\t24G84\n", "sw_vers: error\n" } do
      answers.use { ["/usr/bin/sw_vers"] = out }
      assert.are.same({ nil, "sw_vers did not tell version and build", "unknown" }, { sysctl.product() }, out)
    end
  end)

  it("reads the running kernel and product", function()
    answers.use { ["/usr/bin/uname -v"] = RELEASE .. "\n",
      ["/usr/bin/sw_vers"] = "ProductName:\t\tmacOS\nProductVersion:\t\t15.6\nBuildVersion:\t\t24G84\n" }
    assert.are.equal(RELEASE, sysctl.kernel().banner)
    assert.are.same({ version = "15.6", build = "24G84" }, sysctl.product())
    answers.use {}
    assert.are.same({ "ENOENT", "ENOENT" }, { (select(3, sysctl.kernel())), (select(3, sysctl.product())) })
  end)
end)
