-- The plan kexts: allows third-party kernel extensions. Everything that is particular to it stands here and in scripts/kexts.lua.

local named = require "command.named"
local outcome = require "screen.outcome"
local overview = require "screen.overview"

local kexts = {}

local function context(target, _, _, earlier) return { first = named.first(target, earlier) } end

local function summary(case)
  return overview.policy_summary(case, {
    { "In macOS", "approve the extensions in System Settings > Privacy & Security, then restart" },
    { "Left alone", "no extension is installed or deleted; going back forgets what was approved" },
  }, "rollback")
end

local words = {}

function words.done(case)
  local ids = case.context.ids or {}
  if #ids == 0 then return { "Done: third-party kexts are allowed, read back. Approve them in System Settings, then restart." } end
  return { "Done: these kernel extensions are loaded, read back: " .. table.concat(ids, ", ") .. ".", "To take that back:",
    outcome.here(case, "rollback") }
end

function kexts.operation() return named.make("kexts", { context = context, summary = summary, words = words }) end

return kexts
