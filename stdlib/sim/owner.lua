-- Who may sign a policy change, how a name and a password are checked, and what Apple's libraries say of a refusal.
-- It must not ask for them (each tool asks in its own words) and never keep what was typed.

local owner = {}

--- The owner with this short name, or nil. Full names are not accepted (peers §2.2).
function owner.find(state, short)
  for _, person in ipairs(state.owners) do
    if person.short == short then return person end
  end
end

--- The owners who may sign. None, when Preboot's list is that of an earlier installation (facts-2026-11 A.1, A.5).
function owner.authorised(state)
  local list = {}
  for _, person in ipairs(state.owners) do
    if person.rights and not state.circumstances["stale-owners"] then list[#list + 1] = person end
  end
  return list
end

-- A right password is refused as often as the circumstances say.
local function refused(state)
  if state.refusals == 0 then return false end
  if state.refusals > 0 then state.refusals = state.refusals - 1 end
  return true
end

-- The Mac counts refused passwords until its next start (darwin-2026-11 §9). guess: how many it takes, and that all
-- tools count; Macs differ here.
local function count_refusal(state)
  state.refused_passwords = (state.refused_passwords or 0) + 1
  return nil, "password"
end

local function barred(state)
  return state.circumstances["few-attempts"] and (state.refused_passwords or 0) >= state.wording.attempts
end

--- Checks a name and a password. Returns the owner, or nil and why not: "barred" (too many passwords were refused),
-- "user" (no such name), "stale" (the list of owners is of another installation), "rights" or "password".
function owner.check(state, short, password)
  if barred(state) then return nil, "barred" end
  local person = owner.find(state, short)
  if not person then return nil, "user" end
  if state.circumstances["stale-owners"] then return nil, "stale" end
  if not person.rights then return nil, "rights" end
  if password ~= person.password or refused(state) then return count_refusal(state) end
  return person
end

--- Does this passphrase open an encrypted volume? Returns true, or nil and "barred" or "password".
function owner.opens(state, passphrase)
  if barred(state) then return nil, "barred" end
  for _, person in ipairs(state.owners) do
    if person.rights and person.password == passphrase and not refused(state) then return true end
  end
  return count_refusal(state)
end

local AUTHENTICATION = 'Error Domain=com.apple.LocalAuthentication Code=-1 "%s" '
  .. "UserInfo={NSDebugDescription=%s, NSLocalizedDescription=Authentication failure.%s}"

-- What stands below "Password rejected": known for a name that is not there (facts-2026-11 A.1). guess: the others.
local BELOW = {
  user = "User not found", stale = "User not found", rights = "User not found",
  barred = "Too many recent unlock attempts",
}

--- The error of LocalAuthentication behind a refusal; `why` as `owner.check` says (facts-2026-11 A.1).
function owner.rejection(why)
  local below = BELOW[why] and (", NSUnderlyingError=0x600001f3c2d0 {%s}"):format(AUTHENTICATION:format(BELOW[why],
    BELOW[why], "")) or ""
  return AUTHENTICATION:format("Password rejected (3)", "Password rejected (3)", below)
end

return owner
