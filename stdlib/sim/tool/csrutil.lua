-- csrutil: system integrity protection (reference §2).
-- It must not decide what a policy becomes; `sim.policy` holds the state table.

local owner = require "sim.owner"
local place = require "sim.place"
local policy = require "sim.policy"

local csrutil = {}

local RESTART = "Restart the machine for the changes to take effect.\n"

local ASK = {
  enable = {
    "Turning on System Integrity Protection allows increased system security.\n",
    'Raise security level to full boot security for OS "%s"? [y/n]: ',
  },
  disable = {
    "Turning off System Integrity Protection requires modifying system security.\n",
    'Allow booting unsigned operating systems and any kernel extensions for OS "%s"? [y/n]: ',
  },
}

-- XNU's csr flags by csrutil's words (§2.3); `debug` clears two of them.
local PARTS = { kext = 0x1, fs = 0x2, debug = 0xc, dtrace = 0x20, nvram = 0x40, basesystem = 0x100 }

local function usage(p, status)
  p.err("usage: csrutil <command>\n",
    "Modify the System Integrity Protection configuration.\n",
    "Available commands:\n\n    clear\n    disable\n    enable\n    status\n\n",
    "    authenticated-root [status|enable|disable]\n")
  p.leave(status)
end

local function failed(p, why)
  p.fail(1, "csrutil: failed to modify system integrity configuration. ", why, "\n")
end

