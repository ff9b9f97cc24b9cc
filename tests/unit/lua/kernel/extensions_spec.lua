-- Which kernel extensions go in: the exclusions by version, the person's own, third parties', and none silently.

local extensions = require "kernel.extensions"
local probe = require "tool.probe"

local LINES = "com.apple.kpi.bsd\t23.0\t/System/Library/Extensions/System.kext\n"
  .. "com.apple.driver.SEPHibernation  1  /System/Library/Extensions/SEPHibernation.kext\n"
  .. "org.example.driver  2  /Library/Extensions/My Driver.kext\n"

local function make(options, out)
  probe.use(function(argv)
    assert.are.same({ "/usr/bin/kmutil", "inspect", "-V", "release", "--no-header" }, argv)
    return { exit = 0, stdout = out or LINES, stderr = "" }
  end)
  return extensions.make({ group = { version = "14.0" }, root = "" }, { version = "14.0" }, options or {})
end

describe("extensions.make", function()
  it("leaves out what is known not to link and what is not Apple's, and says so", function()
    local list = make()
    assert.are.same({ "com.apple.kpi.bsd" }, list.take)
    assert.are.same({ { id = "com.apple.driver.SEPHibernation", why = "known not to link" },
      { id = "org.example.driver", why = "not Apple's: /Library/Extensions/My Driver.kext" } }, list.left)
  end)

  it("does what the person says first", function()
    assert.are.same({ "com.apple.driver.SEPHibernation", "org.example.driver" },
      make({ include = { "com.apple.driver.SEPHibernation", "org.example.driver" }, exclude = { "com.apple.kpi.bsd" } }).take)
  end)

  it("refuses ids that are in no list, and lines that name none", function()
    assert.truthy(select(2, make { exclude = { "com.apple.x" } }):find("com.apple.x: no such kernel extension", 1, true))
    for _, out in ipairs { "", "\n", "Extension Information:\n" .. LINES, "garbage\n" } do
      assert.is_nil((make({}, out)), out)
    end
  end)
end)

describe("extensions.make of a kit's own list", function()
  local disk = require "tests.unit.lua.support.disk"
  local LISTS = "/r/K/System/Library/KernelCollections/kernelcache.release."

  after_each(disk.restore)

  local function list(...)
    local ids = {}
    for index, id in ipairs { ... } do ids[index] = "<string>" .. id .. "</string>" end
    return "<plist><dict><key>requiredIdentifiers</key><array>" .. table.concat(ids) .. "</array></dict></plist>"
  end

  local function from_kit(contents, options, version)
    disk.use(contents)
    options.from_kit = true
    local kit = { path = "/K", name = "K.kdk", version = version or "14.0" }
    return extensions.make({ root = "/r", group = { version = "14.0" } }, kit, options)
  end

  it("takes the only one there is", function()
    local made = from_kit({ [LISTS .. "mac14g.manifest.plist"] = list("com.apple.a", "com.apple.driver.SEPHibernation") }, {})
    assert.are.same({ { "com.apple.a" }, { { id = "com.apple.driver.SEPHibernation", why = "known not to link" } } },
      { made.take, made.left })
  end)

  it("takes the model's, and wants to be told which", function()
    local both = { [LISTS .. "mac14g.manifest.plist"] = list "com.apple.a", [LISTS .. "mac15.manifest.plist"] = list "com.apple.b" }
    assert.are.same({ "com.apple.b" }, from_kit(both, { model = "mac15" }).take)
    assert.are.same({ nil, "K.kdk has lists for these models: mac14g mac15", "name one with --model" }, { from_kit(both, {}) })
    assert.are.same({ nil, "K.kdk has lists for these models: mac14g mac15", "name one with --model" },
      { from_kit(both, { model = "mac16" }) })
    assert.are.same({ nil, "K.kdk has lists for these models: mac14g", "name one with --model" },
      { from_kit({ [LISTS .. "mac14g.manifest.plist"] = list "com.apple.a" }, { model = "mac16" }) })
    assert.are.same({ nil, "K.kdk has lists for these models: none", "name one with --model" }, { from_kit({}, {}) })
  end)

  it("hands on what is wrong with it", function()
    assert.are.same({ nil, "/K/System/Library/KernelCollections/kernelcache.release.mac14g.manifest.plist: names no requiredIdentifiers" },
      { from_kit({ [LISTS .. "mac14g.manifest.plist"] = "x" }, {}) })
  end)

  it("leaves out what holds the word anywhere in its id", function()
    local made = from_kit({ [LISTS .. "mac14g.manifest.plist"] = list("SEPHibernation", "com.SEPHiber", "SEPHib") }, {})
    assert.are.same({ "SEPHib" }, made.take)
  end)

  it("goes by the kit's version", function()
    local contents = { [LISTS .. "mac14g.manifest.plist"] = list "com.apple.driver.SEPHibernation" }
    assert.are.same({ "com.apple.driver.SEPHibernation" }, from_kit(contents, {}, "11.4").take)
    assert.are.same({}, from_kit(contents, {}, "12.0").take)
  end)
end)

describe("extensions.make", function()
  it("hands on why there is no list, and says what helps against a wrong id", function()
    probe.use(function() return nil, "/usr/bin/kmutil: No such file or directory", "ENOENT" end)
    assert.are.same({ nil, "/usr/bin/kmutil: No such file or directory" }, { extensions.make({ root = "" }, nil, {}) })
    assert.are.same({ nil, "com.apple.x: no such kernel extension among the 3", "kmutil inspect -V release --no-header lists them" },
      { make { include = { "com.apple.kpi.bsd", "com.apple.x" } } })
  end)

  it("says what the person left out, and leaves out what may not link where the version is not known", function()
    local list = make { exclude = { "com.apple.kpi.bsd", "com.apple.driver.SEPHibernation" } }
    assert.are.same({ "left out by --exclude", "left out by --exclude", "not Apple's: /Library/Extensions/My Driver.kext" },
      { list.left[1].why, list.left[2].why, list.left[3].why })
    make()
    for _, target in ipairs { { root = "" }, { root = "", group = {} }, { root = "", group = { version = "x" } } } do
      assert.are.same({ "com.apple.kpi.bsd" }, extensions.make(target, nil, {}).take)
    end
    assert.are.same(2, #extensions.make({ root = "", group = { version = "11.0" } }, nil, {}).take)
    assert.are.same(1, #extensions.make({ root = "", group = { version = "12.0" } }, nil, {}).take)
  end)
end)
