-- Climbs down a ladder of ways back (or of ways to full security): tries rungs in order, the first that reads back wins.
-- Must not believe a command's exit status, and must not try a rung where it cannot run.
--
-- Which rungs there are, the plan says; for the boot policy mac.policy makes them. What a rung is: see answer.rungs in plan.answer. Here
-- each has a check; engine.act gives one to those that came without.

local place = require "plan.place"

local ladder = {}

local function start_all(rung, number, climber, before)
  local outcome
  for part = 1, #rung do
    outcome = climber.act(rung[part], { part = part, parts = #rung, rung = number, before = before })
    if outcome.failed then return outcome end
  end
  return outcome
end

local function try_rung(rung, number, climber, before)
  local tried = 0
  if #rung == 0 then
    local left, seen = rung.check()
    return { result = left and "won" or "unknown", seen = seen }
  end
  repeat
    local outcome = start_all(rung, number, climber, before)
    if outcome.dry_run then return { result = "won", dry_run = true } end
    local won, seen = rung.check()
    if won == nil then return { result = "unknown", seen = seen } end
    if won then return { result = "won", seen = seen } end
    tried = tried + outcome.tries
    local wrong_credentials = outcome.failed and outcome.meaning.kind == "credentials" and not outcome.interrupted
    if not wrong_credentials or tried >= climber.attempts() then return { result = "refused", why = outcome.meaning } end
    climber.again(tried + 1, outcome.meaning.words)
  until false
end

--- Tries the rungs.
-- @param rungs array
-- @param climber { environment, attempts() → how often wrong credentials are tried, act(command, fields) → outcome,
--   again(n, words), refused(…) }
-- @param before what the journal should hold as the state before
-- @return { result = "won", rung, number, seen, refused } | { result = "unknown" | "none" | "elsewhere", refused };
--   refused is an array of { leaves, why, words, cure, kind }
function ladder.climb(rungs, climber, before)
  local refused, elsewhere = {}, false
  for number, rung in ipairs(rungs) do
    if place.fits(rung.where, climber.environment) then
      local tried = try_rung(rung, number, climber, before)
      if tried.result ~= "refused" then
        tried.rung, tried.number, tried.refused = rung, number, refused
        return tried
      end
      refused[#refused + 1] = { leaves = rung.leaves, why = tried.why.cause, words = tried.why.words, cure = tried.why.cure,
        kind = tried.why.kind }
      climber.refused(rung, number, tried.why)
    else
      elsewhere = true
      refused[#refused + 1] = { leaves = rung.leaves, why = "this can only be done in " .. place.words(rung.where) }
    end
  end
  return { result = elsewhere and "elsewhere" or "none", refused = refused }
end

return ladder
