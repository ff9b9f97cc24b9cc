-- The record of the plan boot-object: what must be right, which earlier object can be put back, what is told before and after.

local boot_object = require "command.boot_object"
local bputil = require "tool.bputil"
local cases = require "tests.unit.lua.support.case"
local files = require "lib_file"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local operation = boot_object.operation()

local BYTES = "a loader"
local SUM = files.sha256_text(BYTES)
local COPY = ("/Volumes/Data/private/var/db/vmq-recovery/object/%s.kc"):format(SUM)

local root
before_each(function() root = assert(files.make_scratch()) end)
after_each(function() files.remove_tree(root) end)

-- A run of ours that registered `coih`.
local function run_with(coih, params)
  local baseline = { policy = { coih = "absent" } }
  return { number = 1, start = { plan = "boot-object", group = targets.GROUP, params = params, baseline = baseline },
    steps = { object = { acted = true, seen = { coih = coih } } }, acted = { "object" } }
end

local function earlier(coih, params, run)
  local target = targets.recovery { root = root, policy = { coih = coih } }
  local function runs()
    local left = { run_with("AB", params) }
    return function() return table.remove(left) end
  end
  return operation.context(target, {}, run, runs, { collection_on_mac = "/f" }).earlier
end

describe("an earlier boot object", function()
  local RAW = { collection_sum = SUM, collection_on_mac = "/d/m1n1.bin", raw = "yes", entry_point = 2048, address = 0 }

  it("is put back by the copy of its run, else by its file, with its options", function()
    write(root .. "/d/m1n1.bin", BYTES)
    local raw = { entry_point = 2048, address = 0 }
    assert.are.same({ path = "/d/m1n1.bin", sum = SUM, raw = raw }, earlier("AB", RAW))
    write(root .. COPY, BYTES)
    assert.are.same({ path = COPY, sum = SUM, raw = raw }, earlier("AB", RAW))
    assert.are.same({ path = COPY, sum = SUM }, earlier("AB", { collection_sum = SUM, collection_on_mac = "/none", raw = "no" }))
  end)

  it("is not where its bytes are gone, where it is nobody's of ours, or where there is none", function()
    write(root .. "/d/m1n1.bin", "other bytes")
    assert.is_nil(earlier("AB", RAW))
    write(root .. COPY, BYTES)
    assert.is_nil(earlier("CD", RAW))
    assert.is_nil(earlier("absent", RAW))
    assert.is_nil(earlier("AB", {}))
  end)

  it("is that of before the run that goes on", function()
    write(root .. COPY, BYTES)
    assert.are.equal(COPY, earlier("EF", RAW, { start = { baseline = { policy = { coih = "AB" } } } }).path)
    assert.is_nil(earlier("AB", RAW, { start = { baseline = { policy = { coih = "absent" } } } }))
  end)
end)

describe("what must be right for boot-object", function()
  it("is more while a step in recovery is left, and takes a system without macOS where it is named", function()
    local function of(verdict) return operation.preflight(nil, { { verdict = verdict, step = { where = "paired-recovery" } } }) end
    local names, place = of "todo"
    assert.are.same({ "named/volume", "object", "paired-recovery" }, { names[5], names[11], place })
    assert.is_true(cases.knows_checks(names))
    names, place = of "done"
    assert.are.same({ 8, "any" }, { #names, place })
    assert.is_true(cases.knows_checks(names))
  end)
end)

describe("the words of boot-object", function()
  local real = bputil.read
  before_each(function() bputil.read = function() return nil end end)
  after_each(function() bputil.read = real end)

  local function rows(params, own)
    local found = {}
    for _, row in ipairs(operation.summary(cases.new { operation = operation, params = params, context = { earlier = own } }, {})) do
      found[row[1]] = row[2]
    end
    return found
  end

  it("name the file, how it is taken, and what can be put back", function()
    local told = rows { collection_on_mac = "/f", raw = "yes", entry_point = 2048, address = 16 }
    assert.are.same({ "/f, raw, entry point 2048, first byte at 16" }, { told["Boot object"], told["Put back"] })
    told = rows({ collection_on_mac = "/f", raw = "no" }, { path = "/copy.kc" })
    assert.are.same({ "/f", "the object of now is ours: rollback registers /copy.kc" }, { told["Boot object"], told["Put back"] })
  end)

  it("say when it starts, and how to go back", function()
    local lines = operation.words.done(cases.new { operation = operation, context = {} })
    assert.truthy(cases.text(lines):find("from the next start on.\nTo take that back, in this recovery:\n  ", 1, true))
  end)
end)
