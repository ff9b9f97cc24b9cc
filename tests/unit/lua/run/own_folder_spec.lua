-- The program's own folder: tried before anything lies in it, and the second place where the first is refused.

local own_folder = require "run.own_folder"
local real = package.loaded.lib_file or require "lib_file"

local made, there, refused
local SECOND = "/r/private/var/root/vmq-recovery"

before_each(function()
  made, there, refused = {}, {}, "cannot make the folder /r/private/var/db/vmq-recovery: Operation not permitted"
  package.loaded.lib_file = {
    stat = function(path) return there[path] and { type = "directory" } or nil end,
    try_directory = function() if not refused then return true end return nil, refused, "EPERM" end,
    make_directory = function(path) made[#made + 1] = path return true end,
  }
end)
after_each(function() package.loaded.lib_file = real end)

local function prepare(more, booted)
  local invocation = { uid = 0, options = {} }
  for name, value in pairs(more or {}) do invocation[name] = value end
  return own_folder.prepare(invocation, { root = "/r", booted = booted or "macos", group = { data = { mount = "/System/Volumes/Data" } } })
end

describe("the second place", function()
  it("is made where the first is refused, and that is said", function()
    assert.are.same({ "Cannot make the folder /private/var/db/vmq-recovery: Operation not permitted. "
      .. "/private/var/root/vmq-recovery was made instead." }, prepare().lines)
    assert.are.same({ SECOND }, made)
  end)

  it("is left alone where the first can be made, or one of them is there", function()
    refused = nil
    assert.is_nil(prepare())
    refused = "no"
    for _, path in ipairs { "/r/private/var/db/vmq-recovery", SECOND } do
      there = { [path] = true }
      assert.is_nil(prepare())
    end
    assert.are.same({}, made)
  end)

  it("is nothing to a dry run, another folder, somebody else than root, or recovery", function()
    for _, more in ipairs { { dry_run = true }, { options = { journal = "/j" } }, { uid = 501 } } do assert.is_nil(prepare(more)) end
    assert.is_nil(prepare(nil, "recovery"))
    assert.are.same({}, made)
  end)
end)
