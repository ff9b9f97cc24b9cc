-- The places a step or a rung may belong to, and what fits where.
-- Must not find out which system is running: see mac.target.

local place = {}

--- The key that leads to recovery. Who holds it longer than that turns the Mac off again (facts-2026-11 C).
place.HOLD = "hold the power button until \"Loading startup options\" appears, then let go"

--- The whole way there.
place.TO_RECOVERY = "shut down fully (not restart), " .. place.HOLD .. ", choose Options and a user, then Utilities > Terminal"

--- How to get to recovery; on a simulated Mac that was kept, the line that does it.
function place.to_recovery()
  local line = require("base.started").restart "recovery"
  return line and ("restart this simulated Mac into recovery (`%s`)"):format(line) or place.TO_RECOVERY
end

local FITS = {
  any = { ["paired-recovery"] = true, recovery = true, macos = true },
  recovery = { ["paired-recovery"] = true, recovery = true },
  ["paired-recovery"] = { ["paired-recovery"] = true },
  macos = { macos = true },
}

local WORDS = {
  ["paired-recovery"] = "the target's own recovery, reached by holding the power button",
  recovery = "recovery", macos = "macOS", any = "any system",
}

--- Is this one of the places?
function place.is_known(where)
  return FITS[where] ~= nil
end

--- May something that belongs to `where` (nil: anywhere) run in this environment?
function place.fits(where, environment)
  return (FITS[where or "any"] or {})[environment] == true
end

--- A place in words.
function place.words(where)
  return WORDS[where or "any"] or tostring(where)
end

return place
