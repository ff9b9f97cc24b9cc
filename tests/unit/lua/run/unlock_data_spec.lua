-- The offer to unlock Data: to whom it is made, and that the door's intent lies where it can be written.

local files = require "lib_file"
local read_only = require "tests.unit.lua.support.read_only"
local screen = require "tests.unit.lua.support.screen"
local targets = require "tests.unit.lua.support.target"
local typist = require "tests.unit.lua.support.typist"
local unlock_data = require "run.unlock_data"

local root, kept, started, events
before_each(function()
  root, kept, started, events = assert(files.make_scratch()), package.loaded.lib_door or false, {}, {}
end)
after_each(function()
  package.loaded.lib_door = kept or nil
  screen.restore()
  files.remove_tree(root)
end)

local function door(outcome)
  package.loaded.lib_door = { act = function(journal, argv)
    started[#started + 1] = table.concat(argv, " ")
    local records = assert(require("lib_journal").read(root .. "/private/var/run/vmq-recovery/journal", 1))
    assert.are.same({ 2, true }, { #records, journal:path():find("0001.journal", 1, true) ~= nil })
    local intent = require("base.json").decode(records[2])
    assert.are.same({ "intent", "unlock", 1, 1, argv }, { intent.type, intent.step, intent.part, intent.parts,
      { table.unpack(intent.argv) } })
    return outcome, not outcome and "it is not there" or nil
  end }
end

local CREDENTIALS = { person = true, offer_to_remember = function() end, at_prompts = function() return {} end,
  sources = function() return {} end,
  remember = function() end, forget_refused = function() end }

local function offer(lines, more, data)
  local _, prompts = typist.use(80, lines)
  local invocation = { command = "apply", options = {}, person = true, rehearsal = {}, dry_run = false,
    view = { emit = function(event) events[#events + 1] = event end, after_tool = function() end } }
  for name, value in pairs(more or {}) do invocation[name] = value end
  local group = { data = data or { device = "disk3s5", name = "Data", locked = true } }
  if data == targets.NONE then group.data = targets.NONE end
  return unlock_data.offer(invocation, read_only(targets.recovery { root = root, group = group }), CREDENTIALS), prompts
end

local function said() return table.concat(events[#events].lines, "\n") end

describe("the offer to unlock Data", function()
  it("starts diskutil, through the door, once the person agrees", function()
    door { exit = 0 }
    local tried, prompts = offer { "y" }
    assert.are.same({ true, { "/usr/sbin/diskutil apfs unlockVolume disk3s5" },
      { "Run `diskutil apfs unlockVolume disk3s5` now? It asks for a passphrase. [y/n] " } }, { tried, started, prompts })
    assert.are.equal("The Data volume Data is locked, and journal and kernel collection are on it.", events[1].lines[1])
    assert.are.equal(0, select(2, said():gsub("not unlocked", "")))
  end)

  it("calls it locked only where that is known", function()
    door { exit = 0 }
    offer({ "y" }, nil, { device = "disk3s5", name = "Data" })
    assert.are.equal("The Data volume Data is not mounted, which FileVault may be the cause of, and journal and kernel "
      .. "collection are on it.", events[1].lines[1])
  end)

  it("does nothing when the person does not", function()
    door { exit = 0 }
    for _, lines in ipairs { { "n" }, {}, { { "interrupted" } } } do
      assert.are.same({ false, {} }, { (offer(lines)), started })
    end
  end)

  it("asks no more with --yes", function()
    door { exit = 0 }
    local tried, prompts = offer({}, { options = { yes = true } })
    assert.are.same({ true, {}, 1 }, { tried, prompts, #started })
  end)

  it("is not made where there is nobody, nothing to unlock, or nothing may be started", function()
    door { exit = 0 }
    for _, more in ipairs { { person = false }, { dry_run = true }, { options = { json = true } },
      { rehearsal = { unattended = true } } } do
      assert.are.same({ false, {} }, { (offer({ "y" }, more)), {} })
    end
    assert.is_false((offer({ "y" }, nil, { device = "d", mount = "/Volumes/Data" })))
    assert.is_false((offer({ "y" }, nil, { device = "d", locked = false })))
    assert.is_false((offer({ "y" }, nil, targets.NONE)))
    assert.are.same({ {}, {} }, { started, events })
  end)

  it("says that it was not unlocked, in the tool's words or the door's", function()
    door { exit = 1, output = "Passphrase incorrect or user does not exist" }
    assert.is_true((offer { "y" }))
    assert.are.equal("The Data volume was not unlocked: Passphrase incorrect or user does not exist", said())
  end)

  it("says why it could not be started", function()
    door(nil)
    assert.is_true((offer { "y" }))
    assert.are.equal("The Data volume was not unlocked: it is not there", said())
  end)

  it("starts nothing where no intent can be written, and says why", function()
    door { exit = 0 }
    assert(files.write_atomic(root .. "/private", "a file", 384))
    assert.is_true((offer { "y" }))
    assert.truthy(said():find("The Data volume was not unlocked: cannot make the folder .*: File exists"), said())
    assert.are.same({}, started)
  end)
end)
