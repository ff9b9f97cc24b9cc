-- The record of build: where it goes, what it is made from, what is said before and after.

local build = require "command.build"
local build_result = require "kernel.build_result"
local cases = require "tests.unit.lua.support.case"
local files = require "lib_file"
local fileset = require "tests.unit.lua.support.fileset"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local operation = build.operation()

local FOLDER = "/private/var/db/vmq-recovery"
local KIT = "/Library/Developer/KDKs/KDK_15.6_24G84.kdk"

local function findings(changes)
  local made = { kit = { path = KIT, build = "24G84" }, output = "/out/VirtualMachine.kc",
    kit_kernel = { path = KIT .. "/System/Library/Kernels/kernel.development.t6041", banner = "Darwin Kernel Version 24", uuid = "U" },
    bundles = { take = { "com.apple.a", "com.apple.b" }, left = {} } }
  for key, value in pairs(changes or {}) do made[key] = value end
  return made
end

local function params(changes, options)
  return operation.params(read_only(targets.macos()), read_only(findings(changes)), read_only(options or {}))
end

local function case_of(changes, options, target)
  return cases.new { operation = operation, target = target or targets.macos(), findings = findings(changes), options = options or {} }
end

describe("the record of build", function()
  it("only prepares: a journal of its own, no question, in macOS", function()
    assert.are.same({ "build", "build", "build", nil, "macos", "build" },
      { operation.name, operation.command, operation.own_journal, operation.question, operation.place, operation.load().name })
  end)

  it("checks kit, kernel, extensions, place and room in this order", function()
    assert.are.same({ "root", "platform", "volume", "environment", "kit", "kit files", "kernel", "extensions", "output", "room",
      "journal" },
      operation.preflight)
  end)
end)

describe("where build puts the collection", function()
  local function look_up(options, target)
    return operation.look_up(read_only(target or targets.macos()), read_only(options))
  end

  it("is the program's own folder, with room for it there", function()
    assert.are.same({ output = FOLDER .. "/build/VirtualMachine.kc", room = { place = FOLDER .. "/build", bytes = 1 << 30 } }, look_up {})
  end)

  it("is what --output says, as the Mac names it", function()
    assert.are.same({ output = "/out/x.kc", room = { place = "/out", bytes = 1 << 30 } }, look_up { output = "/out/x.kc" })
    assert.are.same({ output = "/x.kc", room = { place = "/", bytes = 1 << 30 } },
      look_up({ output = "/r/x.kc" }, targets.macos { root = "/r" }))
  end)
end)

