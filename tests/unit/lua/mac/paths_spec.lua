-- Where things lie: as the Mac names them and as this process opens them, in both systems.

local files = require "lib_file"
local paths = require "mac.paths"
local read_only = require "tests.unit.lua.support.read_only"

local JOURNAL = "/private/var/db/vmq-recovery"

-- A target below a root, with this Data volume (false: none is known).
local function at(root, data, booted)
  return read_only { root = root, booted = booted or "recovery", group = { group = "G", name = "HD", data = data or nil } }
end

describe("paths.on_mac", function()
  it("takes the root away where it was typed, and only there", function()
    for typed, path in pairs { ["/k.kc"] = "/k.kc", ["/r/k.kc"] = "/k.kc", ["/rest/k.kc"] = "/rest/k.kc", ["/r"] = "/r" } do
      assert.are.equal(path, paths.on_mac("/r", typed))
      assert.are.equal(typed, paths.on_mac("", typed))
    end
  end)

  it("makes a path whole", function()
    local here = require("lib_system").directory()
    for _, typed in ipairs { "k.kc", "./k.kc" } do
      assert.are.equal(here .. "/k.kc", paths.on_mac("", typed))
      assert.are.equal("/k.kc", paths.on_mac(here, typed))
    end
    assert.are.equal(here .. "/../k.kc", paths.on_mac("", "../k.kc"))
  end)
end)

describe("paths.without_root", function()
  it("names a file as the Mac does", function()
    assert.are.equal("cannot read /a/b: no", paths.without_root("/r", "cannot read /r/a/b: no"))
    assert.are.equal("cannot read /a/b: no", paths.without_root("", "cannot read /a/b: no"))
    assert.are.equal("no file is named", paths.without_root("/r", "no file is named"))
    assert.are.equal("/a+b/c", paths.without_root("/r.[x", "/r.[x/a+b/c"))
  end)
end)

describe("paths.program_folder", function()
  local root
  before_each(function() root = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(root) end)

  it("is the first place, unless only the second is there", function()
    local target = at(root, { mount = "/System/Volumes/Data" }, "macos")
    assert.are.equal(JOURNAL, paths.program_folder(target))
    assert(files.make_directory(root .. "/private/var/root/vmq-recovery", 448))
    assert.are.equal("/private/var/root/vmq-recovery", paths.program_folder(target))
    assert.are.equal("/private/var/root/vmq-recovery/build/VirtualMachine.kc", paths.built_collection(target))
    assert(files.make_directory(root .. JOURNAL, 448))
    assert.are.equal(JOURNAL, paths.program_folder(target))
    assert.is_nil(paths.program_folder(at(root, {})))
  end)
end)

describe("paths.on_data", function()
  it("lies below Data's mount point", function()
    assert.are.equal("/Volumes/Data/Users/x", paths.on_data(at("/r", { mount = "/Volumes/Data" }), "/Users/x"))
    assert.are.equal("/Users/x", paths.on_data(at("", { mount = "/" }), "/Users/x"))
    assert.are.equal("/Volumes/Data/Users/x", paths.on_data(at("", { mount = "/Volumes/Data" }, "macos"), "/Users/x"))
  end)

  it("is named without the volume in macOS, where a firmlink leads there", function()
    local target = at("", { mount = "/System/Volumes/Data" }, "macos")
    for _, path in ipairs { "/Users/x", "/Applications/x", "/Library/x", "/private/x", "/usr/local/x", "/opt/x" } do
      assert.are.equal(path, paths.on_data(target, path))
    end
    for _, path in ipairs { "/vmq-recovery", "/usr/bin/x", "/Usersx" } do
      assert.are.equal("/System/Volumes/Data" .. path, paths.on_data(target, path))
    end
    assert.are.equal("/System/Volumes/Data/Users/x", paths.on_data(at("", { mount = "/System/Volumes/Data" }), "/Users/x"))
  end)

  it("is nowhere while Data is not mounted or not known", function()
    assert.is_nil(paths.on_data(at("", {}), "/Users/x"))
    assert.is_nil(paths.on_data(at("", false), "/Users/x"))
    assert.is_nil(paths.on_data(read_only { root = "" }, "/Users/x"))
  end)
end)

describe("the program's folders", function()
  it("lie on Data", function()
    local target = at("/r", { mount = "/Volumes/Data" })
    assert.are.same({ "/Volumes/Data" .. JOURNAL, "/Volumes/Data" .. JOURNAL .. "/kits",
      "/Volumes/Data" .. JOURNAL .. "/build/VirtualMachine.kc" },
      { paths.program_folder(target), paths.kit_folder(target), paths.built_collection(target) })
    assert.are.same({ nil, "/kits", "/build/VirtualMachine.kc" },
      { paths.program_folder(at("", {})), paths.kit_folder(at("", {})), paths.built_collection(at("", {})) })
  end)

  it("that do not last lie below the root", function()
    assert.are.equal("/r/private/var/run/vmq-recovery/journal", paths.temporary_journal(at("/r", {})))
    assert.are.equal("/r/private/var/run/vmq-recovery", paths.lock "/r")
  end)
end)

