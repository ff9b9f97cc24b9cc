-- Allows third-party kernel extensions, which a person then approves in macOS: Reduced Security in paired recovery, checked in macOS.
-- No extension is installed or deleted.

local policy_part, restart = part "policy", part "restart"

-- A policy made anew knows no approvals (darwin-2026-11 §10).
local AGAIN = "; extensions are deleted by nothing here: allowed once more, approve them again"

local function is_done(now) return now.kexts and now.mode ~= "full" end

local function missing(c)
  local loaded, absent = kmutil.loaded(), {}
  if not loaded then return nil end
  for _, id in ipairs(c.ids) do
    if not loaded[id] then absent[#absent + 1] = id end
  end
  return absent
end

return plan "kexts" {
  summary = "Allow third-party kernel extensions, which you then approve in macOS.",
  params = { ids = param("words", "", { most = 1000, says = "bundle identifiers of the extensions that must be loaded at the end" }) },
  refuse = function(c)
    for _, id in ipairs(c.ids) do
      if not id:find("^[%w%-_]+%.[%w%.%-_]+$") then return id .. " is no bundle identifier, such as org.example.driver" end
    end
    return policy_part.why_not_anew(c, is_done, function(now)
      return now.coih ~= "absent" and "a custom kernel is registered"
    end)
  end,

  step "kexts" {
    why = "Lets macOS load kernel extensions that you approve. The boot policy becomes Reduced, and is made anew.",
    where = "paired-recovery",
    part = "policy",
    expected = "third-party kexts allowed, SIP on",
    check = policy_part.check(is_done),
    describe = policy.describe,
    run = function(c, seen) return bputil.allow_kexts(c.group, seen) end,
    after = function(_, seen)
      return policy_part.changed(seen, { mode = seen.mode == "permissive" and "permissive" or "reduced", kexts = true })
    end,
    undo = function(c, before, now)
      local ways = policy_part.undo(c, before, now)
      for _, way in ipairs(type(ways) == "table" and ways or {}) do way.leaves = way.leaves .. AGAIN end
      return ways
    end,
  },

  step "restart" {
    from = restart.step,
    needs = { "kexts" },
  },

  step "loaded" {
    why = "Checks that the extensions you named are loaded. You approve each in macOS; it is loaded after one more restart.",
    where = "macos",
    needs = { "restart" },
    settles = "clean-restart",
    waits_for = "Not all of these extensions are loaded yet. Install what brings them, approve them in System Settings > Privacy & "
      .. "Security, and restart.",
    check = function(c)
      local absent = c.environment == "macos" and missing(c)
      if absent == nil then return "unknown" end
      return absent and #absent == 0 and "done" or "todo", { absent = table.concat(absent or c.ids, " "), named = #c.ids }
    end,
    describe = function(seen)
      if seen.named == 0 then return "no extension was named" end
      return seen.absent == "" and "all are loaded" or "not loaded: " .. seen.absent
    end,
  },
}
