-- Connects the engine to the real thing: journal, door, terminal, signals, transcript.
-- Must not decide anything about a plan.

local asks = require "screen.asks"
local checksum = require "base.checksum"
local errors = require "screen.errors"
local journals = require "run.journals"
local overview = require "screen.overview"
local probe = require "tool.probe"
local prompts = require "run.prompts"
local question = require "screen.question"
local state = require "mac.state"
local sysctl = require "tool.sysctl"
local system = require "lib_system"
local transcript = require "run.transcript"
local typed = require "run.typed"
local writers = require "mac.writers"

local ports = {}

-- How often wrong credentials are tried in all.
local ATTEMPTS = 3

-- Unattended, a tool that shows nothing for this long is taken to hang (seconds). kmutil is silent for minutes on a real
-- Mac (reference §3.1).
local SILENCE = { csrutil = 120, bputil = 300, kmutil = 1800, diskutil = 300 }
local SILENCE_OTHERS = 600

-- Bytes of a tool's output that a later question may refer back to (a menu, the name of a system).
local HEARD = 8192

-- @return function(chunk) that takes output in, and function() → the end of it
local function tail_of_output()
  local tail = ""
  return function(chunk) tail = #chunk == HEARD and chunk or (tail .. chunk):sub(-HEARD) end, function() return tail end
end

-- What is shown while a tool is silent, before and behind the time; or nil.
local function waiting_words(self, command, step)
  if self.options.json or not (command.interactive or command.slow) then return nil end
  local usual = command.usually and (" (usually %s)"):format(command.usually) or ""
  return step.name, usual .. (command.stoppable and ". Ctrl-C stops it." or ". Do not switch the Mac off.")
end

-- The descriptor that a tool's output is shown on, or nil.
local function screen_of(self, command)
  if self.view.unseen then return nil end
  if self.options.json then return 2 end
  return (not self.options.quiet or command.interactive) and 1 or nil
end

-- What stands before each line that a tool prints. Beside JSON nothing of ours is among them.
local function bar_of(self) return not self.options.json and self.view.bar or nil end

-- Seconds that a command may take in all, and seconds that it may be silent.
local function limits_of(self, command)
  if not command.interactive then return self.silence or command.seconds or SILENCE_OTHERS, nil end
  if self.credentials.person then return nil, nil end
  return nil, self.silence or SILENCE[command.tool] or SILENCE_OTHERS
end

