-- The plan boot-args: adds boot arguments, takes others out. Everything that is particular to it stands here and in
-- scripts/boot-args.lua.

local named = require "command.named"
local outcome = require "screen.outcome"

local boot_args = {}

-- The words that revert puts back to what they were before.
local function context(_, _, _, _, params)
  local words, removed = { table.unpack(params.add or {}) }, params.remove or {}
  return { words = table.move(removed, 1, #removed, #words + 1, words) }
end

-- Startup Security Utility leaves boot-args as they are.
local function summary(case) return { { "Way back", outcome.here(case, "rollback").command } } end

local words = {}

function words.done() return { "Done: the kernel was given these boot arguments, read back." } end

words.phase = outcome.saved

function boot_args.operation() return named.make("boot-args", { context = context, summary = summary, words = words }) end

return boot_args
