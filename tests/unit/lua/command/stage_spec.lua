-- The record of stage: which collection, what goes where on Data, the manifest, and the lines for recovery.

local cases = require "tests.unit.lua.support.case"
local files = require "lib_file"
local json = require "base.json"
local read_only = require "tests.unit.lua.support.read_only"
local stage = require "command.stage"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local operation = stage.operation()

local BUILT = "/private/var/db/vmq-recovery/build/VirtualMachine.kc"
local STAGED = "/Users/Shared/vmq-recovery"

local root, real
before_each(function()
  root, real = assert(files.make_scratch()), package.loaded.lib_system or require "lib_system"
  assert(files.write_atomic(root .. "/vmq", "program", 448))
  package.loaded.lib_system = setmetatable({ executable = function() return root .. "/vmq" end }, { __index = real })
end)
after_each(function()
  package.loaded.lib_system = real
  files.remove_tree(root)
end)

local function put(path, bytes) write(root .. path, bytes) end

local function look_up(options, changes)
  local target = targets.macos { root = root, group = changes }
  return operation.look_up(read_only(target), read_only(options or {}))
end

local COLLECTION = { size = 99, sha256 = ("ab"):rep(32), kernel = { banner = "Darwin Kernel Version 24", chip = "t6041", uuid = "U" } }

describe("the record of stage", function()
  it("only prepares, in macOS, and checks the collection before anything", function()
    assert.are.same({ "stage", "stage", "stage", nil, "macos", "stage" },
      { operation.name, operation.command, operation.own_journal, operation.question, operation.place, operation.load().name })
    assert.are.same({ "root", "platform", "volume", "environment", "data", "folder", "collection", "room", "journal" }, operation.preflight)
  end)
end)

describe("what is staged", function()
  it("is the file that --kc names", function()
    put(BUILT, "built")
    put("/k.kc", "0123456789")
    local found = look_up { kc = root .. "/k.kc" }
    assert.are.same({ "/k.kc", STAGED, 10 + #"program" + (1 << 20) }, { found.source, found.room.place, found.room.bytes })
  end)

  it("is what build has made, else what lies in the staging place already", function()
    assert.are.equal(STAGED .. "/VirtualMachine.kc", look_up().source)
    put(BUILT, "built")
    assert.are.equal(BUILT, look_up().source)
  end)

  it("is nothing where Data is not mounted, with room for the program alone", function()
    local found = look_up(nil, { data = {} })
    assert.are.same({ nil, STAGED, #"program" + (1 << 20) }, { found.source, found.room.place, found.room.bytes })
  end)
end)

describe("where it goes", function()
  local function params()
    return operation.params(read_only(targets.macos { root = root }), read_only { source = "/k.kc", collection = COLLECTION })
  end

  it("is its folder on Data, the program at the root of it", function()
    local made = params()
    assert.are.same({ "/k.kc", STAGED .. "/VirtualMachine.kc", "/System/Volumes/Data/vmq-recovery", STAGED .. "/manifest.json", STAGED,
      COLLECTION.sha256, files.sha256_text "program" },
      { made.source, made.collection, made.program, made.manifest, made.folder, made.collection_sum, made.program_sum })
  end)

  it("gets a manifest that names both files, the Mac and this program", function()
    local told = json.decode(params().manifest_text)
    assert.truthy(told.created:find("^%d%d%d%d%-%d%d%-%d%dT"))
    assert.are.same({ "vmq-recovery", 1, require("lib_embed").version(), "15.6", "24G84", "t6041" },
      { told.tool, told.format, told.version, told.macos, told.build, told.chip })
    assert.are.same({ "VirtualMachine.kc", 99, COLLECTION.sha256, "Darwin Kernel Version 24", "U" },
      { told.collection.name, told.collection.size, told.collection.sha256, told.collection.kernel, told.collection.kernel_uuid })
    assert.are.same({ "vmq-recovery", #"program", files.sha256_text "program" },
      { told.program.name, told.program.size, told.program.sha256 })
  end)
end)

describe("what is told before a stage", function()
  it("is the collection and the steps", function()
    local case = cases.new { operation = operation, findings = { source = "/k.kc", collection = COLLECTION } }
    assert.are.equal(("Collection\n  /k.kc\n  99 bytes, SHA-256 %s\n  Darwin Kernel Version 24\nSteps"):format(COLLECTION.sha256),
      cases.notes(operation.overview(case, {})))
  end)
end)

describe("the words of stage", function()
  local function done(group)
    return cases.text(operation.words.done(cases.new { operation = operation, target = targets.macos { group = group } }))
  end

  it("say the way into recovery, and a line that works whatever Data is called there", function()
    local text = done { data = { mount = "/System/Volumes/Data", name = "HD - Data" } }
    assert.truthy(text:find("make Macintosh HD the startup disk", 1, true))
    assert.truthy(text:find("\n  /Volumes/*/vmq-recovery apply\nIn full: '/Volumes/HD - Data/vmq-recovery' apply\n", 1, true), text)
    assert.truthy(text:find("diskutil apfs unlockVolume 'HD - Data' (", 1, true), text)
  end)

  it("name Data as it is usually called where its name is not known", function()
    for _, data in ipairs { { mount = "/x", name = "Data" }, { mount = "/x" } } do
      local text = done { data = data }
      assert.truthy(text:find("\nIn full: /Volumes/Data/vmq-recovery apply\n", 1, true), text)
      assert.truthy(text:find("diskutil apfs unlockVolume Data (", 1, true), text)
    end
    assert.truthy(done({ name = targets.NONE }):find("make this volume the startup disk", 1, true))
  end)

  it("say after a stop what still guards", function()
    assert.are.equal("Safe to run again: it continues. Until it is done, `apply` refuses what does not match its checksum file.",
      operation.words.stopped())
  end)
end)
