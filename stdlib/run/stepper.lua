-- Goes through a plan one step at a time: shows what a step is about, asks, and hands the answer to the engine.
-- Must not act: the engine does, on "do". Enter alone does nothing, and the end of input stops.

local answer = require "plan.answer"
local asks = require "screen.asks"
local line_reader = require "run.line_reader"
local overview = require "screen.overview"
local place = require "plan.place"
local text = require "base.text"

local stepper = {}

local HELP = {
  { "y", "do this step" }, { "n", "leave it out, if no later step needs it" }, { "c", "do it, and go on without asking" },
  { "w", "why this step" }, { "p", "the exact command, and every way back" }, { "d", "what is expected, against what is now" },
  { "u", "undo the last step" }, { "l", "a Lua prompt here, which only looks" },
  { "q", "stop here; the journal stays open" }, { "?", "this help" },
}
-- The words that may be typed instead of the keys.
local WORDS = { yes = "y", ["do"] = "y", no = "n", skip = "n", continue = "c", why = "w", command = "p", print = "p",
  diff = "d", undo = "u", lua = "l", quit = "q", exit = "q", stop = "q", help = "?" }

local function rows(view, list)
  view.emit { type = "note", lines = {}, rows = list }
end

local function commands_of(shown)
  local list = {}
  for index, argv in ipairs(shown.commands) do
    list[index] = { shown.ladder and (index == 1 and "first" or "else") or index == 1 and "command" or "then", text.command(argv) }
  end
  return list
end

local function way_rows(shown)
  local list = {}
  for index, way in ipairs(shown.undo) do
    local line = ("%d. %s%s"):format(index, way.leaves, way.argv and ": " .. text.command(way.argv) or "")
    list[index] = { index == 1 and "way back" or "", line }
  end
  if #list == 0 then list[1] = { "way back", "nothing to take back: this step changes nothing" } end
  return list
end

local function expected(step)
  return step.expected or "its check says that it is done"
end

local function join(...)
  local all = {}
  for _, list in ipairs { ... } do
    for _, row in ipairs(list) do all[#all + 1] = row end
  end
  return all
end

local function now(step, shown) return answer.text(step, shown.seen) end

local function introduce(self, step, shown)
  self.view.emit { type = "note", title = ("Step %d of %d: %s"):format(step.number, #self.plan.steps, step.name) }
  local words = asks.words(shown.prompts, self.who)
  rows(self.view, join({ { "why", step.why }, { "where", place.words(step.where) } }, commands_of(shown),
    { { "it asks", words or "nothing" }, { "now", now(step, shown) }, { "after", expected(step) } }, way_rows(shown)))
end

local function key_of(line)
  local word = line:lower():match("^%s*(%S*)%s*$")
  return word and (WORDS[word] or word)
end

local function complete(before)
  local typed, matches = before:lower(), {}
  for word in pairs(WORDS) do
    if word:sub(1, #typed) == typed then matches[#matches + 1] = word end
  end
  table.sort(matches)
  if #matches == 1 then return matches[1]:sub(#typed + 1) end
  return nil, next(matches) and table.concat(matches, "  ")
end

local actions = {}

function actions.y() return "do" end
function actions.c() return "all" end
function actions.q() return "stop" end

function actions.n(self, _, _, choices)
  if choices.may_skip then return "skip" end
  self.view.text(("It cannot be left out: step %s needs it."):format(choices.why_not))
end

function actions.u(self, _, _, choices)
  if choices.last then return "undo" end
  self.view.text("There is nothing to undo yet.")
end

function actions.w(self, step)
  self.view.text(step.why)
  if #step.needs > 0 then self.view.text("It needs: " .. table.concat(step.needs, ", ") .. ".") end
end

function actions.p(self, _, shown)
  rows(self.view, join(commands_of(shown), way_rows(shown)))
end

function actions.d(self, step, shown)
  rows(self.view, { { "expected", expected(step) }, { "now", now(step, shown) } })
end

function actions.l(self)
  require("run.console").run(self.view, self.target, self.options, "Back to the step: Ctrl-D.")
end

actions["?"] = function(self)
  rows(self.view, HELP)
end

-- @return "do" | "all" | "skip" | "undo" | "stop"
local function ask(self, step, shown, choices)
  local prompt = ("%s [y/n/c/w/p/d/u/l/q/?]> "):format(step.name)
  while true do
    require("lib_terminal").flush_input()
    local line = self.read(prompt)
    if not line then return "stop" end
    local key = key_of(line)
    local action = key and actions[key]
    if action then
      local word = action(self, step, shown, choices)
      if word then return word end
    elseif line:find("%S") then
      self.view.text("Not a key of this prompt. ? lists them; Enter alone does nothing.")
    end
  end
end

--- Makes the engine's gate.
-- @param view the screen
-- @param case { target, options, context }, see run.lifecycle; with --yes nothing is asked
-- @param plan the plan that is gone through
-- @return function(step, seen, choices), see engine.run
function stepper.gate(view, case, plan)
  local self = { view = view, target = case.target, options = case.options, who = case.who, plan = plan,
    read = line_reader.new(complete) }
  return function(step, seen, choices)
    if case.options.yes then return "all" end
    if case.options.no_input then return "stop" end
    local shown = overview.steps({ { step = step, verdict = "todo", seen = seen } }, case.context)[1]
    introduce(self, step, shown)
    return ask(self, step, shown, choices)
  end
end

return stepper
