-- What the engine's ports say of a tool's questions, and keep of the answers.

local ports_module = require "run.ports"
local read_only = require "tests.unit.lua.support.read_only"

local TOOL = read_only { argv = { "/usr/bin/csrutil", "disable" }, tool = "csrutil", interactive = true, yes_no = "y" }
local STEP = read_only { name = "sip" }

local function ports(more)
  local credentials = { user = "ada" }
  function credentials.sources() return { yes = "from --yes", user = "from --user", password = "from --password-fd" } end
  local self = { options = {}, credentials = credentials, view = { emit = function() end } }
  for name, value in pairs(more or {}) do self[name] = value end
  return ports_module.new(self)
end

describe("what a tool asks", function()
  local TARGET = require("tests.unit.lua.support.target").recovery()
  local ASKING = { argv = TOOL.argv, interactive = true, prompts = { "whether to go on (y or n)", "that user's password" } }

  it("is told with what is typed there and where that comes from", function()
    local words, prompts = ports({ target = TARGET }).asks(ASKING, STEP)
    assert.are.same({ "y (from --yes), then ada's login password (from --password-fd)", ASKING.prompts }, { words, prompts })
  end)

  it("is the step's to say where the command does not, and nothing is typed to a program of the plan's own", function()
    local step = { name = "x", prompts = { "that user's password" } }
    local own = { argv = { "/usr/local/bin/x" }, interactive = true }
    assert.are.same({ "that user's login password", step.prompts }, { ports().asks(own, step) })
    assert.are.same({}, { ports().asks({ argv = own.argv }, step) })
  end)

  it("is answered for Apple's own four alone, by their whole path", function()
    local step = { name = "x", prompts = { "that user's password" } }
    for path, known in pairs { ["/usr/bin/csrutil"] = true, ["/usr/bin/bputil"] = true, ["/usr/bin/kmutil"] = true,
      ["/usr/sbin/diskutil"] = true, ["/usr/local/bin/csrutil"] = false, ["/usr/sbin/nvram"] = false } do
      local words = ports().asks({ argv = { path }, interactive = true }, step)
      assert.are.equal(known and "ada's login password (from --password-fd)" or "that user's login password", words, path)
    end
  end)

  it("is not asked where --no-input says that nobody is there", function()
    assert.are.same({ true, false }, { ports({ options = { no_input = true } }).no_input, ports().no_input })
  end)
end)

describe("passwords that this Mac counts", function()
  it("stop Apple's own four, and no other tool", function()
    local credentials = { refusals = { allow = function() return nil, "attempts" end } }
    for tool, stops in pairs { csrutil = true, bputil = true, kmutil = true, diskutil = true, nvram = false, mine = false } do
      local may = ports({ credentials = credentials }).may_start { argv = { "/x" }, tool = tool, interactive = true }
      assert.are.equal(not stops or nil, may, tool)
    end
  end)
end)

describe("what was typed at a tool", function()
  it("is noted by who counts refused passwords, where there is one and it ran", function()
    local noted = {}
    local credentials = { refusals = { note = function(_, ...) noted[#noted + 1] = { ... } end } }
    local made = ports { credentials = credentials }
    made.explain(TOOL, { exit = 0, output = "", hidden = 2, counted = 1 })
    made.explain(TOOL, { exit = 0, output = "", counted = 0 })
    made.explain(TOOL, { exit = 0, output = "" })
    ports().explain(TOOL, { exit = 0, output = "", counted = 0 })
    assert.are.same({ { "claimed", 2, 1 }, { "claimed", 0, 0 } }, noted)
  end)
end)

describe("the names of systems", function()
  it("are those of the groups that were found", function()
    assert.are.same({ "A", "B" }, ports_module.volume_names { groups = { { name = "A" }, { name = "B" } } })
    assert.are.same({}, ports_module.volume_names {})
  end)
end)

describe("what a tool printed", function()
  local door = package.loaded.lib_door
  after_each(function() package.loaded.lib_door = door end)

  -- Types this at a question for a user.
  local function output(answer)
    package.loaded.lib_door = { act = function(_, _, options)
      options.output "Enter username: "
      options.typed(1, false)
      options.output(answer .. "\r\n")
      return { exit = 0, output = "as the door heard it" }
    end }
    local credentials = { person = true, user = "ada", sources = function() return {} end, offer_to_remember = function() end,
      at_prompts = function() return {} end }
    local view = { emit = function() end, after_tool = function() end }
    local target = { group = { owners = { { short = "bob" }, { short = "eve" } } } }
    return ports({ credentials = credentials, view = view, target = target }).act(TOOL, STEP).output
  end

  it("is kept without what was typed there, and as it is where nothing of it is left out", function()
    assert.are.same({ "Enter username: (not kept)\r\n", "as the door heard it" }, { output "hunter2", output "y" })
    for _, name in ipairs { "ada", "bob", "eve" } do assert.are.equal("as the door heard it", output(name)) end
  end)
end)

describe("the way back of a run that failed", function()
  it("is told with who asks for the password, unless that is known by now", function()
    local step = { name = "sip", where = "any", why = "w", prompts = { "that user's password" },
      ladder = function() return { { { argv = { "/usr/bin/bputil" } }, leaves = "x" } } end }
    local function told(sources)
      local lines
      local credentials = { sources = function() return sources end }
      ports({ context = {}, target = { environment = "paired-recovery" }, credentials = credentials,
        view = { emit = function(event) lines = event.lines end } }).going_back({ { step = step, verdict = "todo" } }, 1)
      return lines
    end
    assert.are.same({ "", "Going back: 1 step. bputil asks for the password again." }, told {})
    assert.are.same({ "", "Going back: 1 step." }, told { password = "kept for this run" })
    assert.is_nil(ports().going_back)
  end)
end)
