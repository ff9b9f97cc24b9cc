-- What a plan's functions are told, and what a new run's start record holds.

local answers = require "tests.unit.lua.support.answers"
local context = require "run.context"
local read_only = require "tests.unit.lua.support.read_only"
local targets = require "tests.unit.lua.support.target"

local STAGED = "/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc"

local function plan_of(params) return read_only { name = "mine", hash = "h", params = params } end

local function params(changes)
  local given = { plan = plan_of {}, target = targets.recovery { root = "/r" }, options = {} }
  for name, value in pairs(changes or {}) do given[name] = value end
  return context.params(given.plan, read_only(given.target), read_only(given.options), given.known and read_only(given.known),
    given.recorded and read_only(given.recorded))
end

local function param(kind, default) return { kind = kind, default = default } end

describe("context.params", function()
  it("fills a plan's parameters from what is known of the target", function()
    assert.are.same({ group = targets.GROUP, volume_name = "Macintosh HD", collection_on_mac = STAGED, uid = require("lib_system").uid() },
      params { plan = plan_of { group = param "uuid", volume_name = param "text", collection_on_mac = param("path", "/"),
        uid = param "integer" } })
  end)

  it("lets what was recorded go before what is known, and --set before both", function()
    local plan = plan_of { group = param "uuid", mine = param("text", "default") }
    local other = targets.GROUP:gsub("^9", "8")
    assert.are.same({ group = targets.GROUP, mine = "default" }, params { plan = plan })
    assert.are.same({ group = other, mine = "then" }, params { plan = plan, recorded = { group = other, mine = "then" } })
    assert.are.same({ group = other, mine = "a=b" },
      params { plan = plan, recorded = { group = other, mine = "then" }, options = { set = { "mine=x", "mine=a=b" } } })
    assert.are.same({ group = targets.GROUP, mine = "" }, params { plan = plan, options = { set = { "mine=" } } })
  end)

  it("takes --kc, or a file that is known, in place of the staged collection", function()
    local plan = plan_of { collection_on_mac = param "path" }
    assert.are.equal("/k.kc", params({ plan = plan, options = { kc = "/r/k.kc" } }).collection_on_mac)
    assert.are.equal("/s.kc", params({ plan = plan, options = { kc = "/k.kc" }, known = { source = "/s.kc" } }).collection_on_mac)
  end)

  it("takes the file that a plan inside is given, and no other plan's", function()
    local function path_of(embedded)
      local plan = read_only { name = "mine", hash = "h", embedded = embedded,
        params = { collection_on_mac = param "path", file = param "path" } }
      return params({ plan = plan, options = { set = { "file=/r/f.bin" } } }).collection_on_mac
    end
    assert.are.same({ "/f.bin", STAGED }, { path_of(true), path_of(nil) })
  end)

  it("takes the sum of the collection for a plan that has one, and names its copy by it", function()
    local files = require "lib_file"
    local with = plan_of { collection_sum = param "word", copy = param("text", "none") }
    local function copy_of(sum) return require("mac.paths").collection_copy(targets.recovery { root = "/r" }, sum) end
    local then_it_was = ("ab"):rep(32)
    assert.are.same({ collection_sum = then_it_was, copy = copy_of(then_it_was) },
      params { plan = with, recorded = { collection_sum = then_it_was } })
    local without = plan_of { copy = param("text", "none") }
    assert.are.same({ copy = "none" }, params { plan = without, recorded = { collection_sum = then_it_was } })
    local root = assert(files.make_scratch())
    assert(files.write_atomic(root .. "/k.kc", "bytes", 384))
    local sum = files.sha256_text "bytes"
    for _, recorded in ipairs { {}, { collection_sum = "none" } } do
      assert.are.same({ collection_sum = sum, copy = copy_of(sum) },
        params { plan = with, target = targets.recovery { root = root }, options = { kc = root .. "/k.kc" }, recorded = recorded })
    end
    files.remove_tree(root)
  end)

  it("refuses a --set that is no NAME=VALUE, and values that do not fit", function()
    for _, pair in ipairs { "mine", "=x", "" } do
      assert.are.same({ nil, "--set takes NAME=VALUE, not " .. pair }, { params { options = { set = { pair } } } })
    end
    assert.are.same({ nil, "plan mine: group is not a uuid: x" }, { params { plan = plan_of { group = param "uuid" },
      options = { set = { "group=x" } } } })
    assert.are.same({ nil, "plan mine needs more (text): give it with --set more=…" },
      { params { plan = plan_of { more = param "text" } } })
  end)

  it("has none without a volume group: the preflight says what is wrong", function()
    assert.are.same({}, params { plan = plan_of { group = param "uuid" }, target = targets.recovery { group = targets.NONE },
      options = { set = { "wrong" } } })
  end)
end)

