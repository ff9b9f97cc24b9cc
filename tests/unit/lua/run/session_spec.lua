-- What one run knows of paths: the Mac's own, and as this process opens them.

local session = require "run.session"

local function at(root, options, data)
  return { root = root, options = options or {},
    group = data and { data = data, group = "G", name = "HD", system = { mount = "/Volumes/HD" } } }
end

describe("session.words", function()
  it("holds the three words and what was added", function()
    assert.are.same({ "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0xFF" }, session.words())
    assert.are.same({ "kcsuffix=development", "hypervisor=0x1", "hv_apple_isa_vm_quota=0x7FFFFFFF", "-v" },
      session.words(0x7FFFFFFF, { "-v" }))
  end)
end)

describe("session.journal_directory", function()
  it("lies on the Data volume", function()
    assert.are.same({ "/r/Volumes/Data/private/var/db/vmq-recovery", "/Volumes/Data/private/var/db/vmq-recovery" },
      { session.journal_directory(at("/r", {}, { mount = "/Volumes/Data" })) })
    assert.are.same({ "/private/var/db/vmq-recovery", "/private/var/db/vmq-recovery" },
      { session.journal_directory(at("", {}, { mount = "/" })) })
  end)

  it("is not anywhere else by itself", function()
    assert.are.same({ nil, "the Data volume is not mounted" }, { session.journal_directory(at("", {}, {})) })
    assert.are.same({ nil, "no Data volume is known" }, { session.journal_directory(at("", {})) })
  end)

  it("is where --journal says, below the root or with it", function()
    assert.are.same({ "/Volumes/Stick/j", "/Volumes/Stick/j" },
      { session.journal_directory(at("", { journal = "/Volumes/Stick/j" })) })
    assert.are.same({ "/r/Volumes/Stick/j", "/Volumes/Stick/j" },
      { session.journal_directory(at("/r", { journal = "/Volumes/Stick/j" })) })
    assert.are.same({ "/r/Volumes/Stick/j", "/Volumes/Stick/j" },
      { session.journal_directory(at("/r", { journal = "/r/Volumes/Stick/j" })) })
  end)
end)

describe("session.collection", function()
  it("is the staged one, with its manifest", function()
    local folder = "/Volumes/Data/Users/Shared/vmq-recovery/"
    assert.are.same({ folder .. "VirtualMachine.kc", "/r" .. folder .. "VirtualMachine.kc",
      "/r" .. folder .. "manifest.json" },
      { session.collection(at("/r", {}, { mount = "/Volumes/Data" })) })
    assert.is_nil((session.collection(at("/r", {}, {}))))
  end)

  it("is the one that --kc names, which no manifest vouches for", function()
    assert.are.same({ "/k.kc", "/r/k.kc" }, { session.collection(at("/r", { kc = "/k.kc" })) })
    assert.are.same({ "/k.kc", "/r/k.kc" }, { session.collection(at("/r", { kc = "/r/k.kc" })) })
    assert.are.same({ "/rest/k.kc", "/r/rest/k.kc" }, { session.collection(at("/r", { kc = "/rest/k.kc" })) })
  end)
end)

describe("session.context", function()
  it("gives a plan its target, and the plan's own parameters above all", function()
    local self = at("/r", {}, { mount = "/Volumes/Data" })
    self.environment, self.words, self.group.preboot = "recovery", { "-v" }, { mount = "/Volumes/Preboot" }
    local c = session.context(self, { group = "H", mine = 7 })
    assert.are.same({ "H", 7, "HD", "/Volumes/HD", "recovery", { "-v" }, "/r", "/Volumes/Preboot" },
      { c.group, c.mine, c.volume_name, c.system_volume, c.environment, c.words, c.root, c.preboot })
    assert.are.equal("/Volumes/Data/Users/Shared/vmq-recovery/VirtualMachine.kc", c.collection_on_mac)
  end)

  it("lives without a group", function()
    assert.is_nil(session.context(at("", {})).group)
  end)
end)

describe("session.program_in", function()
  local system = package.loaded.lib_system or require "lib_system"

  -- A session booted into that system, whose program lies there.
  local function running(booted, path, data, stand_in)
    local self = at("", {}, data)
    self.booted, self.stand_in = booted, stand_in or {}
    package.loaded.lib_system = setmetatable({ executable = function() return path end }, { __index = system })
    return self
  end
  after_each(function() package.loaded.lib_system = system end)

  it("names the program's own path in the same system", function()
    for _, path in ipairs { "/Volumes/STICK/tool", "/Volumes/Data/vmq-recovery", "/private/tmp/x" } do
      assert.are.equal(path, session.program_in(running("recovery", path, { mount = "/Volumes/Data" }), "paired-recovery"))
    end
    assert.are.equal("/usr/local/bin/vmq",
      session.program_in(running("macos", "/usr/local/bin/vmq", { mount = "/" }), "macos"))
  end)

  it("names what lies on Data as it is typed in the other system", function()
    local data = { mount = "/Volumes/HD - Data", name = "HD - Data" }
    assert.are.equal("/System/Volumes/Data/vmq-recovery",
      session.program_in(running("recovery", "/Volumes/HD - Data/vmq-recovery", data), "macos"))
    assert.are.equal("/Volumes/Daten/Users/Shared/vmq", session.program_in(
      running("macos", "/Users/Shared/vmq", { mount = "/System/Volumes/Data", name = "Daten" }), "recovery"))
  end)

  it("names nothing that is not there", function()
    local data = { mount = "/Volumes/Data", name = "Data" }
    assert.are.equal("/Volumes/STICK/tool", session.program_in(running("recovery", "/Volumes/STICK/tool", data), "macos"))
    assert.are.equal("vmq-recovery", session.program_in(running("recovery", "/tmp/vmq-recovery", data), "macos"))
    assert.are.equal("vmq-recovery", session.program_in(running("recovery", "/tmp/vmq-recovery"), "macos"))
  end)

  it("takes a rehearsal's program to lie on the simulated Data", function()
    local data = { mount = "/Volumes/Data", name = "Data" }
    assert.are.equal("/Volumes/Data/vmq-recovery",
      session.program_in(running("recovery", "/home/me/build", data, { on_data = true }), "recovery"))
  end)
end)
