-- The command line: every command and option in one table, from which parsing and help are made.
-- Must not do a command's work: it finds the module that does.

local exit_code = require "base.exit_code"

local cli = {}

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

-- In the order of help. `does` is the module; `later` marks what another release brings.
local COMMANDS = {
  { name = "apply", where = "recovery, then macOS", does = "command.apply", options = with(APPLY, DETAILED),
    help = "bring the Mac to the raised limit; run again, it goes on" },
  { name = "revert", where = "recovery, macOS", does = "command.revert", options = with(DETAILED),
    help = "stock kernel and full security, or the best that can be had" },
  { name = "step", args = "[apply|revert|FILE]", max = 1, does = "command.step", options = with(APPLY, SET, DETAILED),
    help = "the same, one step at a time" },
  { name = "resume", does = "command.resume", options = with(DETAILED), help = "go on with the open run" },
  { name = "rollback", does = "command.rollback", help = "undo the open or last run, back to its recorded baseline" },
  { name = "plan", args = "[apply|revert|FILE]", max = 1, does = "command.plan", options = with(APPLY, SET, DETAILED),
    help = "what would run, each step's verdict now and its way back; changes nothing" },
  { name = "status", does = "command.status", help = "OS environment, policy, kernel, boot arguments, journal" },
  { name = "doctor", does = "command.doctor", options = with(APPLY),
    help = "every precondition: ok, bad or unknown, with the cure" },
  { name = "run", args = "FILE", min = 1, max = 1, does = "command.run", options = with(SET, DETAILED),
    help = "run a plan of your own" },
  { name = "check", args = "FILE", min = 1, max = 1, does = "command.check",
    help = "check a plan without running any of it" },
  { name = "rehearse", args = "[apply|revert|step|life|FILE]", max = 1, does = "command.rehearse",
    options = with(APPLY, DETAILED, {
      { name = "list", help = "list the simulated Macs, circumstances and faults" },
      { name = "mac", value = "NAME", help = "which simulated Mac" },
      { name = "with", value = "CIRCUMSTANCE", list = true, help = "a circumstance, such as offline (repeatable)" },
      { name = "fault", value = "TOOL:HOW", list = true, help = "break a tool (repeatable)" },
    }), help = "practise on a simulated Mac in a scratch folder; runs on Linux too" },
  { name = "console", does = "command.console", help = "a Lua prompt with the library" },
  { name = "log", args = "[RUN]", max = 1, does = "command.log",
    help = "the journal, told for people; --json gives its records" },
  { name = "report", args = "[RUN]", max = 1, later = true, help = "a run as a report" },
  { name = "source", args = "[NAME]", max = 1, does = "command.source",
    help = "print an embedded script; without a name list them" },
  { name = "build", where = "macOS", does = "command.build", options = with(BUILD, INEXACT),
    help = "kernel collection from the matching kit" },
  { name = "kdk", args = "list|check [DIR]|fetch|install [FILE]", where = "macOS", min = 1, max = 2, does = "command.kdk",
    options = with(FETCH, INEXACT), help = "kernel debug kits: on this Mac, in the public list; download and install one" },
  { name = "kc", args = "FILE", min = 1, max = 1, does = "command.kc",
    help = "what is in a kernel collection, and whether it fits this Mac" },
  { name = "stage", where = "macOS", does = "command.stage", options = with(KC, INEXACT),
    help = "program, collection and manifest onto the Data volume, for recovery" },
  { name = "verify", where = "macOS", does = "command.verify", options = with(APPLY),
    help = "the last phase's checks alone, and what else to know there" },
  { name = "completion", args = "bash|zsh", max = 1, later = true, help = "shell completion" },
  { name = "help", args = "[COMMAND|errors]", max = 1, does = "cli.help",
    help = "this, one command's options, or what failures mean" },
}

local BY_NAME = {}
for _, command in ipairs(COMMANDS) do BY_NAME[command.name] = command end

--- All commands, for help.
function cli.commands() return COMMANDS end

--- One command's entry, or nil.
function cli.command(name) return BY_NAME[name] end

--- Options that every command takes.
function cli.global_options() return GLOBAL end

local Usage = {}

local function usage(form, ...)
  error({ kind = Usage, message = form:format(...) }, 0)
end

