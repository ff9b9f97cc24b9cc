-- kmutil create and inspect on a simulated Mac: what they need, what they make, how they fail; and that it boots.

local boot = require "sim.boot"
local catalogue = require "sim.catalogue"
local collection = require "sim.collection"
local kits = require "sim.kits"
local mounted = require "tests.unit.lua.support.mounted"

local KMUTIL, OUT = "/usr/bin/kmutil", "/tmp/w/new.kc"

local function extensions(mac)
  local list = {}
  for line in mac.run(KMUTIL, "inspect", "-V", "release", "--no-header").out:gmatch("[^\n]+") do
    local id, version, path = line:match("^(%S+)%s+(%S+)%s+(/.*)$")
    list[#list + 1] = { id = id, version = version, path = path }
  end
  return list
end

local function folder(mac) return kits.FOLDER .. "/" .. kits.name(mac.state.kit) end

local function ids_of(mac, drop)
  local ids = {}
  for _, kext in ipairs(extensions(mac)) do
    if not drop or not (kext.id:find("SEPHiber", 1, true) or kext.path:find("^/Library/")) then ids[#ids + 1] = kext.id end
  end
  return ids
end

-- The call of the specification. `more`: words put before the ids; `ids`: nil for all that can be linked.
local function create(mac, more, ids)
  local chip = mac.state.mac.soc:lower()
  local words = {
    KMUTIL, "create", "--arch", "arm64e", "-z", "--variant-suffix", "development", "--no-variant-extension", "--new", "boot",
    "--boot-path", OUT, "--kernel", folder(mac) .. "/System/Library/Kernels/kernel.development." .. chip,
    "--repository", folder(mac) .. "/System/Library/Extensions", "--repository", "/System/Library/Extensions",
    "--repository", "/System/Library/DriverExtensions", "--explicit-only",
  }
  table.move(more or {}, 1, #(more or {}), #words + 1, words)
  for _, id in ipairs(ids or ids_of(mac, true)) do table.move({ "-b", id }, 1, 2, #words + 1, words) end
  return mac.run(table.unpack(words))
end

local function output(mac)
  return mac.contents[OUT] and OUT or mac.contents[OUT .. ".development"] and OUT .. ".development"
end

describe("kmutil inspect -V", function()
  it("lists a line a kext, with tabs or blanks between", function()
    local gaps = {}
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name)
      local found = extensions(mac)
      assert.is_true(#found >= 12)
      local kinds = {}
      for _, kext in ipairs(found) do kinds[kext.path:match("^(.*Extensions)/")] = true end
      assert.are.same({ ["/System/Library/Extensions"] = true, ["/System/Library/DriverExtensions"] = true,
        ["/Library/Extensions"] = true }, kinds)
      gaps[mac.run(KMUTIL, "inspect", "-V", "release", "--no-header").out:match("^%S+(%s+)")] = true
    end
    assert.are.same({ ["\t"] = true, ["  "] = true }, gaps)
    local mac = mounted.macos()
    assert.truthy(mac.run(KMUTIL, "inspect", "-V", "release").out:find("^Extension Information:\n"))
    assert.are.equal(71, mac.run(KMUTIL, "inspect", "-V", "development").status)
  end)
end)

describe("kmutil create", function()
  it("makes a collection that keeps the kernel's UUID and banner, on every Mac", function()
    local names = {}
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-installed" })
      local said = create(mac)
      assert.are.equal(0, said.status, said.both)
      local path = output(mac)
      names[path] = true
      local kernel = collection.read_kernel(mac.files,
        folder(mac) .. "/System/Library/Kernels/kernel.development." .. mac.state.mac.soc:lower())
      local found = collection.read(mac.files, path)
      assert.are.equal(kernel.kernel_uuid, found.kernel_uuid)
      assert.truthy(mac.contents[path]:find(kernel.banner, 1, true))
      assert.are.equal(#ids_of(mac, true) + 1, #found.entries)
      assert.are.equal("com.apple.kernel", found.entries[1].name)
    end
    assert.are.same({ [OUT] = true, [OUT .. ".development"] = true }, names)
  end)

  it("makes one that configure-boot takes and that boots", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-installed", "no-collection" })
      assert.are.equal(0, create(mac).status)
      local path, state = output(mac), mac.state
      boot.next(state, { into = "paired-recovery" })
      assert.are.equal(0, mac.run("/usr/bin/csrutil", "disable").status)
      local said = mac.run(KMUTIL, "configure-boot", "-v", "/Volumes/" .. state.groups[1].name, "-c", path)
      assert.are.equal(0, said.status, said.both)
      assert.are.equal("macos", (boot.next(state, { into = "macos" })))
      assert.is_true(state.running.development)
    end
  end)

  it("is read by the program's own reader", function()
    local mac = mounted.macos(nil, { "kit-installed" })
    create(mac)
    local found = assert(require("base.macho").read_fileset(OUT, mac.files))
    assert.are.equal(#ids_of(mac, true) + 1, #found.entries)
  end)

  it("takes the short forms, a long list, and a kit's own list", function()
    local mac = mounted.macos("m5-26.6", { "kit-installed", "not-root" })
    local kernel = folder(mac) .. "/System/Library/Kernels/kernel.development.t8142"
    local from_kit = folder(mac) .. "/System/Library/Extensions"
    local said = mac.run(KMUTIL, "create", "-n", "boot", "-a", "arm64e", "-z", "-V", "development", "-s", "none",
      "--build", "25G70", "-B", OUT, "-k", kernel, "-r", from_kit, "-x", "-b", "com.apple.kpi.bsd", "-b",
      "com.apple.driver.AppleHV")
    assert.are.equal(0, said.status, said.both)
    assert.are.equal(3, #collection.read(mac.files, OUT .. ".development").entries)
    local many = {}
    for index = 1, 600 do many[index] = "org.example.kext" .. index end
    local bytes = collection.make { ids = many, banner = collection.banner(mac.state.kit), kernel_uuid = ("AB"):rep(16) }
    mac.contents["/tmp/w/many.kc"] = bytes
    local found = collection.read(mac.files, "/tmp/w/many.kc")
    assert.are.same({ 601, ("AB"):rep(16) }, { #found.entries, found.kernel_uuid })
  end)

  it("needs an installed kit of the right build", function()
    local sentence = "DeveloperTools Error: Could not find a SDK or KDK installed that matches system's build version "
    for _, words in ipairs { {}, { "kit-of-another-build" } } do
      local mac = mounted.macos(nil, words)
      local said = create(mac)
      assert.are.same({ 71, sentence .. "23A344\n" }, { said.status, said.err })
      assert.is_nil(output(mac))
    end
    local mac = mounted.macos(nil, { "kit-installed" })
    assert.are.equal(sentence .. "23A339\n", create(mac, { "--build", "23A339" }).err)
    assert.are.equal(71, create(mounted.macos("m4-26", { "kit-gutted" })).status)
    assert.are.equal(71, create(mounted.macos(nil, {}), { "--allow-missing-kdk" }).status)
    mac = mounted.macos(nil, { "kit-of-another-build" })
    local near = kits.FOLDER .. "/" .. kits.name(mac.state.near_kit)
    local said = create(mac, { "--build", mac.state.near_kit.build, "--kernel",
      near .. "/System/Library/Kernels/kernel.development.t6020" })
    assert.are.equal(0, said.status, said.both)
    assert.are_not.equal(mac.state.groups[1].xnu, collection.read(mac.files, OUT).kernel.xnu)
  end)

  it("needs the kernel, and every extension in a repository", function()
    local mac = mounted.macos(nil, { "kit-without-chip" })
    assert.truthy(create(mac).err:find("Could not find: kernel mach-o at /Library/Developer/KDKs", 1, true))
    local texts = {}
    for _, name in ipairs(catalogue.names()) do
      mac = mounted.macos(name, { "kit-installed" })
      local said = create(mac, {}, { "com.apple.kpi.bsd", "org.example.driver.Gadget" })
      assert.are.equal(71, said.status)
      texts[said.err:match('"(.-)%f["]')] = true
    end
    assert.is_not_nil(next(texts, (next(texts))))
    assert.are.equal(0, create(mac, { "-r", "/Library/Extensions/" }, { "org.example.driver.Gadget" }).status)
    assert.are.equal(0, create(mac, { "--optional-identifier", "org.example.none", "--elide-identifier=com.apple.driver.AppleHV" },
      { "com.apple.driver.AppleHV" }).status)
    assert.are.equal(1, #collection.read(mac.files, OUT).entries)
  end)

  it("cannot link SEPHibernation", function()
    local mac = mounted.macos(nil, { "kit-installed" })
    local said = create(mac, {}, { "com.apple.kpi.bsd", "com.apple.driver.SEPHibernation" })
    assert.are.equal(31, said.status)
    assert.truthy(said.err:find("    2: Could not use 'com.apple.driver.SEPHibernation' because: ", 1, true))
    assert.is_nil(output(mac))
  end)

  it("names what does not link in many lines", function()
    local mac = mounted.macos(nil, { "kit-installed", "kext-does-not-link" })
    local said = create(mac)
    local cause = "Failed to bind '_tb_x' in 'com.apple.driver.AppleH11ANEInterface' (at offset 0x740 in __DATA_CONST, "
      .. "__auth_got) as could not find a kext which exports this symbol"
    local lines = "Error occurred while building a collection:\n"
      .. "    1: One or more binaries has an error which prevented linking.  See other errors.\n"
      .. "    2: Could not use 'com.apple.driver.AppleH11ANEInterface' because: " .. cause .. "\n"
      .. "com.apple.driver.AppleH11ANEInterface specific:\n    1: " .. cause .. "\n"
    assert.are.equal("One or more binaries has an error which prevented linking.  See other errors.\n"
      .. 'Error Domain=KMErrorDomain Code=31 "' .. lines .. '" UserInfo={NSLocalizedDescription=' .. lines .. "}\n", said.err)
    assert.are.equal(31, said.status)
    assert.is_nil(output(mac))
  end)

  it("does not resolve what is nowhere, and goes on without the one that names it", function()
    local mac = mounted.macos(nil, { "kit-installed", "kext-lacks-another" })
    local said = create(mac)
    local text = "Unable to resolve dependencies: 'com.apple.driver.AppleRTC' names a dependency on "
      .. "'com.apple.iokit.IOACPIFamily', which was not found."
    assert.are.equal(('Error Domain=KMErrorDomain Code=71 "%s" UserInfo={NSLocalizedDescription=%s}\n'):format(text, text),
      said.err)
    assert.are.equal(71, said.status)
    local ids = {}
    for _, id in ipairs(ids_of(mac, true)) do
      if id ~= "com.apple.driver.AppleRTC" then ids[#ids + 1] = id end
    end
    assert.are.equal(0, create(mac, nil, ids).status)
  end)

  it("adds the variant to the name when it is not told otherwise, or whatever it is told", function()
    local mac = mounted.macos(nil, { "kit-installed", "variant-extension" })
    create(mac)
    assert.is_nil(mac.contents[OUT])
    assert.is_string(mac.contents[OUT .. ".development"])
  end)

  it("refuses a file that is there on one Mac, and writes over it on the others", function()
    local seen = {}
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "kit-installed" })
      create(mac)
      mac.contents[output(mac)] = "old"
      seen[create(mac).status] = true
      if mac.contents[output(mac)] == "old" then assert.are.equal(0, create(mac, { "--force" }).status) end
    end
    assert.are.same({ [0] = true, [71] = true }, seen)
  end)

  it("leaves half a file when it breaks half-way", function()
    local whole = mounted.macos(nil, { "kit-installed" })
    create(whole)
    local half = #whole.contents[OUT] // 2
    for _, way in ipairs { { {}, { "kmutil:half-file" }, 71 }, { { "disk-full" }, {}, 71 }, { {}, { "kmutil:die-halfway" } } } do
      local mac = mounted.macos(nil, { "kit-installed", table.unpack(way[1]) }, way[2])
      local said = create(mac)
      assert.are.equal(way[3], said.status)
      assert.are.equal(half, #mac.contents[OUT])
      assert.is_nil((collection.read(mac.files, OUT)))
    end
  end)

  it("fails, lies and hangs as told", function()
    for how, want in pairs { ["fail-before"] = { 71, false }, lie = { 0, false }, ["act-then-fail"] = { 71, true },
      hang = { nil, false }, ["hang-after"] = { nil, true } } do
      local mac = mounted.macos(nil, { "kit-installed" }, { "kmutil:" .. how })
      local said = create(mac)
      assert.are.equal(want[1], said.status, how)
      assert.are.equal(want[2], mac.contents[OUT] ~= nil, how)
    end
  end)

  it("refuses words it does not know, and needs its arguments", function()
    local mac = mounted.macos(nil, { "kit-installed" })
    for _, words in ipairs { { "--spin" }, { "-B" }, { "-n", "boot" }, { "-B", OUT }, { "-n", "system", "-B", OUT },
      { "-n", "boot", "-B", OUT, "-a", "x86_64" } } do
      assert.are.equal(64, mac.run(KMUTIL, "create", table.unpack(words)).status)
    end
    assert.are.equal(71, create(mac, { "--boot-path", "/tmp/none/new.kc" }).status)
    boot.next(mac.state, { into = "paired-recovery" })
    assert.are.equal(64, mac.run(KMUTIL, "build").status)
  end)

  it("takes half-file as a fault of its own, harmless to configure-boot", function()
    local mac = mounted.macos(nil, {}, { "kmutil:half-file" })
    boot.next(mac.state, { into = "paired-recovery" })
    mac.contents["/kc"] = collection.make(mac.state.collection)
    assert.are.equal(0, mac.run(KMUTIL, "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", "/kc").status)
  end)
end)