-- Several systems: a menu by number, also for commands that only read (§2.2). At the end of input the menu stays alone.
local function pick(p)
  local groups = p.state.groups
  if #groups == 1 then return groups[1] end
  p.out("This computer has several macOS installations:\n")
  for number, group in ipairs(groups) do
    p.out(("%d: %s (macOS %s)\n"):format(number, group.name, group.version)) -- guess: what follows the number
  end
  local answer = p.ask(("Pick a macOS installation (1..%d): "):format(#groups))
  local group = answer and groups[tonumber(answer:match("^%s*(%d+)%s*$"))]
  if not group then p.fail(1, "\ncsrutil: no installation chosen\n") end
  return group
end

local function refuse_password(p)
  p.err("Failed to authenticate.\n")
  if not p.state.wording.csrutil_retry then p.leave(1) end
end

-- guess: three tries where csrutil asks again at all.
local function authenticate(p, ask)
  for _ = 1, 3 do
    local name, password = ask()
    if not name or not password then p.fail(1, "\n") end
    local person, why = owner.check(p.state, name, password)
    if person then return person end
    if why == "password" then refuse_password(p)
    else p.out("Unknown user - try again!\n") end
  end
  p.leave(1)
end

-- The forms seen (§2.2). With one owner the newest and some older builds ask for the password alone.
local forms = {
  authorized = function(p)
    local name = p.ask("Authorized user: ")
    return name, name and p.secret("Password       : ")
  end,
  enter = function(p)
    local name = p.ask("Enter a username of an authorized user: ")
    return name, name and p.secret("Password: ")
  end,
}

local function log_in(p)
  local people = owner.authorised(p.state)
  if #people == 0 then p.fail(1, "csrutil: no administrator users authorized for recovery\n") end
  local form = p.state.wording.csrutil
  if form ~= "password" or #people > 1 then
    local ask = forms[form] or forms.authorized
    return authenticate(p, function() return ask(p) end)
  end
  return authenticate(p, function()
    return people[1].short, p.secret(("Enter password for user %s: "):format(people[1].short))
  end)
end

local function confirm(p, group, command)
  p.out(ASK[command][1])
  for _ = 1, 3 do
    local answer = (p.ask(ASK[command][2]:format(group.name)) or "n"):lower()
    if answer:match("^y") then return true end
    if answer:match("^n") then return false end
  end
  return false
end

local function need_recovery(p)
  if p.state.uid ~= 0 then failed(p, "Run this tool as root.") end -- guess: wording
  if not place.in_recovery(p.state) then
    failed(p, "This tool needs to be executed " .. p.state.wording.csrutil_refusal .. ".")
  end
end

-- Only 1TR of the target's own pair may lower a policy (§1.6, §5). guess: how csrutil words it.
local function need_pair(p, group)
  if not place.in_true_recovery(p.state) then
    failed(p, 'Error Domain=com.apple.bootpolicy Code=11 "AP boot mode (11)"')
  end
  if not place.is_paired(p.state, group) then
    failed(p, 'Error Domain=com.apple.bootpolicy Code=17 "pairing (17)"')
  end
end

local function write(p, group, steps)
  need_pair(p, group)
  p.change(steps, function() failed(p, 'Error Domain=com.apple.bootpolicy Code=4 "internal (4)"') end)
end

-- guess: exit status 1 for a refusal; the word itself has been seen (§2.2).
local function aborted(p) p.fail(1, "aborted\n") end

local function disable(p)
  local group = pick(p)
  local already = group.policy.sip0 == policy.SIP_OFF
  if already and p.state.wording.csrutil_short then
    p.out("System Integrity Protection is already off.\n") -- guess: which Macs say it, and the word after "already"
    return 0
  end
  if not confirm(p, group, "disable") then aborted(p) end
  p.out("\n")
  log_in(p)
  write(p, group, policy.disable_sip(group.policy, p.circumstance("csrutil-leaves-filter")))
  p.out("System Integrity Protection is off.\n", RESTART)
end

-- guess: full security asked for through csrutil needs what `bputil -f` needs.
local function need_network(p)
  if not p.state.online then
    failed(p, [[Error Domain=BYErrorDomain Code=102 "Can't continue because you are not connected to the Internet"]])
  end
  if not p.state.latest then
    failed(p, 'Error Domain=AMAuthInstallErrorDomain Code=94 "This device isn\'t eligible for the requested build."')
  end
end

local function enable(p)
  local group = pick(p)
  local full = confirm(p, group, "enable")
  p.out("\n")
  log_in(p)
  if full then need_network(p) end
  write(p, group, policy.enable_sip(group.policy, full))
  p.out("System Integrity Protection is on.\n", RESTART)
end

local function clear(p)
  local group = pick(p)
  log_in(p)
  write(p, group, policy.clear_sip(group.policy))
  p.out("Successfully cleared system integrity configuration.\n", RESTART)
end

local function bits_of(p, words)
  local bits, used = 0, {}
  for i = 2, #words, 2 do
    local part = PARTS[words[i + 1]]
    if words[i] ~= words[2] or not part then usage(p, 1) end
    bits, used[words[i + 1]] = bits | part, true
  end
  return bits, used.debug or used.dtrace or false, used.nvram or false
end

local function customise(p)
  local bits, debugging, arguments = bits_of(p, p.args)
  if p.args[1] == "disable" then bits = policy.SIP_OFF & ~bits end
  local group = pick(p)
  p.out("csrutil: Requesting an unsupported configuration. This is likely to break in the future and leave your ",
    "machine in an unknown state.\n")
  if not confirm(p, group, "disable") then aborted(p) end
  p.out("\n")
  log_in(p)
  write(p, group, policy.customise_sip(group.policy, bits, debugging, arguments))
  p.out("System Integrity Protection is off.\n", RESTART)
end

local function protection(off) return off and "disabled" or "enabled" end

local function configuration(p, view)
  local bits = view.sip0 or 0
  local rows = {
    { "Apple Internal", bits & 0x10 == 0 }, { "Kext Signing", bits & 0x1 ~= 0 },
    { "Filesystem Protections", bits & 0x2 ~= 0 }, { "Debugging Restrictions", bits & 0x4 ~= 0 },
    { "DTrace Restrictions", bits & 0x20 ~= 0 }, { "NVRAM Protections", bits & 0x40 ~= 0 },
    { "BaseSystem Verification", bits & 0x100 ~= 0 }, { "Boot-arg Restrictions", view.sip3 },
    { "Kernel Integrity Protections", view.sip2 }, { "Authenticated Root Requirement", view.sip1 },
  }
  p.out("System Integrity Protection status: unknown (Custom Configuration).\n\nConfiguration:\n")
  for _, row in ipairs(rows) do p.out("\t", row[1], ": ", protection(row[2]), "\n") end
  p.out("\nThis is an unsupported configuration, likely to break in the future and leave your machine in an unknown ",
    "state.\n")
end

-- In macOS the answer is what the running kernel got at boot; in recovery it is the target's policy (§2.2, §2.3).
local function status(p)
  local view = place.in_recovery(p.state) and pick(p).policy or p.state.running
  local bits = view.sip0 or 0
  if bits ~= 0 and bits ~= policy.SIP_OFF then return configuration(p, view) end
  p.out("System Integrity Protection status: ", protection(bits ~= 0), ".\n")
end

local function authenticated_root(p)
  if p.args[2] ~= "status" then usage(p, 1) end
  local view = place.in_recovery(p.state) and pick(p).policy or p.state.running
  p.out("Authenticated Root status: ", protection(view.sip1), "\n")
end

local function research_guests(p)
  local major = tonumber(p.state.groups[1].version:match("^%d+"))
  if major < 15 then usage(p, 1) end
  pick(p)
  p.out("Allow Research Guests status: disabled\n")
end

local readers = {
  status = status, ["authenticated-root"] = authenticated_root, ["allow-research-guests"] = research_guests,
}
local writers = { disable = disable, enable = enable, clear = clear }

--- Plays csrutil; see `sim.tools.play`.
function csrutil.csrutil(p)
  local command = p.args[1]
  if readers[command] then
    p.reads()
    return readers[command](p)
  end
  if not writers[command] then usage(p, 1) end
  need_recovery(p)
  p.changes()
  if #p.args > 1 then return customise(p) end
  return writers[command](p)
end

return csrutil
