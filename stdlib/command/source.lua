-- `source [NAME]`: prints an embedded script exactly as it is inside, or lists them.
-- Must not change a byte of it.

return function(args)
  local embed, terminal, exit_code = require "lib_embed", require "lib_terminal", require "base.exit_code"
  if not args[1] then
    terminal.write(1, table.concat(embed.names(), "\n") .. "\n")
    return exit_code.OK
  end
  local source = embed.source(args[1]) or embed.source(args[1] .. ".lua") or embed.source("scripts/" .. args[1] .. ".lua")
    or embed.source("stdlib/" .. args[1]:gsub("%.", "/") .. ".lua")
  if source then
    terminal.write(1, source)
    return exit_code.OK
  end
  terminal.write(2, ("vmq-recovery: no embedded script is called %s; the nearest is %s\n"):format(args[1],
    require("base.text").nearest(args[1], embed.names())))
  return exit_code.USAGE
end
