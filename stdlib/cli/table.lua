-- Every command and option in one table, from which parsing and help are made.
-- Must not do a command's work, nor list one that does not exist.

local commands = {}

-- name, argument shown in help (nil: a switch), what it does. A repeatable option collects a list.
local GLOBAL = {
  { name = "root", value = "DIR", help = "put everything in front of another Mac, whose files lie below DIR" },
  { name = "volume", value = "NAME|UUID", help = "the volume group to work on" },
  { name = "journal", value = "DIR", help = "where the journal is kept (default: on the Data volume)" },
  { name = "dry-run", short = "n", help = "go through everything, start nothing that changes the Mac" },
  { name = "yes", short = "y", help = "answer yes to this program's and the tools' yes/no questions" },
  { name = "json", help = "one JSON event a line on standard output" },
  { name = "color", value = "auto|always|never", choices = { auto = true, always = true, never = true },
    help = "colour; NO_COLOR and CLICOLOR_FORCE are honoured" },
  { name = "verbose", short = "v", help = "say more" },
  { name = "quiet", short = "q", help = "say only what must be acted on" },
  { name = "user", value = "NAME", help = "short name to type at the tools' prompts" },
  { name = "password-fd", value = "N", integer = { 0, 1023 }, help = "read that user's password from this descriptor" },
  { name = "no-input", help = "ask nobody: a question that the options do not answer ends the command at once" },
  { name = "help", short = "h", help = "help on the command" },
}

local APPLY = {
  { name = "quota", value = "N", integer = { 1, 0x7FFFFFFF }, help = "macOS guests at a time (default 255)" },
  { name = "kc", value = "FILE", help = "kernel collection to boot (default: the staged one)" },
  { name = "boot-arg", value = "WORD", list = true, form = "^[%g]+$",
    help = "a further boot argument (repeatable)" },
}
local KC = { name = "kc", value = "FILE", help = "kernel collection (default: what build made, else the staged one)" }
local INEXACT = { name = "inexact", help = "take a near kit, or what was built from one, where none fits; says what may happen" }
local BUILD = {
  { name = "kdk", value = "DIR", help = "the kit to use (default: the installed one of exactly this build)" },
  { name = "output", value = "FILE", help = "where the collection goes (default: where stage looks for it)" },
  { name = "exclude", value = "ID", list = true, form = "^[%w%.%-_]+$", help = "leave out this kernel extension too (repeatable)" },
  { name = "include", value = "ID", list = true, form = "^[%w%.%-_]+$", help = "take back one that is left out (repeatable)" },
  { name = "from-kit", help = "from the kit's own list alone: also for another Mac" },
  { name = "model", value = "NAME", form = "^%w+$", help = "with --from-kit: which of the kit's lists, such as mac14g" },
  { name = "chip", value = "CHIP", form = "^t%d+$", help = "with --from-kit: whose kernel, such as t6020 (default: this Mac's)" },
}
local FETCH = {
  { name = "online", help = "list: the public list as well (asks the network)" },
  { name = "build", value = "BUILD", form = "^%w+$", help = "a kit of this build instead of this macOS's" },
  { name = "output", value = "DIR", help = "fetch: where the image goes" },
  { name = "from", value = "FILE", help = "a saved copy of the public list, instead of asking the network" },
}
local DETAILED = { name = "detailed-exitcode", help = "tell outcomes apart that otherwise exit 0" }
local SET = { name = "set", value = "NAME=VALUE", list = true, form = "^[%w_]+=",
  help = "a parameter of the plan (repeatable)" }

local function with(...)
  local options = {}
  for _, group in ipairs { ... } do
    if group.name then group = { group } end
    for _, option in ipairs(group) do options[#options + 1] = option end
  end
  return options
end

-- In the order of help. The module command/NAME.lua carries it out.
local COMMANDS = {
  { name = "apply", where = "recovery, then macOS", options = with(APPLY, DETAILED),
    help = "bring the Mac to the raised limit; run again, it goes on" },
  { name = "revert", where = "recovery, macOS", options = with(DETAILED),
    help = "stock kernel and full security, or the best that can be had" },
  { name = "step", args = "[apply|revert|NAME|FILE]", max = 1, options = with(APPLY, SET, DETAILED),
    help = "the same, one step at a time" },
  { name = "resume", options = with(DETAILED), help = "go on with the open run" },
  { name = "rollback", help = "undo the open or last run, back to its recorded baseline" },
  { name = "plan", args = "[apply|revert|NAME|FILE]", max = 1, options = with(APPLY, SET, DETAILED),
    help = "what would run, each step's verdict now and its way back; changes nothing" },
  { name = "status", help = "OS environment, policy, kernel, boot arguments, journal" },
  { name = "doctor", options = with(APPLY),
    help = "every precondition: ok, bad or unknown, with the cure" },
  { name = "run", args = "NAME|FILE", min = 1, max = 1, options = with(SET, DETAILED),
    help = "run a plan that is inside, or one of your own" },
  { name = "check", args = "NAME|FILE", min = 1, max = 1,
    help = "check a plan without running any of it" },
  { name = "rehearse", args = "[apply|revert|step|life|NAME|FILE]", max = 1,
    options = with(APPLY, DETAILED, {
      { name = "list", help = "list the simulated Macs, circumstances and faults" },
      { name = "mac", value = "NAME", help = "which simulated Mac" },
      { name = "with", value = "CIRCUMSTANCE", list = true, help = "a circumstance, such as offline (repeatable)" },
      { name = "fault", value = "TOOL:HOW", list = true, help = "break a tool (repeatable)" },
    }), help = "practise on a simulated Mac in a scratch folder; runs on Linux too" },
  { name = "console", help = "a Lua prompt with the library" },
  { name = "log", args = "[RUN]", max = 1,
    help = "the journal, told for people; --json gives its records" },
  { name = "source", args = "[NAME]", max = 1,
    help = "print an embedded script; without a name list them" },
  { name = "build", where = "macOS", options = with(BUILD, INEXACT),
    help = "kernel collection from the matching kit" },
  { name = "kdk", args = "list|check [DIR]|fetch|install [FILE]", where = "macOS", min = 1, max = 2,
    options = with(FETCH, INEXACT), help = "kernel debug kits: on this Mac, in the public list; download and install one" },
  { name = "kc", args = "FILE", min = 1, max = 1,
    help = "what is in a kernel collection, and whether it fits this Mac" },
  { name = "stage", where = "macOS", options = with(KC, INEXACT),
    help = "program, collection and manifest onto the Data volume, for recovery" },
  { name = "verify", where = "macOS", options = with(APPLY),
    help = "the last phase's checks alone, and what else to know there" },
  { name = "help", args = "[COMMAND|errors]", max = 1,
    help = "this, one command's options, or what failures mean" },
}

local BY_NAME = {}
for _, command in ipairs(COMMANDS) do BY_NAME[command.name] = command end

--- All commands, for help.
function commands.all() return COMMANDS end

--- One command's entry, or nil.
function commands.command(name) return BY_NAME[name] end

--- Options that every command takes.
function commands.global_options() return GLOBAL end

return commands
