-- What plans share that boot another kernel, each step for a plan's field `from`: the copy of what is installed, the changes of the
-- policy, the boot arguments (c.words), and what is checked in macOS. The kernel's kind is c.variant; without one, a development kernel.
-- The order is what keeps it right: a bputil call rebuilds the whole policy, csrutil and kmutil edit it (reference §1.4).

local shared, args_part, restart = part "policy", part "boot-args", part "restart"
local changed = shared.changed

local kernel = {}

-- Where the copy would lie that cannot be made: there is no collection, or no Data volume.
local NO_COPY = "/private/var/db/vmq-recovery/object/none.kc"

--- The parameters that a plan with a copy is told of the Mac, and more.
function kernel.params(more)
  local params = more or {}
  params.group, params.volume_name, params.system_volume = param "uuid", param "text", param "path"
  params.collection_on_mac, params.collection_sum = param("path", "/"), param("word", "none")
  params.copy = param("path", NO_COPY)
  return params
end

-- Does a kernel of ours boot already, so that no copy of the collection is needed? Where Preboot cannot say whose it is, one that has
-- come since the run began counts as ours.
local function kernel_is_set(c, now)
  if now.mode ~= "permissive" or now.coih == "absent" then return false end
  local holds = boot_object.holds_ours(c, now)
  if holds ~= nil then return holds end
  local before = c.baseline and c.baseline.policy
  return before ~= nil and before.coih ~= now.coih
end

local function copy_is_gone(c)
  local _, seen = staging.holds(c, c.copy or NO_COPY, c.collection_sum)
  return seen.sha256 == "none", seen
end

-- Is the custom kernel ours? Preboot says it for sure; without it, a hash that is new since we asked for it.
local function kernel_is_ours(c, now)
  if now.coih == "absent" then return false end
  local holds = boot_object.holds_ours(c, now)
  if holds ~= nil then return holds end
  return c.tried and c.before ~= nil and now.coih ~= c.before.coih
end

--- The step that copies what is to be installed.
-- @param what string: that, in words
function kernel.copy(what)
  return {
    why = ("Copies the %s to where only root can change it, so that what you were shown is what is installed."):format(what),
    where = "paired-recovery",
    expected = "a copy with the SHA-256 that was shown",
    repeatable = true,
    prepares = true,
    describe = staging.describe,
    check = function(c)
      local good, seen = staging.holds(c, c.copy or NO_COPY, c.collection_sum)
      if good then return "done", seen end
      local now = shared.read(c)
      if not now then return "unknown" end
      return kernel_is_set(c, now) and "done" or "todo", seen
    end,
    run = function(c)
      return { file.make_folder(c.copy:match("^(.*)/"), "0700"), file.copy(c.collection_on_mac, c.copy, "0600") }
    end,
    after = function(c, seen) return changed(seen, { sha256 = c.collection_sum, safe = true }) end,
    undo = function(c)
      return { { file.remove(c.copy), leaves = ("no copy of the %s"):format(what), exact = true, goal = { sha256 = "none" },
        check = function() return copy_is_gone(c) end } }
    end,
  }
end

--- A check of the step with kmutil: is the kernel that was asked for registered?
kernel.is_registered = shared.check(function(now, c) return now.mode == "permissive" and kernel_is_ours(c, now) end)

local args = args_part.step {
  wanted = function(c, value) return boot_args.merge(value, c.words) end,
  is_done = function(c, value) return boot_args.has(value, c.words) end,
}

-- The kernel that is wanted, and whether the words ask for virtual machines: without that a development kernel has none (reference §8.1).
local function runs_as_wanted(c, kind, in_force, hypervisor)
  local wants_machines = boot_args.has(table.concat(c.words, " "), { "hypervisor=0x1" })
  return kind == (c.variant or "development") and boot_args.has(in_force, c.words) and (hypervisor == "1" or not wants_machines)
end

-- guess: what kern.osbuildconfig says of a kasan kernel; its banner is what the collection was judged by.
local function running_kind(c)
  if c.variant ~= "kasan" then return sysctl.read "kern.osbuildconfig" end
  local told = sysctl.kernel()
  return told and told.kind
end

