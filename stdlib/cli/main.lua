-- Where the program begins: the command line, and the command that it names.
-- Must not do a command's work: it finds the module that does.

local exit_code = require "base.exit_code"
local parse = require "cli.parse"

local cli = {}

-- The number, and which source the program was made of.
local function version()
  local embed = require "lib_embed"
  return ("vmq-recovery %s (%s)\n"):format(embed.version(), embed.source "ORIGIN")
end

-- Says where standard output did not get it all. For a command that only tells, that is a failure.
local function told(command, code)
  local lost = require("lib_terminal").lost()
  if not lost then return code end
  require("lib_terminal").write(2, ("vmq-recovery: what it says is not whole: %s\n"):format(lost))
  local only_tells = not command or command.group == "look" or command.tells
  return code == exit_code.OK and only_tells and exit_code.PRECONDITION or code
end

--- Runs the program.
-- @param args array of words; its field 0 is the program's name as it was typed
-- @return exit code
function cli.main(args)
  local parsed, message = parse.line(args)
  if parsed and parsed.version then
    require("lib_terminal").write(1, version())
    return told(nil, exit_code.OK)
  end
  if args[0] then require("base.started").note { program = args[0] } end
  if not parsed then return require("screen.complain").usage(message) end
  local terminal, command = require "lib_terminal", parsed.command
  if parsed.options.help then
    return told(nil, require("cli.help").run(command and { command.name } or {}, { no_input = parsed.options.no_input }))
  end
  if not command then
    terminal.write(2, require("cli.help").short())
    return exit_code.USAGE
  end
  -- Until here nothing was collected (runner/main.c); a command that does much collects early.
  collectgarbage("incremental", 115)
  collectgarbage "restart"
  return told(command, require(require("cli.table").module(command)).run(parsed.args, parsed.options))
end

return cli