-- Names that are no password though a person types them.
local function names_of(self)
  local group, names = self.target and self.target.group or {}, { self.credentials.user }
  for _, owner in ipairs(group.owners or {}) do names[#names + 1] = owner.short end
  return names
end

-- Where a tool's output goes, besides the screen. What a person types is taken out of what is written down.
-- @return functions: output(chunk), which returns true when from now on the last HEARD bytes of a piece are enough; typed(lines, open)
--   or nil; and kept(), at the end: what may be written of the last output, or nil where all of it may
local function outputs_of(self, command, step, hear)
  local write = transcript.of_command(self.transcript, command.argv)
  local keep, kept = tail_of_output()
  local cleaner = command.interactive and typed.cleaner(names_of(self), prompts.kind)
  local function put(text)
    keep(text)
    local full = write(text)
    if self.options.json and text ~= "" then self.view.emit { type = "output", step = step.name, text = text } end
    return full
  end
  local function output(chunk)
    hear(chunk)
    return put(cleaner and cleaner:clean(chunk) or chunk) and not self.options.json
  end
  if not cleaner then return output, nil, function() end end
  return output, function(lines, open) cleaner:keys(lines, open) end, function()
    put(cleaner:finish())
    return cleaner.removed and kept() or nil
  end
end

-- Does the journal say more of this command, since it would matter that it goes on without its run?
local function is_tracked(self, argv) return self.journal and self.group and writers.is_one(argv) end

-- Who finds the lock held by a tool alone is told which.
local function note_tool(self, path, pid)
  if self.note_tool then self.note_tool(path, pid) end
end

-- What is written down once a tool runs, for whoever finds it at work when this program is gone. Where it cannot be written, the next
-- record cannot either, and the run stops there.
local function keep_track(self, command, step)
  if not is_tracked(self, command.argv) then return nil end
  return function(pid)
    journals.append(self.journal, { type = "started", step = step.name, pid = pid, path = command.argv[1] })
    note_tool(self, command.argv[1], pid)
  end
end

-- A tool that asks for the password again did not take those before. @return false when that was one too many
local function note_password_prompt(refusals, asked, hidden)
  if not refusals or hidden <= asked.counted then return nil end
  refusals:add(hidden - asked.counted)
  asked.counted = hidden
  asked.over_limit = refusals:is_spent()
  if asked.over_limit then return false end
end

-- @return options for the door, how often a password was asked for, what was heard last, and what of it may be written down (see
-- outputs_of)
local function act_options(self, command, step)
  local credentials, asked = self.credentials, { password = 0, counted = 0 }
  local hear, heard = tail_of_output()
  local function report(kind, hidden)
    self.view.emit { type = "prompt", step = step.name, kind = kind }
    if kind ~= "password" then return nil end
    asked.password = asked.password + 1
    return note_password_prompt(credentials.refusals, asked, hidden)
  end
  local seconds, silence = limits_of(self, command)
  local waiting, waiting_more = waiting_words(self, command, step)
  local output, keys, kept = outputs_of(self, command, step, hear)
  local options = { waiting = waiting, waiting_more = waiting_more, screen = screen_of(self, command), bar = bar_of(self),
    stoppable = command.stoppable or false, seconds = seconds, silence = silence, terminal = command.interactive or false,
    person = command.interactive and credentials.person or false, output = output, typed = keys,
    lock = self.lock, started = keep_track(self, command, step) }
  if command.interactive then
    options.secret_note = ("(%s)"):format(credentials:sources().password or "kept for this run")
    options.passwords = credentials.refusals and credentials.refusals:left()
    options.remember = not self.remembers_nothing and credentials:offer_to_remember() or nil
    options.answer = prompts.answerer(command, credentials:at_prompts(self.names), heard, report)
  end
  return options, asked, heard, kept
end

-- The policy's nonce at a reading that belongs to a tool which may write the policy.
local function nonce_of(self) return state.nonce(self.group) end

local READ_BACK = { outcome = true, ["undo-outcome"] = true }

-- Writing into the journal; a dry run has none.
local function journal_ports(made, self)
  local journal, writes_policy = self.journal, nil
  local boot = journal and self.group and sysctl.boot_time() -- it does not change, so it is read once
  function made.record(fields)
    if not journal then return true end
    if writes_policy and READ_BACK[fields.type] then fields.nonce = nonce_of(self) end
    local sequence, message, code = journals.append(journal, fields)
    return sequence and true, message, code
  end
  function made.intent(argv, fields)
    if not journal then return true end
    local tracked = is_tracked(self, argv)
    writes_policy = tracked and writers.POLICY[argv[1]]
    if tracked then
      fields.boot, fields.nonce = boot, writes_policy and nonce_of(self) or nil
      note_tool(self, argv[1])
    end
    local sequence, message, code = journals.intent(journal, argv, fields)
    fields.argv = argv
    return sequence and true, message, code
  end
end

-- Tools that ask for a password which this Mac counts.
local ASKS_PASSWORD = { csrutil = true, bputil = true, kmutil = true, diskutil = true }

-- What a refused password changes: nobody may be left to give another. Beyond the limit the person decides about each, so that a
-- mistyped one costs no rung.
local function after_refusal(made, self)
  local refusals = self.credentials.refusals
  if self.credentials:forget_refused() then
    made.attempts, made.rung_attempts = 0, nil
  elseif refusals and refusals:is_spent() then
    made.rung_attempts = math.huge
  end
end

-- May a step stay that cannot be undone here? Only a person can say so.
local function accept_port(made, self)
  local accepted = {} -- by sentence: what was asked once holds for every step that says the same
  function made.accept(sentence)
    if accepted[sentence] or not self.credentials.person then return accepted[sentence] or false end
    self.view.emit { type = "note", lines = { "", sentence .. ".",
      "To let it stay and take the rest back, type: stay. Type n to stop here." } }
    accepted[sentence] = question.word("stay> ", { "stay" }) == true
    return accepted[sentence]
  end
end

-- What is said before the way back of a run that failed. Who answers is looked up only then: a password may be kept meanwhile.
local function going_back_port(made, self)
  function made.going_back(ways, count)
    local who = asks.who(self.target, self.credentials.user, self.credentials:sources())
    local words = overview.going_back(overview.steps(ways, self.context), count, self.target.environment, who)
    if words then self.view.emit { type = "note", lines = { "", words } } end
  end
end

-- The programs that may be told what this one knows (allowlist_may_be_answered in runner/door/allowlist.c).
local IS_ANSWERED = { ["/usr/bin/csrutil"] = true, ["/usr/bin/bputil"] = true, ["/usr/bin/kmutil"] = true, ["/usr/sbin/diskutil"] = true }

-- What is asked, and what is typed there. To a plan's own program this one types nothing.
local function asks_port(made, self)
  function made.asks(command, step)
    local asked = command.prompts or command.interactive and step.prompts or {}
    if #asked == 0 then return nil end
    local told = IS_ANSWERED[command.argv[1]]
    local who = asks.who(self.target or {}, told and self.credentials.user, told and self.credentials:sources())
    return asks.words(asked, who), asked
  end
end

local function tenths(seconds) return math.ceil(seconds * 10) / 10 end

-- What was learnt of a command's end besides its outcome.
local function complete(outcome, asked, written, began)
  outcome.output = written or outcome.output
  outcome.tries = math.max(asked.password, outcome.hidden or 0)
  outcome.refused_credentials = outcome.gave_up and (asked.password > 1 or asked.over_limit or outcome.too_many or false)
  outcome.counted = asked.counted
  outcome.seconds = not outcome.dry_run and tenths(system.monotonic() - began) or nil
end

-- Starting a command, and what its end means.
local function tool_ports(made, self)
  function made.may_start(command)
    local refusals = self.credentials.refusals
    if self.dry_run or not (refusals and command.interactive and ASKS_PASSWORD[command.tool]) then return true end
    return refusals:allow(self.credentials.person, self.view)
  end
  function made.act(command, step)
    local options, asked, heard, kept = act_options(self, command, step)
    local began = system.monotonic()
    local outcome, message, code = require("lib_door").act(self.journal, command.argv, options)
    self.view.after_tool(heard())
    local written = kept()
    if outcome and not outcome.exit and self.stand_still and is_tracked(self, command.argv) then self.stand_still() end
    if outcome then complete(outcome, asked, written, began) end
    return outcome, message, code
  end
  function made.explain(command, outcome)
    local meaning = errors.explain(command.tool, outcome)
    if outcome.remembered then self.credentials:remember() end
    local refusals = self.credentials.refusals
    if refusals and outcome.counted then refusals:note(meaning.kind, outcome.hidden or 0, outcome.counted) end
    if meaning.kind == "credentials" then after_refusal(made, self) end
    return meaning
  end
end

-- What was read before an act is no longer so.
local function forget()
  probe.forget()
  checksum.forget()
end

--- The installed systems' volume names.
-- @param target see mac.target.look
function ports.volume_names(target)
  local names = {}
  for index, group in ipairs(target.groups or {}) do names[index] = group.name end
  return names
end

--- Makes the engine's ports (see engine.run).
-- @param self { view, options, credentials, journal = userdata or nil in a dry run, transcript = path or nil,
--   names = array of the installed systems' volume names, silence = seconds or nil, dry_run,
--   stand_still = function() that waits until nobody writes what a cut off tool began, or nil,
--   lock = the Mac's, or nil, note_tool = function(path, pid) that writes into it, or nil, group = UUID of the volume group or nil,
--   target = see mac.target.look, for what is told of a tool's questions, or nil, context = the plan's, or nil: then no way back is told,
--   remembers_nothing = true where what is typed is not a password for the other tools,
--   compare = function() that compares the Mac with the run's baseline, see engine.run }
function ports.new(self)
  local made = { attempts = ATTEMPTS, dry_run = self.dry_run, no_input = self.options.no_input or false, emit = self.view.emit,
    forget = forget, compare = self.compare, stop = require("lib_signals").stage }
  journal_ports(made, self)
  tool_ports(made, self)
  asks_port(made, self)
  accept_port(made, self)
  if self.context then going_back_port(made, self) end
  return made
end

return ports
