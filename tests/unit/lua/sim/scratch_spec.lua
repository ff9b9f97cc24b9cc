-- The simulated Mac on disk: laid out, played by real child processes, restarted.
-- Needs the program itself, which the tools' links point at.

local file = require "lib_file"
local system = require "lib_system"
local catalogue = require "sim.catalogue"
local layout = require "sim.layout"
local mac = require "sim.mac"
local restart = require "sim.restart"
local scratch = require "sim.scratch"
local state_file = require "sim.state_file"

local PROGRAM = system.executable():gsub("tests/lua$", "vmq-recovery")

local folders = {}

local function make(name, circumstances, faults)
  local directory = assert(file.make_scratch())
  folders[#folders + 1] = directory
  assert(scratch.make(directory, assert(mac.new(name, circumstances, faults)), PROGRAM))
  return directory
end

local function quote(word) return "'" .. word:gsub("'", [['\'']]) .. "'" end

-- Without a terminal of its own the tool reads its answers from standard input.
local function run(directory, path, args, answers)
  local words = { quote(directory .. path) }
  for _, word in ipairs(args) do words[#words + 1] = quote(word) end
  local input = answers and "printf '%s\\n' " .. table.concat(answers, " ") .. " | " or ""
  local pipe = assert(io.popen(("%stimeout 20 setsid -w %s 2>&1 %s; echo \"exit $?\""):format(
    input, table.concat(words, " "), answers and "" or "</dev/null")))
  local text = pipe:read("a")
  pipe:close()
  local output, status = text:match("^(.*)exit (%d+)\n$")
  return output, tonumber(status)
end

local function sysctl(directory, name) return (run(directory, "/usr/sbin/sysctl", { "-n", name }):gsub("\n", "")) end

local function exists(path) return file.stat(path) ~= nil end

describe("a Mac on disk", function()
  setup(function() assert(exists(PROGRAM), PROGRAM .. " is not built: make") end)
  after_each(function()
    for _, directory in ipairs(folders) do assert(file.remove_tree(directory)) end
    folders = {}
  end)

  for _, name in ipairs(catalogue.names()) do
    it("is laid out and names itself: " .. name, function()
      local directory = make(name)
      local state = assert(state_file.load(directory))
      assert.are.equal(state.mac.model, sysctl(directory, "hw.model"))
      local data = "/Volumes/" .. (name:match("^m[45]") and "Data" or "Macintosh HD - Data")
      assert.is_true(exists(directory .. data .. layout.COLLECTION))
      assert.is_true(exists(directory .. "/System/Installation"))
      assert.is_true(exists(directory .. "/Volumes/Macintosh HD/System/Library/CoreServices/SystemVersion.plist"))
      assert.is_true(exists(("%s/Volumes/Preboot/%s/var/db/AdminUserRecoveryInfo.plist"):format(directory, state.default)))
      assert.are.equal("directory", file.stat(directory .. "/var/db").type)
    end)
  end

  it("keeps what tools change, and leaves the state alone when they read", function()
    local directory = make()
    local before = file.read(directory .. state_file.PATH)
    run(directory, "/usr/bin/bputil", { "-d" })
    assert.are.equal(before, file.read(directory .. state_file.PATH))
    local output, status = run(directory, "/usr/bin/csrutil", { "disable" }, { "y", "rehearsal" })
    assert.are.equal(0, status, output)
    assert.truthy(run(directory, "/usr/bin/bputil", { "-d" }):find("Customized (sip0): 7f", 1, true))
  end)

  it("stores the collection in Preboot", function()
    local directory = make()
    local object = "/Volumes/Macintosh HD - Data" .. layout.COLLECTION
    local output, status = run(directory, "/usr/bin/kmutil",
      { "configure-boot", "-v", "/Volumes/Macintosh HD", "-c", object }, { "y", "ada", "rehearsal" })
    assert.are.equal(0, status, output)
    local policy = state_file.load(directory).groups[1].policy
    local stored = ("%s/Volumes/Preboot/%s/boot/%s/System/Library/Caches/com.apple.kernelcaches/kernelcache.custom.%s")
      :format(directory, policy.group, policy.nsih, policy.coih)
    assert.is_true(file.contains(stored, directory .. object))
  end)

  it("comes back from a restart with what lay on its volumes, without what lay in recovery's own", function()
    local directory = make("m2-15")
    local state = state_file.load(directory)
    assert(file.write_atomic(directory .. "/Volumes/Macintosh HD - Data/private/var/db/kept", "kept", 384))
    assert(file.write_atomic(directory .. "/private/var/db/lost", "lost", 384))
    assert.are.equal("macos", (restart.restart(directory, state, { clean = true, into = "macos" })))
    for _, path in ipairs { "/private/var/db/kept", "/System/Volumes/Data/private/var/db/kept", "/var/db/kept" } do
      assert.are.equal("kept", file.read(directory .. path))
    end
    assert.is_false(exists(directory .. "/private/var/db/lost"))
    assert.is_false(exists(directory .. "/System/Installation"))
    assert.is_true(exists(directory .. "/Users/Shared/vmq-recovery/VirtualMachine.kc"))
    assert.is_true(exists(directory .. "/Volumes/Macintosh HD/Users/ada"))
    assert.is_true(exists(directory .. "/Volumes/Büro Mac/System/Library"))
    assert.are.equal("macos", state_file.load(directory).environment)
    assert.are.equal("paired-recovery", (restart.restart(directory, state, { into = "paired-recovery" })))
    assert.is_false(exists(directory .. "/private/var/db/lost"))
    assert.is_true(exists(directory .. "/Volumes/Macintosh HD - Data/private/var/db/kept"))
    assert.is_false(exists(directory .. "/Users"))
  end)

  it("shows a locked Data only after it was unlocked", function()
    local directory = make(nil, { "filevault-locked" })
    local path = directory .. "/Volumes/Macintosh HD - Data"
    assert.is_false(exists(path))
    local output, status = run(directory, "/usr/sbin/diskutil", { "apfs", "unlockVolume", "disk3s5" }, { "rehearsal" })
    assert.are.equal(0, status, output)
    assert.is_true(exists(path .. layout.COLLECTION))
    assert.are.equal(0, select(2, run(directory, "/usr/sbin/diskutil", { "unmount", "disk3s5" })))
    assert.is_false(exists(path))
  end)

  it("survives being moved, as its links are relative", function()
    local directory = make()
    local elsewhere = directory .. "-moved"
    assert(os.rename(directory, elsewhere))
    local found = exists(elsewhere .. "/Volumes/Macintosh HD - Data" .. layout.COLLECTION)
    local model = sysctl(elsewhere, "hw.model")
    assert(os.rename(elsewhere, directory))
    assert.is_true(found)
    assert.are.equal("Mac14,9", model)
  end)

  it("ends a killed tool with the status a shell would give, its half of the change kept", function()
    local directory = make(nil, {}, { "csrutil:die-halfway" })
    local _, status = run(directory, "/usr/bin/csrutil", { "disable" }, { "y", "rehearsal" })
    assert.are.equal(137, status)
    local policy = state_file.load(directory).groups[1].policy
    assert.are.equal("permissive", policy.mode)
    assert.is_nil(policy.sip0)
  end)

  it("lays a kit out, plays the tools of macOS, and takes attached images away at a restart", function()
    local directory = make(nil, { "macos", "kit-installed", "guests-running" })
    local state = state_file.load(directory)
    local kit, image = "/Library/Developer/KDKs/KDK_14.0_23A344.kdk/System/Library/", "/private/tmp/kit.dmg"
    local out = "/Users/Shared/vmq-recovery/new.kc"
    assert.are.equal(2, select(2, run(directory, "/bin/ps", { "-axo", "comm=" }):gsub("VirtualMachine\n", "")))
    local output, status = run(directory, "/usr/bin/kmutil", { "create", "-n", "boot", "-V", "development",
      "--no-variant-extension", "-B", out, "-k", kit .. "Kernels/kernel.development.t6020", "-r", kit .. "Extensions",
      "-x", "-b", "com.apple.kpi.bsd" })
    assert.are.equal(0, status, output)
    assert.is_true(exists(directory .. out))
    output, status = run(directory, "/usr/bin/curl", { "-q", "--fail", "--continue-at", "-", "--output", image, "--",
      require("sim.kit_list").url(state.kit) })
    assert.are.equal(0, status, output)
    assert.are.equal(0, select(2, run(directory, "/usr/bin/hdiutil", { "attach", "-mountpoint", "/private/var/db", image })))
    assert.is_true(exists(directory .. "/private/var/db/KernelDebugKit.pkg"))
    restart.restart(directory, state_file.load(directory), { into = "macos" })
    assert.is_false(exists(directory .. "/private/var/db/KernelDebugKit.pkg"))
    assert.is_true(exists(directory .. kit .. "Kernels/kernel.development.t6020"))
  end)

  describe("whose var/db is refused", function()
    local real, stopped = file.try_directory, nil
    before_each(function()
      stopped = true
      file.try_directory = function() return not stopped or nil end
    end)
    after_each(function() file.try_directory = real end)

    local function mode(directory) return file.stat(directory .. "/System/Volumes/Data/private/var/db").mode & 511 end

    it("takes no folder in macOS while SIP guards files, and any folder else", function()
      local directory = make(nil, { "macos", "var-db-refused" })
      local state = state_file.load(directory)
      assert.are.equal(320, mode(directory)) -- 0500
      restart.restart(directory, state, { into = "paired-recovery" })
      assert.are.equal(448, file.stat(directory .. "/Volumes/Macintosh HD - Data/private/var/db").mode & 511)
      state.groups[1].policy.sip0 = 0x7f
      restart.restart(directory, state, { into = "macos" })
      assert.are.equal(448, mode(directory)) -- 0700
      state.groups[1].policy.sip0 = 0x7f & ~2
      restart.restart(directory, state, { into = "macos" })
      assert.are.equal(320, mode(directory))
    end)

    it("stays as it is while something lies there, so that the Mac can be thrown away", function()
      local directory = make(nil, { "var-db-refused" })
      assert(file.make_directory(directory .. "/Volumes/Macintosh HD - Data/private/var/db/vmq-recovery", 448))
      restart.restart(directory, state_file.load(directory), { into = "macos" })
      assert.are.equal(448, mode(directory))
    end)

    it("is not played for somebody whom no mode stops", function()
      stopped = false
      local directory = assert(file.make_scratch())
      folders[#folders + 1] = directory
      local made, why = scratch.make(directory, assert(mac.new(nil, { "var-db-refused" })), PROGRAM)
      assert.is_nil(made)
      assert.are.equal("var-db-refused is played by a folder's mode, which does not stop root: rehearse it as an ordinary user", why)
    end)
  end)

  it("says what is wrong with a state that cannot be read", function()
    local directory = make()
    assert(file.write_atomic(directory .. state_file.PATH, "{", 384))
    local output, status = run(directory, "/usr/bin/csrutil", { "status" })
    assert.are.equal(69, status)
    assert.truthy(output:find("simulated-mac.json: not a state", 1, true))
    assert.is_nil((state_file.load("/nowhere")))
    assert.is_nil((scratch.make(directory .. state_file.PATH, mac.new(), PROGRAM)))
  end)
end)
