-- The plan kernel-debug: boots a kernel of a kit with boot arguments for a debugger. Everything that is particular to it stands here and
-- in scripts/kernel-debug.lua.

local boot_args = require "mac.boot_args"
local custom_kernel = require "command.custom_kernel"
local named = require "command.named"
local outcome = require "screen.outcome"

local kernel_debug = {}

-- The boot arguments that it is about.
local function context(_, _, _, _, params)
  return { words = { "kcsuffix=" .. tostring(params.variant), table.unpack(params.words or {}) } }
end

-- A development kernel switches virtual machines off unless it is told otherwise (reference §8.1).
local function machines_row(case)
  if boot_args.has(table.concat(case.context.words, " "), { "hypervisor=0x1" }) then return nil end
  return { "Virtual machines", "none run on this kernel without the word hypervisor=0x1" }
end

local function notes(case, steps) return custom_kernel.notes(case, steps, {}) end

local function summary(case) return custom_kernel.summary(case, { machines_row(case) }, "rollback") end

local words = { phase = custom_kernel.phase }

function words.done(case)
  return custom_kernel.add_uncompared({ ("Done: the %s kernel runs with these boot arguments, read back."):format(case.context.variant),
    "Before a macOS update:", outcome.here(case, "revert") }, case)
end

function kernel_debug.operation()
  return named.make("kernel-debug", { preflight = custom_kernel.preflight, context = context, overview = notes,
    after = custom_kernel.after, summary = summary, words = words })
end

return kernel_debug
