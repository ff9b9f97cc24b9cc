-- csrutil: system integrity protection, the seal of the system volume, research guests (reference §2).
-- It must not decide what a policy becomes; `sim.policy` holds the state table.

local dialogue = require "sim.tool.csrutil_dialogue"
local display = require "sim.tool.csrutil_display"
local policy = require "sim.policy"

local csrutil = {}

local RESTART = "Restart the machine for the changes to take effect.\n"

local function usage(p, status)
  p.err("usage: csrutil <command>\n",
    "Modify the System Integrity Protection configuration.\n",
    "Available commands:\n\n    clear\n    disable\n    enable\n    status\n\n",
    "    authenticated-root [status|enable|disable]\n")
  p.leave(status)
end

-- Refusals of the write itself, in words that were seen (field: csrutil-policy-not-written).
local function need_manifest(p, group)
  if not p.circumstance("manifest-refused") then return end
  p.fail(1, 'csrutil: Failed to update security configuration for "', group.name, '": Manifest verification failed\n')
end

local function need_seal(p, group)
  if group.seal_broken then p.fail(1, "csrutil: failed to set system integrity configuration in boot policy\n") end
end

local function write(p, group, steps)
  dialogue.need_pair(p, group)
  need_manifest(p, group)
  p.change(steps, function()
    dialogue.not_written(p, group, 'Error Domain=com.apple.bootpolicy Code=4 "internal (4)"')
  end)
end

-- The word has been seen (§2.2). guess: the exit status; both are played.
local function aborted(p) p.fail(p.state.wording.csrutil_no_is_success and 0 or 1, "aborted\n") end

local function keeps_guests(p) return p.state.wording.guests_stay == true end

local function disable(p)
  local group = dialogue.pick(p)
  local already = (group.policy.sip0 or 0) & policy.SIP_OFF == policy.SIP_OFF
  if already and p.state.wording.csrutil_short then
    p.out("System Integrity Protection is already off.\n") -- guess: which Macs say it, and the word after "already"
    return 0
  end
  if not dialogue.confirm(p, group, "disable") then aborted(p) end
  p.out("\n")
  dialogue.log_in(p, group)
  write(p, group, policy.disable_sip(group.policy, {
    leaves_filter = p.circumstance("csrutil-leaves-filter"), keeps_guests = keeps_guests(p),
  }))
  p.out("System Integrity Protection is off.\n", RESTART)
end

-- Full security asked for through csrutil seems to go online, as `bputil -f` does (facts-2026-11 A.5, one report).
-- guess: its words.
local function need_network(p, group)
  if not p.state.online then
    dialogue.not_written(p, group,
      'Error Domain=BYErrorDomain Code=102 "Can\'t continue because you are not connected to the Internet"')
  end
  if not p.state.latest then
    dialogue.not_written(p, group,
      'Error Domain=AMAuthInstallErrorDomain Code=94 "This device isn\'t eligible for the requested build."')
  end
end

local function enable(p)
  local group = dialogue.pick(p)
  local full = dialogue.confirm(p, group, "enable")
  p.out("\n")
  dialogue.log_in(p, group)
  if full then need_network(p, group) end
  need_seal(p, group)
  write(p, group, policy.enable_sip(group.policy, { full = full, keeps_guests = keeps_guests(p) }))
  p.out("System Integrity Protection is on.\n", RESTART)
end

local function clear(p)
  local group = dialogue.pick(p)
  dialogue.log_in(p, group)
  need_seal(p, group)
  write(p, group, policy.enable_sip(group.policy, {
    keeps_guests = keeps_guests(p), keeps_seal_off = p.state.wording.clear_keeps_seal_off,
  }))
  p.out("Successfully cleared system integrity configuration.\n", RESTART)
end

-- ---- single parts of SIP -------------------------------------------------------------------------------------------

-- XNU's csr flags by csrutil's words (§2.3). guess: whether `debug` is one of them or two; both are played.
local PARTS = { kext = 0x1, fs = 0x2, debug = 0x4, dtrace = 0x20, nvram = 0x40, basesystem = 0x100 }

-- On macOS 12 `--without debug` is broken (darwin-2026-11 §10). `kext` on 26: sources conflict. guess: what is said
-- then.
local function bits_of_part(p, form, word)
  local major = tonumber(p.state.groups[1].version:match("^%d+"))
  local gone = word == "debug" and major < 13 or word == "kext" and p.state.wording.no_kext_part
  if not PARTS[word] or form == "--without" and gone then usage(p, 1) end
  return word == "debug" and p.state.wording.debug_bits or PARTS[word]
