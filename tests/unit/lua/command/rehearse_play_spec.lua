-- How a rehearsal is played: on a simulated Mac in a scratch folder, in one event stream, over the restarts that a command asks for.

local files = require "lib_file"
local invocation = require "run.invocation"
local json = require "base.json"
local rehearse = require "command.rehearse"
local screen = require "tests.unit.lua.support.screen"

local REPLACED = { "command.apply", "command.revert", "command.run", "command.step", "sim.restart" }

local kept, shown, happened, codes, reached
before_each(function()
  kept, happened, codes, reached = {}, {}, {}, "macos"
  for _, name in ipairs(REPLACED) do kept[name] = package.loaded[name] or false end
  shown = screen.use(80)
  package.loaded["sim.restart"] = { restart = function(_, _, how)
    happened[#happened + 1] = "restart " .. how.into
    return reached, reached ~= "macos" and "a panic" or nil
  end }
end)
after_each(function()
  for name, part in pairs(kept) do package.loaded[name] = part or nil end
  screen.restore()
  invocation.rehearse {}
end)

-- A command that says something, and ends with the next of its codes.
local function stand_in(name)
  package.loaded["command." .. name] = { run = function(args, options)
    happened[#happened + 1] = table.concat({ name, table.unpack(args) }, " ")
    happened.options, happened.folder = options, files.stat(options.root .. "/usr/bin/csrutil") ~= nil
    local view = assert(invocation.open({}, name)).view
    view.start(1)
    view.emit { type = "note", lines = { "words of " .. name } }
    view.text "a line"
    local code = table.remove(codes[name] or {}, 1) or 0
    view.emit { type = "end", result = code == 8 and "phase" or "done", exit = code }
    return code
  end }
end

local function play(args, options)
  for _, name in ipairs { "apply", "revert", "run", "step" } do stand_in(name) end
  local real = package.loaded.lib_process
  package.loaded.lib_process = { configure = function() end }
  local code = rehearse.run(args, options or {})
  package.loaded.lib_process = real
  return code
end

local function says(words) return (shown.out():gsub("%s+", " ")):find(words, 1, true) ~= nil end

describe("a rehearsal", function()
  it("starts the command on the simulated Mac, in a folder that is gone afterwards", function()
    assert.are.equal(0, play({ "apply" }, { quiet = true }))
    local options = happened.options
    assert.are.same({ { "apply" }, true, true, true }, { { happened[1] }, options.quiet, options.detailed_exitcode, happened.folder })
    assert.is_nil(files.stat(options.root))
    assert.is_true(says "words of apply" and says "a line" and says "To rehearse the way back: `vmq-recovery rehearse revert`")
  end)

  it("goes on after each restart that is asked for", function()
    codes.apply = { 8, 8 }
    assert.are.equal(0, play { "apply" })
    assert.are.same({ "apply", "restart macos", "apply", "restart macos", "apply" }, { table.unpack(happened) })
    assert.is_true(says "The simulated Mac restarts: it is now in macos")
  end)

  it("gives up where it would restart for ever, and calls a phase done unless it is asked to tell", function()
    codes.apply = { 8, 8, 8, 8, 8 }
    assert.are.equal(0, play { "apply" })
    assert.are.equal(8, #happened)
    codes.apply = { 8, 8, 8, 8, 8 }
    assert.are.equal(8, play({ "apply" }, { detailed_exitcode = true }))
  end)

  it("says what helps where macOS does not start", function()
    codes.apply, reached = { 8 }, "recovery"
    assert.are.equal(6, play { "apply" })
    assert.are.same({ "apply", "restart macos" }, { table.unpack(happened) })
    assert.is_true(says "it is now in recovery (a panic)" and says "vmq-recovery revert" and says "thrown away now")
  end)

  it("is of step, or of any plan", function()
    assert.are.equal(0, play { "step" })
    assert.are.equal(0, play { "/p/mine.lua" })
    assert.are.same({ "step", "run /p/mine.lua" }, { table.unpack(happened) })
    assert.is_false(says "To rehearse the way back")
    assert.is_true(says "On your Mac: `vmq-recovery plan /p/mine.lua` shows what it would do, `vmq-recovery run /p/mine.lua` does it.")
  end)

  it("is done where its command says nothing of how it ended", function()
    local real_stand_in = stand_in
    stand_in = function(name) package.loaded["command." .. name] = { run = function() return 0 end } end
    assert.are.equal(0, play({ "step" }, { json = true }))
    stand_in = real_stand_in
    assert.are.equal("done", assert(json.decode(shown.lines()[#shown.lines()])).result)
  end)

  it("is one event stream, with one beginning and one end", function()
    codes.apply = { 8 }
    play({ "apply" }, { json = true })
    local kinds, last = {}, nil
    for _, line in ipairs(shown.lines()) do
      last = assert(json.decode(line))
      kinds[last.type] = (kinds[last.type] or 0) + 1
    end
    assert.are.same({ 1, 1, "end", "done", 0 }, { kinds.start, kinds["end"], last.type, last.result, last.exit })
  end)

  it("tells of each fault that was asked for and never came to pass, last", function()
    play({ "apply" }, { fault = { "csrutil:lie:9", "nvram:fail-before" } })
    assert.truthy(shown.out():find("%-%-fault csrutil:lie:9 never came to pass.\n%-%-fault nvram:fail%-before never came to pass.\n$"))
    play({ "apply" }, { fault = { "csrutil:lie:9" }, json = true })
    assert.are.same({ "csrutil:lie:9" }, assert(json.decode(shown.lines()[#shown.lines()])).unfired)
    shown = screen.use(80)
    play({ "apply" }, { json = true })
    assert.is_nil(assert(json.decode(shown.lines()[#shown.lines()])).unfired)
  end)

  it("types for whoever says --yes, and leaves it to the person otherwise", function()
    play({ "apply" }, { yes = true })
    local rehearsal = assert(invocation.open({}, "x")).rehearsal
    assert.are.same({ true, true, true, 1, 3 }, { rehearsal.unattended, rehearsal.user ~= nil, rehearsal.password ~= nil,
      rehearsal.patience, rehearsal.silence })
    assert.is_true(says "are made up, and typed for you.")
    play { "apply" }
    rehearsal = assert(invocation.open({}, "x")).rehearsal
    assert.are.same({ nil, nil, nil, true, 0 }, { rehearsal.unattended, rehearsal.user, rehearsal.password, rehearsal.on_data,
      rehearsal.uid })
    assert.is_true(says "The owner is made up: short name")
  end)
end)

describe("a rehearsal of revert", function()
  it("applies first, unseen and unasked; then reverts as it was asked for", function()
    codes.apply = { 8 }
    assert.are.equal(0, play({ "revert" }, { verbose = true }))
    assert.are.same({ "apply", "restart macos", "apply", "restart paired-recovery", "revert" }, { table.unpack(happened) })
    assert.are.same({ nil, true, nil }, { happened.options.yes, happened.options.verbose, happened.options.quiet })
    assert.is_nil(shown.out():find("words of apply", 1, true))
    assert.truthy(shown.out():find("words of revert", 1, true))
  end)

  it("puts faults in only once the Mac is applied", function()
    local function faults_at(name)
      local run = package.loaded["command." .. name].run
      package.loaded["command." .. name].run = function(args, options)
        happened[name] = #require("sim.state_file").load(options.root).faults
        return run(args, options)
      end
    end
    local real_stand_in = stand_in
    stand_in = function(name)
      real_stand_in(name)
      faults_at(name)
    end
    assert.are.equal(0, play({ "revert" }, { fault = { "bputil:lie" } }))
    stand_in = real_stand_in
    assert.are.same({ 0, 1 }, { happened.apply, happened.revert })
  end)

  it("ends where the apply fails", function()
    codes.apply = { 1 }
    assert.are.equal(1, play({ "revert" }, { fault = { "bputil:lie" } }))
    assert.are.same({ "apply", "restart paired-recovery" }, { table.unpack(happened) })
    assert.is_true(says "--fault bputil:lie never came to pass.")
  end)
end)
