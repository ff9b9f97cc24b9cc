-- `help [COMMAND|TOPIC|plans NAME]`: one screen of everything, and the pages of the manual.
-- Must not list anything that does not exist: all of it is made from the table of commands and the pages.

local commands = require "cli.table"
local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local page = require "manual.page"
local text = require "base.text"

local help = {}

local USAGE = "usage: vmq-recovery [OPTIONS] COMMAND [OPTIONS] [ARGS]"
local COLUMN = 11

--- Printed when no command is given.
function help.short()
  return USAGE .. "\n\n  rehearse  practise on a simulated Mac\n  plan      what would run; changes nothing\n" ..
    "  apply     raise the macOS guest limit, in recovery, then in macOS\n" ..
    "  revert    Apple's kernel and Full Security again\n  help      everything else\n"
end

local function of_group(group)
  local members = {}
  for _, command in ipairs(commands.all()) do
    if command.group == group then members[#members + 1] = command end
  end
  return members
end

local function names_of(list)
  local names = {}
  for index, item in ipairs(list) do names[index] = item.name end
  return names
end

local function option_names()
  local names = {}
  for index, option in ipairs(commands.global_options()) do
    names[index] = (option.short and "-" .. option.short .. "/" or "") .. "--" .. option.name
  end
  return names
end

local function topics()
  local names = { table.unpack(page.TOPICS) }
  names[#names + 1] = "options"
  return names
end

local function row(title, names, columns)
  return text.wrap(table.concat(names, "  "):gsub("  ", " "), columns, (" "):rep(COLUMN), text.pad(title, COLUMN))
end

-- The whole program on one screen.
local function everything(columns)
  local lines = { text.wrap(USAGE, columns, "  ", ""), "" }
  for number, group in ipairs(commands.groups()) do
    local members = of_group(group[1])
    if number == 1 then
      lines[#lines + 1] = group[2] .. ":"
      for _, command in ipairs(members) do
        lines[#lines + 1] = text.wrap(command.help, columns, (" "):rep(COLUMN), "  " .. text.pad(command.name, COLUMN - 2))
      end
      lines[#lines + 1] = ""
    else
      lines[#lines + 1] = row(group[2], names_of(members), columns)
    end
  end
  local rest = { "", row("Options", option_names(), columns), row("Topics", topics(), columns), "",
    text.wrap("`vmq-recovery help NAME` explains a command or a topic.", columns) }
  return table.concat(table.move(rest, 1, #rest, #lines + 1, lines), "\n") .. "\n"
end

local function as_list(names, meaning)
  local list = {}
  for index, name in ipairs(names) do list[index] = { name, meaning(name) } end
  return { list = list }
end

local function command_list()
  return as_list(names_of(commands.all()), function(name) return commands.command(name).help end)
end

local OPTIONS = { name = "options", summary = "options that every command takes, before or after it" }

local function options_page()
  OPTIONS.blocks = { { options = commands.global_options() } }
  return OPTIONS
end

-- The page of the program itself, for man(1).
local function own_page()
  return { summary = "raise the macOS guest limit of an Apple silicon Mac, and bring the Mac back", blocks = {
    { heading = "Commands" }, command_list(), { heading = "Options of every command" }, { options = commands.global_options() },
    { heading = "Topics" }, as_list(page.TOPICS, function(name) return page.of_topic(name).summary end),
    table.unpack(page.of_topic("events").blocks, 1, 2) } } -- the exit codes
end

-- @return page, or nil
local function find(name)
  local command = commands.command(name)
  if command then return page.of_command(command) end
  return name == "options" and options_page() or page.of_topic(name)
end

local function show(found, options)
  local columns = math.min(text.columns(), 80)
  require("screen.pager").show(found and require("manual.terminal").text(found, columns) or everything(columns),
    options)
  return exit_code.OK
end

local function write_out(words)
  require("lib_terminal").write(1, words)
  return exit_code.OK
end

local function unknown(name)
  local names = commands.suggested(name)
  table.move(topics(), 1, #topics(), #names + 1, names)
  return complain.usage(("unknown command or topic %s%s"):format(name,
    text.suggestion(name, names, "`vmq-recovery help` lists them")))
end

-- A plan inside the program: `help plans NAME`. @return page; or nil and an exit code
local function plan_page(topic, name)
  if topic ~= "plans" then return nil, complain.usage(("help does not take %s behind %s"):format(name, topic)) end
  local found = require("command.plans").page(name)
  if found then return found end
  return nil, complain.usage(("no plan is called %s%s"):format(name,
    text.suggestion(name, require("command.inside").names(), "`vmq-recovery plans` lists them")))
end

--- `help [COMMAND|TOPIC]`, `help plans NAME`.
-- @param args array
-- @param options mdoc, schema
-- @return exit code
function help.run(args, options)
  local found = args[1] and find(args[1])
  if args[1] and not found then return unknown(args[1]) end
  if args[2] then
    local its, code = plan_page(args[1], args[2])
    if not its then return code end
    found = its
  end
  if options.schema then
    if not found or found.name ~= "events" then return complain.usage "--schema goes with help events" end
    return write_out(require("manual.event_schema").json())
  end
  if options.mdoc then return write_out(require("manual.mdoc").text(found or own_page())) end
  return show(found, options)
end

return help
