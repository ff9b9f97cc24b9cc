-- A LocalPolicy and what each tool does to it: the state table of the reference (§10) as functions on plain tables.
-- It must not print, ask or look at where the Mac is running; refusals belong to the tools.

local digest = require "sim.digest"

local policy = {}

--- XNU's csr flags in sip0 (§2.3): all that `csrutil disable` sets, and the one of research guests (darwin-2026-11
-- §10).
policy.SIP_OFF, policy.GUESTS = 0x7f, 0x1000

local DEBUGGING, ARGUMENTS = 0x4 | 0x8 | 0x20, 0x40

--- A policy as a fresh installation has it: full security, nothing relaxed.
-- `identity`: { group = UUID, love = } ; `serial` makes its nonces differ from those of other groups.
function policy.new(identity, serial)
  local name = identity.group .. "/" .. serial
  return {
    mode = "full", sip1 = false, sip2 = false, sip3 = false, smb2 = false, smb3 = false, smb4 = false,
    group = identity.group, love = identity.love, kuid = digest.uuid("kuid" .. name),
    lpnh = digest.hex("lpnh" .. name), rpnh = digest.hex("rpnh" .. name), ronh = digest.hex("ronh" .. name),
    nsih = digest.hex("nsih" .. name), spih = digest.hex("spih" .. name), stng = 23,
  }
end

--- Marks a write: a new nonce hash, and for Cryptex1 one more generation (reference §10: "+1 on bputil writes seen").
function policy.touch(p, counts)
  p.lpnh = digest.hex("lpnh" .. p.lpnh)
  if counts then p.stng = p.stng + 1 end
end

-- A new policy drops the kexts that the user approved, too (darwin-2026-11 §10).
local function forget(p)
  p.coih, p.sip0, p.auxp, p.auxi, p.auxr = nil, nil, nil, nil, nil
  p.sip1, p.sip2, p.sip3, p.smb2, p.smb3, p.smb4 = false, false, false, false, false, false
end

--- The user approves kexts: their lists are named in the policy (§5).
function policy.approve_kexts(p)
  for _, field in ipairs { "auxp", "auxi", "auxr" } do p[field] = digest.hex(field .. p.lpnh) end
  policy.touch(p)
end

local function set_sip0(p, bits, keeps_guests)
  if keeps_guests then bits = bits | (p.sip0 or 0) & policy.GUESTS end
  p.sip0 = bits ~= 0 and bits or nil
end

-- csrutil edits in place, in two halves: a tool that dies between them leaves a state the engine must cope with.
local function in_halves(p, mode, edit)
  return {
    function() p.mode = mode or p.mode; policy.touch(p) end,
    function() edit(); policy.touch(p) end,
  }
end

--- `csrutil disable` (§2.3, §10). `options`: { leaves_filter = true for the older behaviour that does not touch sip3,
-- keeps_guests = whether the bit of research guests stays (guess: both are played) }.
function policy.disable_sip(p, options)
  options = options or {}
  return in_halves(p, "permissive", function()
    set_sip0(p, policy.SIP_OFF, options.keeps_guests)
    p.sip2 = true
    if not options.leaves_filter then p.sip3 = true end
  end)
end

--- `csrutil enable`: answer y drops the custom object and gives full security, answer n keeps both (§2.3, §10).
-- `options`: { full = the answer, keeps_guests = as above, keeps_seal_off = bool (guess: §10 has no sip1 for `clear`)
-- }.
function policy.enable_sip(p, options)
  if options.full then
    return { function() forget(p); p.mode = "full"; policy.touch(p) end }
  end
  return in_halves(p, nil, function()
    set_sip0(p, 0, options.keeps_guests)
    p.sip2, p.sip3 = false, false
    if not options.keeps_seal_off then p.sip1 = false end
  end)
end

--- A custom SIP configuration: `bits` of XNU's csr flags. It replaces whatever was set before (darwin-2026-11 §10);
-- sip2 and sip3 go with their bits (§2.2).
function policy.customise_sip(p, bits, keeps_guests)
  return in_halves(p, "permissive", function()
    set_sip0(p, bits, keeps_guests)
    p.sip2, p.sip3 = bits & DEBUGGING ~= 0, bits & ARGUMENTS ~= 0
  end)
end

--- `csrutil allow-research-guests enable` and `disable`: one bit of sip0, on top of what is there (darwin-2026-11 §10).
-- guess: that it lowers the mode, as sip0 needs Permissive Security.
function policy.allow_guests(p, allowed)
  return in_halves(p, allowed and "permissive", function()
    local bits = (p.sip0 or 0) & ~policy.GUESTS
    set_sip0(p, allowed and bits | policy.GUESTS or bits)
  end)
end

--- `csrutil authenticated-root disable` and `enable`: whether the seal of the system volume is enforced (sip1, §5).
function policy.enforce_seal(p, enforced)
  return in_halves(p, not enforced and "permissive", function() p.sip1 = not enforced end)
end

--- The mode that `flags` (a set of bputil's short letters) give, lowest first (§1.1).
function policy.mode_of(flags)
  if flags.n or flags.a or flags.c or flags.s then return "permissive" end
  if flags.g or flags.k or flags.m then return "reduced" end
  return "full"
end

--- A mutating `bputil`: the policy is made anew and holds only what this call says (§1.4).
function policy.rebuild(p, flags)
  return { function()
    forget(p)
    p.mode = policy.mode_of(flags)
    p.sip1, p.sip2, p.sip3 = flags.s == true, flags.c == true, flags.a == true
    p.smb2, p.smb3 = flags.k == true, flags.m == true
    policy.touch(p, true)
  end }
end

--- `kmutil configure-boot`: lowers the mode, stores the object, names it in the policy; touches no sip flag (§3.1).
-- `store` writes the object into Preboot; `coih` nil clears the object and keeps the policy (peers §1.2).
function policy.configure_boot(p, coih, store)
  if not coih then return { function() p.coih = nil; policy.touch(p) end } end
  return {
    function() p.mode = "permissive"; policy.touch(p) end,
    store,
    function() p.coih = coih; policy.touch(p) end,
  }
end

return policy
