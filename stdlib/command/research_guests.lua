-- The plan research-guests. Everything that is particular to it stands here and in scripts/research-guests.lua.

local named = require "command.named"
local outcome = require "screen.outcome"

local research_guests = {}

local words = named.permissive_words "Done: macOS runs with research guests allowed, read back."
words.phase = outcome.saved

function research_guests.operation() return named.make("research-guests", { summary = named.permissive_summary, words = words }) end

return research_guests
