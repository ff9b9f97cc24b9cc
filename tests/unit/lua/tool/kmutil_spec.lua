-- kmutil: its commands, always for the System volume's mount point, and the list of the running collection's extensions.

local answers = require "tests.unit.lua.support.answers"
local kmutil = require "tool.kmutil"

describe("kmutil", function()
  it("registers a collection", function()
    local command = kmutil.install("/Volumes/Macintosh HD", "/Volumes/Data/VirtualMachine.kc")
    assert.are.same({ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD", "--custom-boot-object",
      "/Volumes/Data/VirtualMachine.kc" }, command.argv)
    assert.are.same({ "kmutil", true, true, "y", 3 },
      { command.tool, command.interactive, command.slow, command.yes_no, #command.prompts })
  end)

  it("takes an object that is no Mach-O file with where it lies and starts", function()
    assert.are.equal("/usr/bin/kmutil configure-boot --volume /V --custom-boot-object /f --raw --entry-point 2048 "
      .. "--lowest-virtual-address 0", table.concat(kmutil.install("/V", "/f", nil, { entry_point = 2048, address = 0 }).argv, " "))
  end)

  it("forgets it", function()
    local command = kmutil.clear("/Volumes/Macintosh HD")
    assert.are.same({ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD" }, command.argv)
    assert.are.same({ "kmutil", true, true, "y", 3 },
      { command.tool, command.interactive, command.slow, command.yes_no, #command.prompts })
  end)
end)

describe("kmutil.create", function()
  local function create(more)
    local options = { kernel = "/K/kernel.development.t6020", repositories = { "/K/Extensions", "/System/Library/Extensions" },
      output = "/w/kc", bundles = { "com.apple.a", "com.apple.b" } }
    for key, value in pairs(more or {}) do options[key] = value end
    return kmutil.create(options)
  end

  local HEAD = "/usr/bin/kmutil create --arch arm64e -z --variant-suffix development --no-variant-extension --new boot "
    .. "--boot-path /w/kc --kernel /K/kernel.development.t6020 --repository /K/Extensions --repository /System/Library/Extensions"

  it("names kernel, repositories and every extension", function()
    local command = create()
    assert.are.equal(HEAD .. " --explicit-only -b com.apple.a -b com.apple.b", table.concat(command.argv, " "))
    assert.are.same({ "kmutil", true, 3600, true }, { command.tool, command.slow, command.seconds, command.stoppable })
  end)

  it("strips and names a build only when told to", function()
    assert.are.equal(HEAD .. " --strip none --build 23A344 --explicit-only", table.concat(create { strip = "none", build = "23A344",
      bundles = {} }.argv, " "))
  end)
end)

describe("kmutil's cures", function()
  -- The cure of the first entry that knows the words.
  local function cure(words)
    for _, entry in ipairs(kmutil.errors) do
      if words:find(entry.pattern) then return type(entry.cure) == "function" and entry.cure(words) or entry.cure end
    end
  end

  it("name every extension that does not link, each once", function()
    local words = "Error Domain=KMErrorDomain Code=31 2: Could not use 'com.apple.a-b' because: x\n"
      .. "3: Could not use 'com.apple.c_1' because: y\n"
    assert.are.equal("check the kit (`vmq-recovery kdk check`). If it is whole, leave these out: `vmq-recovery build "
      .. "--exclude com.apple.a-b --exclude com.apple.c_1`", cure(words .. "4: Could not use 'com.apple.a-b' because: z"))
    assert.truthy(cure("Error Domain=KMErrorDomain Code=31 bind failure"):find("vmq-recovery build --exclude ID", 1, true))
  end)

  it("name the extension that is missing and the one that needs it", function()
    assert.are.equal("check the kit (`vmq-recovery kdk check`). If com.apple.b was left out, take it back: `vmq-recovery build --include "
      .. "com.apple.b`; else leave out what needs it: `vmq-recovery build --exclude com.apple.a`",
      cure "Unable to resolve dependencies: 'com.apple.a' names a dependency on 'com.apple.b', which was not found")
    assert.truthy(cure("Unable to resolve dependencies:\n 'a.b' names a dependency on 'c.d', which was not found.\n"
      .. " 'e.f' names a dependency on 'g.h', which was not found.\n 'a.b' names a dependency on 'g.h', which was not found.")
      :find("If c.d or g.h was left out, take it back: `vmq-recovery build --include c.d --include g.h`; else leave out what needs it: "
      .. "`vmq-recovery build --exclude a.b --exclude e.f`", 1, true))
    assert.truthy(cure("Unable to resolve dependencies"):find("vmq-recovery build --include ID", 1, true))
  end)
end)

describe("kmutil.bundles", function()
  local INSPECT = "/usr/bin/kmutil inspect -V release --no-header"

  local function bundles(answer)
    answers.use { [INSPECT] = answer }
    return kmutil.bundles()
  end

  it("reads ids and paths, parted by blanks or tabs, in their order", function()
    assert.are.same({ { id = "com.apple.kpi.bsd", path = "/System/Library/Extensions/System.kext" },
      { id = "org.example.My-driver_2", path = "/Library/Extensions/My Driver.kext" } },
      bundles ("com.apple.kpi.bsd\t23.0\t/System/Library/Extensions/System.kext\n\n"
        .. "  org.example.My-driver_2  1.2.3   /Library/Extensions/My Driver.kext  \r\n"))
  end)

  it("takes no line that names no extension", function()
    for _, line in ipairs { "Extension Information:", "com.apple.a", "com.apple.a 1.0", "com.apple.a 1.0 relative/path", "a/b 1 /p" } do
      assert.are.same({ nil, "kmutil inspect printed a line that names no extension: " .. line, "unknown" },
        { bundles("com.apple.kpi.bsd 1 /p\n" .. line .. "\n") })
    end
    assert.are.equal(255, #select(2, bundles(("?"):rep(900))))
    for _, out in ipairs { "", " \n\n" } do
      assert.are.same({ nil, "kmutil inspect named no extension", "unknown" }, { bundles(out) })
    end
    assert.are.same({ nil, "/usr/bin/kmutil: No such file or directory", "ENOENT" }, { bundles(false) })
  end)

  it("gives kmutil two minutes", function()
    local seconds
    require("tool.probe").use(function(_, options)
      seconds = options.seconds
      return answers.of("com.apple.a 1 /p\n")
    end)
    assert.are.equal("com.apple.a", kmutil.bundles()[1].id)
    assert.are.equal(120, seconds)
  end)
end)

describe("kmutil.loaded", function()
  local SHOWLOADED = "/usr/bin/kmutil showloaded --list-only"

  it("reads the ids behind five columns, whatever stands around them", function()
    answers.use { [SHOWLOADED] = "Index Refs Address            Size       Wired      Name (Version) UUID <Linked Against>\n"
      .. "    1  131 0                  0          0          com.apple.kpi.bsd (20.5.0) 52A1E876-863E-38E3-AC80-09BBAB13B752 <>\n"
      .. "  150    0 0xffffff7f98f8d000 0x1000     0x1000     org.example.My-driver_2 (1.0.14d1) 76173829 <16 7 6 3>\n" }
    assert.are.same({ ["com.apple.kpi.bsd"] = true, ["org.example.My-driver_2"] = true }, kmutil.loaded())
  end)

  it("knows nothing where no extension is named, or kmutil fails", function()
    answers.use { [SHOWLOADED] = "Index Refs Address Size Wired Name (Version)\n" }
    assert.are.same({ nil, "kmutil showloaded named no extension", "unknown" }, { kmutil.loaded() })
    answers.use { [SHOWLOADED] = { exit = 1, stderr = "no", stdout = "" } }
    assert.is_nil((kmutil.loaded()))
  end)
end)
