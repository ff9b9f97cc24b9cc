-- Boot policies compared, and the ladders from every policy to every other.

local answers = require "tests.unit.lua.support.answers"
local bputil = require "tool.bputil"
local policies = require "tests.unit.lua.support.policies"
local policy = require "mac.policy"

local GROUP = policies.GROUP
local C = { group = GROUP, system_volume = "/Volumes/Macintosh HD", volume_name = "Macintosh HD" }
local COIH = ("CD"):rep(48)

-- Policies that a Mac may be found with: each mode with what belongs to it.
local FOUND = {
  full = {},
  reduced = { mode = "reduced" },
  reduced_kexts = { mode = "reduced", kexts = true, mdm = true },
  permissive = { mode = "permissive" },
  sip_off = { mode = "permissive", sip = "7f", ctrr = "off", boot_args_filter = "off" },
  lowered = { mode = "permissive", sip = "7f", ctrr = "off", boot_args_filter = "off", coih = COIH },
  other_kernel = { mode = "permissive", sip = "7f", ctrr = "off", boot_args_filter = "off", coih = ("EF"):rep(48) },
  asahi = { mode = "permissive", ctrr = "off", coih = COIH },
  unsealed = { mode = "permissive", ssv = "off" },
  broken = { mode = "permissive", ssv = "off", coih = COIH },
  unsealed_off = { mode = "permissive", sip = "7f", ssv = "off", ctrr = "off", boot_args_filter = "off" },
  custom = { mode = "permissive", sip = "46", ctrr = "off", boot_args_filter = "off" },
}
for name, changes in pairs(FOUND) do FOUND[name] = policies.summary(changes) end

local function commands_of(rung)
  local lines = {}
  for index, command in ipairs(rung) do lines[index] = table.concat(command.argv, " ") end
  return lines
end

local function ladder(goal, now)
  local rows = {}
  local rungs = policy.ladder(C, FOUND[goal], FOUND[now])
  if type(rungs) == "string" then return rungs end
  for index, rung in ipairs(rungs) do
    if rung.exact then assert.are.same(FOUND[goal], rung.goal) end
    rows[index] = { table.concat(commands_of(rung), " ; "), rung.where, rung.exact or false, rung.leaves }
  end
  return rows
end

local B, K = "/usr/bin/bputil ", "/usr/bin/kmutil configure-boot --volume /Volumes/Macintosh HD"
local V = " -v " .. GROUP
local function clear_in(now)
  return { K, "paired-recovery", false, ("Apple's kernel; the rest stays as it is then: %s Security, SIP %s"):format(
    FOUND[now].mode:gsub("^%l", string.upper), policy.sip_text(FOUND[now].sip)) }
end
local PLAIN_REDUCED = { B .. "-g" .. V, "recovery", false, "reduced security, Apple's kernel, SIP on" }