local function check_booted(c)
  if c.environment ~= "macos" then
    local _, seen = args_part.read()
    return "todo", seen
  end
  local kind, in_force = running_kind(c), sysctl.read "kern.bootargs"
  local hypervisor, stored = sysctl.read "kern.hv_support", nvram.get "boot-args"
  if not (kind and in_force and hypervisor and stored) then return "unknown" end
  return runs_as_wanted(c, kind, in_force, hypervisor) and "done" or "todo",
    { kernel = kind, in_force = in_force, hypervisor = hypervisor, value = stored }
end

local function describe_booted(seen)
  if not seen.kernel then return args.describe(seen) end
  return ("%s kernel, hypervisor %s, %s"):format(seen.kernel, seen.hypervisor == "1" and "on" or "off",
    boot_args.describe_in_force(seen.in_force))
end

kernel.sip = {
  why = "Turns System Integrity Protection off; the boot policy becomes Permissive, which a custom kernel needs.",
  where = "paired-recovery",
  part = "policy",
  expected = "Permissive Security with System Integrity Protection off (7f)",
  check = shared.check(policy.sip_is_off),
  describe = policy.describe,
  run = function(c) return csrutil.disable(c.volume_name) end,
  after = function(_, seen) return changed(seen, { mode = "permissive", sip = "7f", ctrr = "off" }) end,
  undo = shared.undo,
}

kernel.boot_args_filter = {
  why = "Lets the boot loader pass boot arguments that Apple does not list. Newer csrutil has done this already.",
  where = "paired-recovery",
  needs = { "sip" },
  part = "policy",
  expected = "the boot-args filter off",
  covered_by = { "sip" },
  resets = { "copy", "sip", "kernel" },
  check = shared.check(function(now) return now.boot_args_filter == "off" end),
  describe = policy.describe,
  run = function(c, seen) return bputil.allow_boot_args(c.group, seen) end,
  after = function(_, seen)
    return changed(seen, { mode = "permissive", boot_args_filter = "off", sip = "absent", coih = "absent" })
  end,
  undo = shared.undo,
}

kernel.register = {
  where = "paired-recovery",
  needs = { "copy", "sip", "boot-args-filter" },
  part = "policy",
  expected = "a custom kernel with our collection's bytes, SIP still off",
  check = kernel.is_registered,
  describe = policy.describe,
  run = function(c) return kmutil.install(c.system_volume, c.copy, c.collection_sum) end,
  after = function(_, seen) return changed(seen, { mode = "permissive", sip = "7f", coih = "(new)" }) end,
  undo = shared.undo,
}

kernel.boot_args = changed(args, {
  where = "any",
  needs = { "boot-args-filter" },
  part = "boot-args",
  expected = "boot-args with our words in them, all others as they are",
  defers = "recovery did not keep the boot arguments; they are set in macOS, after the restart",
  undo_first = args_part.UNDO_FIRST,
})

kernel.restart = {
  why = "The new policy and kernel take effect when macOS starts.",
  where = "any",
  needs = { "kernel" },
  check = restart.check,
  describe = restart.describe,
}

kernel.booted = {
  where = "macos",
  needs = { "restart" },
  settles = "clean-restart",
  check = check_booted,
  describe = describe_booted,
  run = function(c, seen)
    if seen.kernel ~= (c.variant or "development") or boot_args.has(seen.value, c.words) then return nil end
    return args.run(c, seen)
  end,
  after = function(c, seen) return changed(seen, args.after(c, seen)) end,
  undo = args.undo,
  undo_first = args_part.UNDO_FIRST,
}

kernel.copy_away = {
  why = "Takes the copy of the collection away again: the kernel that boots lies in Preboot.",
  where = "macos",
  needs = { "booted" },
  defers = "the copy of the collection stays; it takes room and does no harm",
  check = function(c)
    local gone, seen = copy_is_gone(c)
    return gone and "done" or "todo", seen
  end,
  describe = staging.describe,
  run = function(c) return file.remove(c.copy) end,
  after = function(_, seen) return changed(seen, { sha256 = "none", safe = false }) end,
  undo = function() return "no copy of the collection" end,
}

return kernel
