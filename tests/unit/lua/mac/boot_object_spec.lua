-- The custom boot object in Preboot: finding it and comparing it with our collection.

local GROUP = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"
local NSIH, COIH = ("AB"):rep(48), ("CD"):rep(48)
local BOOT = "/root/Volumes/Preboot/" .. GROUP .. "/boot"
local CACHES = BOOT .. "/" .. NSIH:lower() .. "/System/Library/Caches/com.apple.kernelcaches"
local OBJECT = CACHES .. "/kernelcache.custom." .. COIH

local c = { root = "/root", preboot = "/Volumes/Preboot", group = GROUP, collection = "/root/k.kc" }
local policy = { nsih = NSIH, coih = COIH }

local function disk(holds)
  local files = { compared = 0, mtime = 5 }
  function files.list(path)
    if path == BOOT then return { "active", NSIH:lower() } end
    local other = "kernelcache.custom." .. ("EE"):rep(48)
    if path == CACHES then return { "kernelcache", other, "kernelcache.custom." .. COIH } end
    return nil, path .. ": No such file or directory", "ENOENT"
  end
  function files.stat() return { type = "file", inode = 1, size = 2, mtime = files.mtime } end
  function files.contains(path, other)
    files.compared = files.compared + 1
    assert(path == OBJECT and other == c.collection)
    if holds == nil then return nil, "Input/output error", "EIO" end
    return holds
  end
  return files
end

local function with(changes)
  local copy = {}
  for key, value in pairs(c) do copy[key] = value end
  for key, value in pairs(changes) do copy[key] = value or nil end
  return copy
end

describe("kernel_object", function()
  local kernel_object
  before_each(function()
    package.loaded["mac.boot_object"] = nil
    kernel_object = require "mac.boot_object"
  end)

  it("finds the object by the policy's two hashes, in any case of letters", function()
    assert.are.equal(OBJECT, kernel_object.path(c, policy, disk(true)))
    assert.are.equal(OBJECT, kernel_object.path(c, { nsih = NSIH:lower(), coih = COIH:lower() }, disk(true)))
  end)

  it("finds nothing where there is nothing", function()
    assert.is_nil(kernel_object.path(c, { nsih = NSIH, coih = "absent" }, disk(true)))
    assert.is_nil(kernel_object.path(c, { coih = COIH }, disk(true)))
    assert.is_nil(kernel_object.path(c, { nsih = ("EF"):rep(48), coih = COIH }, disk(true)))
    assert.is_nil(kernel_object.path(with { preboot = false }, policy, disk(true)))
  end)

  it("compares it with our collection, once while neither changes", function()
    local files = disk(true)
    assert.is_true(kernel_object.holds_ours(c, policy, files))
    assert.is_true(kernel_object.holds_ours(c, policy, files))
    assert.are.equal(1, files.compared)
    files.mtime = 6
    assert.is_true(kernel_object.holds_ours(c, policy, files))
    assert.are.equal(2, files.compared)
  end)

  it("says no, and says when it cannot tell", function()
    assert.is_false(kernel_object.holds_ours(c, policy, disk(false)))
    package.loaded["mac.boot_object"] = nil
    kernel_object = require "mac.boot_object"
    assert.are.same({ nil, "Input/output error" }, { kernel_object.holds_ours(c, policy, disk(nil)) })
    assert.is_nil(kernel_object.holds_ours(with { collection = false }, policy, disk(true)))
    assert.is_nil(kernel_object.holds_ours(c, { nsih = NSIH, coih = "absent" }, disk(true)))
  end)
end)
