-- bputil: reads and rebuilds LocalPolicies (reference §1).
-- It must not lay out what is displayed (`sim.tool.bputil_display`) nor decide what a policy becomes (`sim.policy`).

local menu = require "sim.menu"
local owner = require "sim.owner"
local place = require "sim.place"
local policy = require "sim.policy"

local bputil = {}

-- Seven lines and two empty ones, to standard error (§1.3). Known: the first and the last two; guess: those between.
local DISCLAIMER = table.concat({
  "This utility is not meant for normal users or even sysadmins.",
  "It provides unabstracted access to capabilities which are normally handled for the user automatically when "
    .. "changing the security policy through GUIs such as the Startup Security Utility in macOS Recovery.",
  "It is possible to make your system security much weaker and therefore easier to compromise using this tool.",
  "This tool is not to be used in production environments.",
  "It is possible to render your system unbootable with this tool.",
  "It should only be used to understand how the security of Apple Silicon Macs works.",
  "Use at your own risk!", "", "", "",
}, "\n")

local LONG = {
  ["debug-logging"] = "l", ["display-policy"] = "d", ["display-all-policies"] = "e", json = "j",
  ["full-security"] = "f", ["reduced-security"] = "g", ["permissive-security"] = "n", ["enable-kexts"] = "k",
  ["disable-kernel-ctrr"] = "c", ["disable-boot-args-restriction"] = "a", ["disable-ssv"] = "s",
  ["enable-mdm"] = "m", cleanup = "z", username = "u", password = "p", vuid = "v", remove = "r",
}
local WITH_VALUE = { u = true, p = true, v = true, r = true }

-- -j came with macOS 14, -z with macOS 26 (§1.1). guess: getopt's words for an option that is not there.
local function known_letter(p, letter)
  local major = tonumber(p.state.groups[1].version:match("^%d+"))
  if letter == "j" then return p.state.wording.json ~= nil end
  if letter == "z" then return major >= 26 end
  return ("ldefgnmkcasuprv"):find(letter, 1, true) ~= nil
end

-- Version and name were seen in this form (facts-2026-11 A.1), the line of the usage in the man page (§1.1).
local function usage(p, ...)
  p.err(...)
  local cleanup = known_letter(p, "z") and "z" or ""
  p.err(("bputil v%s - a tool to modify boot policies\n"):format(p.state.mac.bputil), "usage: bputil [-ldejfgnmkcas",
    cleanup, "] [-u username] [-p password] [-v vuid] [-r vuid]\n")
  p.leave(1)
end

local function take(p, options, letter, index, shown)
  if not known_letter(p, letter) then usage(p, "bputil: ", shown, "\n") end
  options[letter] = true
  if not WITH_VALUE[letter] then return index end
  options[letter] = p.args[index + 1]
  if not options[letter] then usage(p, "bputil: option requires an argument -- ", letter, "\n") end
  return index + 1
end

local function take_word(p, options, index)
  local word = p.args[index]
  local long = word:match("^%-%-(.+)$")
  if long then
    return take(p, options, LONG[long] or "?", index, "unrecognized option `--" .. long .. "'")
  end
  if not word:match("^%-.") then usage(p, "bputil: unexpected argument ", word, "\n") end
  for letter in word:sub(2):gmatch(".") do
    index = take(p, options, letter, index, "illegal option -- " .. letter)
  end
  return index
end

local function parse(p)
  local options, index = {}, 1
  while index <= #p.args do index = take_word(p, options, index) + 1 end
  return options
end

-- csrutil's menu, but by UUID (facts-2026-11 A.1).
local function choose(p)
  return menu.pick(p, function(group) return group.uuid end, "no matching OS installation") -- guess: the refusal
end

local function target(p, options)
  if not options.v then return choose(p) end
  local group = place.group(p.state, options.v)
  if not group then
    p.err("Can't get local policy for Volume Group UUID ", options.v, "\n")
    p.fail(1, "Failed to display local policy for volume group ", options.v, "\n")
  end
  return group
end

-- The line of a failed update (§1.3 no. 5).
local function failed(p, group, code, text, under)
  local cause = under and (", NSUnderlyingError=0x600003a50c00 {%s}"):format(under) or ""
  p.err(("Boot objects update failed for %s: Error Domain=BYErrorDomain Code=%d \"%s\" "
    .. "UserInfo={NSLocalizedDescription=%s%s}\n"):format(group.uuid, code, text, text, cause))
  p.leave(1)
end

local function policy_failed(p, group, code, name)
  failed(p, group, 401, "Failed to create local policy",
    ('Error Domain=com.apple.bootpolicy Code=%d "%s (%d)" UserInfo={NSLocalizedDescription=%s (%d)}'):format(
      code, name, code, name, code))
end

local function plain(text) return function() return text end end

local function for_user(form) return function(name) return form:format(name) end end

-- "Authorized user: " is known from 2023 on, "Please enter password for user" from 26 (facts-2026-11 A.1); the others
-- are forms that a driver written against 26.6.2 accepts (§1.3 no. 3). guess: which release shows which of those.
local forms = {
  username = { "Username: ", plain "Password: " },
  authorized = { "Authorized user: ", plain "Password       : " },
  administrator = { "Administrator username: ", for_user "Please enter password for user %s: " },
  name = { "User name: ", for_user "password for user %s: " },
  known = { "Authorized user: ", for_user "Please enter password for user %s: " },
}

