-- The plan sip: opens parts of System Integrity Protection, and sets boot arguments that need that. Everything that is particular to it
-- stands here and in scripts/sip.lua.

local named = require "command.named"
local outcome = require "screen.outcome"

local sip = {}

local words = named.permissive_words "Done: macOS runs with these parts of SIP open, read back."

words.phase = outcome.saved

function sip.operation() return named.make("sip", { summary = named.permissive_summary, words = words }) end

return sip
