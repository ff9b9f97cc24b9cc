-- A LocalPolicy and what each tool does to it: the state table of the reference (§10) as functions on plain tables.
-- It must not print, ask or look at where the Mac is running; refusals belong to the tools.

local digest = require "sim.digest"

local policy = {}

policy.SIP_OFF = 0x7f

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

local function forget(p)
  p.coih, p.sip0, p.auxp, p.auxi, p.auxr = nil, nil, nil, nil, nil
  p.sip1, p.sip2, p.sip3, p.smb2, p.smb3, p.smb4 = false, false, false, false, false, false
end

--- `csrutil disable` edits in place (§2.3, §10). `leaves_filter`: older behaviour that does not touch sip3.
-- Two halves, because a tool that dies between them leaves a state the engine must cope with.
function policy.disable_sip(p, leaves_filter)
  return {
    function() p.mode = "permissive"; policy.touch(p) end,
    function()
      p.sip0, p.sip2 = policy.SIP_OFF, true
      if not leaves_filter then p.sip3 = true end
      policy.touch(p)
    end,
  }
end

--- `csrutil enable`: answer y drops the custom object and gives full security, answer n keeps both (§2.3, §10).
function policy.enable_sip(p, full)
  if full then
    return { function() forget(p); p.mode = "full"; policy.touch(p) end }
  end
  return {
    function() p.sip0 = nil; policy.touch(p) end,
    function() p.sip2, p.sip3 = false, false; policy.touch(p) end,
  }
end

--- `csrutil clear` (§10: mode, sip1 to sip3 unknown). guess: like enable with n.
function policy.clear_sip(p)
  return policy.enable_sip(p, false)
end

--- A custom SIP configuration: `bits` of XNU's csr flags, and whether sip2 and sip3 go with it (§2.2).
function policy.customise_sip(p, bits, debugging, arguments)
  return {
    function() p.mode = "permissive"; policy.touch(p) end,
    function()
      p.sip0, p.sip2, p.sip3 = bits, debugging, arguments
      policy.touch(p)
    end,
  }
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
    local aux = flags.k and { p.auxp, p.auxi, p.auxr } or {}
    forget(p)
    p.mode = policy.mode_of(flags)
    p.sip1, p.sip2, p.sip3 = flags.s == true, flags.c == true, flags.a == true
    p.smb2, p.smb3 = flags.k == true, flags.m == true
    p.auxp, p.auxi, p.auxr = aux[1], aux[2], aux[3]
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
