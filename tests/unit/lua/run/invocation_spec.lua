-- What was asked for, and that a rehearsal takes the place of the real thing in every part of it.

local files = require "lib_file"
local read_only = require "tests.unit.lua.support.read_only"
local screen = require "tests.unit.lua.support.screen"
local targets = require "tests.unit.lua.support.target"

local kept, root, configured, looked, invocation
before_each(function()
  kept = {}
  for _, name in ipairs { "lib_door", "lib_signals", "lib_system", "mac.target", "tool.probe", "run.invocation" } do
    kept[name] = package.loaded[name] or false
  end
  root, configured = assert(files.make_scratch()), {}
  package.loaded.lib_door = { configure = function(fields) configured[#configured + 1] = fields end }
  package.loaded.lib_signals = { install = function() configured.signals = (configured.signals or 0) + 1 end }
  package.loaded.lib_system = setmetatable({ uid = function() return 501 end, executable = function() return root .. "/usr/bin/vmq" end },
    { __index = kept.lib_system or require "lib_system" })
  package.loaded["tool.probe"] = { forget = function() looked.forgotten = true end }
  looked = {}
  package.loaded["mac.target"] = { look = function(at, options)
    looked.root, looked.options = at, options
    return "target"
  end }
  package.loaded["run.invocation"] = nil
  invocation = require "run.invocation"
  screen.use(80)
end)
after_each(function()
  for name, part in pairs(kept) do package.loaded[name] = part or nil end
  screen.restore()
  files.remove_tree(root)
end)

local function open(options) return assert(invocation.open(read_only(options), "flip")) end

describe("invocation.open", function()
  it("holds what was asked for", function()
    local self = open { root = root .. "//", dry_run = true, yes = true }
    assert.are.same({ "flip", root, true, 501, false, true },
      { self.command, self.root, self.dry_run, self.uid, self.person, self.options.yes })
    assert.is_function(self.view.emit)
    self = open {}
    assert.are.same({ "", false }, { self.root, self.dry_run })
  end)

  it("knows whether somebody is at standard input", function()
    package.loaded.lib_terminal.is_terminal = function(fd) return fd == 0 end
    assert.is_true(open({}).person)
  end)

  it("asks nobody with --no-input, and takes nobody to be there", function()
    local question = require "screen.question"
    local real, nobody = question.ask_nobody, nil
    finally(function() question.ask_nobody = real end)
    function question.ask_nobody(so) nobody = so end
    package.loaded.lib_terminal.is_terminal = function() return true end
    assert.are.same({ true, nil }, { open({}).person, nobody })
    assert.are.same({ false, true }, { open({ no_input = true }).person, nobody })
  end)

  it("configures the door once a process, and signals with it", function()
    open { root = root, dry_run = true }
    open { root = root }
    assert.are.same({ { root = root, dry_run = true, withhold = true }, signals = 1 }, configured)
  end)

  it("withholds a plan's own tools from what only looks, unless they are allowed", function()
    for _, case in ipairs { { {}, false, false }, { {}, true, true }, { { dry_run = true }, false, true },
      { { allow_tools = true }, true, false }, { { allow_tools = true, dry_run = true }, false, false } } do
      package.loaded["run.invocation"], configured = nil, {}
      require("run.invocation").open(case[1], "flip", case[2])
      assert.are.equal(case[3], configured[1].withhold)
    end
  end)

  it("lets the door act where no dry run is asked for", function()
    open { root = root }
    assert.are.same({ { root = root, dry_run = false, withhold = false }, signals = 1 }, configured)
  end)

  it("refuses a root that is not there, before the door is configured", function()
    for _, missing in ipairs { root .. "/nowhere", root .. "/nowhere/", "nowhere at all" } do
      assert.are.same({ nil, "--root " .. missing .. ": no such folder" }, { invocation.open({ root = missing }, "flip") })
    end
    assert(files.write_atomic(root .. "/file", "", 384))
    assert.is_nil((invocation.open({ root = root .. "/file" }, "flip")))
    assert.are.same({}, configured)
  end)

  it("opens the view that the options ask for", function()
    local shown = screen.use(80)
    local self = open { json = true }
    self.view.start(3)
    self.view.emit { type = "end", result = "done", exit = 0 }
    assert.truthy(shown.lines()[1]:find('"command":"flip"', 1, true), shown.out())
    assert.truthy(shown.lines()[2]:find('"type":"end"', 1, true), shown.out())
  end)
end)

describe("a rehearsal", function()
  it("takes the place of screen and user in everything that is opened after it", function()
    local view = { emit = function() end }
    invocation.rehearse { view = view, uid = 0, user = "ada", silence = 3 }
    local self = open { json = true }
    assert.are.same({ true, 0, "ada", 3 }, { rawequal(self.view, view), self.uid, self.rehearsal.user, self.rehearsal.silence })
    invocation.rehearse {}
    assert.are.same({ 501, nil }, { open({}).uid, open({}).rehearsal.user })
  end)
end)

describe("the folder of a simulated Mac that was kept", function()
  local STATE, TOOL, PROGRAM = "/simulated-mac.json", "/usr/bin/csrutil", "/usr/bin/vmq"
  local stats
  before_each(function()
    stats = { [STATE] = { type = "file", uid = 501 }, [TOOL] = { inode = 1, device = 2 }, [PROGRAM] = { inode = 1, device = 2 } }
    package.loaded.lib_file = { stat = function(path, itself)
      local name = path:sub(#root + 1)
      if name == "/" then return { type = "directory" } end
      if name == STATE and not itself then return nil end
      return path:sub(1, #root) == root and stats[name] or nil
    end }
  end)
  after_each(function() package.loaded.lib_file = files end)

  it("is this user's, and its tools are this program: there its owner counts as root", function()
    assert.is_true(invocation.is_kept(root))
    assert.are.equal(0, open({ root = root }).uid)
    assert.is_false(invocation.is_kept "")
  end)

  it("is none with another owner, another program, or without one of them", function()
    for name, others in pairs { [STATE] = { false, { type = "link", uid = 501 }, { type = "file", uid = 0 } },
      [TOOL] = { false, { inode = 7, device = 2 }, { inode = 1, device = 7 } }, [PROGRAM] = { false } } do
      local whole = stats[name]
      for _, other in ipairs(others) do
        stats[name] = other
        assert.is_false(invocation.is_kept(root), name)
      end
      stats[name] = whole
    end
  end)
end)

describe("a line to be typed", function()
  local started = require "base.started"
  after_each(function() started.note { program = "vmq-recovery", root = "", volume = "", sudo = false } end)

  -- The options that it takes over.
  local function taken(options, is_kept, rehearsal)
    invocation.is_kept = function() return is_kept end
    invocation.rehearse(rehearsal or {})
    open(options)
    return started.options()
  end

  it("goes to a simulated Mac that is kept, and to the volume that was named", function()
    local named = " --root " .. root .. "//"
    assert.are.same({ named, "", " --volume HD" },
      { taken({ root = root .. "//" }, true), taken({ root = root }, false), taken({ root = root, volume = "HD" }, false) })
    assert.are.same({ " --root /k", "" },
      { taken({ root = root }, false, { view = {}, kept = "/k", uid = 0 }), taken({ root = root }, true, { view = {}, uid = 0 }) })
  end)

  it("needs root in macOS", function()
    for booted, line in pairs { macos = "`sudo vmq-recovery doctor`", recovery = "`vmq-recovery doctor`" } do
      package.loaded["mac.target"].look = function() return { booted = booted } end
      invocation.look(open {})
      assert.are.equal(line, started.said "`vmq-recovery doctor`")
    end
  end)

  it("names a program that lies on that Mac as the Mac names it, and any other as it was typed", function()
    for typed, shown in pairs { [root .. "/usr/bin/vmq"] = "/usr/bin/vmq", [root .. "x/vmq"] = root .. "x/vmq", ["./vmq"] = "./vmq" } do
      started.note { program = typed }
      open { root = root }
      assert.are.equal(shown, started.program())
    end
  end)
end)

describe("invocation.look", function()
  local function look(options, group, person)
    package.loaded.lib_terminal.is_terminal = function() return person or false end
    local target = invocation.look(open(options), group)
    assert.are.equal("target", target)
    return looked.options
  end

  it("forgets what was probed, and looks below the root for the volume that was named", function()
    local options = look { root = root, volume = "Second" }
    assert.are.same({ root, "Second", true, nil }, { looked.root, options.volume, looked.forgotten, options.choose })
  end)

  it("goes by the group that was chosen before, without a menu", function()
    local options = look({ root = root, volume = "Second" }, "G", true)
    assert.are.same({ "G", nil }, { options.volume, options.choose })
  end)

  it("offers a menu only where somebody may be asked", function()
    assert.is_function(look({ root = root }, nil, true).choose)
    for _, options in ipairs { { yes = true }, { json = true } } do
      options.root = root
      assert.is_nil(look(options, nil, true).choose)
    end
    assert.is_nil(look({ root = root }, nil, false).choose)
  end)

  it("is shared by the operations of one command: each has options of its own, none begins the stream of events", function()
    local whole = { uid = 7, options = { yes = true, volume = "A" }, view = { start = function() error "again" end, emit = print } }
    local part = invocation.part(whole, { volume = "B" })
    part.view.start(3)
    assert.are.same({ 7, true, "B", print, "A" }, { part.uid, part.options.yes, part.options.volume, part.view.emit, whole.options.volume })
  end)

  it("says where the program lies as the Mac names it", function()
    local program = look({ root = root }).program
    assert.are.equal("/usr/bin/vmq", program(nil))
    assert.are.equal("/usr/bin/vmq", program(read_only(targets.recovery().group)))
  end)

  it("takes a rehearsal's program to lie where `stage` puts it, while Data is there", function()
    invocation.rehearse { on_data = true }
    local program = look({ root = root }).program
    assert.are.equal("/Volumes/Data/vmq-recovery", program(read_only(targets.recovery().group)))
    assert.are.equal("/usr/bin/vmq", program({ data = {} }))
    assert.are.equal("/usr/bin/vmq", program({}))
    assert.are.equal("/usr/bin/vmq", program(nil))
  end)
end)

describe("the first line", function()
  it("says which program this is, but quietly and in a rehearsal", function()
    local target = targets.recovery()
    local function said(options, rehearsal)
      local events = {}
      local view = { emit = function(event) events[#events + 1] = event end }
      invocation.say_program({ options = options, rehearsal = rehearsal, view = view }, target)
      return events[1] and events[1].lines[1]
    end
    assert.truthy(said({}, {}):find("^vmq%-recovery [%d.]+, /Volumes/Data/vmq%-recovery, on the volume Data$"))
    assert.is_nil(said({ quiet = true }, {}))
    assert.is_nil(said({}, { view = {} }))
  end)
end)