describe("paths.journal", function()
  it("lies on the Data volume", function()
    assert.are.same({ "/r/Volumes/Data" .. JOURNAL, "/Volumes/Data" .. JOURNAL }, { paths.journal(at("/r", { mount = "/Volumes/Data" })) })
    assert.are.same({ JOURNAL, JOURNAL }, { paths.journal(at("", { mount = "/" })) })
    assert.are.same({ JOURNAL, JOURNAL }, { paths.journal(at("", { mount = "/System/Volumes/Data" }, "macos")) })
  end)

  it("is not anywhere else by itself", function()
    assert.are.same({ nil, "the Data volume is not mounted" }, { paths.journal(at("", { locked = false })) })
    assert.are.same({ nil, "the Data volume is not known" }, { paths.journal(at("", false)) })
    assert.are.same({ nil, "the Data volume is not known" }, { paths.journal(read_only { root = "" }) })
    assert.are.same({ nil, "the Data volume is not mounted" }, { paths.journal(at("", { locked = false }), nil, "build") })
  end)

  it("of what only prepares is a folder of its own in it", function()
    assert.are.same({ "/r/Volumes/Data" .. JOURNAL .. "/build", "/Volumes/Data" .. JOURNAL .. "/build" },
      { paths.journal(at("/r", { mount = "/Volumes/Data" }), nil, "build") })
    assert.are.same({ "/Volumes/Stick/j/build", "/Volumes/Stick/j/build" }, { paths.journal(at("", {}), "/Volumes/Stick/j", "build") })
  end)
end)

describe("paths.journal with --journal", function()
  it("is where it says, below the root or with it", function()
    assert.are.same({ "/Volumes/Stick/j", "/Volumes/Stick/j" }, { paths.journal(at("", false), "/Volumes/Stick/j") })
    for _, given in ipairs { "/Volumes/Stick/j", "/r/Volumes/Stick/j" } do
      assert.are.same({ "/r/Volumes/Stick/j", "/Volumes/Stick/j" }, { paths.journal(at("/r", false), given) })
    end
    for _, folder in ipairs { "/private", "/Users", "/System", "/Library" } do
      assert.are.equal("/r" .. folder .. "/no-such-j", (paths.journal(at("/r", false), folder .. "/no-such-j")))
    end
  end)

  it("may be a folder of the machine that a rehearsed or kept Mac lies on", function()
    assert.are.same({ "/home/j", "/home/j" }, { paths.journal(at("/r", false), "/home/j") })
    assert.are.same({ "/r/j", "/j" }, { paths.journal(at("/r", false), "/r/j") })
    local folder = assert(files.make_scratch())
    assert.are.same({ folder, folder }, { paths.journal(at("/r", false), folder) })
    files.remove_tree(folder)
  end)
end)

describe("paths.program_in", function()
  -- The program, started from this path in a system with this Data volume.
  local function called(place, booted, path, data)
    return paths.program_in(read_only { root = "", booted = booted, program = path, group = data and { data = data } }, place)
  end

  it("names the program's own path in the same system", function()
    for _, path in ipairs { "/Volumes/STICK/tool", "/Volumes/Data/vmq-recovery", "/private/tmp/x" } do
      for _, place in ipairs { "paired-recovery", "recovery" } do
        assert.are.equal(path, called(place, "recovery", path, { mount = "/Volumes/Data" }))
      end
    end
    assert.are.equal("/usr/local/bin/vmq", called("macos", "macos", "/usr/local/bin/vmq", { mount = "/" }))
  end)

  it("names what lies on Data as it is typed in the other system", function()
    local data = { mount = "/Volumes/HD - Data", name = "HD - Data" }
    assert.are.equal("/System/Volumes/Data/vmq-recovery", called("macos", "recovery", "/Volumes/HD - Data/vmq-recovery", data))
    data = { mount = "/System/Volumes/Data", name = "Daten" }
    for _, place in ipairs { "recovery", "paired-recovery" } do
      assert.are.same({ "/Volumes/Daten/Users/Shared/vmq", "/Volumes/*/Users/Shared/vmq" },
        { called(place, "macos", "/Users/Shared/vmq", data) })
      assert.are.same({ "/Volumes/Daten/vmq", "/Volumes/*/vmq" }, { called(place, "macos", "/System/Volumes/Data/vmq", data) })
    end
    assert.are.same({ "/Volumes/Daten/my tool" }, { called("recovery", "macos", "/System/Volumes/Data/my tool", data) })
    assert.are.equal("/Volumes/Data/opt/vmq", called("recovery", "macos", "/opt/vmq", { mount = "/" }))
  end)

  it("names the staged program where this one cannot be seen", function()
    local data = { mount = "/Volumes/Data", name = "Data" }
    assert.are.equal("/Volumes/STICK/tool", called("macos", "recovery", "/Volumes/STICK/tool", data))
    for _, volume in ipairs { data, {}, false } do
      assert.are.equal("/System/Volumes/Data/vmq-recovery", called("macos", "recovery", "/tmp/vmq-recovery", volume))
    end
    assert.are.equal("/Volumes/Database/vmq", called("macos", "recovery", "/Volumes/Database/vmq", data))
    for _, data_volume in ipairs { { mount = "/System/Volumes/Data" }, {}, false } do
      assert.are.same({ "/Volumes/Data/vmq-recovery", "/Volumes/*/vmq-recovery" },
        { called("recovery", "macos", "/usr/bin/vmq", data_volume) })
    end
  end)
end)
