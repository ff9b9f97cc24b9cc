-- nvram on a simulated Mac: limits by release, bytes that are no UTF-8, per cent signs, words that get lost; and the two
-- small tools that say how the Mac is powered and connected.

local boot = require "sim.boot"
local catalogue = require "sim.catalogue"
local mac = require "sim.mac"
local player = require "sim.player"
local plist = require "base.plist"

local NVRAM = "/usr/sbin/nvram"

local function run(state, path, ...) return player.run(state, path, { ... }, {}) end

local function nvram(state, ...) return run(state, NVRAM, ...) end

local function shown(state) return nvram(state, "boot-args").out end

describe("boot-args", function()
  it("may have 607 bytes before macOS 14, and 1023 from then on", function()
    for _, name in ipairs(catalogue.names()) do
      local state = mac.new(name, { "already-permissive", "macos" })
      local limit = name == "m1-12.6" and 607 or 1023
      assert.are.equal(0, nvram(state, "boot-args=" .. ("x"):rep(limit)).status)
      local said = nvram(state, "boot-args=" .. ("y"):rep(limit + 1))
      local prefix = state.wording.nvram_error == "prefixed" and "nvram: " or ""
      assert.are.same({ 1, prefix .. "Error setting variable - 'boot-args': (iokit/common) no space for data.\n" },
        { said.status, said.err })
      assert.are.equal(#"boot-args\t\n" + limit, #shown(state))
    end
  end)

  it("count bytes, not characters", function()
    local state = mac.new("m1-12.6")
    assert.are.equal(0, nvram(state, "boot-args=" .. ("é"):rep(303)).status)
    assert.are.equal(1, nvram(state, "boot-args=" .. ("é"):rep(304)).status)
  end)

  it("cannot be set to what is no UTF-8, and say so in two ways", function()
    local state = mac.new()
    assert.are.equal("nvram: Error setting variable - 'boot-args': (iokit/common) invalid argument.\n",
      nvram(state, "boot-args=a\xE9").err)
    nvram(state, "boot-args=-v")
    local said = nvram(state, "boot-args=a\xE9")
    assert.are.same({ 1, "nvram: Error creating CFTypeRef for value a\xE9\n" }, { said.status, said.err })
    assert.are.equal("boot-args\t-v\n", shown(state))
  end)

  it("that are no UTF-8 are shown as MacRoman, and given to the kernel as they are", function()
    local state = mac.new(nil, { "already-permissive", "boot-args-not-utf8", "macos" })
    assert.are.equal("boot-args\t-v note=cafÈ\n", shown(state))
    assert.are.equal("-v note=cafÈ", plist.parse(nvram(state, "-x", "boot-args").out)["boot-args"])
    assert.are.equal("-v note=caf\xE9\n", run(state, "/usr/sbin/sysctl", "-n", "kern.bootargs").out)
    nvram(state, "boot-args=-v note=cafÈ")
    boot.next(state, {})
    assert.are.equal("-v note=cafÈ\n", run(state, "/usr/sbin/sysctl", "-n", "kern.bootargs").out)
  end)

  it("lose a word of others while they are set", function()
    local state = mac.new(nil, { "nvram-loses-word", "boot-args-set" })
    local before = shown(state):match("\t(.*)\n$")
    assert.are.equal(0, nvram(state, "boot-args=" .. before .. " ours=1").status)
    assert.are.equal("boot-args\t" .. before:gsub("^%-v ", "") .. " ours=1\n", shown(state))
    state = mac.new(nil, { "nvram-loses-word" })
    nvram(state, "boot-args=ours=1")
    assert.are.equal("boot-args\tours=1\n", shown(state))
  end)

  it("leave no room where they are full, on every release", function()
    for _, name in ipairs(catalogue.names()) do
      local state = mac.new(name, { "boot-args-full" })
      assert.are.equal(#"boot-args\t\n" + (name == "m1-12.6" and 591 or 1007), #shown(state))
    end
  end)
end)

describe("other variables", function()
  it("become strings when a % in them says nothing", function()
    local state = mac.new()
    assert.are.equal(0, nvram(state, "thing=50%zz").status)
    assert.are.equal("thing\t50%zz\n", nvram(state, "thing").out)
    assert.truthy(nvram(state, "-x", "thing").out:find("<string>50%zz</string>", 1, true))
    assert.are.equal(0, nvram(state, "other=a%41").status)
    assert.are.equal("nvram: Error creating CFTypeRef for value 50%zz\n", nvram(state, "other=50%zz").err)
    assert.are.equal("other\taA\n", nvram(state, "other").out)
  end)
end)

describe("pmset -g batt", function()
  it("tells mains and battery", function()
    local function told(name, ...) return run(mac.new(name, { ... }), "/usr/bin/pmset", "-g", "batt").out end
    assert.are.equal("Now drawing from 'AC Power'\n", told "m4-26")
    assert.are.equal("Now drawing from 'AC Power'\n", told("m4-26", "on-battery"))
    assert.are.equal("Now drawing from 'AC Power'\n -InternalBattery-0 (id=22806627)\t100%; charged; 0:00 remaining present: "
      .. "true\n", told "m2pro-14.0")
    assert.are.equal("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=22806627)\t64%; discharging; 5:20 remaining "
      .. "present: true\n", told("m5-26.6", "on-battery"))
    assert.are.equal("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=22806627)\t6%; discharging; 0:30 remaining "
      .. "present: true\n", told("m2-15", "battery-low"))
  end)
end)

describe("route -n get default", function()
  it("tells the way out, or warns that there is none", function()
    local function ask(...) return run(mac.new(nil, { ... }), "/sbin/route", "-n", "get", "default") end
    assert.truthy(ask().out:find("    gateway: 192.168.1.1\n  interface: en0\n", 1, true))
    assert.are.equal(ask().out, ask("offline").out)
    local said = ask("no-route")
    assert.are.same({ 0, "", "route: writing to routing socket: not in table\n" }, { said.status, said.out, said.err })
  end)
end)
