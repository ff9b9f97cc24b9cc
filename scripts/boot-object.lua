-- Registers a boot object of your own, such as the loader of another system: bputil first, kmutil last, both in paired recovery. The known
-- sequence is that of Linux installers (facts-2026-11 D.4).

local shared, kernel = part "policy", part "kernel"

local function is_lowered(now) return now.mode == "permissive" and now.ctrr == "off" end

local function raw_of(c) return c.raw == "yes" and { entry_point = c.entry_point, address = c.address } or nil end

-- An earlier object of ours is given to kmutil once more, by the file and the options of its own run. Its hash may be a new one.
local function earlier_rung(c, wanted, now)
  local object = c.earlier
  local again = kmutil.install(c.system_volume, object.path, object.sum, object.raw)
  local rung = policy.same(now, wanted, "coih") and { again } or { bputil.permissive(c.group, wanted), again }
  rung.where, rung.exact, rung.goal = "paired-recovery", true, policy.summary(wanted)
  rung.leaves = ("the boot object %s once more, all else of the policy as recorded"):format(object.path)
  rung.check = function()
    local seen, summary = shared.read(c)
    if not seen then return nil end
    local known = { root = c.root, preboot = c.preboot, group = c.group, collection_sum = object.sum }
    local answer = boot_object.compare(known, seen)
    local is_it = answer == "same" or answer == "unknown" and seen.coih ~= "absent" and seen.coih ~= now.coih
    return is_it and policy.same(seen, wanted, "coih"), summary
  end
  return rung
end

local function undo(c, before, now)
  local wanted, ways = c.baseline and c.baseline.policy or before, shared.undo(c, before, now)
  if type(ways) == "table" and wanted.coih ~= "absent" and c.earlier then table.insert(ways, 1, earlier_rung(c, wanted, now)) end
  return ways
end

local function address(what) return param("integer", 0, { least = 0, most = math.maxinteger, says = "with raw=yes: " .. what }) end

return plan "boot-object" {
  summary = "Boot an object of your own instead of macOS: another system's loader, or a kernel.",
  params = kernel.params {
    file = param("path", nil, { says = "the boot object, as a file on a volume of this Mac" }),
    raw = param("word", "no", { among = { "no", "yes" }, says = "yes: it is no Mach-O file, and is laid into memory as it is" }),
    entry_point = address "the address where it starts, such as 2048",
    address = address "the address of its first byte",
  },
  refuse = function(c) return shared.why_not_anew(c, is_lowered) end,

  step "copy" { from = kernel.copy "boot object" },

  step "policy" {
    why = "Makes the policy Permissive, with the kernel's CTRR off. It is made anew: an earlier object goes with it.",
    where = "paired-recovery",
    part = "policy",
    expected = "Permissive Security, kernel CTRR off",
    resets = { "copy", "object" },
    check = shared.check(is_lowered),
    describe = policy.describe,
    run = function(c, seen)
      return bputil.permissive(c.group, shared.changed(seen, { ctrr = "off" }))
    end,
    after = function(_, seen) return shared.changed(seen, { mode = "permissive", ctrr = "off", sip = "absent", coih = "absent" }) end,
    undo = undo,
  },

  step "object" {
    from = kernel.register,
    why = "Makes this volume start with the object. The last of the policy changes.",
    needs = { "copy", "policy" },
    expected = "a custom boot object with the bytes that were shown",
    run = function(c) return kmutil.install(c.system_volume, c.copy, c.collection_sum, raw_of(c)) end,
    after = function(_, seen) return shared.changed(seen, { mode = "permissive", coih = "(new)" }) end,
    undo = undo,
  },
}
