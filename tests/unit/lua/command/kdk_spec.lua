-- `kdk list` and `kdk check`: kits on this Mac and in the public list; and which verb takes what.

local answers = require "tests.unit.lua.support.answers"
local curl = require "tool.curl"
local files = require "lib_file"
local fileset = require "tests.unit.lua.support.fileset"
local json = require "base.json"
local life_module = require "tests.unit.lua.support.life"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local KITS = "/Library/Developer/KDKs/"
local RECEIPT = "/usr/sbin/pkgutil --files com.apple.pkg.KDK.24G84"
local ASK = "/usr/bin/curl -q --fail --location --proto =https --proto-redir =https --connect-timeout 30 --silent --show-error "
  .. "--max-time 90 -- " .. curl.LIST

local life
before_each(function()
  life = life_module.new()
  life.target = targets.macos { root = life.root }
  answers.use { [RECEIPT] = "System/Library/Kernels/kernel.development.t6041\n" }
end)
after_each(function() life:over() end)

local function put(path, bytes) write(life.root .. path, bytes) end

local function install(build)
  local folder = KITS .. "KDK_15.6_" .. build .. ".kdk"
  put(folder .. "/System/Library/CoreServices/SystemVersion.plist", ("<plist><dict><key>ProductVersion</key><string>15.6</string>"
    .. "<key>ProductBuildVersion</key><string>%s</string></dict></plist>"):format(build))
  put(folder .. "/System/Library/Kernels/kernel.development.t6041", fileset.make { filetype = 2,
    banner = fileset.BANNER:gsub("T6020", "T6041") })
  return folder
end

local function says(...)
  for _, words in ipairs { ... } do assert.truthy(life:text():find(words, 1, true), words .. " is not in:\n" .. life:text()) end
end

describe("kdk list", function()
  it("tells of each kit: build, chips, and whether it is whole", function()
    local folder = install "24G84"
    install "24G90"
    assert.are.equal(0, life:command("kdk", { "list" }))
    says("Kits in /Library/Developer/KDKs", "KDK_15.6_24G84.kdk: macOS 15.6 build 24G84, exactly this macOS's",
      "development kernels: t6041", "complete: all its 1 files are there", "KDK_15.6_24G90.kdk: macOS 15.6 build 24G90\n")
    local event = life:event("kit", { build = "24G84" })
    assert.are.same({ folder, true, "complete" }, { event.path, event.fits, event.state })
    assert.are.same({ false, "unknown" }, { life:event("kit", { build = "24G90" }).fits, life:event("kit", { build = "24G90" }).state })
  end)

  it("says that there is none", function()
    assert.are.equal(0, life:command("kdk", { "list" }))
    says "Kits in /Library/Developer/KDKs\nnone"
    assert.are.same({ "done", 0 }, life:ended())
  end)

  it("looks in recovery on the Data volume, and names the usual folder where that is not there", function()
    life.target = targets.recovery { root = life.root }
    assert.are.equal(0, life:command("kdk", { "list" }))
    says "Kits in /Volumes/Data/Library/Developer/KDKs\nnone"
    for _, group in ipairs { targets.NONE, { data = targets.NONE }, { data = {} } } do
      life.target = targets.recovery { root = life.root, group = group }
      assert.are.equal(0, life:command("kdk", { "list" }))
      says "Kits in /Library/Developer/KDKs\nnone"
    end
  end)

  it("asks the public list only when it is told to", function()
    local list = json.encode { { version = "15.6", build = "24G84", url = "https://example.org/k.dmg", fileSize = 1 << 30,
      sha256sum = ("AB"):rep(32) } }
    local asked = answers.use { [ASK] = list }
    assert.are.equal(0, life:command("kdk", { "list" }))
    assert.are.same({}, asked)
    assert.are.equal(0, life:command("kdk", { "list" }, { online = true }))
    says("Kits in the public list", "15.6, build 24G84, 1.0 GiB: exactly this macOS's")
    assert.are.equal(("ab"):rep(32), life:event("kit").sha256)
    put("/list.json", list)
    answers.use {}
    assert.are.equal(0, life:command("kdk", { "list" }, { from = "/list.json" }))
    assert.are.equal(3, life:command("kdk", { "list" }, { online = true }))
    says "The list of kits could not be read"
  end)
end)

describe("kdk check", function()
  it("is content with a whole kit of this build that has this chip's kernel", function()
    local folder = install "24G84"
    assert.are.equal(0, life:command("kdk", { "check" }))
    says "This kit is whole, of exactly this macOS's build, and has this chip's kernel."
    assert.are.same({ "done", 0 }, life:ended())
    assert.are.equal(0, life:command("kdk", { "check", folder }))
  end)

  it("is not content with any less: 3", function()
    local other = install "24G90"
    assert.are.equal(3, life:command("kdk", { "check" }))
    says "This kit will not do as it is"
    assert.are.same({ "precondition", 3 }, life:ended())
    assert.are.equal(3, life:command("kdk", { "check", other }))
    assert.are.equal("bad", life:event("preflight", { check = "kit" }).verdict)
    assert.are.same({}, life.acts)
  end)
end)

describe("the verbs of kdk", function()
  local function denied(args, words)
    assert.are.equal(2, life:command("kdk", args))
    assert.are.equal("vmq-recovery: " .. words .. "\n", life.shown.err())
  end

  it("are four, each with what it takes", function()
    denied({ "lst" }, "kdk takes list, check, fetch or install, not lst; the nearest is list")
    denied({ "list", "x" }, "kdk list does not take x")
    denied({ "fetch", "x" }, "kdk fetch does not take x")
    denied({ "check", "a", "b" }, "kdk check does not take b")
    denied({ "install", "a", "b" }, "kdk install does not take b")
  end)

  it("fetch and install are operations: they take the lock first", function()
    assert(files.make_directory(life:lock(), 448))
    local held <close> = assert(require("lib_lock").take(life:lock(), "another")) -- luacheck: ignore
    assert.are.equal(7, life:command("kdk", { "fetch" }))
    assert.are.equal(7, life:command("kdk", { "install", "/k.dmg" }))
  end)
end)
