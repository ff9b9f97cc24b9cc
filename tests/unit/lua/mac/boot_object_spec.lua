-- The custom boot object in Preboot: finding it, and comparing it with our collection along the chain of hashes.

local image4 = require "tests.unit.lua.support.image4"
local lib = require "lib_file"

local GROUP = "9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F"
local NSIH = ("AB"):rep(48)
local BYTES = "the collection's bytes"
local SUM = lib.sha256_text(BYTES)
local COMPRESSED = "\x30\x03\x02\x01\x01"

local root, kernel_object
before_each(function()
  root = assert(lib.make_scratch())
  package.loaded["mac.boot_object"] = nil
  kernel_object = require "mac.boot_object"
end)
after_each(function() lib.remove_tree(root) end)

local function caches()
  return ("%s/Volumes/Preboot/%s/boot/%s/System/Library/Caches/com.apple.kernelcaches"):format(root, GROUP, NSIH:lower())
end

local function context(changes)
  local c = { root = root, preboot = "/Volumes/Preboot", group = GROUP, collection_sum = SUM }
  for key, value in pairs(changes or {}) do c[key] = value or nil end
  return c
end

-- Puts an object into Preboot. @return its path, and the policy that names it
local function put(whole, coih)
  assert(lib.make_directory(caches(), 448))
  local path = caches() .. "/kernelcache.custom." .. coih
  assert(lib.write_atomic(path, whole, 420))
  assert(lib.write_atomic(caches() .. "/kernelcache", "stock", 420))
  return path, { nsih = NSIH, coih = coih }
end

-- What comes of an object that holds these bytes.
local function compare(bytes, changes, c)
  local whole, coih = image4.make(bytes, changes)
  local _, policy = put(whole, changes and changes.coih or coih)
  return kernel_object.compare(context(c), policy)
end

describe("boot_object.path", function()
  it("is found by the policy's two hashes, in any case of letters", function()
    local path, policy = put(image4.make(BYTES))
    assert.are.equal(path, kernel_object.path(context(), policy))
    assert.are.equal(path, kernel_object.path(context(), { nsih = NSIH:lower(), coih = policy.coih:lower() }))
  end)

  it("is nothing where there is nothing", function()
    local _, policy = put(image4.make(BYTES))
    assert.is_nil(kernel_object.path(context(), { nsih = NSIH, coih = "absent" }))
    assert.is_nil(kernel_object.path(context(), { coih = policy.coih }))
    assert.is_nil(kernel_object.path(context(), { nsih = ("EF"):rep(48), coih = policy.coih }))
    assert.is_nil(kernel_object.path(context { preboot = false }, policy))
  end)
end)

