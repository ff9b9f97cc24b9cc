-- The plan dtrace: opens the part of System Integrity Protection that keeps DTrace out. Everything that is particular to it stands here
-- and in scripts/dtrace.lua.

local named = require "command.named"

local dtrace = {}

function dtrace.operation()
  return named.make("dtrace", { summary = named.permissive_summary,
    words = named.permissive_words "Done: macOS runs with DTrace allowed, read back." })
end

return dtrace
