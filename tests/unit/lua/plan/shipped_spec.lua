-- What the steps of apply and revert say of themselves: what was seen, what comes after them, and so their ways back.

local answer = require "plan.answer"
local files = require "lib_file"
local load = require "plan.load"
local overview = require "screen.overview"
local policies = require "tests.unit.lua.support.policies"

local WORDS = { "a=1" }

local function shipped(name)
  local chunk = "scripts/" .. name .. ".lua"
  return assert(load.load(assert(files.read(chunk)), chunk, files.sha256_text, files.read)).index
end

local apply, revert = shipped "apply", shipped "revert"

-- The ways back of one step as the overview tells them, from a state before it.
local function ways(step, seen, c)
  c.words, c.group, c.system_volume, c.volume_name = WORDS, policies.GROUP, "/Volumes/HD", "HD"
  local entry = overview.steps({ { step = step, verdict = "todo", seen = seen } }, c)[1]
  local list = {}
  for index, way in ipairs(entry.undo) do list[index] = way.leaves end
  return table.concat(list, "; ")
end

describe("a policy step", function()
  it("tells a policy", function()
    for _, step in ipairs { apply.sip, apply["boot-args-filter"], apply.kernel, revert.policy } do
      assert.are.equal("Full Security, SIP on, boot-args filter on, Apple's kernel", answer.text(step, policies.summary()))
    end
  end)

  it("has the ways back from the policy that it makes", function()
    local full = "full security, Apple's kernel; reduced security, Apple's kernel, SIP on; Apple's kernel; the rest stays as it is then: "
      .. "Permissive Security, SIP "
    for name, sip in pairs { sip = "off (7f)", ["boot-args-filter"] = "on", kernel = "off (7f)" } do
      assert.are.equal(full .. sip, ways(apply[name], policies.summary(), {}))
    end
    local permissive = policies.summary { mode = "permissive", sip = "7f" }
    local function rebuilt(sip, left)
      return ("permissive security, SIP %s, Apple's kernel; Apple's kernel; "
        .. "the rest stays as it is then: Permissive Security, SIP %s"):format(
        sip, left)
    end
    assert.are.equal(rebuilt("off (7f)", "on"), ways(apply["boot-args-filter"], permissive, {}))
    assert.are.equal("Apple's kernel, all else of the policy as recorded; " .. rebuilt("off (7f)", "off (7f)"),
      ways(apply.kernel, permissive, {}))
    local unsafe = policies.summary { mode = "permissive" }
    assert.are.equal(rebuilt("on", "off (7f)"), ways(apply.sip, unsafe, {}))
    assert.are.equal(rebuilt("on", "off (7f)"), ways(apply.kernel, unsafe, {}))
  end)

  it("says nothing new of what it cannot see", function()
    assert.are.equal("", ways(apply.sip, nil, {}))
  end)
end)

describe("a boot-args step", function()
  it("tells boot-args", function()
    for _, step in ipairs { apply["boot-args"], revert["boot-args"] } do
      assert.are.equal("boot-args are empty", answer.text(step, { value = "" }))
      assert.are.equal('boot-args "-v"', answer.text(step, { value = "-v" }))
    end
  end)

  it("has a way back where it changes something, and none where not", function()
    for _, name in ipairs { "boot-args", "booted" } do
      assert.are.equal("boot-args without our words", ways(apply[name], { value = "-v" }, {}))
      assert.are.equal("", ways(apply[name], { value = "-v a=1" }, {}))
    end
  end)
end)

describe("the last step of apply", function()
  it("tells what was booted", function()
    assert.are.equal('development kernel, hypervisor on, boot-args in force "-v"',
      answer.text(apply.booted, { kernel = "development", hypervisor = "1", in_force = "-v", value = "x" }))
    assert.are.equal('release kernel, hypervisor off, no boot-args in force',
      answer.text(apply.booted, { kernel = "release", hypervisor = "0", in_force = "", value = "" }))
  end)

  it("says what it waits for", function()
    assert.are.equal("The development kernel or its boot arguments are not in force yet.", apply.booted.waits_for)
  end)
end)