describe("boot_object.compare", function()
  it("says the same where the whole chain holds", function()
    assert.are.same({ "same" }, { compare(BYTES) })
    assert.are.same({ "same" }, { compare(("x"):rep(300) .. BYTES, nil, { collection_sum = lib.sha256_text(("x"):rep(300) .. BYTES) }) })
  end)

  it("says different where other bytes lie there", function()
    assert.are.same({ "different" }, { compare(BYTES .. "!") })
    assert.are.same({ "different" }, { compare("") })
  end)

  it("cannot tell where a part of the chain is broken, though the bytes are ours", function()
    assert.are.same({ "unknown", "the Image4 manifest in it is not the one that the policy names" },
      { compare(BYTES, { coih = ("CD"):rep(48) }) })
    assert.are.same({ "unknown", "the Image4 manifest in it does not name the payload's hash" },
      { compare(BYTES, { digest = ("EF"):rep(48) }) })
  end)

  it("cannot tell where the bytes in it cannot be summed", function()
    local _, policy = put(image4.make(BYTES))
    local files = setmetatable({ sha256_part = function() return nil, "a bad block" end }, { __index = lib })
    assert.are.same({ "unknown", "a bad block" }, { kernel_object.compare(context(), policy, files) })
  end)

  it("cannot tell of what is compressed", function()
    assert.are.same({ "unknown", "its payload is compressed" }, { compare(BYTES, { more = COMPRESSED }) })
    for _, magic in ipairs { "bvx-", "bvx1", "bvx2", "bvxn", "complzss" } do
      assert.are.same({ "unknown", "its payload is compressed" }, { compare(magic .. BYTES) }, magic)
    end
  end)

  it("cannot tell of what is wrapped otherwise, or not at all", function()
    local whole, coih = image4.make(BYTES)
    for _, bytes in ipairs { BYTES, "", whole:sub(1, -2), whole:sub(2), (image4.make(BYTES, { name = "IM4X" })), "\x30\x80" .. whole,
      "\x30\x88" .. ("\xFF"):rep(20), "\x30\x84\xFF\xFF\xFF\xFF" .. whole } do
      local path, policy = put(bytes, coih)
      assert.are.same({ "unknown", path .. " is wrapped in a way that this program does not know" },
        { kernel_object.compare(context(), policy) })
    end
  end)

  it("cannot tell where there is nothing to compare", function()
    local _, policy = put(image4.make(BYTES))
    assert.are.same({ "unknown", "no such object can be read in Preboot" }, { kernel_object.compare(context { preboot = false }, policy) })
    assert.are.same({ "unknown", "our collection cannot be read" }, { kernel_object.compare(context { collection_sum = "none" }, policy) })
    assert.are.same({ "unknown", "our collection cannot be read" },
      { kernel_object.compare(context { collection_sum = false, collection = root .. "/none" }, policy) })
  end)

  it("takes the sum of the collection itself where none is told", function()
    local _, policy = put(image4.make(BYTES))
    assert(lib.write_atomic(root .. "/k.kc", BYTES, 420))
    assert.are.equal("same", (kernel_object.compare(context { collection_sum = false, collection = root .. "/k.kc" }, policy)))
  end)

  it("reads the object once while it does not change", function()
    local path, policy = put(image4.make(BYTES))
    local summed, files = 0, setmetatable({}, { __index = lib })
    function files.sha256_part(...) summed = summed + 1 return lib.sha256_part(...) end
    for _ = 1, 2 do assert.are.equal("same", (kernel_object.compare(context(), policy, files))) end
    assert.are.equal(1, summed)
    assert(lib.write_atomic(path, "other", 420))
    assert.are.equal("unknown", (kernel_object.compare(context(), policy, files)))
  end)
end)

describe("boot_object.holds_ours", function()
  it("takes our bytes for ours in an object whose chain cannot be followed, too", function()
    local _, policy = put("wrapped" .. BYTES .. "otherwise", ("CD"):rep(48))
    assert(lib.write_atomic(root .. "/k.kc", BYTES, 420))
    local c = context { collection = root .. "/k.kc" }
    assert.are.equal("unknown", (kernel_object.compare(c, policy)))
    assert.is_true(kernel_object.holds_ours(c, policy))
    assert(lib.write_atomic(root .. "/k.kc", "other bytes", 420))
    assert.is_nil((kernel_object.holds_ours(c, policy)))
    for _, changes in ipairs { { preboot = false }, { collection = root .. "/none" } } do
      for key, value in pairs { collection = root .. "/k.kc", collection_sum = SUM } do
        changes[key] = changes[key] == nil and value or changes[key]
      end
      assert.is_nil((kernel_object.holds_ours(context(changes), policy)))
    end
  end)

  it("is the same as yes, no, or why it cannot be told", function()
    local _, policy = put(image4.make(BYTES))
    assert.is_true(kernel_object.holds_ours(context(), policy))
    assert.is_false(kernel_object.holds_ours(context { collection_sum = ("00"):rep(32) }, policy))
    assert.are.same({ nil, "no such object can be read in Preboot" }, { kernel_object.holds_ours(context { preboot = false }, policy) })
  end)
end)
