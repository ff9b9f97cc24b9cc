-- The program as somebody types it: a whole command with its lock, its checks and its last words, one start at a time.
-- Must not judge what it says.

local bputil = require "tool.bputil"
local checksum = require "base.checksum"
local invocation = require "run.invocation"
local orphans = require "run.orphans"
local probe = require "tool.probe"
local stage = require "support.stage"

local typed = {}

-- Keeps what is told: of each note its lines, and what the command ended with.
local function recorder()
  local told = { notes = {} }
  local function emit(event)
    if event.type == "note" then told.notes[#told.notes + 1] = event.lines end
    if event.type == "end" then told.result, told.code = event.result, event.exit end
  end
  local function nothing() end
  return told, { emit = emit, text = nothing, raw_text = nothing, start = nothing, after_tool = nothing, meanwhile = nothing,
    paged = function(make) make() end, leaves_out_plan = true, is_brief = true }
end

local function begin(world, view, person)
  bputil.forget()
  checksum.forget()
  probe.use(stage.probe)
  stage.person = person
  local owner = world.state.owner
  invocation.rehearse { view = view, uid = 0, user = owner.short, unattended = not person, patience = 1, pause = orphans.PAUSE }
end

-- Every line of the last note that is not empty: as it is printed, commands too.
local function last_lines(told)
  local lines = {}
  for _, line in ipairs(told.notes[#told.notes] or {}) do
    local text = type(line) == "table" and line.command or line
    if text and text ~= "" then lines[#lines + 1] = text end
  end
  return lines
end

--- Starts a command once.
-- @param words array: the command and its arguments
-- @param options as the command line gives them
-- @param person true where somebody sits at the terminal
-- @return { result, code, lines = the last words, notes = all that was told }
function typed.run(world, words, options, person)
  local told, view = recorder()
  begin(world, view, person)
  local given = { root = world.root, yes = true, quiet = true }
  for name, value in pairs(options or {}) do given[name] = value end
  local args = { table.unpack(words, 2) }
  told.status = require("command." .. words[1]).run(args, given)
  told.lines = last_lines(told)
  return told
end

return typed
