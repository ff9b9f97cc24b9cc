-- Adds boot arguments and takes others out: where recovery allows it there, else in macOS, and in force after a restart.

-- What boot-args are to be: a word is known by what stands before its "=".
local function wanted(c, value) return boot_args.merge(boot_args.drop(value, c.remove), c.add) end

local args_part, restart = part "boot-args", part "restart"
local args, in_force = args_part.step { wanted = wanted }, args_part.in_force { wanted = wanted }

local function shared_key(c)
  for _, word in ipairs(c.add) do
    if boot_args.drop(word, c.remove) == "" then return boot_args.key(word) end
  end
end

-- The boot loader drops words that Apple does not list until the policy allows them (reference §5).
local function filtered(c)
  local now = bputil.read(c.group)
  if not now then return "the boot policy cannot be read" end
  if now.boot_args_filter == "off" then return nil end
  return "the boot-args filter is on, so the boot loader passes only words of Apple's own list. In recovery, first: `run sip`. "
    .. "Where all words are of that list: `--set listed=yes`"
end

return plan "boot-args" {
  summary = "Add boot arguments or take them out; all others are kept unchanged.",
  params = {
    add = param("words", "", { most = boot_args.LIMIT, says = "to be in boot-args, such as debug=0x144; a word with the same key goes" }),
    remove = param("words", "", { most = boot_args.LIMIT, says = "to be taken out; what stands before the = names them" }),
    listed = param("word", "no", { among = { "no", "yes" }, says = "yes: the words are of Apple's own list, which passes the filter" }),
  },
  refuse = function(c)
    if #c.add + #c.remove == 0 then return "there is no word to add or to remove. Give --set add=… or --set remove=…" end
    local key = shared_key(c)
    if key then return ("%s is to be added and removed. Give it once"):format(key) end
    return args_part.why_not(c, wanted) or #c.add > 0 and c.listed == "no" and filtered(c) or nil
  end,

  step "boot-args" {
    from = args,
    why = "Writes the words into NVRAM. Boot arguments set by anyone else are kept unchanged.",
    where = "any",
    part = "boot-args",
    expected = "boot-args with the words that were asked for",
    defers = "recovery did not keep the boot arguments; they are set in macOS, after the restart",
  },

  step "restart" {
    why = "The kernel reads its boot arguments when it starts.",
    where = "any",
    check = restart.check,
    describe = restart.describe,
  },

  step "in-force" {
    from = in_force,
    why = "Checks that the running kernel was given these words, and sets them if recovery could not.",
    where = "macos",
    needs = { "restart" },
    settles = "clean-restart",
    waits_for = "The running kernel was not given these boot arguments yet.",
  },
}