local function option_tables(command)
  local tables = { GLOBAL }
  if command then tables[2] = command.options or {} else
    for _, each in ipairs(COMMANDS) do tables[#tables + 1] = each.options or {} end
  end
  return tables
end

local function find_option(command, field, name)
  for _, options in ipairs(option_tables(command)) do
    for _, option in ipairs(options) do
      if option[field] == name then return option end
    end
  end
end

local function option_names(command)
  local names = { "--version" }
  for _, options in ipairs(option_tables(command)) do
    for _, option in ipairs(options) do names[#names + 1] = "--" .. option.name end
  end
  return names
end

local function convert(option, value)
  if value == "" then usage("--%s needs %s, and got nothing", option.name, option.value) end
  if option.form and not value:find(option.form) then usage("--%s takes %s, not %q", option.name, option.value, value) end
  if option.choices and not option.choices[value] then usage("--%s takes %s, not %s", option.name, option.value, value) end
  if not option.integer then return value end
  local low, high = table.unpack(option.integer)
  local number = (value:find("^%d+$") or value:find("^0[xX]%x+$")) and math.tointeger(tonumber(value))
  if not number or number < low or number > high then
    usage("--%s takes a whole number from %d to 0x%X, not %s", option.name, low, high, value)
  end
  return number
end

local function keep(parsed, option, value)
  local key = option.name:gsub("%-", "_")
  if option.list then
    parsed.options[key] = parsed.options[key] or {}
    table.insert(parsed.options[key], value)
  elseif parsed.options[key] ~= nil and option.value then
    usage("--%s is given twice", option.name)
  else
    parsed.options[key] = value
  end
  parsed.used[#parsed.used + 1] = option
end

local function take_long(parsed, args, at)
  local name, value = args[at]:match("^%-%-([^=]+)=?(.*)$")
  local has_value = args[at]:find("=", 1, true) ~= nil
  if name == "version" then
    parsed.version = true
    return at
  end
  local option = name and find_option(nil, "name", name)
  if not option then usage("unknown option %s; the nearest is %s", args[at], require("base.text").nearest(args[at], option_names())) end
  if not option.value then
    if has_value then usage("--%s takes no value", name) end
    keep(parsed, option, true)
    return at
  end
  if not has_value then
    at = at + 1
    value = args[at]
    if not value then usage("--%s needs %s", name, option.value) end
  end
  keep(parsed, option, convert(option, value))
  return at
end

local function take_short(parsed, word)
  for letter in word:sub(2):gmatch(".") do
    local option = find_option(nil, "short", letter)
    if not option then usage("unknown option -%s; `vmq-recovery help` lists them", letter) end
    keep(parsed, option, true)
  end
end

local function take_word(parsed, word)
  if parsed.command then
    parsed.args[#parsed.args + 1] = word
    return
  end
  parsed.command = BY_NAME[word]
  if not parsed.command then
    local names = {}
    for _, command in ipairs(COMMANDS) do names[#names + 1] = command.name end
    usage("unknown command %s; the nearest is %s", word, require("base.text").nearest(word, names))
  end
end

local function check_fit(parsed)
  local command = parsed.command
  for _, option in ipairs(parsed.used) do
    if not find_option(command, "name", option.name) then
      usage("%s has no option --%s; `vmq-recovery help %s` lists its options", command.name, option.name, command.name)
    end
  end
  if #parsed.args < (command.min or 0) then usage("%s needs %s", command.name, command.args) end
  if #parsed.args > (command.max or 0) then
    usage("%s does not take %s", command.name, parsed.args[(command.max or 0) + 1])
  end
end

local function parse(args)
  local parsed = { options = {}, used = {}, args = {} }
  local at = 1
  while at <= #args do
    local word = args[at]
    if word == "--" then
      for rest = at + 1, #args do take_word(parsed, args[rest]) end
      break
    elseif word:find("^%-%-") then
      at = take_long(parsed, args, at)
    elseif word:find("^%-.") then
      take_short(parsed, word)
    else
      take_word(parsed, word)
    end
    at = at + 1
  end
  if parsed.command and not parsed.version and not parsed.options.help then check_fit(parsed) end
  return parsed
end

--- Parses arguments (without the program's name).
-- @return { command = entry|nil, args, options, version } or nil, message
function cli.parse(args)
  local fine, result = pcall(parse, args)
  if fine then return result end
  if type(result) == "table" and result.kind == Usage then return nil, result.message end
  error(result, 0)
end

local function complain(message)
  require("lib_terminal").write(2, "vmq-recovery: " .. message .. "\n")
  return exit_code.USAGE
end

--- Runs the program. @return exit code
function cli.main(args)
  local parsed, message = cli.parse(args)
  if not parsed then return complain(message) end
  local terminal = require "lib_terminal"
  if parsed.version then
    terminal.write(1, "vmq-recovery " .. require("lib_embed").version() .. "\n")
    return exit_code.OK
  end
  local command = parsed.command
  if parsed.options.help then return require("cli.help")(command and { command.name } or {}) end
  if not command then
    terminal.write(2, require("cli.help").short())
    return exit_code.USAGE
  end
  if command.later then
    return complain(command.name .. " is not in this version yet; `vmq-recovery help` lists what is")
  end
  return require(command.does)(parsed.args, parsed.options)
end

return cli