end

-- `enable --without PART …` opens the parts named; `disable --with PART …` all but those.
local function bits_of(p)
  local form, bits = p.args[1] == "enable" and "--without" or "--with", 0
  for i = 2, #p.args, 2 do
    if p.args[i] ~= form or not p.args[i + 1] then usage(p, 1) end
    bits = bits | bits_of_part(p, form, p.args[i + 1])
  end
  return form == "--with" and policy.SIP_OFF & ~bits or bits
end

local function customise(p)
  local bits = bits_of(p)
  local group = dialogue.pick(p)
  p.out("csrutil: Requesting an unsupported configuration. This is likely to break in the future and leave your ",
    "machine in an unknown state.\n")
  if not dialogue.confirm(p, group, "disable") then aborted(p) end
  p.out("\n")
  dialogue.log_in(p, group)
  write(p, group, policy.customise_sip(group.policy, bits, keeps_guests(p)))
  -- guess: which of the two it says of a custom configuration; both are played.
  p.out("System Integrity Protection is ", p.state.wording.custom_is_on and "on" or "off", ".\n", RESTART)
end

-- ---- the seal, and research guests ---------------------------------------------------------------------------------

-- guess: the whole dialogue of both. Some Macs ask before they ask for the owner, the others do not.
local function confirm_plain(p, group, what)
  if not p.state.wording.csrutil_asks_more then return end
  p.out(what, " requires modifying system security.\n")
  local answer = p.ask(('Allow booting unsigned operating systems for OS "%s"? [y/n]: '):format(group.name)) or "n"
  if not answer:lower():match("^y") then aborted(p) end
  p.out("\n")
end

local function tell_done(p, what, word)
  if p.state.wording.csrutil_asks_more then p.out(what, " is ", word == "enable" and "on" or "off", ".\n", RESTART)
  else p.out("Successfully ", word, "d ", what, ".\n", RESTART) end
end

-- The seal cannot be taken off while FileVault is on (§1.1, facts-2026-11 D). guess: the words.
local function need_no_filevault(p)
  if p.state.filevault then dialogue.failed(p, "FileVault is on for this volume.") end
end

local function set_seal(p)
  local word = p.args[2]
  local group = dialogue.pick(p)
  if word == "disable" then need_no_filevault(p) else need_seal(p, group) end
  confirm_plain(p, group, "Changing the Authenticated Root requirement")
  dialogue.log_in(p, group)
  write(p, group, policy.enforce_seal(group.policy, word == "enable"))
  tell_done(p, "Authenticated Root", word)
end

local function set_guests(p)
  local word = p.args[2]
  local group = dialogue.pick(p)
  confirm_plain(p, group, "Changing whether research guests are allowed")
  dialogue.log_in(p, group)
  write(p, group, policy.allow_guests(group.policy, word == "enable"))
  tell_done(p, "Allow Research Guests", word)
end

-- ---- commands ------------------------------------------------------------------------------------------------------

-- `allow-research-guests` came with macOS 15 (facts-2026-11 C).
local function need_guest_command(p)
  if tonumber(p.state.groups[1].version:match("^%d+")) < 15 then usage(p, 1) end
end

local function switch(show, set)
  return function(p)
    local word = p.args[2]
    if word == "status" and #p.args == 2 then
      p.reads()
      return show(p, dialogue.pick)
    end
    if word ~= "enable" and word ~= "disable" or #p.args > 2 then usage(p, 1) end
    dialogue.need_recovery(p)
    p.changes()
    return set(p)
  end
end

local set_or_show_guests = switch(display.research_guests, set_guests)

local function change(write_all)
  return function(p)
    dialogue.need_recovery(p)
    p.changes()
    if #p.args > 1 and write_all ~= clear then return customise(p) end
    return write_all(p)
  end
end

local commands = {
  status = function(p)
    p.reads()
    return display.status(p, dialogue.pick)
  end,
  ["authenticated-root"] = switch(display.authenticated_root, set_seal),
  ["allow-research-guests"] = function(p)
    need_guest_command(p)
    return set_or_show_guests(p)
  end,
  disable = change(disable), enable = change(enable), clear = change(clear),
}

--- Plays csrutil; see `sim.tools.play`.
function csrutil.csrutil(p)
  local command = commands[p.args[1] or ""] or usage(p, 1)
  return command(p)
end

return csrutil
