-- bputil: its commands, and reading one group's policy from text and JSON together.

local answers = require "tests.unit.lua.support.answers"
local bputil = require "tool.bputil"
local json = require "dkjson"
local policies = require "tests.unit.lua.support.policies"

local GROUP = policies.GROUP
local TEXT = "/usr/bin/bputil -d -v " .. GROUP
local JSON = "/usr/bin/bputil -d -j -v " .. GROUP

local function as_json(changes)
  return "Operating on Volume Group UUID " .. GROUP .. "\n" .. json.encode(policies.object(changes))
end

describe("bputil's commands", function()
  it("always name the group", function()
    assert.are.same({ "/usr/bin/bputil", "--disable-boot-args-restriction", "-v", GROUP },
      bputil.allow_boot_args(GROUP).argv)
    assert.are.same({ "/usr/bin/bputil", "--full-security", "-v", GROUP }, bputil.full(GROUP).argv)
    assert.are.same({ "/usr/bin/bputil", "-g", "-v", GROUP }, bputil.reduced(GROUP).argv)
    assert.are.same({ "/usr/bin/bputil", "-n", "-v", GROUP }, bputil.permissive(GROUP).argv)
    for _, command in ipairs { bputil.full(GROUP), bputil.reduced(GROUP) } do
      assert.are.same({ "bputil", true, "y", 3 }, { command.tool, command.interactive, command.yes_no, #command.prompts })
    end
  end)

  it("carry over what the kept policy relaxes, and the seal only where that is said", function()
    local keep = policies.summary { ctrr = "off", boot_args_filter = "off", kexts = true, mdm = true, ssv = "off" }
    assert.are.equal("-ncakm", bputil.permissive(GROUP, keep).argv[2])
    assert.are.equal("-ncakms", bputil.permissive(GROUP, keep, true).argv[2])
    assert.are.equal("-nakms", bputil.allow_boot_args(GROUP, keep).argv[2])
    assert.are.equal("--disable-boot-args-restriction", bputil.allow_boot_args(GROUP, policies.summary { ctrr = "off" }).argv[2])
    assert.are.equal("-gkm", bputil.reduced(GROUP, keep).argv[2])
    for flags, now in pairs { ["-k"] = {}, ["-km"] = { mode = "reduced", mdm = true }, ["-nk"] = { mode = "permissive" },
      ["-ncakm"] = { mode = "permissive", ctrr = "off", boot_args_filter = "off", mdm = true } } do
      assert.are.equal(flags, bputil.allow_kexts(GROUP, policies.summary(now)).argv[2])
    end
    assert.are.equal("-n", bputil.permissive(GROUP, policies.summary()).argv[2])
    assert.are.equal("-na", bputil.permissive(GROUP, policies.summary { boot_args_filter = "off" }).argv[2])
  end)
end)

describe("bputil.read", function()
  before_each(bputil.forget)

  it("takes text and JSON that agree", function()
    local asked = answers.use { [TEXT] = policies.text(), [JSON] = as_json() }
    assert.are.equal("full", bputil.read(GROUP).mode)
    assert.are.same({ TEXT, JSON }, asked)
  end)

  it("refuses two that contradict each other", function()
    answers.use { [TEXT] = policies.text(), [JSON] = as_json { sip3 = true } }
    assert.are.same({ nil, "bputil contradicts itself about boot_args_filter: text on, JSON off", "contradiction" },
      { bputil.read(GROUP) })
  end)

  it("refuses JSON that is not what the text is about", function()
    for kind, changes in pairs { contradiction = { smb0 = true }, incomplete = { sip1 = "none" } } do
      answers.use { [TEXT] = policies.text(), [JSON] = as_json(changes) }
      assert.are.same({ nil, "bputil -j is not what bputil prints as text", kind }, { bputil.read(GROUP) })
    end
  end)

  it("lives with the text where there is no JSON, and asks for it once only", function()
    local asked = answers.use { [TEXT] = policies.text(), [JSON] = answers.of("", 64, "bputil: illegal option -- j") }
    assert.are.equal("full", bputil.read(GROUP).mode)
    require("tool.probe").forget()
    assert.are.equal("full", bputil.read(GROUP).mode)
    assert.are.same({ TEXT, JSON, TEXT }, asked)
    bputil.forget()
    require("tool.probe").forget()
    bputil.read(GROUP)
    assert.are.equal(JSON, asked[5])
  end)

  it("does not take a policy that cannot be had for JSON refused", function()
    for _, said in ipairs { { "Can't get local policy\n", "" }, { "", "bputil: Can't get local policy\n" } } do
      bputil.forget()
      local asked = answers.use { [TEXT] = policies.text(), [JSON] = answers.of(said[1], 1, said[2]) }
      bputil.read(GROUP)
      require("tool.probe").forget()
      bputil.read(GROUP)
      assert.are.same({ TEXT, JSON, TEXT, JSON }, asked)
    end
  end)

  it("finds the object with and without a line before it", function()
    for _, before in ipairs { "", "\n", "Operating on Volume Group UUID x\n" } do
      answers.use { [TEXT] = policies.text(), [JSON] = before .. json.encode(policies.object()) }
      assert.are.equal("full", bputil.read(GROUP).mode)
      answers.use { [TEXT] = policies.text(), [JSON] = before .. json.encode(policies.object { sip3 = true }) }
      assert.are.equal("bputil contradicts itself about boot_args_filter: text on, JSON off", select(2, bputil.read(GROUP)))
    end
  end)

  it("asks for JSON until it is refused", function()
    package.loaded["tool.bputil"] = nil
    local asked = answers.use { [TEXT] = policies.text(), [JSON] = as_json() }
    require("tool.bputil").read(GROUP)
    assert.are.same({ TEXT, JSON }, asked)
    package.loaded["tool.bputil"] = bputil
  end)

  it("asks for JSON again after a failure that is none of its own", function()
    for _, failed in ipairs { answers.of("", 1, "Can't get local policy"), answers.of("Can't get local policy", 1), false,
      { signal = 9, stdout = "", stderr = "" } } do
      local asked = answers.use { [TEXT] = policies.text(), [JSON] = failed }
      assert.are.equal("full", bputil.read(GROUP).mode)
      require("tool.probe").forget()
      bputil.read(GROUP)
      assert.are.same({ TEXT, JSON, TEXT, JSON }, asked)
    end
  end)

  it("lives with the text where -j prints none", function()
    answers.use { [TEXT] = policies.text(), [JSON] = policies.text() }
    assert.are.equal("full", bputil.read(GROUP).mode)
  end)

  it("hands on why there is no policy", function()
    local asked = answers.use { [TEXT] = answers.of("", 1, "The tool requires running as root"), [JSON] = as_json() }
    local policy, message, code = bputil.read(GROUP)
    assert.is_nil(policy)
    assert.are.same({ TEXT .. " ended with status 1: The tool requires running as root", "status" }, { message, code })
    assert.are.same({ TEXT }, asked)
    answers.use {}
    assert.are.same({ nil, "/usr/bin/bputil: No such file or directory", "ENOENT" }, { bputil.read(GROUP) })
    answers.use { [TEXT] = policies.text { sip = false } }
    assert.are.same({ nil, "bputil shows no row for sip", "incomplete" }, { bputil.read(GROUP) })
  end)
end)