describe("context.strict", function()
  it("names a field that nobody gives, and leaves the others as they are", function()
    local c = context.strict { word = "x", group = false }
    assert.are.same({ "x", false, nil, nil }, { c.word, c.group, c.baseline, c.preboot })
    c.left = 1
    assert.are.equal(1, c.left)
    c = context.strict {}
    for _, name in ipairs { "group", "left", "volume_name", "system_volume", "environment", "root", "release", "collection",
      "collection_on_mac", "uid", "words", "quota", "baseline_boot_args", "before", "tried" } do
      assert.is_nil(c[name])
    end
    local fine, why = pcall(function() return c.wrod end)
    assert.is_false(fine)
    assert.truthy(why:find("context_spec.lua:%d+: c has no wrod: it is no parameter that the plan declares"), why)
  end)
end)

describe("context.new", function()
  local function new(target, more, run, fields)
    return context.new(read_only(target), read_only {}, nil, read_only(fields or {}), more and read_only(more), run and read_only(run))
  end

  it("gives the plan its target, its parameters above that, and the operation's own words above all", function()
    local c = new(targets.recovery { root = "/r" }, { words = { "-v" }, mine = 8 }, nil, { group = "H", mine = 7 })
    assert.are.same({ "H", 8, "Macintosh HD", "/Volumes/Macintosh HD", "paired-recovery", "/r", "/Volumes/Preboot", STAGED,
      "/r" .. STAGED },
      { c.group, c.mine, c.volume_name, c.system_volume, c.environment, c.root, c.preboot, c.collection_on_mac, c.collection })
    assert.are.equal("-v", c.words[1])
    assert.is_nil(c.baseline)
  end)

  it("gives it the baseline of the run that goes on", function()
    local c = new(targets.recovery(), nil, { start = { baseline = { boot_args = "-v" } } })
    assert.are.equal("-v", c.baseline.boot_args)
    assert.is_nil(new(targets.recovery(), nil, {}).baseline)
  end)

  it("lives without group, preboot and Data", function()
    local c = new(targets.recovery { group = targets.NONE })
    assert.are.same({ nil, nil, nil, "paired-recovery" }, { c.group, c.preboot, c.collection, c.environment })
    assert.is_nil(new(targets.recovery { group = { preboot = targets.NONE } }).preboot)
  end)
end)

describe("context.start_fields", function()
  local function start(target, boot_args, file, options)
    answers.use { ["/usr/sbin/nvram -x boot-args"] = boot_args or "boot-args\t-v\n" }
    return context.start_fields(read_only(target), read_only { command = "run", file = file or "/m.lua" }, plan_of {},
      read_only { words = { "-v" } },
      read_only { a = "b" }, read_only(options or {}))
  end

  it("holds what a later start must know, and the state as it is now", function()
    local fields = start(targets.recovery())
    assert.truthy(fields.time:find("^%d%d%d%d%-%d%d%-%d%dT"))
    assert.are.same({ require("lib_embed").version(), "run", "mine", "h", "/m.lua", targets.GROUP, "Macintosh HD", "24G84", "t6041",
      "paired-recovery", "b", "-v" },
      { fields.version, fields.command, fields.plan, fields.plan_hash, fields.plan_file, fields.group, fields.volume, fields.build,
        fields.chip, fields.environment, fields.params.a, fields.words[1] })
    assert.are.same({ "-v", "full", "absent", nil },
      { fields.baseline.boot_args, fields.baseline.policy.mode, fields.baseline.policy.coih, fields.baseline.policy.unknown })
  end)

  it("holds what was given, so that it can be typed again in any folder", function()
    local here = require("lib_system").directory()
    local fields = start(targets.recovery(), nil, "./m.lua", { set = { "a=b" }, kc = "/x.kc" })
    assert.are.same({ here .. "/m.lua", { "a=b" }, "/x.kc" }, { fields.plan_file, fields.set, fields.kc })
    fields = start(targets.recovery(), nil, "m.lua", { kc = "x.kc" })
    assert.are.same({ here .. "/m.lua", here .. "/x.kc" }, { fields.plan_file, fields.kc })
  end)

  it("leaves out what cannot be read", function()
    local fields = start(targets.recovery { policy = targets.NONE, kernel = targets.NONE }, answers.of("", 1, "kaput"))
    assert.are.same({ nil, nil, nil }, { fields.baseline.policy, fields.baseline.boot_args, fields.chip })
  end)
end)
