-- Room at a path that may not exist yet, and the check of it.

local file = require "lib_file"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local room = require "preflight.room"
local row_module = require "tests.unit.lua.support.row"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

describe("preflight.room", function()
  local asked, real = nil, package.loaded.lib_file

  setup(function()
    package.loaded.lib_file = setmetatable({ space = function(path)
      asked = path
      return 5, false
    end }, { __index = file })
  end)
  teardown(function() package.loaded.lib_file = real end)

  it("is that of the nearest folder that is there", function()
    local folder = assert(file.make_scratch())
    assert(file.make_directory(folder .. "/there", 448))
    for path, nearest in pairs { [""] = "", ["/there"] = "/there", ["/there/new"] = "/there", ["/there/new/deeper"] = "/there" } do
      assert.are.same({ 5, false }, { room.at(folder .. path) })
      assert.are.equal(folder .. nearest, asked)
    end
    assert.is_nil(file.stat(folder .. "/there/new"))
    assert(file.remove_tree(folder))
  end)

  it("is that of the whole disk where nothing on the way is there", function()
    for _, path in ipairs { "/nothing of this/is there", "/", "" } do
      room.at(path)
      assert.are.equal("/", asked)
    end
  end)
end)

describe("the check of the room", function()
  local expect, root = row_module.expect, nil
  before_each(function() root = assert(file.make_scratch()) end)
  after_each(function() file.remove_tree(root) end)

  local function check(place, bytes)
    local _, rows = preflight.run({ "room" }, read_only(targets.macos { root = root }), read_only { options = {} },
      read_only { room = { place = place, bytes = bytes } })
    return rows[1]
  end

  local function cured(cure, words) assert.truthy(cure:find(words, 1, true), cure) end

  it("does not guess how much is needed", function()
    local _, rows = preflight.run({ "room" }, read_only(targets.macos { root = root }), read_only { options = {} }, read_only {})
    cured(expect("unknown", "it is not known how much is needed", rows[1]), "see collection above")
  end)

  it("looks at the nearest folder that is there", function()
    expect("ok", " free at /not/yet/there", check("/not/yet/there", 1))
    expect("ok", " free at /", check("/", 1))
  end)

  it("asks for the room at that folder", function()
    local real, asked = package.loaded.lib_file, nil
    write(root .. "/a/file", "x")
    package.loaded.lib_file = setmetatable({ space = function(path)
      asked = path:sub(#root + 1)
      return 1, false
    end }, { __index = real })
    for place, nearest in pairs { ["/a"] = "/a", ["/a/b/c"] = "/a", ["/b"] = "", ["/a/file"] = "/a/file" } do
      check(place, 1)
      assert.are.equal(nearest, asked, place)
    end
    package.loaded.lib_file = real
  end)

  it("says how much is missing", function()
    cured(expect("bad", " are needed", check("/x", 1 << 60)), "free some space")
  end)

  it("tells a volume that can be written from one that cannot, and from one that cannot be looked at", function()
    local real = package.loaded.lib_file
    local function with(space)
      package.loaded.lib_file = setmetatable({ space = space }, { __index = real })
      local row = check("/x", 1)
      package.loaded.lib_file = real
      return row
    end
    cured(expect("bad", "/x is on a read-only volume", with(function() return 1 << 40, true end)), "choose a place on the Data volume")
    expect("unknown", "it is odd", with(function() return nil, "it is odd" end))
    expect("ok", "1 byte free at /x", with(function() return 1, false end))
  end)
end)