describe("policy.ladder", function()
  it("is empty when nothing is left to do, for every policy", function()
    for name in pairs(FOUND) do assert.are.equal("the policy recorded before this run", ladder(name, name), name) end
  end)

  it("goes to full security by three rungs", function()
    for _, now in ipairs { "reduced", "permissive", "lowered", "asahi" } do
      assert.are.same({ { B .. "--full-security" .. V, "any", true, "full security, Apple's kernel" }, PLAIN_REDUCED, clear_in(now) },
        ladder("full", now), now)
    end
  end)

  it("goes to reduced security with what it allowed", function()
    local exact = "reduced security, Apple's kernel, kexts as recorded"
    assert.are.same({ { B .. "-gkm" .. V, "paired-recovery", true, exact }, PLAIN_REDUCED, clear_in "lowered" },
      ladder("reduced_kexts", "lowered"))
    assert.are.same({ B .. "-g" .. V, "paired-recovery", true, exact }, ladder("reduced", "full")[1])
  end)

  it("goes back to a relaxed policy, SIP words after the rebuild", function()
    local rebuild = { B .. "-nca" .. V .. " ; /usr/bin/csrutil disable", "paired-recovery", true,
      "permissive security, SIP off (7f), Apple's kernel" }
    assert.are.same({ { K, "paired-recovery", true, "Apple's kernel, all else of the policy as recorded" }, rebuild,
      clear_in "lowered" }, ladder("sip_off", "lowered"))
    assert.are.same({ rebuild, clear_in "full" }, ladder("sip_off", "full"))
    assert.are.same({ { B .. "-n" .. V, "paired-recovery", true, "permissive security, SIP on, Apple's kernel" }, clear_in "sip_off" },
      ladder("permissive", "sip_off"))
  end)

  it("writes a custom SIP word part by part, and has SIP on rather than weaker", function()
    local rungs = ladder("custom", "lowered")
    assert.are.same({ B .. "-nca" .. V .. " ; /usr/bin/csrutil enable --without fs --without debug --without nvram", "paired-recovery",
      true, "permissive security, SIP custom (46) (csrutil enable --without fs --without debug --without nvram), Apple's kernel" },
      rungs[1])
    assert.are.same({ B .. "-nca" .. V, "paired-recovery", false, "permissive security, SIP on instead of custom (46), Apple's kernel" },
      rungs[2])
    assert.are.same(clear_in "lowered", rungs[3])
    assert.are.equal(3, #rungs)
  end)

  it("has the seal on in what is made anew, and says so", function()
    local rungs = ladder("unsealed", "sip_off")
    assert.are.same({ B .. "-n" .. V, "paired-recovery", false,
      "permissive security, SIP on, Apple's kernel, but the sealed system volume on" },
      rungs[1])
    assert.are.same({ { K, "paired-recovery", false, "Apple's kernel, all else of the policy as recorded" } },
      { ladder("broken", "unsealed")[1] })
  end)

  it("takes only the kernel out where the seal is off, on the way to full security", function()
    local rungs = ladder("full", "broken")
    assert.are.same({ { K, "paired-recovery", false,
      "Apple's kernel; SIP and seal stay off, since a changed system would not start under full security" } }, rungs)
    assert.are.equal(B .. "--full-security" .. V, ladder("full", "unsealed")[1][1])
    assert.are.equal(B .. "--full-security" .. V, ladder("full", "asahi")[1][1])
    assert.are.equal(B .. "-g" .. V, ladder("reduced", "broken")[1][1])
  end)

  it("writes the seal as it was in what is made anew, while FileVault is off", function()
    C.filevault = false
    local exact = { B .. "-ns" .. V, "paired-recovery", true, "permissive security, SIP on, Apple's kernel, sealed system volume off" }
    for _, now in ipairs { "broken", "sip_off", "full" } do
      local rungs = ladder("unsealed", now)
      assert.are.same(exact, rungs[now == "broken" and 2 or 1], now)
      assert.are.equal(K, rungs[#rungs][1])
    end
    assert.are.same({ B .. "-ncas" .. V .. " ; /usr/bin/csrutil disable", "paired-recovery", true,
      "permissive security, SIP off (7f), Apple's kernel, sealed system volume off" }, ladder("unsealed_off", "lowered")[1])
    local to_full = ladder("full", "broken")
    assert.are.same({ K, B .. "-ns" .. V, "" }, { to_full[1][1], to_full[2][1], to_full[3][1] })
    assert.are.equal("paired-recovery", to_full[3][2])
    C.filevault = nil
  end)

  it("leaves everything as it is where FileVault is on, and says so", function()
    C.filevault = true
    for _, rungs in ipairs { ladder("unsealed", "broken"), ladder("full", "broken") } do
      for index = 1, #rungs - 1 do assert.are.equal(K, rungs[index][1]) end
      local last = rungs[#rungs]
      assert.are.same({ "", "paired-recovery", false }, { last[1], last[2], last[3] })
      assert.truthy(last[4]:find("the custom kernel, the sealed system volume off", 1, true), last[4])
    end
    assert.are.equal(B .. "-n" .. V, ladder("unsealed", "permissive")[1][1])
    C.filevault = nil
  end)

  it("makes no policy anew where the seal was off and is off", function()
    for goal, now in pairs { unsealed = "broken", broken = "unsealed" } do
      for _, rung in ipairs(ladder(goal, now)) do assert.are.equal(K, rung[1], goal) end
    end
    local sealed = ladder("unsealed", "permissive")
    assert.are.equal(B .. "-n" .. V, sealed[1][1])
    assert.are.equal(B .. "-n" .. V, ladder("permissive", "unsealed")[1][1])
  end)

  it("says that an earlier custom kernel cannot come back", function()
    local rungs = ladder("asahi", "lowered")
    assert.are.same({ B .. "-nc" .. V, "paired-recovery", false,
      "permissive security, SIP on, Apple's kernel instead of your earlier custom one" }, rungs[1])
    assert.are.equal(2, #rungs)
    assert.are.same({ K, "paired-recovery", false, "Apple's kernel, all else of the policy as recorded" },
      ladder("other_kernel", "lowered")[1])
  end)

  it("keeps its hands off the seal and other groups, whatever the goal and the state", function()
    local seen = 0
    for goal in pairs(FOUND) do
      for now in pairs(FOUND) do
        local rungs = policy.ladder(C, FOUND[goal], FOUND[now])
        for _, rung in ipairs(type(rungs) == "table" and rungs or {}) do
          assert.is_string(rung.leaves)
          assert.is_function(rung.check)
          for _, command in ipairs(rung) do
            seen = seen + 1
            local tool, first = command.argv[1], command.argv[2]
            if tool == "/usr/bin/bputil" then
              assert.are.same({ "-v", GROUP, 4 }, { command.argv[3], command.argv[4], #command.argv })
              assert.is_true(first == "--full-security" or first:find("^%-[gn]c?a?k?m?$") ~= nil, first)
            elseif tool == "/usr/bin/kmutil" then
              assert.are.same({ "/usr/bin/kmutil", "configure-boot", "--volume", "/Volumes/Macintosh HD" }, command.argv)
            else
              assert.truthy(first == "disable" and #command.argv == 2 or first == "enable" and command.argv[3] == "--without")
            end
          end
        end
      end
    end
    assert.is_true(seen > 150, tostring(seen))
  end)
end)

describe("a rung's check", function()
  -- Bputil shows this policy; the rung of that number from `now` to `goal` is asked.
  local function asked(goal, now, number, rows)
    answers.use { ["/usr/bin/bputil -d -v " .. GROUP] = policies.text(rows) }
    bputil.forget()
    local won, seen = policy.ladder(C, FOUND[goal], FOUND[now])[number].check()
    return won, seen
  end

  local REDUCED = { mode = "Reduced    (smb0): 1" }
  local PERMISSIVE = { mode = "Permissive (smb0 && smb1): 1" }

  it("reads back full security and nothing less", function()
    local won, seen = asked("full", "lowered", 1)
    assert.are.same({ true, FOUND.full }, { won, seen })
    assert.is_false((asked("full", "lowered", 1, REDUCED)))
    assert.is_false((asked("full", "lowered", 1, { coih = COIH })))
    assert.is_false((asked("full", "lowered", 1, { boot_args_filter = "Disabled   (sip3): 1" })))
  end)

  it("reads back reduced security with Apple's kernel and SIP on", function()
    assert.is_true((asked("full", "lowered", 2, REDUCED)))
    assert.is_false((asked("full", "lowered", 2)))
    assert.is_false((asked("full", "lowered", 2, { mode = REDUCED.mode, coih = COIH })))
  end)

  it("reads back Apple's kernel", function()
    assert.is_true((asked("full", "lowered", 3, PERMISSIVE)))
    assert.is_false((asked("full", "lowered", 3, { mode = PERMISSIVE.mode, coih = COIH })))
  end)

  it("reads back the policy as before in every field", function()
    local lowered = { mode = PERMISSIVE.mode, sip = "Customized (sip0): 7f", ctrr = "Disabled   (sip2): 1",
      boot_args_filter = "Disabled   (sip3): 1" }
    assert.is_true((asked("sip_off", "full", 1, lowered)))
    for field in pairs(lowered) do
      local less = {}
      for key, value in pairs(lowered) do less[key] = key ~= field and value or nil end
      assert.is_false((asked("sip_off", "full", 1, less)), field)
    end
    assert.is_true((asked("reduced_kexts", "full", 1, { mode = REDUCED.mode, kexts = "Enabled    (smb2): 1",
      mdm = "Enabled    (smb3): 1" })))
    assert.is_false((asked("reduced_kexts", "full", 1, REDUCED)))
  end)

  it("reads back SIP on rather than a custom word", function()
    local relaxed = { mode = PERMISSIVE.mode, ctrr = "Disabled   (sip2): 1", boot_args_filter = "Disabled   (sip3): 1" }
    assert.is_true((asked("custom", "lowered", 2, relaxed)))
    assert.is_false((asked("custom", "lowered", 2, REDUCED)))
    assert.is_false((asked("custom", "lowered", 2)))
    assert.is_false((asked("custom", "lowered", 2, { mode = PERMISSIVE.mode, sip = "Customized (sip0): 46" })))
    assert.is_false((asked("custom", "lowered", 2, { mode = PERMISSIVE.mode, coih = COIH })))
  end)

  it("cannot tell when the policy cannot be read", function()
    answers.use {}
    local won, message = policy.ladder(C, FOUND.full, FOUND.lowered)[1].check()
    assert.are.same({ nil, "/usr/bin/bputil: No such file or directory" }, { won, message })
  end)
end)

describe("policies", function()
  it("are summed up by what the boot loader minds", function()
    local full = policies.summary()
    full.os_type, full.nsih, full.unknown = "macOS", "AB", {}
    assert.are.same(policies.summary(), policy.summary(full))
    assert.are.same(policies.summary(), policy.FULL)
  end)

  it("are the same when every field is", function()
    assert.is_true(policy.same(FOUND.full, policies.summary()))
    for field, value in pairs { mode = "reduced", sip = "7f", ssv = "off", ctrr = "off", boot_args_filter = "off",
      kexts = true, mdm = true, coih = "AB" } do
      local other = policies.summary { [field] = value }
      assert.is_false(policy.same(FOUND.full, other), field)
      assert.is_true(policy.same(FOUND.full, other, field), field)
    end
  end)

  it("tell whether SIP is off: all seven customer bits, in a permissive policy", function()
    assert.is_true(policy.sip_is_off { mode = "permissive", sip = "7f" })
    assert.is_true(policy.sip_is_off { mode = "permissive", sip = "ff" })
    for _, sip in ipairs { "absent", "77", "3f", "0", "80" } do
      assert.is_false(policy.sip_is_off { mode = "permissive", sip = sip }, sip)
    end
    assert.is_false(policy.sip_is_off { mode = "full", sip = "7f" })
    assert.are.same({ 0, 127 }, { policy.sip_bits { sip = "absent" }, policy.sip_bits { sip = "7f" } })
  end)

  it("tell whether macOS may write boot-args, and whether research guests are allowed: one bit each", function()
    local function told(sip) return { policy.nvram_is_open { sip = sip }, policy.allows_guests { sip = sip } } end
    assert.are.same({ false, false }, told "absent")
    assert.are.same({ false, false }, told "3f")
    assert.are.same({ true, false }, told "40")
    assert.are.same({ true, false }, told "7f")
    assert.are.same({ false, true }, told "1000")
    assert.are.same({ true, true }, told "107f")
  end)

  it("say what full security may do where the seal is off", function()
    assert.is_nil(policy.seal_warning(FOUND.full))
    assert.is_nil(policy.seal_warning(FOUND.lowered))
    local lead = "The sealed system volume is off. If this system was changed, it does not start under full security. "
    assert.are.equal(lead .. "Go on only if it was not, or if you are ready to install macOS again.", policy.seal_warning(FOUND.unsealed))
    assert.truthy(policy.seal_warning(FOUND.broken):find("So only the custom kernel is taken out here", 1, true))
  end)

  it("say what cannot be put back: an earlier kernel, a custom SIP word, the open seal", function()
    for _, name in ipairs { "full", "reduced_kexts", "permissive", "sip_off" } do
      assert.are.same({}, policy.unrestorable(FOUND[name]), name)
    end
    local function lines(name) return table.concat(policy.unrestorable(FOUND[name], "14.0"), "\n") end
    assert.are.equal("The custom kernel that is registered now (CDCDCDCDCDCD…) is replaced and cannot be put back by this program.",
      lines "lowered")
    assert.truthy(lines("custom"):find(
      "^SIP is custom %(46%)%. The way back types `csrutil enable %-%-without fs %-%-without debug %-%-without nvram`"))
    assert.are.equal("The sealed system volume is off. A policy that is made anew has it on, and this program does not turn it off again.",
      lines "unsealed")
    assert.are.equal(2, #policy.unrestorable(FOUND.broken))
    assert.truthy(policy.unrestorable(FOUND.unsealed, "14.0", false)[1]:find("bputil's -s and then csrutil write that again", 1, true))
    assert.truthy(policy.unrestorable(FOUND.unsealed, "14.0", true)[1]:find("csrutil authenticated-root disable", 1, true))
    assert.are.equal(1, #policy.unrestorable(policies.summary { sip = "1" }))
  end)

  it("are told in one line", function()
    assert.are.equal("Full Security, SIP on, boot-args filter on, Apple's kernel", policy.describe(FOUND.full))
    assert.are.equal("Permissive Security, SIP off (7f), boot-args filter off, custom kernel CDCDCDCDCDCD…",
      policy.describe(FOUND.lowered))
    assert.are.equal("Permissive Security, SIP on, sealed system volume off, boot-args filter on, Apple's kernel",
      policy.describe(FOUND.unsealed))
    assert.are.equal("Reduced Security, SIP on, boot-args filter on, Apple's kernel, third-party kexts allowed",
      policy.describe(FOUND.reduced_kexts))
  end)
end)
