-- One event of every kind that the engine and the commands tell, with values as long as real ones get.
-- Must not be read as what a run looks like: they stand in no order.

local policies = require "tests.unit.lua.support.policies"

local ARGV = { "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD of the Design Department",
  "--custom-boot-object", "/Volumes/Macintosh HD - Data/Users/Shared/vmq-recovery/VirtualMachine.kc" }
local LOWERED = policies.summary { mode = "permissive", sip = "7f", ctrr = "off", boot_args_filter = "off",
  coih = ("CD"):rep(48) }
local WORDS = 'Boot objects update failed for 9F1E2D3C-4B5A-4697-8879-6A5B4C3D2E1F: Error Domain=BYErrorDomain Code=401 '
  .. '"Failed to create local policy" UserInfo={NSLocalizedDescription=Failed to create local policy}'
local CURE = "make the volume the startup disk, shut down fully, hold the power button until \"Loading startup options\" "
  .. "appears, then let go, choose Options"

local LOWERED_TEXT = require("mac.policy").describe(LOWERED)

local function step(event, more)
  local fields = { type = "step", name = "boot-args-filter", number = 2, of = 6, event = event }
  for key, value in pairs(more or {}) do fields[key] = value end
  return fields
end

return {
  step("skipped", { reason = "already so", verdict = "done", seen = LOWERED, seen_text = LOWERED_TEXT }),
  step("skipped", { reason = "recovery did not keep the boot arguments; they are set in macOS, after the restart",
    deferred = true, words = WORDS }),
  step("intent", { argv = ARGV, prompts = { "whether to go on (y or n)",
    "short name of a volume owner, if there are several",
    "that user's password" } }),
  step("started", { argv = ARGV, slow = true }),
  step("ended", { exit = 71, argv = ARGV }), step("ended", { signal = 9 }), step("ended", { timed_out = true }),
  step("ended", { dry_run = true }), step("ended", { message = WORDS }),
  step("done", { seen = LOWERED, seen_text = LOWERED_TEXT, recovered = true }),
  step("done", { seen = { value = ("debug=0x14e "):rep(20) }, seen_text = ("debug=0x14e "):rep(20) }),
  step("again", { reason = "credentials", attempt = 2, words = WORDS }),
  step("again", { reason = "undone", by = "kernel" }), step("again", { reason = "crash" }),
  step("failed", { claimed_success = true, seen = LOWERED, seen_text = LOWERED_TEXT, words = WORDS, cure = CURE,
    unaffected = "no policy was changed" }),
  step("failed", { cause = CURE, words = WORDS }),
  { type = "preflight", check = "environment", verdict = "bad", detail = CURE, cure = CURE },
  { type = "preflight", check = "policy", verdict = "ok", detail = CURE },
  { type = "preflight", check = "network", verdict = "unknown", detail = CURE, cure = CURE },
  { type = "undo", step = "sip", verdict = "refused", rung = 1, leaves = "full security, Apple's kernel", reason = CURE,
  words = WORDS },
  { type = "undo", step = "sip", verdict = "failed", reason = "no way back worked here" },
  { type = "undo", step = "sip", verdict = "done", rung = 1, leaves = "full security, Apple's kernel" },
  { type = "undo", step = "sip", verdict = "lower", rung = 2, leaves = "reduced security, Apple's kernel, SIP on" },
  { type = "note", title = "Target", lines = { WORDS, CURE, "   runs: " .. table.concat(ARGV, " ") } },
  { type = "note", lines = { "", CURE, "  sudo /System/Volumes/Data/vmq-recovery apply" } },
  { type = "note", title = "Status", rows = { { "policy", CURE }, { "boot-args", ("debug=0x14e "):rep(20) } } },
  { type = "plan", steps = {} }, { type = "phase", next = "macos", instructions = CURE },
  { type = "prompt", step = "sip", kind = "password" }, { type = "output", step = "sip", text = WORDS },
  { type = "end", result = "done", exit = 0 }, { type = "something new", detail = WORDS },
}
