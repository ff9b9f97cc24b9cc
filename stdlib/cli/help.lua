-- `help [COMMAND]`: made from the same table that parses the command line.
-- Must not list anything that does not exist.

local commands = require "cli.table"
local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local text = require "base.text"

local help = {}

local COLUMN = (" "):rep(32)

-- A name and its meaning; a name too long for its column gets a line of its own.
local function entry(name, meaning)
  if #name > 29 then return "  " .. name .. "\n" .. text.wrap(meaning, 80, COLUMN) end
  return text.wrap(meaning, 80, COLUMN, "  " .. text.pad(name, 29) .. " ")
end

local function option_line(option)
  local name = (option.short and "-" .. option.short .. ", " or "    ") .. "--" .. option.name
  return entry(option.value and name .. " " .. option.value or name, option.help)
end

local function command_line(command)
  local name = command.name .. (command.args and " " .. command.args or "")
  return entry(name, command.help)
end

local function lines_of(list, make)
  local lines = {}
  for index, item in ipairs(list) do lines[index] = make(item) end
  return table.concat(lines, "\n")
end

local EXIT_CODES = [[
exit codes:
   0 done, nothing to do, or phase finished   6 stopped, journal open
   1 failed, everything undone                7 another run holds the lock
   2 usage                                    8 restart needed (if asked for)
   3 a precondition is bad or unknown         9 reverted, not to full security
   4 declined, nothing changed               10 plan: changes (if asked for)
   5 failed, undo incomplete                 11 neither before nor after: look
  70 a bug in the program      (if asked for: --detailed-exitcode)]]

--- Printed when no command is given.
function help.short()
  return "usage: vmq-recovery [OPTIONS] COMMAND [OPTIONS] [ARGS]\n\n" ..
    "  plan      what would run; changes nothing\n  apply     do it, in the target's own recovery, then in macOS\n" ..
    "  revert    stock kernel and full security again\n  rehearse  practise on a simulated Mac\n" ..
    "  help      everything else\n"
end

local function everything()
  return "usage: vmq-recovery [OPTIONS] COMMAND [OPTIONS] [ARGS]\n\ncommands:\n" .. lines_of(commands.all(), command_line) ..
    "\n\noptions, before or after the command:\n" .. lines_of(commands.global_options(), option_line) .. "\n\n" .. EXIT_CODES ..
    "\n\n`vmq-recovery help errors` explains every failure that is known.\n" ..
    "Stop it anywhere. Run it again: it finishes or goes back, and tells you which.\n"
end

local function one(command)
  local own = command.options or {}
  local options = #own > 0 and "\n\noptions:\n" .. lines_of(own, option_line) or ""
  local place = command.where and "\nWhere: " .. command.where .. "." or ""
  return ("usage: vmq-recovery %s%s\n\n%s.%s%s\n\n`vmq-recovery help` lists the options that every command takes.\n"):format(
    command.name, command.args and " " .. command.args or "",
    text.capitalized(command.help), place, options)
end

local function meaning_lines(lines, meaning)
  for _, pair in ipairs { { "cause", meaning.cause }, { "what helps", meaning.cure }, { "not affected", meaning.unaffected } } do
    if pair[2] then lines[#lines + 1] = text.wrap(("%s: %s"):format(pair[1], pair[2]), 80, "        ", "      ") end
  end
end

--- The catalogue of failures: what is said, why, what helps, what is not affected.
function help.errors()
  local lines = {}
  for _, part in ipairs(require("screen.errors").all()) do
    lines[#lines + 1] = part.title
    for _, known in ipairs(part.entries) do
      for _, words in ipairs(known.texts) do lines[#lines + 1] = text.wrap(words, 80, "    ", "  ") end
      meaning_lines(lines, known.meaning)
    end
    lines[#lines + 1] = ""
  end
  return table.concat(lines, "\n")
end

local function page(name)
  if not name then return everything() end
  if name == "errors" then return help.errors() end
  local command = commands.command(name)
  return command and one(command)
end

--- `help [COMMAND|errors]`.
-- @param args array
-- @return exit code
function help.run(args)
  local words = page(args[1])
  if words then
    require("lib_terminal").write(1, words)
    return exit_code.OK
  end
  local names = {}
  for index, known in ipairs(commands.all()) do names[index] = known.name end
  return complain.usage(("unknown command %s; the nearest is %s"):format(args[1], text.nearest(args[1], names)))
end

return help
