-- The precondition of the kernel collection beyond its first look: what may be believed of it, and which one is meant.

local answers = require "tests.unit.lua.support.answers"
local files = require "lib_file"
local fileset = require "tests.unit.lua.support.fileset"
local preflight = require "preflight.run"
local read_only = require "tests.unit.lua.support.read_only"
local row_module = require "tests.unit.lua.support.row"
local targets = require "tests.unit.lua.support.target"
local write = require "tests.unit.lua.support.put"

local FOLDER = "/Volumes/Data/Users/Shared/vmq-recovery/"
local KC = FOLDER .. "VirtualMachine.kc"
local XNU = "11417.140.69~1"
local BYTES = fileset.make { banner = ("Darwin Kernel Version 24.6.0: Mon; root:xnu_development-%s/DEVELOPMENT_ARM64_T6041"):format(XNU) }

local root
before_each(function()
  root = assert(files.make_scratch())
  answers.use {}
end)
after_each(function() files.remove_tree(root) end)

local function put(path, bytes, mode) write(root .. path, bytes, mode) end

local function put_manifest(fields)
  put(FOLDER .. "manifest.json", ('{"collection":{"sha256":"%s","size":%d}%s}'):format(files.sha256_text(BYTES), #BYTES, fields or ""))
end

-- Makes the check. @return the row, what was found
local function check(options, known, changes)
  local made = { root = root }
  for key, value in pairs(changes or {}) do made[key] = value end
  local _, rows, found = preflight.run({ "collection" }, read_only(targets.recovery(made)), read_only { options = options or {} },
    read_only(known or {}))
  return rows[1], found
end

local expect = row_module.expect

describe("the folder that things are staged in", function()
  local PLACE = "/Volumes/Data/Users/Shared/vmq-recovery"
  local function look(changes)
    local made = { root = root }
    for key, value in pairs(changes or {}) do made[key] = value end
    local _, rows = preflight.run({ "folder" }, read_only(targets.recovery(made)), read_only { options = {} }, read_only {})
    return rows[1]
  end

  it("is fine where it is not there yet, or only whoever runs this can write it", function()
    expect("ok", PLACE, look())
    put(KC, BYTES)
    expect("ok", PLACE, look())
  end)

  it("is refused where others could have put it there", function()
    put(KC, BYTES)
    assert(os.execute("chmod 0777 '" .. root .. PLACE .. "'"))
    local row = look()
    expect("bad", "somebody else may have put it there", row)
    assert.are.equal(("look at what is in %s, then take it away: sudo rm -r %s"):format(PLACE, PLACE), row.cure)
  end)

  it("is not known while Data is not mounted", function()
    expect("unknown", "the Data volume is not mounted", look { group = { data = {} } })
  end)
end)

describe("a collection on a volume of which nothing is known", function()
  local QUESTION = "whether the volume Data heeds who owns a file cannot be told"

  it("is fine, and a person is asked about it", function()
    put(KC, BYTES)
    local row, found = check()
    expect("ok", QUESTION, row)
    assert.are.equal(QUESTION, found.untrusted_collection)
    row, found = check { yes = true }
    expect("ok", QUESTION, row)
    assert.is_nil(found.untrusted_collection)
  end)

  it("is fine without a question where the volume is known to heed owners", function()
    put(KC, BYTES)
    answers.use { ["/usr/sbin/diskutil info -plist disk3s5"] = "<plist><dict><key>GlobalPermissionsEnabled</key><true/></dict></plist>" }
    local row, found = check()
    assert.are.same({ "ok", nil }, { row.verdict, found.untrusted_collection })
    assert.is_nil(row.detail:find("cannot be told", 1, true))
  end)
end)

describe("which collection is meant", function()
  it("is the staged one", function()
    put(KC, BYTES)
    local row, found = check()
    expect("ok", KC .. ", 4.0 KiB, SHA-256 " .. files.sha256_text(BYTES):sub(1, 16) .. "…, xnu_development-", row)
    assert.are.same({ place = "/Volumes/Data/private/var/db/vmq-recovery", bytes = #BYTES + (1 << 20) }, found.room)
    assert.are.same({ KC, "t6041", nil, "no checksum file found, so it cannot be verified" },
      { found.collection_path, found.collection.kernel.chip, found.manifest, found.manifest_doubt })
  end)

  it("is the file that --kc names, or one that is to be looked at, without any manifest", function()
    answers.use { ["/usr/sbin/diskutil info -plist /"] = "<plist><dict><key>GlobalPermissionsEnabled</key><true/></dict></plist>" }
    put("/d/k.kc", BYTES)
    put("/d/manifest.json", "{")
    for _, case in ipairs { { { kc = "/d/k.kc" } }, { { kc = root .. "/d/k.kc" } }, { {}, { source = "/d/k.kc" } },
      { { kc = "/d/other.kc" }, { source = "/d/k.kc" } } } do
      local row, found = check(case[1], case[2])
      expect("ok", "/d/k.kc, ", row)
      assert.are.equal("no checksum file found, so it cannot be verified", found.manifest_doubt)
    end
  end)

  it("is none that lies in a home folder: those are listed, not taken", function()
    assert.truthy(check().cure:find("build it in macOS", 1, true))
    put("/Volumes/Data/Users/ada/VirtualMachine.kc", BYTES)
    expect("bad", "but there is /Volumes/Data/Users/ada/VirtualMachine.kc", (check()))
    put("/Volumes/Data/Users/eva/VirtualMachine.kc", BYTES)
    local row, found = check()
    expect("bad", "but there is /Volumes/Data/Users/ada/VirtualMachine.kc, /Volumes/Data/Users/eva/VirtualMachine.kc", row)
    assert.truthy(row.cure:find("vmq-recovery stage --kc FILE", 1, true))
    assert.is_nil(found.collection)
    row = check { kc = "/none.kc" }
    assert.is_nil(row.detail:find("but there is", 1, true))
  end)

  it("is not looked for in home folders where something else lies in its place", function()
    put("/Volumes/Data/Users/ada/VirtualMachine.kc", BYTES)
    put(KC, "no collection")
    local row = check()
    assert.are.same({ "bad", nil }, { row.verdict, row.detail:find("but there is", 1, true) })
    assert.truthy(row.cure:find("build it in macOS", 1, true))
    assert.is_nil(row.detail:find(root, 1, true), "files are named as the Mac names them")
  end)

  it("is not known while Data is not mounted", function()
    expect("unknown", "the Data volume is not mounted", (check(nil, nil, { group = { data = {} } })))
  end)
end)

describe("a collection on another system's Data", function()
  local ELSEWHERE = "/Volumes/Other - Data/k.kc"
  local GROUPS = { { group = targets.GROUP, data = { device = "disk3s5" } },
    { group = "0E", name = "Other", data = { device = "disk4s5" } } }

  before_each(function()
    put(ELSEWHERE, BYTES)
    answers.use { ["/usr/sbin/diskutil info -plist disk4s5"] = "<plist><dict><key>MountPoint</key>"
      .. "<string>/Volumes/Other - Data</string></dict></plist>" }
  end)

  it("is refused where nobody who named the target is asked", function()
    for _, options in ipairs { {}, { volume = "Macintosh HD", yes = true }, { yes = true } } do
      options.kc = ELSEWHERE
      local row, found = check(options, nil, { groups = GROUPS })
      expect("bad", ELSEWHERE .. " lies on the Data volume of Other (0E), which is not the target", row)
      assert.truthy(row.cure:find("name the target with --volume, leave out --yes", 1, true))
      assert.is_nil(found.collection)
    end
  end)

  it("is taken where a person will be asked, and its place is handed on", function()
    local row, found = check({ kc = ELSEWHERE, volume = "Macintosh HD" }, nil, { groups = GROUPS })
    expect("unknown", ELSEWHERE, row) -- whether that volume heeds owners is not told here
    assert.truthy(found.foreign_collection:find("is not the target", 1, true))
  end)
end)

describe("what is believed of a collection", function()
  it("is its manifest's word, while nobody else can have written either", function()
    put(KC, BYTES)
    put_manifest ',"build":"24G84","chip":"t6041"'
    local row, found = check()
    assert.are.same({ "ok", nil, nil }, { row.verdict, row.detail:find("manifest", 1, true), found.manifest_doubt })
    assert.are.equal("24G84", found.manifest.build)
  end)

  it("is said to be in doubt where others can write it", function()
    put_manifest()
    put(KC, BYTES, tonumber("666", 8))
    local row, found = check()
    expect("unknown", KC .. ": others could have written it: " .. KC .. " can be written by others", row)
    assert.are.same({ true, nil }, { found.manifest ~= nil, found.manifest_doubt })
    assert.truthy(found.untrusted_collection:find("can be written by others", 1, true))
    expect("bad", "can be written by others", (check { yes = true }))
    put(KC, BYTES)
    put_manifest()
    files.write_atomic(root .. FOLDER .. "manifest.json", files.read(root .. FOLDER .. "manifest.json"), tonumber("622", 8))
    expect("ok", "its checksum file cannot be trusted: " .. FOLDER .. "manifest.json can be written by others", (check()))
  end)

  it("is nothing where the manifest is none, and then all is refused", function()
    put(KC, BYTES)
    put(FOLDER .. "manifest.json", '{"format":9,"collection":{"sha256":"00","size":1}}')
    local row = check()
    expect("bad", FOLDER .. "manifest.json: format 9 is of a newer program", row)
    assert.are.equal("stage the collection again", row.cure)
  end)

  it("is that it is of this build and chip, or every misfit is told", function()
    put(KC, BYTES)
    put_manifest ',"build":"24G80","chip":"t6020"'
    local row = check()
    expect("bad", KC .. ": it was built for macOS build 24G80, the target has 24G84; "
      .. "its kernel is for chip M4 Pro/Max (T6041), its checksum file says M2 Pro/Max/Ultra (T6020)", row)
    assert.truthy(row.cure:find("stage it again", 1, true))
  end)
end)

describe("the kind of a collection's kernel", function()
  local function of_kind(words)
    local _, rows = preflight.run({ "collection" }, read_only(targets.recovery { root = root }), read_only { options = {}, words = words },
      read_only {})
    return rows[1]
  end

  it("is the one that the boot arguments are for", function()
    put(KC, BYTES)
    expect("ok", KC, of_kind { "kcsuffix=development", "-v" })
    expect("bad", "it holds a development kernel, and a kasan kernel was asked for", of_kind { "kcsuffix=kasan" })
  end)

  it("has to know the word for the quota only where that is asked for", function()
    put(KC, BYTES)
    local without, with = of_kind { "kcsuffix=development" }, of_kind { "hv_apple_isa_vm_quota=0xFF" }
    assert.is_nil(without.detail:find("does not hold the word", 1, true))
    assert.truthy(with.detail:find("does not hold the word", 1, true))
    assert.are.same({ nil, true }, { without.remark, with.remark })
  end)
end)

describe("a collection without a word for it", function()
  local RUNNING = { ["/usr/bin/sw_vers"] = "ProductVersion: 15.6\nBuildVersion: 24G84\n" }
  local OLDER = { kernel = { chip = "t6041", kind = "release", xnu = "11417.121.6~2" } }

  before_each(function() put(KC, BYTES) end)

  it("must be of the running kernel's xnu where the target's very build runs", function()
    answers.use(RUNNING)
    expect("ok", KC, (check()))
    expect("bad", "its kernel is xnu-" .. XNU .. ", this Mac's is xnu-11417.121.6~2", (check(nil, nil, OLDER)))
    expect("ok", KC, (check({ inexact = true }, nil, OLDER)))
  end)

  it("is not held against a running system of another build", function()
    answers.use { ["/usr/bin/sw_vers"] = "ProductVersion: 15.5\nBuildVersion: 24F74\n" }
    expect("ok", KC, (check(nil, nil, OLDER)))
  end)

  it("is not held against it either where its manifest is believed", function()
    answers.use(RUNNING)
    put_manifest()
    expect("ok", KC, (check(nil, nil, OLDER)))
  end)

  it("is held against it where its manifest cannot be trusted", function()
    answers.use(RUNNING)
    put_manifest()
    files.write_atomic(root .. FOLDER .. "manifest.json", files.read(root .. FOLDER .. "manifest.json"), tonumber("622", 8))
    expect("bad", "this Mac's is xnu-11417.121.6~2", (check(nil, nil, OLDER)))
  end)

  it("must hold the very kernel of an installed kit of this build", function()
    local kit = "/Volumes/Data/Library/Developer/KDKs/KDK_15.6_24G84.kdk"
    put(kit .. "/System/Library/CoreServices/SystemVersion.plist", "<plist><dict><key>ProductVersion</key><string>15.6</string>"
      .. "<key>ProductBuildVersion</key><string>24G84</string></dict></plist>")
    put(kit .. "/System/Library/Kernels/kernel.development.t6041", fileset.make { filetype = 2,
      banner = fileset.BANNER:gsub("T6020", "T6041") })
    expect("bad", "the kit's of this build is", (check()))
    expect("ok", KC, (check { inexact = true }))
    put_manifest()
    expect("ok", KC, (check()))
  end)

  it("cannot be judged where the chip is not known", function()
    expect("unknown", "this Mac's chip is not known", (check(nil, nil, { kernel = targets.NONE })))
  end)
end)

describe("the boot object of a plan", function()
  local OBJECT = "/Volumes/Data/m1n1.bin"
  local MACH_O = string.pack("<I4I4", 0xFEEDFACF, 0x0100000C) .. ("\0"):rep(92) -- 100 bytes

  -- Looks at these bytes. @return the row, what was found
  local function look(bytes, params)
    if bytes then put(OBJECT, bytes) end
    local given = { collection_on_mac = OBJECT, collection_sum = ("ab"):rep(32), raw = "no", entry_point = 0, address = 0 }
    for name, value in pairs(params or {}) do given[name] = value end
    local _, rows, found = preflight.run({ "object" }, read_only(targets.recovery { root = root }),
      read_only { options = {}, params = given, any_owner = true }, read_only {})
    return rows[1], found
  end

  local function raw(entry_point, address) return look(("x"):rep(100), { raw = "yes", entry_point = entry_point, address = address }) end

  it("is a Mach-O file for arm64, or said to be raw", function()
    local row, found = look(MACH_O)
    expect("ok", OBJECT .. ", 100 bytes, SHA-256 abababababababab…", row)
    assert.are.same({ OBJECT, { size = 100, sha256 = ("ab"):rep(32) }, 100 + (1 << 20) },
      { found.object_path, found.object, found.room.bytes })
    expect("bad", "it is no 64-bit Mach-O file for arm64; for another: --set raw=yes", (look(("x"):rep(100))))
    expect("ok", OBJECT, (raw(0, 0)))
    expect("ok", OBJECT, (look(MACH_O, { raw = "yes" })))
  end)

  it("is not wrapped already, whether raw or not", function()
    for _, name in ipairs { "IM4P", "IMG4" } do
      local wrapped = "\x30\x20\x16\x04" .. name .. ("x"):rep(30)
      expect("bad", ("it is wrapped as %s, and kmutil would wrap it once more"):format(name), (look(wrapped)))
      expect("bad", "it is wrapped as " .. name, (look(wrapped, { raw = "yes" })))
    end
  end)

  it("has an entry point and an address only where it is raw", function()
    expect("bad", "entry_point and address are only for --set raw=yes", (look(MACH_O, { entry_point = 1 })))
    expect("bad", "entry_point and address are only for --set raw=yes", (look(MACH_O, { address = 1 })))
    expect("bad", "entry_point and address are only for --set raw=yes", (look(MACH_O, { entry_point = 5, address = 5 })))
  end)

  it("has its entry point among its bytes", function()
    for _, entry_point in ipairs { 4096, 4195 } do expect("ok", OBJECT, (raw(entry_point, 4096))) end
    for _, entry_point in ipairs { 0, 4095, 4196 } do
      expect("bad", ("entry_point is %d; the file's 100 bytes lie from 4096 to 4195"):format(entry_point), (raw(entry_point, 4096)))
    end
  end)

  it("is there, and a file with something in it", function()
    local cure = expect("bad", OBJECT .. ": No such file or directory", (look()))
    assert.are.equal("name the file with --set file=…", cure)
    expect("bad", OBJECT .. ": a file with 1 byte to 2.0 GiB is wanted", (look("")))
    expect("bad", "a file with 1 byte to 2.0 GiB is wanted", (look(nil, { collection_on_mac = "/Volumes/Data" })))
    local collection = require "kernel.collection"
    local largest = collection.LARGEST
    finally(function() collection.LARGEST = largest end)
    for size, verdict in pairs { [100] = "ok", [99] = "bad" } do
      collection.LARGEST = size
      expect(verdict, OBJECT, (look(MACH_O)))
    end
    expect("ok", "1 byte", (look("x", { raw = "yes" })))
  end)

  it("is asked about where others could have written it", function()
    put(OBJECT, MACH_O)
    local given = { collection_on_mac = OBJECT, collection_sum = ("ab"):rep(32), raw = "no", entry_point = 0, address = 0 }
    local _, rows, found = preflight.run({ "object" }, read_only(targets.recovery { root = root }),
      read_only { options = {}, params = given }, read_only {})
    assert.are.same({ "ok", "whether the volume Data heeds who owns a file cannot be told" },
      { rows[1].verdict, found.untrusted_collection })
  end)
end)
