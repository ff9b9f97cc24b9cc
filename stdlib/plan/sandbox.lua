-- The words a plan is written with, and the environment that its text runs in.
-- Must not hold anything that starts a program, opens a file or reaches the program's own modules.

local sandbox = {}

-- The library's names in everybody's plans, and the module behind each.
local PUBLIC = {
  bputil = "tool.bputil", csrutil = "tool.csrutil", diskutil = "tool.diskutil", file = "tool.file", kmutil = "tool.kmutil",
  nvram = "tool.nvram", sysctl = "tool.sysctl",
  boot_args = "mac.boot_args", boot_object = "mac.boot_object", policy = "mac.policy",
  kernel_object = "mac.boot_object", -- its name in plans written for 1.0.0
}

-- Those that only the plans inside the program have besides: they may change with any release.
local PRIVATE = {
  curl = "tool.curl", hdiutil = "tool.hdiutil", installer = "tool.installer",
  build_result = "kernel.build_result", kit_image = "kernel.kit_image", staging = "kernel.staging",
}

-- Lua's pure functions. Left out: whatever loads code, reaches metatables or another plan, or writes past the views.
local FUNCTIONS = { "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type" }
local LIBRARIES = { "string", "table", "math", "utf8" }

-- What a plan gets of an answer is its own: whatever it does to it, the next reader gets what the tool said.
local function probe(argv)
  local command = require "plan.command"
  if not command.is_argv(argv) or argv[1]:sub(1, 1) ~= "/" then error('probe wants { "/absolute/path", "word", … }', 2) end
  local output, message, code, raw = require("tool.probe").output(argv)
  local own = {}
  for field, value in pairs(raw or {}) do own[field] = value end
  return output, message, code, raw and own
end

-- Words with a meaning of their own: what describes a plan (plan.load gives these; the last one inside the program only), and what
-- looks and describes in its functions.
local DESCRIBING = { "plan", "step", "param" }
local PART = "part"
local OWN = {
  probe = probe,
  command = function(argv, fields) return require("plan.command").new(argv, fields) end,
}

-- Tables of plain values within a module that plans may read.
local CONSTANTS = { policy = { "FULL" } }

-- Copies, so that a plan cannot change the library under the engine's feet.
local function copy(source)
  local result = {}
  for key, value in pairs(source) do
    if type(value) ~= "table" then result[key] = value end
  end
  return result
end

local function add_modules(words)
  for name, module in pairs(PUBLIC) do
    words[name] = copy(require(module))
    for _, constant in ipairs(CONSTANTS[name] or {}) do words[name][constant] = copy(require(module)[constant]) end
  end
end

-- A module that is loaded when a plan first uses it: few plans do.
local function late(module)
  return setmetatable({}, { __index = function(_, name) return require(module)[name] end })
end

--- What a plan's functions can name, each as a fresh copy; what only embedded plans have, as it is.
-- @param embedded true for a plan that is inside the program
function sandbox.vocabulary(embedded)
  local words = copy(OWN)
  add_modules(words)
  for name, module in pairs(embedded and PRIVATE or {}) do words[name] = late(module) end
  for _, name in ipairs(FUNCTIONS) do words[name] = _G[name] end
  for _, name in ipairs(LIBRARIES) do words[name] = copy(_G[name]) end
  return words
end

--- The modules whose functions everybody's plans can call, by the name that plans have for them.
function sandbox.public_modules()
  local modules = {}
  for name, module in pairs(PUBLIC) do
    if name == module:match("[^.]+$") then modules[name] = module end -- older names are not told
  end
  return modules
end

--- Every name there is in a plan's text, in order: what the linter is told.
function sandbox.names(embedded)
  local names = { table.unpack(DESCRIBING) }
  if embedded then names[#names + 1] = PART end
  for name in pairs(sandbox.vocabulary(embedded)) do names[#names + 1] = name end
  table.sort(names)
  return names
end

return sandbox
