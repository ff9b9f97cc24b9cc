-- Room at a path that may not exist yet.

local file = require "lib_file"
local room = require "preflight.room"

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
