-- The record of `kdk fetch`: from which list, which kit, where to, and what is said before and after.

local answers = require "tests.unit.lua.support.answers"
local cases = require "tests.unit.lua.support.case"
local catalogue = require "kernel.kit_catalogue"
local curl = require "tool.curl"
local files = require "lib_file"
local json = require "base.json"
local kdk_fetch = require "command.kdk_fetch"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"
local try = require "base.try"

local operation = kdk_fetch.operation()

local KITS = "/private/var/db/vmq-recovery/kits"
local ASK = "/usr/bin/curl -q --fail --location --proto =https --proto-redir =https --connect-timeout 30 --silent --show-error "
  .. "--max-time 90 -- " .. curl.LIST

local function entry(version, build)
  return { version = version, build = build, url = "https://example.org/" .. build .. ".dmg", fileSize = 1 << 30,
    sha256sum = ("aB"):rep(32) }
end

local LIST = json.encode { entry("15.6.1", "24G90"), entry("15.6", "24G84"), entry("14.0", "23A344") }

local events
before_each(function() events = {} end)

local function emit(event) events[#events + 1] = event end

-- What is looked up with this answer of the list's server. @return found, or an ending
local function look_up(list, options, changes)
  answers.use { [ASK] = list }
  local target = targets.macos { group = changes }
  return try.catch(operation.look_up, read_only(target), read_only(options or {}), emit)
end

local function refused(found, ...)
  assert.are.same({ "precondition", 3 }, { found.result, found.code })
  local text = table.concat(found.lines, "\n")
  for _, words in ipairs { ... } do assert.truthy(text:find(words, 1, true), words .. " is not in:\n" .. text) end
end

describe("the record of `kdk fetch`", function()
  it("only prepares, in macOS, and asks before it downloads", function()
    assert.are.same({ "kdk-fetch", "kdk", "kdk fetch", "kdk-fetch", "macos", "kdk-fetch", "Download 1.0 KiB now?" }, { operation.name,
      operation.command, operation.again, operation.own_journal, operation.place, operation.load().name,
      operation.question { findings = { entry = { fileSize = 1024 } } } })
    assert.are.same({ "root", "platform", "volume", "environment", "room", "journal" }, operation.preflight)
  end)
end)

describe("which kit is fetched", function()
  it("is the one of exactly this build, with room for it and a little more", function()
    local found = look_up(LIST)
    local image = KITS .. "/Kernel_Debug_Kit_15.6_build_24G84.dmg"
    assert.are.same({ "24G84", KITS, image, KITS, (1 << 30) + (64 << 20) },
      { found.entry.build, found.folder, found.image, found.room.place, found.room.bytes })
    assert.are.same({ "Asking for the list of kits: " .. curl.LIST }, events[1].lines)
  end)

  it("is of the build that was named, and goes where --output says", function()
    local found = look_up(LIST, { build = "23A344", output = "/Users/x" })
    assert.are.same({ "23A344", "/Users/x/Kernel_Debug_Kit_14.0_build_23A344.dmg" }, { found.entry.build, found.image })
  end)

  it("is a near one only when that was asked for", function()
    refused(look_up(LIST, nil, { build = "24G85", version = "15.6.1" }),
      "The list has no kit of build 24G85 (it has 3, the newest for macOS 15.6.1).",
      "The nearest is 15.6.1, build 24G90.", require("kernel.kit").NEAR_WARNING, catalogue.BY_HAND)
    assert.are.equal("24G90", look_up(LIST, { inexact = true }, { build = "24G85", version = "15.6.1" }).entry.build)
    refused(look_up(LIST, { inexact = true }, { build = "21A1", version = "12.0" }), "no kit of build 21A1", "None is near it.")
  end)

  it("has to be named where this macOS's build is not known", function()
    refused(look_up(LIST, nil, { build = targets.NONE }), "This macOS's build is not known: name one with --build.")
    refused(look_up(LIST, nil, targets.NONE), "name one with --build.")
    assert.are.equal("24G84", look_up(LIST, { build = "24G84" }, targets.NONE).entry.build)
  end)
end)

describe("the list of kits", function()
  it("that cannot be had says why and what helps", function()
    refused(look_up(answers.of("", 6, "curl: (6) Could not resolve host: dortania.github.io")), "The list of kits could not be read: ",
      "Could not resolve host", "Fix: check the network")
    refused(look_up(false), "The list of kits could not be read: ", "No such file", "Fix: ")
  end)

  it("that is none says so, and the other way to a kit", function()
    refused(look_up "{", "The list of kits cannot be used: the list of kits is not a list", catalogue.BY_HAND)
    refused(look_up "[]", "The list of kits cannot be used: the list of kits names no kit")
  end)

  it("may be one that was saved before; the network is not asked then", function()
    local root = assert(files.make_scratch())
    assert(files.write_atomic(root .. "/list.json", LIST, 384))
    local asked = answers.use {}
    local target = read_only(targets.macos { root = root })
    assert.are.equal(3, #kdk_fetch.entries(target, { from = "/list.json" }, emit))
    assert.are.equal(3, #kdk_fetch.entries(target, { from = root .. "/list.json" }, emit))
    refused(try.catch(kdk_fetch.entries, target, { from = "/none.json" }, emit), "The list of kits could not be read: ", "none.json",
      "Fix: name the list that was saved from " .. curl.LIST)
    files.remove_tree(root)
    assert.are.same({ {}, {} }, { asked, events })
  end)
end)

describe("what is fetched", function()
  it("is the address, into a part file until it is whole", function()
    local made = operation.params(read_only(targets.macos()), read_only { entry = entry("15.6", "24G84"), image = "/Users/x/i.dmg" })
    assert.are.same({ address = "https://example.org/24G84.dmg", build = "24G84", size = 1 << 30, sha256 = ("ab"):rep(32),
      image = "/Users/x/i.dmg", folder = KITS, part = KITS .. "/Kernel_Debug_Kit_15.6_build_24G84.dmg.part" }, made)
  end)

  it("is shown with address, size and licence before the question", function()
    local function notes(build)
      return operation.overview(cases.new { operation = operation, target = targets.macos(),
        findings = { entry = entry("15.6", build), image = "/i.dmg" } }, {})
    end
    local made = notes "24G84"
    assert.are.same({ "Kit", "Download", "Licence", "Steps" }, cases.titles(made))
    assert.are.same({ "15.6, build 24G84, exactly this macOS's" }, made[1].lines)
    assert.are.same({ { command = "https://example.org/24G84.dmg" }, "1.0 GiB to /i.dmg", "SHA-256 " .. ("ab"):rep(32) }, made[2].lines)
    assert.truthy(made[3].lines[1]:find("The kit is Apple's", 1, true))
    assert.are.same({ "15.6, build 24G85", require("kernel.kit").NEAR_WARNING }, notes("24G85")[1].lines)
  end)
end)

describe("the words of `kdk fetch`", function()
  local function done(options)
    return cases.text(operation.words.done(cases.new { operation = operation, target = targets.macos(), findings = { image = "/i i.dmg" },
      options = options }))
  end

  it("say what is there, and the next line to type", function()
    assert.are.equal("Done: /i i.dmg, its SHA-256 is the one the list names.\nNext:\n  sudo /System/Volumes/Data/vmq-recovery kdk install",
      done {})
    assert.truthy(done({ output = "/x" }):find("kdk install '/i i.dmg'$"))
  end)

  it("say after a stop whether a part is kept", function()
    local root = assert(files.make_scratch())
    local case = cases.new { operation = operation, context = { root = root, part = "/a.part", size = 10, sha256 = "no" } }
    assert.are.equal("Nothing of the download is kept; run it again to begin anew.", operation.words.stopped(case))
    assert(files.write_atomic(root .. "/a.part", "part", 384))
    assert.are.equal("What has come so far is kept. Safe to run again: it continues from there.", operation.words.stopped(case))
    files.remove_tree(root)
  end)
end)
