-- A Mac is recorded, made from its record, and recorded again: both records say the same.

local likeness = require "command.record_likeness"
local mac = require "sim.mac"
local mac_record = require "mac.record"
local recorder = require "tests.unit.lua.support.recorder"
local like = require "command.rehearse_like"

local function made_from(text, options)
  local found = assert(mac_record.read(text))
  return assert(like.make(assert(likeness.describe(found)), options or {}))
end

-- A record's text with an owner's short name replaced, and summed anew.
local function mac_record_text(text, from, to)
  local found = assert(mac_record.read(text))
  for _, fact in ipairs(found.facts) do
    if fact.name == "owner" and fact[2] == from then fact[2] = to end
  end
  return require("base.record_text").write(found)
end

-- The lines in which two texts differ.
local function differences(one, other)
  local lines, list = {}, {}
  for line in other:gmatch("[^\n]+") do lines[line] = true end
  for line in one:gmatch("[^\n]+") do
    if not lines[line] then list[#list + 1] = line end
  end
  return table.concat(list, "\n")
end

local CIRCUMSTANCES = {
  {}, { "macos" }, { "unpaired" }, { "ordinary-recovery" }, { "filevault-locked" }, { "names-with-accents" }, { "data-named-data" },
  { "several-owners" }, { "boot-args-set" }, { "boot-args-full" }, { "already-permissive" }, { "partial-sip" }, { "mdm-allowed" },
  { "reduced-with-kexts" }, { "custom-kernel-installed" }, { "filevault-off" }, { "research-guests" }, { "linux-stub" },
  { "linux-stub-with-version" }, { "two-of-one-name" }, { "guest" }, { "macos", "managed", "update-staged", "kit-installed" },
  { "wrong-chip-collection" }, { "preboot-unmounted" }, { "data-unmounted" }, { "preboot-read-only" },
  { "ownership-ignored" }, { "ownership-untold" }, { "on-battery" }, { "sealed-volume-off" },
  { "macos", "already-permissive", "boot-args-set" }, { "macos", "linux-stub" },
}

local DEEP = os.getenv "DEEP"

-- Each Mac plays its share of the circumstances; with DEEP=1 each plays all.
local function share(number, of)
  if DEEP then return CIRCUMSTANCES end
  local list = {}
  for index = number, #CIRCUMSTANCES, of do list[#list + 1] = CIRCUMSTANCES[index] end
  return list
end

local function compare(name, circumstances)
  local _, first = recorder.record(assert(mac.new(name, circumstances)))
  local _, second = recorder.record(made_from(first))
  local what = name .. " " .. table.concat(circumstances, " ")
  assert.are.equal("", differences(first:gsub("\nend .*", ""), second), what)
  assert.are.equal("", differences(second:gsub("\nend .*", ""), first), what)
end

describe("a Mac made from its record", function()
  local names = require("sim.catalogue").names()
  for number, name in ipairs(names) do
    it("is recorded as before: " .. name, function()
      for _, circumstances in ipairs(share(number, #names)) do compare(name, circumstances) end
    end)
  end

  it("has no name that could steer a terminal, whoever made the record", function()
    local hostile = assert(mac.new("m4-26", { "hostile-name" }))
    assert.truthy(hostile.groups[1].name:find "%c")
    local _, text = recorder.record(hostile)
    local made = made_from(text)
    for _, named in ipairs { made.groups, made.volumes } do
      for _, each in ipairs(named) do
        assert.are.equal(require("base.text").printable(each.name), each.name)
        assert.is_nil(each.name:find "%c")
      end
    end
    local owner = made_from((mac_record_text(text, "ada", "a\27b"))).owner
    assert.are.equal("a?b", owner.short)
  end)

  it("has a fitting collection where none was staged", function()
    local found = recorder.record(assert(mac.new("m4-26", { "no-collection" })))
    assert.are.same({}, mac_record.facts(found, "collection"))
    assert.are.equal("T8132", made_from(require("base.record_text").write(found)).collection.soc)
  end)
end)
