-- What csrutil asks before it changes anything: which system, whether really, and who signs (reference §2.2).
-- It must not change the policy.

local menu = require "sim.menu"
local mounting = require "sim.mounting"
local owner = require "sim.owner"
local place = require "sim.place"

local dialogue = {}

--- Ends csrutil with the sentence of a failed change.
function dialogue.failed(p, why)
  p.fail(1, "csrutil: failed to modify system integrity configuration. ", why, "\n")
end

--- Ends csrutil because the policy could not be written. guess: which frame a cause comes in; the newer Macs have the
-- one that is known of another cause (facts-2026-11 A.5).
function dialogue.not_written(p, group, why)
  if p.state.wording.csrutil_refuses ~= "credential" then dialogue.failed(p, why) end
  p.fail(1, 'csrutil: Failed to update security configuration for "', group.name, '": ', why, "\n")
end

-- guess: what follows the number in the menu
local function name_and_version(group) return ("%s (macOS %s)"):format(group.name, group.version) end

--- The system that is meant, also for commands that only read (§2.2).
function dialogue.pick(p)
  return menu.pick(p, name_and_version, "no installation chosen")
end

local SIP = {
  enable = {
    "Turning on System Integrity Protection allows increased system security.\n",
    'Raise security level to full boot security for OS "%s"? [y/n]: ',
  },
  disable = {
    "Turning off System Integrity Protection requires modifying system security.\n",
    'Allow booting unsigned operating systems and any kernel extensions for OS "%s"? [y/n]: ',
  },
}

--- Asks about SIP ("enable" or "disable"). Returns true for yes, false for no.
function dialogue.confirm(p, group, command)
  p.out(SIP[command][1])
  for _ = 1, 3 do
    local answer = (p.ask(SIP[command][2]:format(group.name)) or "n"):lower()
    if answer:match("^y") then return true end
    if answer:match("^n") then return false end
  end
  return false
end

-- The forms seen (§2.2; from macOS 15.4 on the name is asked for: facts-2026-11 A.5). With one owner 27.0.1 and some
-- older builds ask for the password alone.
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

local function ask_password(person)
  return function(p) return person.short, p.secret(("Enter password for user %s: "):format(person.short)) end
end

local function form_of(p, people)
  local form = p.state.wording.csrutil
  if form == "password" and #people == 1 then return ask_password(people[1]) end
  return forms[form] or forms.authorized
end

-- Both sentences are known (§2.2; field: same-refused-password-again). guess: which release has which.
local function refuse(p, why)
  if why == "user" then return p.out("Unknown user - try again!\n") end
  if p.state.wording.csrutil_refuses == "credential" then
    p.err("csrutil: failed to set credential: ", owner.rejection(why), "\n")
  else
    p.err("Failed to authenticate.\n")
  end
  if not p.state.wording.csrutil_retry or why == "barred" then p.leave(1) end
end

-- authd mounts what it needs, and leaves the session's own mounted although it was not (facts-2026-11 C).
local function mount_preboot(p, group)
  local volume = place.preboot_volume(p.state, group)
  if not volume.mount then mounting.attach(p.state, volume, p.files) end
end

--- Asks who signs, until it is right. guess: three tries where csrutil asks again at all.
function dialogue.log_in(p, group)
  local people = owner.authorised(p.state)
  -- Told first, and then the name is asked for all the same (facts-2026-11 A.5).
  if #people == 0 then p.err("csrutil: no admin users authorized for recovery\n") end
  local ask = form_of(p, people)
  for _ = 1, 3 do
    local name, password = ask(p)
    if not name or not password then p.fail(1, "\n") end
    local person, why = p.check_owner(name, password)
    if person then return mount_preboot(p, group) end
    refuse(p, why)
  end
  p.leave(1)
end

-- Seen in a recovery that was not entered from power off with the button held (field: csrutil-os-environment).
local OTHER_ENVIRONMENT = "csrutil: The OS environment does not allow changing security configuration options.\n"
  .. "Ensure that the system was booted into Recovery OS via the standard user action.\n"

--- Leaves where csrutil changes nothing: outside recovery, not as root, or in a recovery it does not take for one.
function dialogue.need_recovery(p)
  if p.state.uid ~= 0 then dialogue.failed(p, "Run this tool as root.") end -- guess: wording
  local outside = not place.in_recovery(p.state) and not p.circumstance("guest") -- in a guest it works in macOS, too
  if outside then dialogue.failed(p, "This tool needs to be executed " .. p.state.wording.csrutil_refusal .. ".") end
end

--- Leaves where the policy of this system may not be lowered: 1TR of its own pair alone may (§1.6, §5).
function dialogue.need_pair(p, group)
  if p.circumstance("guest") then return end
  if not place.in_true_recovery(p.state) or p.circumstance("stale-recovery") then p.fail(1, OTHER_ENVIRONMENT) end
  if place.is_paired(p.state, group) then return end
  dialogue.not_written(p, group, 'Error Domain=com.apple.bootpolicy Code=17 "pairing (17)"')
end

return dialogue
