-- Every command and option in one table, from which parsing and help are made.
-- Must not do a command's work, nor list one that does not exist.

local commands = {}

-- name, argument shown in help (nil: a switch), what it does. A repeatable option collects a list.
local GLOBAL = {
  { name = "root", value = "DIR", help = "work on another Mac, whose files lie below DIR" },
  { name = "volume", value = "NAME|UUID", help = "the volume group to work on" },
  { name = "journal", value = "DIR", help = "where the journal is kept (default: on the Data volume)" },
  { name = "dry-run", short = "n", help = "go through everything, but start nothing that changes the Mac" },
  { name = "allow-tools", help = "plan, -n: start the tools that a plan declares as only reading" },
  { name = "yes", short = "y", help = "answer yes to this program's and Apple's yes/no questions" },
  { name = "json", help = "one JSON event a line on standard output; see `help events`" },
  { name = "color", value = "auto|always|never", choices = { auto = true, always = true, never = true },
    help = "colour; NO_COLOR and CLICOLOR_FORCE are honoured" },
  { name = "verbose", short = "v", help = "say more" },
  { name = "quiet", short = "q", help = "say only what must be acted on" },
  { name = "user", value = "NAME", help = "the owner's short name, typed at Apple's prompts" },
  { name = "password-fd", value = "N", integer = { 0, 1023 }, help = "read that user's password from this descriptor" },
  { name = "no-input", help = "ask nobody: a question that the options do not answer ends the command at once" },
  { name = "help", short = "h", help = "help on the command" },
}

