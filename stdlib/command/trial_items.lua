-- The open questions that looking at a real Mac settles, one entry each: what is asked, what it shows, and how it is looked up.
-- Must not change anything: every command here is one that a record may hold.

local diskutil = require "tool.diskutil"
local ioreg = require "tool.ioreg"
local plist = require "base.plist"
local probe = require "tool.probe"
local text = require "base.text"

-- What a command printed, in one line: its exit status and first words.
local function brief(argv)
  local answer, message = probe.run(argv)
  if not answer then return message end
  local words = (answer.stdout .. answer.stderr):match("[^\r\n]+") or "nothing"
  local how = answer.timed_out and "no answer in time" or answer.exit and "exit " .. answer.exit or "killed"
  return ("%s: %s"):format(how, text.printable(words):sub(1, 300))
end

local function quota()
  local limit, why = ioreg.base_quota()
  return limit and ("%d macOS guests"):format(limit) or why == "none" and "the device tree names no limit" or why
end

-- Does -j answer, and does it say the same?
local function policy_json(target)
  local answer = probe.run { "/usr/bin/bputil", "-d", "-j", "-v", target.group.group }
  local json = answer and answer.exit == 0 and answer.stdout:find("{", 1, true) ~= nil
  local agrees = target.policy and "the policy can be read" or "the policy cannot be read: " .. tostring(target.problems.policy)
  return ("-j %s; %s"):format(json and "answers" or "does not answer", agrees)
end

local function mounts(target)
  local words = {}
  for _, group in ipairs(target.groups) do
    for _, volume in ipairs { group.system, group.data } do
      local info = diskutil.info(volume.device)
      words[#words + 1] = ("%s at %s"):format(volume.device, plist.field(info, "MountPoint", "string") or "no place")
    end
  end
  return table.concat(words, ", "):sub(1, 400)
end

-- csrutil tells whether the seal counts; what diskutil says of it is compared.
local function seal(target)
  local said = plist.field(diskutil.info(target.group.system.device), "Sealed", "string")
  return ("%s; diskutil says Sealed: %s"):format(brief { "/usr/bin/csrutil", "authenticated-root", "status" }, said or "nothing")
end

local function memory(target)
  local free, read_only = require("lib_file").space(target.root .. "/private/tmp")
  if not free then return "cannot be read" end
  return ("%s free%s"):format(text.size(free), read_only and ", read-only" or "")
end

local function terminal(target)
  local there = require("lib_file").stat(target.root .. "/usr/share/terminfo") ~= nil
  local columns, rows = require("lib_terminal").size()
  return ("TERM is %s, %s by %s; descriptions of terminals are %s"):format(require("lib_system").environment "TERM" or "not set",
    columns or "?", rows or "?", there and "there" or "not there")
end

local function sysctl(name) return function() return brief { "/usr/sbin/sysctl", "-n", name } end end

-- name, what is asked, how it is looked up: function(target) → text. The section of the reference stands behind each.
return {
  { "quota", "How many macOS guests does this Mac's device tree allow?", quota }, -- peers-and-users §6, 9
  { "policy-json", "Does bputil print the boot policy as JSON here?", policy_json }, -- peers-and-users §6, 7
  { "environment", "What does this system call itself?", sysctl "hw.osenvironment" }, -- recovery-tools §6.4
  { "virtual", "Is this Mac a virtual one?", sysctl "kern.hv_vmm_present" }, -- recovery-tools §8.2
  { "csrutil-status", "Does csrutil tell its state without asking which system?", -- darwin-2026-11 §6
    function() return brief { "/usr/bin/csrutil", "status" } end },
  { "seal", "Do csrutil and diskutil agree on the sealed system volume?", seal }, -- darwin-2026-11 §6
  { "missing-variable", "How does nvram say that a variable is not there?", -- recovery-tools §4.1
    function() return brief { "/usr/sbin/nvram", "-x", "upgrade-boot-volume" } end },
  { "volumes", "Where are the volumes mounted here?", mounts }, -- recovery-tools §6.3, facts A.6
  { "memory", "How much room is there for temporary files?", memory }, -- darwin-2026-11 §8
  { "terminal", "What is this terminal?", terminal }, -- facts A.6
}