-- bless's form of it (facts-2026-11 A.1; field: bputil-other-boot-errors).
local OWNER_NEEDED = 'Error Domain=BYErrorDomain Code=103 "Owner authentication is required" '
  .. "UserInfo={BYErrorHint=LocalAuthenticationRequired}\n"

-- The first form was seen (facts-2026-11 A.1). guess: the others are built from strings of §1.3 no. 3.
local function refuse(p, group, name, why)
  if p.state.wording.bputil_refuses == "credential" then
    p.fail(1, "bputil: failed to set credential: ", owner.rejection(why), "\n")
  end
  if why == "user" then p.fail(1, "bputil: unknown user ", name, "\n") end
  if why == "rights" then p.fail(1, "bputil: no admin users authorized for recovery\n") end
  if why == "stale" then
    p.err("Boot objects update failed for ", group.uuid, ": ")
    p.fail(1, OWNER_NEEDED)
  end
  p.fail(1, "bputil: failed to get an authentication token for user ", name, "\n")
end

-- guess: bputil does not ask twice.
local function authenticate(p, options, group)
  if options.u and not options.p or options.p and not options.u then
    usage(p, "bputil: --username and --password must be given together\n")
  end
  local form = forms[p.state.wording.bputil]
  local name = options.u or p.ask(form[1])
  local password = options.p or name and p.secret(form[2](name))
  if not name or not password then p.fail(1, "\n") end
  local person, why = p.check_owner(name, password)
  return person or refuse(p, group, name, why)
end

-- guess: whether there is a question at all, and its words (§1.3 no. 7). Never with -u and -p.
local function confirm(p, options, group)
  if options.u or not p.state.wording.bputil_confirms then return end
  p.out("This changes the security of ", group.name, " to ", policy.mode_of(options), " security.\n")
  local answer = p.ask("Do you want to continue? [y/n]: ")
  if not answer or not answer:lower():match("^y") then p.fail(1, "bputil: cancelled\n") end
end

-- Where a change may be made (§1.1); the SEP's refusal is §1.2, its shape in bputil's line a guess.
local function need_place(p, options, group)
  if options.f then return end
  local state, only_reduced = p.state, policy.mode_of(options) == "reduced" and not (options.k or options.m)
  if only_reduced and place.in_recovery(state) then return end
  if only_reduced or not place.in_true_recovery(state) then policy_failed(p, group, 11, "AP boot mode") end
  if not place.is_paired(state, group) then policy_failed(p, group, 17, "pairing") end
end

-- Full security is signed by Apple's server, for the newest release only (§1.6). guess: the second refusal's words.
local function need_server(p, options, group)
  if not options.f then return end
  if not p.state.online then
    failed(p, group, 102, "Can't continue because you are not connected to the Internet",
      'Error Domain=AuthInstallErrorDomain Code=11 "(null)" UserInfo={BYErrorHint=NetworkRequired, '
      .. "BYPersonalizationType=os}")
  end
  if not p.state.latest then
    failed(p, group, 401, "Failed to create local policy",
      'Error Domain=AMAuthInstallErrorDomain Code=94 "This device isn\'t eligible for the requested build."')
  end
end

-- The seal cannot be taken off while FileVault is on (§1.1). guess: what is said then.
local function need_no_filevault(p, options, group)
  if options.s and p.state.filevault then policy_failed(p, group, 4, "FileVault") end
end

local function lowers(options)
  return options.g or options.n or options.k or options.c or options.a or options.s or options.m
end

local function update(p, options)
  if options.f and lowers(options) then
    usage(p, "bputil: --full-security excludes the other options\n")
  end
  p.changes()
  local group = target(p, options)
  confirm(p, options, group)
  authenticate(p, options, group)
  p.out("Local policy update is in progress, please wait...\n")
  need_place(p, options, group)
  need_server(p, options, group)
  need_no_filevault(p, options, group)
  p.change(policy.rebuild(group.policy, options), function() policy_failed(p, group, 4, "internal") end)
  -- guess: no transcript of a success is known (§1.3 no. 6); some Macs say nothing.
  if not p.state.wording.bputil_silent then p.out("Local policy update was successful\n") end
end

-- -r and -z take policies away altogether (§1.1). They are simulated so that a call of them does not go unseen.
local function remove(p, options)
  p.changes()
  local group = place.group(p.state, options.r)
  if not place.in_recovery(p.state) then p.fail(1, "bputil: not in recoveryOS\n") end
  authenticate(p, options, group)
  p.change({ function() if group then group.policy.removed = true end end },
    function() p.fail(1, "bputil: removing failed\n") end)
end

local function display(p, options)
  local view = require "sim.tool.bputil_display"
  p.reads()
  if options.e then return view.all(p, options.j) end
  return view.one(p, target(p, options), options)
end

--- Plays bputil; see `sim.tools.play`.
function bputil.bputil(p)
  local options = parse(p)
  p.err(DISCLAIMER)
  if p.state.uid ~= 0 then p.fail(1, "The tool requires running as root\n") end -- facts-2026-11 A.1
  if options.j and not (options.d or options.e) then usage(p, "bputil: --json needs -d or -e\n") end
  if options.d or options.e then return display(p, options) end
  if options.r or options.z then return remove(p, options) end
  if not options.f and not lowers(options) then usage(p) end
  return update(p, options)
end

return bputil
