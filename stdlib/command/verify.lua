-- `verify`: the last phase's checks alone, each ok, bad or unknown.
-- Must not change anything.

local boot_args = require "mac.boot_args"
local checks = require "run.checks"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local lifecycle = require "run.lifecycle"
local preflight = require "preflight.run"
local run_state = require "engine.run_state"

local verify = {}

-- The last phase's own, then what only has to be known.
local NEEDED = { "in force/environment", "in force/policy", "in force/kernel", "in force/boot-args", "in force/hypervisor",
  "in force/quota", "in force/collection" }
local ADVISORY = { "in force/update", "in force/guests", "in force/management" }

-- The words of the last apply: it may have been run with --quota and --boot-arg.
local function words_of(target, options)
  local run = lifecycle.journal(target, options).latest
  local recorded = run and run_state.is_of(run, "apply") and not options.quota and run.start.words
  return recorded or boot_args.raising(options.quota, options.boot_arg)
end

local function check(invocation, target, options)
  local known = { words = words_of(target, options), facts = require("run.status").facts(target) }
  local function run(names) return preflight.run(names, target, { options = options }, known, invocation.view.emit) end
  local fine = run(NEEDED)
  local _, rows = run(ADVISORY)
  if not fine then ending.refuse "The raised limit is not in force: see what is bad or unknown above." end
  return ending.new("done", exit_code.OK, preflight.all_ok(rows) and "Everything is in force."
    or "Everything is in force. What is bad or unknown above is for you to know; it changes nothing today.")
end

function verify.run(_, options)
  return lifecycle.look(options, "verify", function(invocation, target)
    invocation.view.start(nil)
    checks.refuse_other_computer(target)
    if target.booted == "macos" then return check(invocation, target, options) end
    preflight.run({ "in force/environment" }, target, {}, nil, invocation.view.emit)
    ending.refuse "Only macOS can tell whether the raised limit is in force."
  end)
end

return verify
