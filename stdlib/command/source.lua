-- `source [NAME]`: prints an embedded script exactly as it is inside, or lists them.
-- Must not change a byte of it.

local source = {}

local function find(embed, name)
  for _, path in ipairs { name, name .. ".lua", "scripts/" .. name .. ".lua", "stdlib/" .. name:gsub("%.", "/") .. ".lua" } do
    local text = embed.source(path)
    if text then return text end
  end
end

function source.run(args)
  local embed, terminal, exit_code = require "lib_embed", require "lib_terminal", require "base.exit_code"
  local text = args[1] and find(embed, args[1])
  if args[1] and not text then
    return require("screen.complain").usage(("no embedded script is called %s%s"):format(args[1],
      require("base.text").suggestion(args[1], embed.names(), "`vmq-recovery source` lists them")))
  end
  terminal.write(1, text or table.concat(embed.names(), "\n") .. "\n")
  return exit_code.OK
end

return source