local TO_BOOT = { name = "kc", value = "FILE", help = "kernel collection to boot (default: the staged one)" }
local APPLY = {
  { name = "quota", value = "N", integer = { 1, 0x7FFFFFFF }, help = "macOS guests at a time (default 255)" },
  TO_BOOT,
  { name = "boot-arg", value = "WORD", list = true, form = "^[%g]+$",
    help = "a further boot argument (repeatable)" },
}
local KC = { name = "kc", value = "FILE", help = "the kernel collection (default: what build made, else the staged one)" }
local INEXACT = { name = "inexact", help = "take a kit of a near build where none fits; says what may happen" }
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
local RECORD = {
  { name = "output", value = "FILE", help = "where the record goes (default: vmq-recovery-DATE.txt in this folder)" },
  { name = "anonymous", help = "replace names and unique numbers by stand-ins" },
}
local REPORT = {
  { name = "output", value = "FILE", help = "write the page into FILE instead of standard output" },
  { name = "text", help = "plain text instead of HTML" },
  { name = "anonymous", help = "replace names and unique numbers by stand-ins" },
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

-- In the order of help: the journey first, the rest by its group. command/NAME.lua carries it out, or the module that is named.
-- tells: its words are all it is for, as those of the group that looks.
local COMMANDS = {
  { name = "kdk", group = "journey", args = "list|check [DIR]|fetch|install [FILE]", where = "macOS", min = 1, max = 2,
    options = with(FETCH, INEXACT), help = "list, check, download and install Kernel Debug Kits (KDKs)" },
  { name = "build", group = "journey", where = "macOS", options = with(BUILD, INEXACT),
    help = "make the kernel collection from the kit of this macOS" },
  { name = "stage", group = "journey", where = "macOS", options = with(KC, INEXACT),
    help = "put program and kernel collection where recovery finds them" },
  { name = "apply", group = "journey", where = "recovery, then macOS", options = with(APPLY, DETAILED),
    help = "raise the macOS guest limit; safe to run again: it continues" },
  { name = "revert", group = "journey", where = "recovery, macOS", options = with(DETAILED),
    help = "Apple's kernel and Full Security, or the nearest to be had" },
  { name = "rehearse", group = "try", args = "[apply|revert|rollback|step|life|doctor|status|plan|log|NAME|FILE]", max = 2,
    options = with(APPLY, SET, DETAILED, {
      { name = "list", help = "list the simulated Macs, circumstances and faults" },
      { name = "mac", value = "NAME", help = "which simulated Mac" },
      { name = "with", value = "CIRCUMSTANCE", list = true, help = "a circumstance, such as offline (repeatable)" },
      { name = "fault", value = "TOOL:HOW", list = true, help = "break a tool (repeatable)" },
      { name = "like", value = "FILE|this", help = "the Mac of a record; this: look at this Mac first, and rehearse it" },
      { name = "keep", value = "DIR", help = "leave the simulated Mac in DIR, for other commands with --root DIR" },
      { name = "unclean", help = "with --keep DIR restart: as after a power cut" },
      { name = "variant", value = "1|2", integer = { 1, 2 }, help = "with --like: which way what the record cannot tell is played" },
    }), help = "practise on a simulated Mac in a scratch folder; runs on Linux too" },
  { name = "record", group = "try", where = "macOS, recovery", options = RECORD,
    help = "write down what this Mac is, by looking only: for rehearse --like" },
  { name = "trial", group = "try", where = "macOS, recovery", options = with(RECORD, {
      { name = "with-changes", help = "also the items that change something and take it back: for a spare Mac" },
    }), help = "answer by looking what only a real Mac can tell, and write it down" },
  { name = "doctor", group = "look", options = with(APPLY),
    help = "is everything ready for the next thing to do, and if not, how to fix it" },
  { name = "status", group = "look", help = "this Mac as it is: boot policy, kernel, boot arguments, journal" },
  { name = "plan", group = "look", args = "[apply|revert|NAME|FILE]", max = 1, options = with(APPLY, SET, DETAILED),
    help = "what would run, what is done already, and each way back; changes nothing" },
  { name = "verify", group = "look", where = "macOS", options = with(APPLY),
    help = "is the raised limit in force, and what else to know" },
  { name = "kc", group = "look", args = "FILE", min = 1, max = 1,
    help = "what is in a kernel collection, and whether it fits this Mac" },
  { name = "log", group = "look", args = "[RUN]", max = 1,
    help = "what a run did, from its journal; --json gives the records" },
  { name = "report", group = "look", args = "[RUN]", max = 1, options = REPORT,
    help = "one page about a run, as HTML or text: for an issue, or your own file" },
  { name = "step", group = "runs", args = "[apply|revert|NAME|FILE]", max = 1, options = with(APPLY, SET, DETAILED),
    help = "apply or another plan, one step at a time" },
  { name = "resume", group = "runs", options = with(DETAILED), help = "continue the run that was stopped" },
  { name = "rollback", group = "runs", args = "[RUN]", max = 1,
    help = "undo the open run or the newest that stands, back to what was recorded before it" },
  { name = "plans", group = "plans", tells = true, help = "the plans inside the program, a line each" },
  { name = "run", group = "plans", args = "NAME|FILE", min = 1, max = 1, options = with(SET, TO_BOOT, DETAILED),
    help = "run a plan that is inside the program, or one of your own" },
  { name = "check", group = "plans", tells = true, args = "NAME|FILE", min = 1, max = 1, options = with(SET),
    help = "check a plan without running it" },
  { name = "console", group = "plans", help = "a Lua prompt with the words of plans; it only looks" },
  { name = "source", group = "plans", tells = true, args = "[NAME]", max = 1,
    help = "print a script of the program; without a name list them" },
  { name = "unstage", group = "more", where = "macOS", options = {
      { name = "kits", help = "downloaded kit images, and kits that kdk install installed, as well" },
    }, help = "take away the files that stage, build and kdk have left" },
  { name = "completion", group = "more", tells = true, module = "cli.completion", args = "bash|zsh|fish", min = 1, max = 1,
    help = "a script that lets your shell complete commands and options" },
  { name = "help", group = "more", tells = true, module = "cli.help", args = "[COMMAND|TOPIC|plans NAME]", max = 2, options = {
      { name = "mdoc", help = "print the page in the language of man(1)" },
      { name = "schema", help = "print the JSON Schema of the events (help events)" },
    }, help = "the manual: a command or a topic" },
}

local GROUPS = { { "journey", "The way, in this order" }, { "try", "Practise" }, { "look", "Look" }, { "runs", "Runs" },
  { "plans", "Plans" }, { "more", "More" } }

local BY_NAME = {}
for _, command in ipairs(COMMANDS) do BY_NAME[command.name] = command end

--- All commands, for help.
function commands.all() return COMMANDS end

--- The groups of commands in the order of help: { name, title }.
function commands.groups() return GROUPS end

--- The module that carries a command out.
function commands.module(command) return command.module or "command." .. command.name end

--- One command's entry, or nil.
function commands.command(name) return BY_NAME[name] end

--- The names that may be suggested for a mistyped one: never revert, which must be meant, and none in its place.
-- @param typed string
function commands.suggested(typed)
  local all, names = {}, {}
  for index, command in ipairs(COMMANDS) do
    all[index] = command.name
    if command.name ~= "revert" then names[#names + 1] = command.name end
  end
  return require("base.text").nearest(typed, all) == "revert" and {} or names
end

--- Options that every command takes.
function commands.global_options() return GLOBAL end

return commands
