-- One item of `trial --with-changes`: up to three commands, each started once, however it ends. Only rollback is a way back.
-- Must not hold what a policy made anew does not take back: no seal, no NVRAM, no policy of another system.

local policy_part = part "policy"

local function answered_no(command)
  command.yes_no, command.prompts = "n", { "n" }
  return command
end

local function once_wrong(command)
  command.prompts = { "perhaps whether to go on (y or n)", "short name of a volume owner", "ONE wrong password" }
  return command
end

local ITEMS = {
  full = function(c) return { bputil.full(c.group) } end,
  no = function(c) return { answered_no(csrutil.disable(c.volume_name)), answered_no(bputil.reduced(c.group)) } end,
  password = function(c) return { once_wrong(bputil.full(c.group)) } end,
  reduced = function(c) return { bputil.reduced(c.group) } end,
  order = function(c) return { csrutil.disable(c.volume_name), bputil.allow_boot_args(c.group) } end,
  sip = function(c)
    return { csrutil.disable(c.volume_name), csrutil.disable(c.volume_name), csrutil.enable(c.volume_name) }
  end,
  guests = function(c) return { csrutil.research_guests(true, c.volume_name), csrutil.disable(c.volume_name) } end,
  kernel = function(c) return { kmutil.install(c.system_volume, c.collection_on_mac), kmutil.clear(c.system_volume) } end,
}

-- A command that was started has given its answer, whatever that is: it is not started again.
local function command_step(number, name)
  return step(name) {
    why = "Starts this command, to see what it prints and what it does to the boot policy.",
    where = "paired-recovery",
    expected = "not known: that is the question",
    check = function(c)
      if not ITEMS[c.item](c)[number] then return "done" end
      local now, seen = policy_part.read(c)
      return not now and "unknown" or c.tried and "done" or "todo", seen
    end,
    describe = policy.describe,
    run = function(c) return ITEMS[c.item](c)[number] end,
    undo = policy_part.undo,
  }
end

return plan "trial" {
  summary = "Find out what Apple's tools do on this Mac (begun by `trial --with-changes`).",
  params = {
    group = param "uuid", volume_name = param "text", system_volume = param("path", "/"), collection_on_mac = param("path", "/"),
    item = param("word", "full", { among = { "full", "no", "password", "reduced", "order", "sip", "guests", "kernel" } }),
  },

  command_step(1, "first"),
  command_step(2, "second"),
  command_step(3, "third"),
}
