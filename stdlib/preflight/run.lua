-- Looks at everything that must be right before a change: ok, bad or unknown, each with the cure in words.
-- Must not change anything, and must never let "unknown" pass for ok.
--
-- A check is a function(target, asked, found) → row (see preflight.result), and a table of what it found where later checks, the
-- plan's parameters or the overview need it. It reads target, asked and found and writes into none of them.
--
-- asked: what is particular to this run, made by the caller: { options, where = the place the next step needs, acts = true when
--   tools will ask questions, may_ask = true where a person is asked about what is not ok but may be taken, any_owner = true where it
--   does not matter who could have written a file, uid, dry_run, words = boot arguments to be added, params = the plan's own,
--   journal = { here, path, why, trouble, installed = function(coih) → did a run of ours install that custom kernel on this group? },
--   answers = "given" | "person" | "unasked" | nil: who answers the tools' questions,
--   refused = words or nil: so many passwords were refused since the Mac was started that nothing more is tried unattended }

local preflight = {}

-- Where checks are looked for, in this order: a part is loaded when what is before it has not the one that is wanted.
local PARTS = { "preflight.system", "preflight.identity", "preflight.collection", "preflight.kit" }

-- By name. Those of what is in force have a name like "in force/policy": the part before the slash is not shown.
local function check_called(name)
  local in_force = name:match "^in force/(.+)$"
  if in_force then return require("preflight.in_force")[in_force] end
  for _, part in ipairs(PARTS) do
    local check = require(part)[name]
    if check then return check end
  end
end

-- Shown, and do not stop anything.
local ADVISORY = { network = true, power = true, update = true, guests = true, management = true }

-- While one of these is not right, the others would only be wrong for the same cause.
local FIRST = { root = true, platform = true, volume = true }

local MOST_NAMED = 8

-- On another computer there is no other cause than that. @return the names to check, and those that are left out
local function on_this_computer(names, target)
  for index, name in ipairs(names) do
    if name == "platform" and check_called "platform"(target).verdict == "bad" then
      local left = { table.unpack(names) }
      table.remove(left, index)
      return { name }, left
    end
  end
  return names, {}
end

-- The names of checks as they are shown, from one on.
local function shown(names, from)
  local left = {}
  for index = from, #names do left[#left + 1] = names[index]:match("[^/]+$") end
  return left
end

-- Makes one check. @return its row, and may the command go on?
local function make(name, target, asked, found)
  local row, more = check_called(name)(target, asked, found)
  row.type, row.check = "preflight", name:match("[^/]+$")
  for key, value in pairs(more or {}) do found[key] = value end
  local fine = row.verdict == "ok" or ADVISORY[row.check] or row.asks and asked.may_ask or false
  row.asks = nil
  return row, fine
end

--- Runs checks in order, up to one without which the others mean nothing.
-- @param names array of checks
-- @param target see mac.target.look
-- @param asked see above
-- @param known table or nil: what is known before the first check
-- @param report function(row) or nil: called with each row as it is known
-- @param begins function(words) or nil: called with what is being made before each check, and with nil after it
-- @return true when all needed ones are ok, else false; the rows; what was found, known included; and the names of those that were
--   not made
function preflight.run(names, target, asked, known, report, begins)
  local rows, found, fine = {}, {}, true
  local made, elsewhere = on_this_computer(names, target)
  for key, value in pairs(known or {}) do found[key] = value end
  for index, name in ipairs(made) do
    if begins then begins(("Checking: %s (%d of %d)"):format(name:match("[^/]+$"), index, #made)) end
    local row, right = make(name, target, asked, found)
    if begins then begins(nil) end
    rows[index], fine = row, fine and right
    if report then report(row) end
    if row.verdict ~= "ok" and FIRST[row.check] then
      return false, rows, found, #elsewhere > 0 and shown(elsewhere, 1) or shown(made, index + 1)
    end
  end
  return fine, rows, found, {}
end

--- A sentence about checks that were not made, or nil. More than MOST_NAMED of them help nobody by their names.
-- @param left from preflight.run
function preflight.not_checked(left)
  if #left > MOST_NAMED then return ("The other %d checks were not made, since this comes first."):format(#left) end
  return #left > 0 and ("Not checked, since this comes first: %s."):format(table.concat(left, ", ")) or nil
end

--- How many checks stop what was asked for.
-- @param rows from preflight.run
-- @return how many are bad, and how many unknown
function preflight.stopping(rows)
  local count = { bad = 0, unknown = 0, ok = 0 }
  for _, row in ipairs(rows) do
    if not ADVISORY[row.check] then count[row.verdict] = count[row.verdict] + 1 end
  end
  return count.bad, count.unknown
end

--- Is there such a check?
function preflight.knows(name) return check_called(name) ~= nil end

--- Is one of the rows bad, an advisory one too?
function preflight.any_bad(rows)
  for _, row in ipairs(rows) do
    if row.verdict == "bad" then return true end
  end
  return false
end

--- Are all rows ok, the advisory ones too?
function preflight.all_ok(rows)
  for _, row in ipairs(rows) do
    if row.verdict ~= "ok" then return false end
  end
  return true
end

return preflight
