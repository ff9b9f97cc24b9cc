-- Says in plain words what a failure of an Apple tool means: cause, cure, and what is not affected.
-- Must not call anything a password error that does not say so itself.

local place = require "plan.place"
local text = require "base.text"

local errors = {}

-- Kinds that several tools share.
local COMMON = {
  credentials = {
    cause = "the tool did not accept this user name and password",
    cure = "use the short name of a volume owner (recovery's screens show full names) and that user's login password",
    unaffected = "nothing was changed" },
  pairing = {
    cause = "this recovery does not belong to the target volume, or it was not reached by holding the power button",
    cure = "make the volume the startup disk, shut down fully, " .. place.HOLD .. ", choose Options",
    unaffected = "no policy was changed" },
}

-- Tools that bring a catalogue of their own, in the order of `help errors`.
local CATALOGUED = { "csrutil", "bputil", "kmutil", "nvram", "diskutil", "curl", "hdiutil", "installer", "file" }

-- What this program itself has to report, by kind.
local OURS = {
  { kind = "silent", text = "a tool showed nothing for too long and was stopped", cause = "the tool hangs, or waits for something",
    cure = "run it again in a terminal and watch it; kmutil may take minutes on a real Mac" },
  { kind = "question", text = "a tool asked a question that nobody could answer",
    cause = "the question is new to this program, and nobody is at the terminal",
    cure = "run it again in a terminal, without --yes, and answer it yourself" },
  { kind = "killed", text = "a tool was killed by a signal", cause = "the tool crashed, or somebody stopped it",
    cure = "run it again; if it is killed again, use another way back from the list" },
  { kind = "claimed", text = "a tool reported success, but the state says otherwise",
    cause = "the command reported success, but the setting did not change, or was changed back at once",
    cure = "read the tool's words; `vmq-recovery status` shows the state" },
  { kind = "not-started", text = "a tool could not be started", cause = "it is missing in this recovery, or is not a program",
    cure = "start the recovery that belongs to this Mac's macOS", unaffected = "nothing was changed" },
  { kind = "journal", text = "the journal cannot be written",
    cause = "the disk is full or read-only; nothing is started that could not be recorded first",
    cure = "free some space, or name a folder on another volume with --journal", unaffected = "what the journal holds is whole" },
  { kind = "corrupt", text = "a journal has a bad record", cause = "the file was damaged or edited: only a torn last record is repaired",
    cure = "look at the named line; move the file away to begin anew (`revert` needs no journal)", unaffected = "nothing was changed" },
  { kind = "locked", text = "another run is at work", cause = "a second vmq-recovery was started while the first still runs",
    cure = "let the first one finish, or stop it with Ctrl-C in its terminal", unaffected = "nothing was changed" },
  { kind = "at-work", text = "a tool of an earlier run is still at work",
    cause = "vmq-recovery was killed, or its terminal was closed, while the tool was at work; the tool continues alone",
    cure = "wait until it has ended, then type the same line again; a restart ends it, too", unaffected = "nothing was changed" },
  { kind = "attempts", text = "too many passwords were refused",
    cause = "this Mac counts refused passwords, and may lock its disk for good",
    cure = "nothing more is tried unattended before a restart; at a terminal you may go on by typing again",
    unaffected = "no further password was tried" },
  { kind = "barred", text = "this Mac takes no more passwords for now",
    cause = "too many attempts were refused, and Apple's tool says to wait",
    cure = "restart, wait some minutes, and try once, with care", unaffected = "no further password was tried" },
  { kind = "undone", text = "a step was undone again and again", cause = "a later command, or somebody else, takes back what the step does",
    cure = "`vmq-recovery rollback`, then look for what else changes the policy" },
  { kind = "neither", text = "the state is neither before nor after",
    cause = "a tool was cut off half-way, or something else changed the Mac meanwhile",
    cure = "compare both states; `rollback` goes back to the start, `revert` to full security",
    unaffected = "nothing more was changed" },
  { kind = "unknown", text = "a tool failed in words that this program does not know",
    cause = "this program does not know this error",
    cure = "read what Apple's tool said above; `vmq-recovery status` shows the Mac as it is now" },
}

-- Kinds that the same command meets again, whatever is done about them in the meantime: it has to be another command, another place or
-- another Mac.
local LASTING = { platform = true, option = true, seal = true, bootability = true, denied = true, ["newer-macos"] = true }

--- Is a failure of this kind one that trying again may overcome, once its cure is done?
-- @param kind string or nil: not known
function errors.may_pass(kind) return not LASTING[kind] end

local OURS_BY_KIND = {}
for _, entry in ipairs(OURS) do OURS_BY_KIND[entry.kind] = entry end

-- Bytes of a tool's line that are shown.
local LONGEST_QUOTE = 1000

-- Cut first: a tool gone wrong may print a megabyte without a line end.
local function tidy(line)
  line = line:sub((line:find("%S")) or 1):gsub("^#+%s*[%d%.]+%%", "") -- a progress bar is no words
  return text.printable(line:sub(1, LONGEST_QUOTE):match("^(.-)%s*$"))
end

-- Lines of a message that are quoted behind the one that is known.
local MOST_LINES = 12

