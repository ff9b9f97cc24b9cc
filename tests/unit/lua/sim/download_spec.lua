-- curl and hdiutil on a simulated Mac: the public list, images, resuming, breaking, attaching.

local catalogue = require "sim.catalogue"
local fault = require "sim.fault"
local file = require "lib_file"
local json = require "dkjson"
local kit_files = require "sim.kit_files"
local kit_image = require "sim.kit_image"
local mounted = require "tests.unit.lua.support.mounted"

local CURL, HDIUTIL = "/usr/bin/curl", "/usr/bin/hdiutil"
local LIST = "https://dortania.github.io/KdkSupportPkg/manifest.json"
local IMAGE, PACKAGE = "/tmp/w/kit.dmg", "/tmp/w/mount/KernelDebugKit.pkg"

local COMMON = { "-q", "--fail", "--location", "--proto", "=https", "--proto-redir", "=https", "--connect-timeout", "30",
  "--speed-limit", "1", "--speed-time", "60" }

local function curl(mac, more, to, url)
  local words = table.move(COMMON, 1, #COMMON, 2, { CURL })
  table.move(more, 1, #more, #words + 1, words)
  table.move({ "--output", to, "--", url }, 1, 4, #words + 1, words)
  return mac.run(table.unpack(words))
end

local function get_list(mac) return curl(mac, { "--silent", "--show-error" }, "/tmp/w/list.json", LIST) end

local function list(mac)
  local said = get_list(mac)
  assert(said.status == 0, said.err)
  return json.decode(mac.contents["/tmp/w/list.json"])
end

local function entry(mac)
  for _, item in ipairs(list(mac)) do
    if item.build == mac.state.kit.build then return item end
  end
end

local function download(mac, url)
  return curl(mac, { "--progress-bar", "--continue-at", "-" }, IMAGE, url or entry(mac).url)
end

describe("the public list", function()
  it("has this macOS's kit on every Mac, with true sizes and sums, newest first", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name)
      local items = list(mac)
      assert.is_true(#items >= 4)
      for index, item in ipairs(items) do
        assert.is_true(index == 1 or tonumber(item.version:match("^%d+")) <= tonumber(items[index - 1].version:match("^%d+")))
        mac.contents[IMAGE] = nil
        assert.are.equal(0, download(mac, item.url).status)
        local bytes = mac.contents[IMAGE]
        assert.are.same({ item.fileSize, item.sha256sum }, { #bytes, file.sha256_text(bytes) })
        assert.is_true(#bytes <= 200 << 10)
      end
      local item = entry(mac)
      assert.are.equal(mac.state.kit.version, item.version)
      assert.truthy(item.kernel_versions["kernel.development." .. mac.state.mac.soc:lower()]:find("DEVELOPMENT_ARM64_", 1, true))
      assert.truthy(item.date:match("^%d%d%d%d%-%d%d%-%d%dT"))
    end
  end)

  it("lacks it when it is not published, and its kernel when the kit has none for the chip", function()
    assert.is_nil(entry(mounted.macos(nil, { "kit-not-published" })))
    local item = entry(mounted.macos(nil, { "kit-without-chip" }))
    assert.is_nil(item.kernel_versions["kernel.development.t6020"])
    assert.is_string(item.kernel_versions["kernel.release.t6020"])
  end)
end)

describe("curl", function()
  it("draws a bar on standard error, or nothing", function()
    local mac = mounted.macos()
    local said = download(mac)
    assert.truthy(said.err:find("\r#+ +50%.0%%\r#+ 100%.0%%\n$"))
    assert.are.same({ "", "" }, { get_list(mac).out, get_list(mac).err })
  end)

  it("tells why it cannot", function()
    local mac = mounted.macos()
    local said = download(mac, "https://github.com/none.dmg")
    assert.are.same({ 22, "curl: (22) The requested URL returned error: 404\n" }, { said.status, said.err })
    assert.are.equal(1, download(mac, LIST:gsub("https", "http")).status)
    assert.are.equal(23, curl(mac, {}, "/tmp/none/list.json", LIST).status)
    assert.are.equal(2, mac.run(CURL, "--fast", LIST).status)
    assert.are.equal(2, mac.run(CURL, "-q").status)
    assert.are.equal(LIST and 0, mac.run(CURL, "-q", LIST).status)
    said = get_list(mounted.macos(nil, { "offline" }))
    assert.are.same({ 6, "curl: (6) Could not resolve host: dortania.github.io\n" }, { said.status, said.err })
    assert.are.equal("", mounted.macos(nil, { "offline" }).run(CURL, "--silent", LIST).err)
    assert.are.equal(0, mac.run(CURL, "--output", "/tmp/w/x", "https://github.com/none").status) -- without --fail
  end)

  it("goes on where a broken connection left off", function()
    local mac = mounted.macos(nil, {}, { "curl:cut:2" })
    local item = entry(mac)
    local said = download(mac, item.url)
    assert.are.equal(18, said.status)
    assert.truthy(said.err:find("curl: %(18%) transfer closed with %d+ bytes remaining to read\n$"))
    assert.are.equal(item.fileSize // 2, #mac.contents[IMAGE])
    assert.are.equal(0, download(mac, item.url).status)
    assert.are.equal(item.sha256sum, file.sha256_text(mac.contents[IMAGE]))
    assert.are.equal(0, download(mac, item.url).status)
    assert.are.equal(item.fileSize, #mac.contents[IMAGE])
  end)

  it("starts the list anew, and leaves half of it when cut", function()
    local mac = mounted.macos(nil, {}, { "curl:cut:2" })
    local whole = #json.encode(list(mac), { indent = true })
    mac.contents["/tmp/w/list.json"] = "old"
    assert.are.equal(18, get_list(mac).status)
    assert.are.equal(whole // 2, #mac.contents["/tmp/w/list.json"])
  end)

  it("delivers wrong bytes in the right number", function()
    local mac = mounted.macos(nil, {}, { "curl:wrong-bytes:2" })
    local item = entry(mac)
    assert.are.equal(0, download(mac, item.url).status)
    assert.are.equal(item.fileSize, #mac.contents[IMAGE])
    assert.are_not.equal(item.sha256sum, file.sha256_text(mac.contents[IMAGE]))
    assert.are.equal("hdiutil: attach failed - corrupt image\n",
      mac.run(HDIUTIL, "attach", "-mountpoint", "/tmp/w/mount", IMAGE).err)
  end)

  it("stops on a full disk, and dies or hangs as told", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = mounted.macos(name, { "disk-full" })
      local said = download(mac, require("sim.kit_list").url(mac.state.kit))
      assert.are.equal(23, said.status)
      assert.truthy(said.err:find("curl: (23) Failure writing output to destination", 1, true))
    end
    for how, size in pairs { ["die-halfway"] = 74083, ["hang-after"] = 148167, hang = false, lie = false } do
      local mac = mounted.macos(nil, {}, { "curl:" .. how })
      download(mac, require("sim.kit_list").url(mac.state.kit))
      assert.are.equal(size, mac.contents[IMAGE] and #mac.contents[IMAGE] or false, how)
    end
  end)
end)

describe("hdiutil", function()
  local function attach(mac) return mac.run(HDIUTIL, "attach", "-readonly", "-nobrowse", "-mountpoint", "/tmp/w/mount", IMAGE) end

  local function with_image(name, circumstances, faults)
    local mac = mounted.macos(name, circumstances, faults)
    mac.contents[IMAGE] = kit_image.image(mac.state.kit)
    return mac
  end

  it("shows the package, signed or not, and takes it away again", function()
    for _, name in ipairs(catalogue.names()) do
      local mac = with_image(name)
      local said = attach(mac)
      assert.are.equal(0, said.status)
      assert.truthy(said.out:find("/dev/disk4s1        \tApple_HFS                      \t/tmp/w/mount\n", 1, true))
      assert.are.equal(mac.state.kit.build, kit_image.open_package(mac.contents[PACKAGE]).build)
      assert.truthy(mac.run(HDIUTIL, "info").out:find(IMAGE, 1, true))
      assert.truthy(mac.run(HDIUTIL, "info", "-plist").out:find("<string>/tmp/w/mount</string>", 1, true))
      assert.are.equal('"disk4" ejected.\n', mac.run(HDIUTIL, "detach", "/tmp/w/mount").out)
      assert.are.same({}, mac.files.list "/tmp/w/mount")
      said = mac.run(HDIUTIL, "detach", "/tmp/w/mount")
      assert.are.same({ 1, "hdiutil: detach failed - No such file or directory\n" }, { said.status, said.err })
    end
    local mac = with_image(nil, { "kit-unsigned" })
    attach(mac)
    assert.are.equal(1, mac.run("/usr/sbin/pkgutil", "--check-signature", PACKAGE).status)
  end)

  it("refuses what is no image, no file or no folder", function()
    local mac = with_image()
    mac.contents[IMAGE] = mac.contents[IMAGE]:sub(1, 70000)
    local said = attach(mac)
    assert.are.same({ 1, "hdiutil: attach failed - image not recognized\n" }, { said.status, said.err })
    mac = with_image()
    assert.are.equal(1, mac.run(HDIUTIL, "attach", "/tmp/w/none.dmg").status)
    assert.are.equal(1, mac.run(HDIUTIL, "attach", "-mountpoint", "/tmp/none", IMAGE).status)
    assert.are.equal(1, mac.run(HDIUTIL, "attach", "-spin", IMAGE).status)
    assert.are.equal(1, mac.run(HDIUTIL, "burn").status)
    assert.are.same({}, mac.state.images)
  end)

  it("attaches two, detaches by device, forgets them at a restart", function()
    local mac = with_image()
    assert.are.equal(0, attach(mac).status)
    assert.are.equal(1, attach(mac).status)
    assert.truthy(mac.run(HDIUTIL, "attach", IMAGE).out:find("/dev/disk5s1", 1, true))
    assert.are.equal(0, mac.run(HDIUTIL, "detach", "/dev/disk5").status)
    require("sim.images").forget(mac.state, mac.files)
    assert.is_nil(mac.contents[PACKAGE])
    attach(mac)
    require("sim.boot").next(mac.state, {})
    assert.are.same({}, mac.state.images)
  end)

  it("fails, lies and hangs as told", function()
    for how, want in pairs { ["fail-before"] = { 1, 0 }, lie = { 0, 0 }, ["act-then-fail"] = { 1, 1 }, hang = { nil, 0 } } do
      local mac = with_image(nil, {}, { "hdiutil:" .. how })
      assert.are.equal(want[1], attach(mac).status)
      assert.are.equal(want[2], #mac.state.images)
    end
    local mac = with_image(nil, {}, { "hdiutil:fail-before:2" })
    attach(mac)
    assert.are.equal('hdiutil: couldn\'t eject "disk4" - Resource busy\n', mac.run(HDIUTIL, "detach", "disk4").err)
  end)
end)

describe("an image", function()
  it("holds a kit whole, whatever is in the kit", function()
    local mac = mounted.macos(nil, { "kit-without-chip" })
    local package = kit_image.open_image(kit_image.image(mac.state.kit))
    local about, signed = kit_image.open_package(package)
    assert.are.same(mac.state.kit, about)
    assert.is_true(signed)
    assert.are.same(kit_files.whole(mac.state.kit), kit_files.whole(about))
  end)
end)

describe("the new faults", function()
  it("are those of one tool", function()
    for _, text in ipairs { "curl:cut", "curl:wrong-bytes:2", "kmutil:half-file", "curl:lie", "pkgutil:hang-read",
      "hdiutil:garbage", "installer:unknown-question" } do
      assert.is_table((fault.parse(text)), text)
    end
    for _, text in ipairs { "csrutil:cut", "kmutil:wrong-bytes", "curl:half-file" } do
      local found, message, code = fault.parse(text)
      assert.is_nil(found)
      assert.truthy(message:find("that is a fault of %a+ alone"))
      assert.are.equal("unknown", code)
    end
  end)
end)
