-- The plan research-guests. Everything that is particular to it stands here and in scripts/research-guests.lua.

local named = require "command.named"

local research_guests = {}

function research_guests.operation()
  return named.make("research-guests", { summary = named.permissive_summary,
    words = named.permissive_words "Done: macOS runs with research guests allowed, read back." })
end

return research_guests
