-- kmutil configure-boot on a simulated Mac: each dialogue and refusal exactly, and the chain of hashes of what it stores.

local collection = require "sim.collection"
local file = require "lib_file"
local files = require "sim.files"
local mac = require "sim.mac"
local place = require "sim.place"
local player = require "sim.player"

local KMUTIL = "/usr/bin/kmutil"

local function new(name, words)
  local state = assert(mac.new(name, words))
  local bytes = collection.make(state.collection)
  local stock = place.objects(state, state.groups[1]) .. "/kernelcache"
  return { state = state, bytes = bytes, port = files.memory { ["/kc"] = bytes, [stock] = "the stock collection\n" } }
end

local function configure(world, answers, ...)
  local args = { "configure-boot", "--volume", "/Volumes/" .. world.state.groups[1].name, ... }
  return player.run(world.state, KMUTIL, args, answers or player.person(world.state), world.port)
end

local function install(world, answers) return configure(world, answers, "--custom-boot-object", "/kc") end

local function error_of(text)
  return ('Error Domain=KMErrorDomain Code=71 "%s" UserInfo={NSLocalizedDescription=%s}\n'):format(text, text)
end

describe("kmutil configure-boot", function()
  it("speaks on macOS 12 as in the transcript", function()
    local said = install(new "m1-12.6")
    assert.are.equal([[
By setting a custom boot object, you will be putting your system into Permissive Security.

Are you sure you want to do this? (enter y or n) found valid Mach-O binary, deriving Mach-O boot properties...
Username: Password: wrapping boot object payload...
going to change bootpolicy to permissive
updating local machine policy...
installing boot object... done.
]], said.both)
    assert.are.equal(0, said.status)
  end)

  it("cannot derive properties where the target is not the default startup volume", function()
    local world = new("m1-12.6")
    world.state.default = "00000000-0000-0000-0000-000000000000"
    local said = player.run(world.state, KMUTIL,
      { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc" }, player.person(world.state), world.port)
    assert.are.equal(error_of "Fileset Error: Invalid Mach-O boot properties", said.err)
    assert.are.equal(71, said.status)
    assert.are.equal(1, #said.prompts)
    local told = install(new("m2pro-14.0", { "boot-properties-refused" }))
    assert.are.equal(error_of "Fileset Error: Invalid Mach-O boot properties", told.err)
    assert.are.equal(3, #told.prompts)
  end)

  it("is refused from Full Security on one of 26's, and goes once the mode is lowered", function()
    local world = new "m5-26.6"
    local said = install(world)
    assert.are.equal(error_of("You must move to Reduced Security (using Startup Security Utility) before installing custom "
      .. "boot objects."), said.err)
    assert.are.equal("full", world.state.groups[1].policy.mode)
    player.run(world.state, "/usr/bin/csrutil", { "disable" }, player.person(world.state))
    assert.are.equal(0, install(world).status)
  end)

  it("says in macOS where it must be run", function()
    for name, text in pairs { ["m5-26.6"] = "configure-boot must be run from macOS Recovery",
      ["m2pro-14.0"] = "configure-boot can only be run in Recovery Mode" } do
      local said = install(new(name, { "macos" }))
      assert.are.same({ 71, error_of(text), 0 }, { said.status, said.err, #said.prompts })
    end
  end)

  it("ends on a no with words, or without", function()
    local said = install(new "m2pro-14.0", { "n" })
    assert.are.same({ 1, "Aborting.\n" }, { said.status, said.err })
    local world = new "m2-15"
    said = install(world, { "n" })
    assert.are.same({ 0, "" }, { said.status, said.err })
    assert.is_nil(world.state.groups[1].policy.coih)
  end)

  it("clears the object alone, or refuses to", function()
    local world = new("m2pro-14.0", { "sealed-volume-off", "custom-kernel-installed" })
    assert.are.equal(0, configure(world).status)
    local p = world.state.groups[1].policy
    assert.are.same({ "permissive", 0x7f, true }, { p.mode, p.sip0, p.sip1 })
    assert.is_nil(p.coih)
    world = new("m2pro-14.0", { "custom-kernel-installed", "clear-refused" })
    assert.are.equal(error_of "A custom boot object is required", configure(world).err)
    assert.is_string(world.state.groups[1].policy.coih)
  end)
end)

-- ---- what lies in Preboot, read by a reader of its own -------------------------------------------------------------

-- One DER element: its tag's bytes, its content, and where it begins and ends.
local function element(bytes, at)
  local first, next_at = at, at + 1
  if bytes:byte(at) & 0x1F == 0x1F then
    while bytes:byte(next_at) & 0x80 ~= 0 do next_at = next_at + 1 end
    next_at = next_at + 1
  end
  local tag, size = bytes:sub(first, next_at - 1), bytes:byte(next_at)
  local start = next_at + 1
  if size >= 0x80 then
    local count = size & 0x7F
    size = string.unpack(">I" .. count, bytes, start)
    start = start + count
  end
  return { tag = tag, content = bytes:sub(start, start + size - 1), from = first, to = start + size - 1 }
end

local function elements(bytes)
  local list, at = {}, 1
  while at <= #bytes do
    list[#list + 1] = element(bytes, at)
    at = list[#list].to + 1
  end
  return list
end

local function hex(bytes) return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)) end

-- { payload = bytes, kind, im4p, im4m, digest = hex } of a stored object.
local function read_object(stored)
  local outer = elements(stored)
  assert.are.equal(1, #outer)
  local parts = elements(outer[1].content)
  assert.are.same({ "\x16", "\x30", "\xA0" }, { parts[1].tag, parts[2].tag, parts[3].tag })
  local im4p = outer[1].content:sub(parts[2].from, parts[2].to)
  local payload = elements(parts[2].content)
  local manifest = elements(parts[3].content)[1]
  local digest = parts[3].content:match("\x16\4DGST\4\x30(" .. ("."):rep(48) .. ")")
  return { magic = parts[1].content, im4p = im4p, kind = payload[2].content, payload = payload[4].content,
    note = payload[5], im4m = parts[3].content:sub(manifest.from, manifest.to), digest = hex(digest),
    manifest = elements(manifest.content) }
end

local function stored_object(world)
  local group = world.state.groups[1]
  local path = place.objects(world.state, group) .. "/kernelcache.custom." .. group.policy.coih
  return read_object(assert(world.port.read(path))), group.policy.coih
end

describe("the object in Preboot", function()
  it("is a chain from coih over the manifest to the very bytes", function()
    local world = new()
    install(world)
    local object, coih = stored_object(world)
    assert.are.equal("IMG4", object.magic)
    assert.are.equal("krnl", object.kind)
    assert.are.equal(coih:lower(), (file.sha384(object.im4m)))
    assert.are.equal(object.digest, (file.sha384(object.im4p)))
    assert.is_true(object.payload == world.bytes)
    assert.is_nil(object.note)
    assert.are.same({ "IM4M", "\0" }, { object.manifest[1].content, object.manifest[2].content })
    assert.are.equal(48, #object.manifest[4].content)
  end)

  it("is of another type for a raw object, and of another hash for other bytes", function()
    local world = new()
    world.port.write("/raw", "raw bytes")
    assert.are.equal(0, configure(world, nil, "-c", "/raw", "--raw", "--entry-point", "2048",
      "--lowest-virtual-address", "0").status)
    local object, coih = stored_object(world)
    assert.are.same({ "fuos", "raw bytes" }, { object.kind, object.payload })
    install(world)
    local _, other = stored_object(world)
    assert.are_not.equal(coih, other)
  end)

  it("may be compressed", function()
    local world = new("m2pro-14.0", { "object-compressed" })
    install(world)
    local object, coih = stored_object(world)
    assert.are.equal(coih:lower(), (file.sha384(object.im4m)))
    assert.are.equal(object.digest, (file.sha384(object.im4p)))
    assert.is_true(object.payload == "bvx-" .. string.pack("<I4", #world.bytes) .. world.bytes .. "bvx$")
    assert.are.equal(#world.bytes, string.unpack(">I5", elements(object.note.content)[2].content))
  end)

  it("may hold other bytes than its manifest speaks of", function()
    local world = new("m2pro-14.0", { "object-overwritten" })
    install(world)
    local object, coih = stored_object(world)
    assert.are.equal(coih:lower(), (file.sha384(object.im4m)))
    assert.are_not.equal(object.digest, (file.sha384(object.im4p)))
    assert.are.equal("the stock collection\n", object.payload)
  end)
end)