describe("what build is made from", function()
  it("is the kit's kernel, its extensions and the system's, the build only where it is another", function()
    local made = params()
    assert.are.same({ KIT .. "/System/Library/Kernels/kernel.development.t6041", "Darwin Kernel Version 24", "/out/VirtualMachine.kc",
      FOLDER .. "/build/new/VirtualMachine.kc", FOLDER .. "/build/made.json", "",
      KIT .. "/System/Library/Extensions\n/System/Library/Extensions\n/System/Library/DriverExtensions", "com.apple.a\ncom.apple.b", "" },
      { made.kernel, made.kernel_banner, made.output, made.work, made.record, made.kit_build, made.repositories, made.bundles, made.strip })
    assert.are.equal("24G81", params({ kit = { path = KIT, build = "24G81" } }).kit_build)
  end)

  it("is the kit alone with --from-kit", function()
    local made = params(nil, { from_kit = true })
    assert.are.same({ "24G84", KIT .. "/System/Library/Extensions", "none" }, { made.kit_build, made.repositories, made.strip })
  end)

  it("has one name for all of it, and another for anything else", function()
    local one = params().inputs
    assert.are.equal(one, params().inputs)
    assert.truthy(one:find("^%x+$") and #one == 64)
    local seen = { [one] = true }
    for _, changed in ipairs {
      params { output = "/other.kc" }, params { kit = { path = KIT, build = "24G81" } }, params(nil, { from_kit = true }),
      params { bundles = { take = { "com.apple.a" }, left = {} } },
      params { kit_kernel = { path = "/k", banner = "Darwin Kernel Version 24" } },
      params { kit_kernel = { path = KIT .. "/System/Library/Kernels/kernel.development.t6041", banner = "other" } },
    } do
      assert.is_nil(seen[changed.inputs])
      seen[changed.inputs] = true
    end
  end)
end)

describe("what is told before a build", function()
  it("is the kit, what is left out and why, and where it goes", function()
    local left = { { id = "com.x", why = "not in the kit" } }
    assert.are.equal(([[Kit
  %s
  Darwin Kernel Version 24
Kernel extensions
  2 go in. Left out (--exclude ID and --include ID change it):
  com.x: not in the kit
Result
  /out/VirtualMachine.kc
Steps]]):format(KIT), cases.notes(operation.overview(case_of { bundles = { take = { "a", "b" }, left = left } }, {})))
    assert.truthy(cases.notes(operation.overview(case_of(), {})):find("change it%):\n  nothing\n"))
  end)
end)

describe("the words of build", function()
  local root
  before_each(function() root = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(root) end)

  -- What is said when this was built.
  local function done(bytes, changes, options)
    if bytes then
      assert(files.make_directory(root .. "/out", 448))
      assert(files.write_atomic(root .. "/out/VirtualMachine.kc", bytes, 384))
    end
    return cases.text(operation.words.done(case_of(changes, options, targets.macos { root = root })))
  end

  it("say what was made, and the next line to type", function()
    local bytes = fileset.make()
    assert.are.equal(([[Done: /out/VirtualMachine.kc, 4.0 KiB, 2 extensions, SHA-256 %s.
Next:
  sudo /System/Volumes/Data/vmq-recovery stage]]):format(files.sha256_text(bytes)), done(bytes))
  end)

  it("say no more than they know", function()
    assert.truthy(done(nil):find("^Done: /out/VirtualMachine.kc%.\n"))
  end)

  it("say that the kernel's UUID is not the kit's", function()
    local with_uuid = { inspect = function() return { size = 1, kexts = 1, sha256 = "ab", kernel = { uuid = "V" } } end }
    local real = package.loaded["kernel.collection"]
    package.loaded["kernel.collection"], package.loaded["command.build"] = with_uuid, nil
    local words = require("command.build").operation().words
    package.loaded["kernel.collection"], package.loaded["command.build"] = real, build
    assert.are.equal("Look at this: its kernel's UUID is V, the kit's U. They are expected to be the same.", words.done(case_of())[2])
    assert.are.equal("Next:", words.done(case_of { kit_kernel = { uuid = "V" } })[2])
    assert.are.equal("Next:", words.done(case_of { kit_kernel = {} })[2])
  end)

  it("pass --output on to stage, and --inexact for a near kit", function()
    assert.truthy(done(nil, nil, { output = "/out/VirtualMachine.kc" }):find("vmq%-recovery stage %-%-kc /out/VirtualMachine.kc$"))
    assert.truthy(done(nil, { kit = { path = KIT, build = "24G81" } }):find("vmq%-recovery stage %-%-inexact$"))
    assert.truthy(done(nil, { output = "/o o.kc" }, { output = "/o o.kc" }):find("stage %-%-kc '/o o.kc'$"))
  end)

  it("say of one for another Mac that it is carried there", function()
    assert.truthy(done(nil, nil, { from_kit = true }):find(
      "Carry it to the Mac it is for, and stage it there:\n  sudo vmq-recovery stage --kc FILE", 1, true))
  end)

  it("say after a stop what is left", function()
    local folder = assert(files.make_scratch())
    local function said(vouched)
      local c = { root = folder, work = "/new.kc", output = "/old.kc", record = "/made.json", inputs = "i", kernel_banner = "b" }
      local real = build_result.vouched
      build_result.vouched = function() return vouched end
      local line = operation.words.stopped { context = c }
      build_result.vouched = real
      return line
    end
    assert.are.equal("No half file is left. What was built before is as it was.", said(false))
    assert.are.equal("Safe to run again: it continues.", said(true))
    assert(files.write_atomic(folder .. "/new.kc.development", "half", 420))
    assert.are.equal("Safe to run again: it continues.", said(false))
    files.remove_tree(folder)
  end)
end)
