-- The plan sip: opens parts of System Integrity Protection, and sets boot arguments that need that. Everything that is particular to it
-- stands here and in scripts/sip.lua.

local named = require "command.named"

local sip = {}

local words = named.permissive_words "Done: macOS runs with these parts of SIP open, read back."

function words.phase(_, final)
  return final.pending and { "Boot arguments saved. Restart once more for them to take effect." } or nil
end

function sip.operation() return named.make("sip", { summary = named.permissive_summary, words = words }) end

return sip