local function lines_of(output)
  local lines = {}
  for line in output:gmatch("[^\r\n]+") do lines[#lines + 1] = line end
  return lines
end

-- The whole message: the line that is known and what follows it.
local function message_at(lines, at)
  local message = {}
  for index = at, math.min(#lines, at + MOST_LINES) do
    local words = tidy(lines[index])
    if words ~= "" then message[#message + 1] = words end
  end
  return table.concat(message, "\n")
end

local function entry_for(catalogues, line)
  for _, catalogue in ipairs(catalogues) do
    for _, entry in ipairs(catalogue) do
      if line:find(entry.pattern) then return entry end
    end
  end
end

-- What a tool says last counts: a name mistyped and corrected on the way is not why it failed in the end. Of a message over several
-- lines the first one counts.
-- @return the catalogue's entry, and the message
local function last_known(catalogues, output)
  local lines, found, at = lines_of(output), nil, nil
  for index, line in ipairs(lines) do
    local entry = entry_for(catalogues, line)
    if entry and entry ~= found then found, at = entry, index end
  end
  if found then return found, message_at(lines, at) end
end

local function last_line(output)
  local last
  for line in output:gmatch("[^\r\n]+") do
    if line:find("%S") then last = line end
  end
  return last and tidy(last) or "(it said nothing)"
end

-- A question, with or without what was answered: not what the tool said of a failure.
local function is_question(line)
  return #line < 80 and line:find "[:?]$" or line:find "[%[(][^%])]*y[^%])]*n[%])][:?]?%s*%S*$" or line:find "^[%w ]*[Uu]ser%a*:%s*%S*$"
end

-- The message that nobody knows: the last lines, back to the last question.
local function last_words(output)
  local lines, message = lines_of(output), {}
  for index = #lines, 1, -1 do
    local words = tidy(lines[index])
    if #message == MOST_LINES or #message > 0 and is_question(words) then break end
    if words ~= "" then table.insert(message, 1, words) end
  end
  return #message > 0 and table.concat(message, "\n") or last_line(output)
end

local function explanation(kind, words, entry)
  local common = COMMON[kind] or {}
  local cure = entry.cure or common.cure
  if type(cure) == "function" then cure = cure(words or "") end
  return { kind = kind, words = words, cause = entry.cause or common.cause, cure = cure,
    unaffected = entry.unaffected or common.unaffected }
end

-- A tool's own catalogue: array of { pattern, kind, cause, cure, unaffected }; empty for tools that have none.
local function catalogue_of(tool)
  for _, name in ipairs(CATALOGUED) do
    if name == tool then return require("tool." .. name).errors end
  end
  return {}
end

-- What the way a command ended says, where its words say nothing that is known.
local function ending(outcome)
  if outcome.refused then return "not-started" end
  if outcome.timed_out or outcome.silent then return "silent" end
  if outcome.gave_up then return "question" end
  if outcome.signal then return "killed" end
  return outcome.exit == 0 and "claimed" or "unknown"
end

local NOT_YES = { cause = "the tool's question was not answered with y, so it did nothing",
  cure = "run it again, and type y at that question" }

-- Was the last yes-or-no question answered, and not with y?
local function is_declined(output)
  local answer = ""
  for _, line in ipairs(lines_of(output)) do answer = line:match "[%[(][^%])]*y[^%])]*n[%])][:?]?%s*(.-)%s*$" or answer end
  return answer ~= "" and not answer:find "^[yY]"
end

--- What the end of a command means, should the state not be what was wanted.
-- @param tool string: "bputil", "csrutil", "kmutil", "nvram", "diskutil", or a plan's own tool
-- @param outcome { output, exit, signal, timed_out, silent, gave_up, refused, refused_credentials }
-- @return { kind, cause, cure, unaffected, words = the tool's own message }
function errors.explain(tool, outcome)
  local output = outcome.output or ""
  if outcome.refused_credentials then return explanation("credentials", last_line(output), {}) end
  local entry, words = last_known({ require "tool.apple_errors", catalogue_of(tool) }, output)
  if entry then return explanation(entry.kind, words, entry) end
  local kind = ending(outcome)
  local said = kind == "unknown" and last_words(output) or last_line(output)
  local declined = (kind == "claimed" or kind == "unknown") and is_declined(output)
  return explanation(kind, said, declined and NOT_YES or OURS_BY_KIND[kind])
end

--- One of this program's own entries, by kind: { text, cause, cure, unaffected }.
function errors.ours(kind) return OURS_BY_KIND[kind] end

-- A Lua pattern as the words it stands for.
local function words_of(pattern)
  return (pattern:gsub("^%^%%s%*", ""):gsub("%[(.)(.)%]", "%2"):gsub("%?", ""):gsub("%%(.)", "%1"))
end

-- Entries of one catalogue with the same meaning stand together.
local function grouped(catalogue)
  local list, index = {}, {}
  for _, entry in ipairs(catalogue) do
    local meaning = explanation(entry.kind, nil, entry)
    local key = meaning.cause .. meaning.cure
    if not index[key] then
      index[key] = { texts = {}, meaning = meaning }
      list[#list + 1] = index[key]
    end
    table.insert(index[key].texts, ('"%s"'):format(words_of(entry.pattern)))
  end
  return list
end

--- The whole catalogue, for `help errors`.
-- @return array of { title, entries = array of { texts = array, meaning = { cause, cure, unaffected } } }
function errors.all()
  local parts = { { title = "Any of Apple's tools says", entries = grouped(require "tool.apple_errors") } }
  for _, tool in ipairs(CATALOGUED) do
    local title = tool == "file" and "Files: the system says" or tool .. " says"
    parts[#parts + 1] = { title = title, entries = grouped(catalogue_of(tool)) }
  end
  local own = {}
  for index, entry in ipairs(OURS) do own[index] = { texts = { entry.text }, meaning = entry } end
  parts[#parts + 1] = { title = "vmq-recovery says", entries = own }
  return parts
end

return errors
