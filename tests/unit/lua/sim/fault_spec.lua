-- Every fault on every tool it makes sense for: what is done, what is said, how the process ends.

local collection = require "sim.collection"
local fault = require "sim.fault"
local files = require "sim.files"
local mac = require "sim.mac"
local player = require "sim.player"

local calls = {
  csrutil = { "/usr/bin/csrutil", { "disable" } },
  bputil = { "/usr/bin/bputil", { "-nca" } },
  kmutil = { "/usr/bin/kmutil", { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc" } },
  nvram = { "/usr/sbin/nvram", { "boot-args=-v" } },
  diskutil = { "/usr/sbin/diskutil", { "unmount", "Preboot" } },
}

local function play(state, tool, answers)
  local port = files.memory { ["/kc"] = collection.make(state.collection) }
  return player.run(state, calls[tool][1], calls[tool][2], answers or player.person(state), port)
end

-- What the calls above change, in one line.
local function seen(state)
  local p = state.groups[1].policy
  local arguments = player.run(state, "/usr/sbin/nvram", { "boot-args" }).status == 0
  local preboot
  for _, volume in ipairs(state.volumes) do
    if volume.role == "Preboot" then preboot = volume.mount end
  end
  return table.concat({ p.mode, p.coih and "coih" or "-", tostring(p.sip0), tostring(p.sip2), tostring(p.sip3),
    arguments and "args" or "-", preboot or "-" }, " ")
end

local function untouched() return seen(mac.new()) end

local function done(tool)
  local state = mac.new()
  assert(play(state, tool).status == 0)
  return seen(state)
end

local expected = {
  ["fail-before"] = { after = untouched, fails = true },
  ["act-then-fail"] = { after = done, fails = true },
  lie = { after = untouched, status = 0 },
  hang = { after = untouched, how = "hang" },
  ["hang-after"] = { after = done, how = "hang" },
  ["half-line"] = { after = untouched, status = 1 },
  garbage = { after = untouched, status = 0 },
  ["unknown-question"] = { after = untouched, fails = true },
}

for tool in pairs(calls) do
  describe("a broken " .. tool, function()
    for how, want in pairs(expected) do
      it(how, function()
        local state = mac.new(nil, {}, { tool .. ":" .. how })
        local run = play(state, tool)
        assert.are.equal(want.after(tool), seen(state))
        assert.are.equal(want.how, run.how)
        if want.fails then assert.are_not.equal(0, run.status) else assert.are.equal(want.status, run.status) end
      end)
    end

    it("die-halfway", function()
      local state = mac.new(nil, {}, { tool .. ":die-halfway" })
      local run = play(state, tool)
      assert.are.equal("killed", run.how)
      assert.is_nil(run.status)
      assert.are_not.equal(untouched(), seen(state))
    end)
  end)
end

describe("faults", function()
  it("stop csrutil between the mode and the SIP bits", function()
    local state = mac.new(nil, {}, { "csrutil:die-halfway" })
    play(state, "csrutil")
    assert.are.equal("permissive", state.groups[1].policy.mode)
    assert.is_nil(state.groups[1].policy.sip0)
  end)

  it("stop kmutil with the object stored and not yet named in the policy", function()
    local state = mac.new(nil, {}, { "kmutil:die-halfway" })
    play(state, "kmutil")
    local policy = state.groups[1].policy
    assert.are.equal("permissive", policy.mode)
    assert.is_nil(policy.coih)
    assert.are.equal(1, #state.groups[1].objects[policy.nsih])
  end)

  it("print a megabyte and no newline at the end of half a line", function()
    local state = mac.new(nil, {}, { "bputil:garbage" })
    assert.is_true(#play(state, "bputil").out > 1000000)
    state = mac.new(nil, {}, { "bputil:half-line" })
    assert.are_not.equal("\n", play(state, "bputil").out:sub(-1))
  end)

  it("let an answer to the unknown question pass", function()
    local state = mac.new(nil, {}, { "csrutil:unknown-question" })
    local run = play(state, "csrutil", { "r", "y", "rehearsal" })
    assert.are.equal(0, run.status)
    assert.are.equal(0x7f, state.groups[1].policy.sip0)
  end)

  it("strike the Nth call alone", function()
    local state = mac.new(nil, {}, { "csrutil:fail-before:2" })
    local results = {}
    for i = 1, 3 do results[i] = play(state, "csrutil").status end
    assert.are.same({ 0, 1, 0 }, results)
    assert.are.equal(3, state.calls.csrutil.change)
  end)

  it("break reading without counting it as a change", function()
    for how, status in pairs { ["garbage-read"] = 0, ["fail-read"] = 1 } do
      local state = mac.new(nil, {}, { "bputil:" .. how .. ":1" })
      local first = player.run(state, "/usr/bin/bputil", { "-d", "-v", state.default })
      assert.are.equal(status, first.status)
      assert.falsy(first.out:find("OS environment", 1, true))
      local second = player.run(state, "/usr/bin/bputil", { "-d", "-v", state.default })
      assert.truthy(second.out:find("OS environment", 1, true))
      assert.are.same({ change = 0, read = 2 }, state.calls.bputil)
    end
    local state = mac.new(nil, {}, { "nvram:hang-read" })
    assert.are.equal("hang", player.run(state, "/usr/sbin/nvram", { "-p" }).how)
  end)

  it("are refused by name when unknown", function()
    for _, text in ipairs { "csrutil", "csrutil:", ":lie", "sudo:lie", "csrutil:explode", "csrutil:lie:x", "a:b:c:d" } do
      local found, message, code = fault.parse(text)
      assert.is_nil(found)
      assert.are.equal("string", type(message))
      assert.are.equal("unknown", code)
    end
    assert.are.same({ tool = "nvram", how = "lie", nth = 3 }, fault.parse("nvram:lie:3"))
    assert.is_nil((mac.new(nil, {}, { "csrutil:explode" })))
    assert.is_nil((mac.new("m9")))
    assert.is_nil((mac.new(nil, { "on-fire" })))
  end)
end)
