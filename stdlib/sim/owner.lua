-- Who may sign a policy change, and how a name and a password are checked.
-- It must not ask for them (each tool asks in its own words) and never keep what was typed.

local owner = {}

--- The owner with this short name, or nil. Full names are not accepted (peers §2.2).
function owner.find(state, short)
  for _, person in ipairs(state.owners) do
    if person.short == short then return person end
  end
end

--- The owners who may sign.
function owner.authorised(state)
  local list = {}
  for _, person in ipairs(state.owners) do
    if person.rights then list[#list + 1] = person end
  end
  return list
end

local function refused(state)
  if state.refusals == 0 then return false end
  if state.refusals > 0 then state.refusals = state.refusals - 1 end
  return true
end

--- Checks a name and a password. Returns the owner, or nil and "user", "rights" or "password".
-- A right password is refused as often as the circumstances say.
function owner.check(state, short, password)
  local person = owner.find(state, short)
  if not person then return nil, "user" end
  if not person.rights then return nil, "rights" end
  if password ~= person.password or refused(state) then return nil, "password" end
  return person
end

return owner
