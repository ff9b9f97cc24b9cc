-- What steps share that set boot arguments: how they are read, written and taken back.
-- with.wanted(c, value) → what they are to be; with.is_done(c, value), where that is more than being so already;
-- with.words(c) → the words it is about (default: c.words).

local part = {}

local function read()
  local value = nvram.get "boot-args"
  if not value then return nil end
  return value, { value = value }
end

-- The name that the running system takes (reference §4.3).
local function write(c, value)
  return { nvram.set("boot-args", value, { guid = c.environment ~= "macos" }), nvram.sync() }
end

-- With System Integrity Protection on, macOS does not let boot-args be written (darwin-2026-11 §11).
part.UNDO_FIRST = "This recovery does not let the boot arguments be taken out, and once System Integrity Protection is on, macOS does "
  .. "not either"

-- Our words go; what others changed since stays; what vanished while we wrote goes back in.
local function restored(with, c, before, now)
  local words, baseline = with.words and with.words(c) or c.words, c.baseline and c.baseline.boot_args or before.value
  local value = now.value == with.wanted(c, baseline) and baseline or boot_args.restore(now.value, baseline, words)
  if not (c.left and c.left.value) then return value end
  return boot_args.put_back(value, before.value, c.left.value, baseline)
end

local function way_back(c, value)
  local rung = write(c, value)
  rung.leaves, rung.exact, rung.goal = "boot-args without our words", true, { value = value }
  rung.check = function()
    local now, seen = read()
    if not now then return nil end
    return now == value, seen
  end
  return { rung }
end

-- The same, wherever it is written. @return a sentence, or nil and whether anything changes
function part.too_long(c, wanted)
  local value, message = nvram.get "boot-args"
  if not value then return "boot-args cannot be read: " .. tostring(message) end
  local new, product = wanted(c, value), sysctl.product()
  local limit = boot_args.limit(c.release, product and product.version)
  if new == value then return nil, false end
  if #new > limit then return ("boot-args would have %d bytes; the kernel takes %d. Remove words first"):format(#new, limit) end
  if boot_args.is_exact(value, (sysctl.read "kern.bootargs")) then return nil, true end
  return "boot-args hold characters beyond ASCII that would not be written back as they are. Take those words out by hand first"
end

-- Why boot-args cannot become that on this Mac, or nil. While SIP protects NVRAM, macOS does not let boot-args be written
-- (facts-2026-11 A.4).
function part.why_not(c, wanted)
  local fault, changes = part.too_long(c, wanted)
  if fault or not changes then return fault end
  local now = c.environment == "macos" and bputil.read(c.group)
  if now and not policy.nvram_is_open(now) then
    return "System Integrity Protection protects the boot arguments while macOS runs. In recovery, first: `run sip`"
  end
end

--- @return value, and what a check sees; or nil
part.read = read

--- @return the functions of a step that sets them, for its field `from`
function part.step(with)
  local made = {}
  local is_done = with.is_done or function(c, value) return with.wanted(c, value) == value end
  function made.check(c)
    local value, seen = read()
    if not value then return "unknown" end
    return is_done(c, value) and "done" or "todo", seen
  end
  function made.verify(c, seen) return seen.value == with.wanted(c, c.before.value) and "done" or "todo", seen end
  function made.describe(seen) return boot_args.describe(seen.value) end
  function made.run(c, seen) return write(c, with.wanted(c, seen.value)) end
  function made.after(c, seen) return { value = with.wanted(c, seen.value) } end
  function made.undo(c, before, now)
    local value = restored(with, c, before, now)
    if value == now.value then return "none of our words is left in boot-args" end
    return way_back(c, value)
  end
  return made
end

--- The fields of a step that adds words which were asked for, all but what it needs.
function part.words_step(with)
  local made = part.step(with)
  made.why = "Adds the boot arguments that were asked for, if any. Those set by anyone else are kept unchanged."
  made.where, made.part = "any", "boot-args"
  made.expected = "boot-args with the words that were asked for"
  made.defers = "recovery did not keep the boot arguments; they are set in macOS, after the restart"
  made.undo_first = part.UNDO_FIRST
  return made
end

-- The functions, for its field `from`, of the step that waits until the kernel was given them, and sets them where recovery could not.
-- with.also(c, seen) → is the rest in force? true, false, or nil: cannot tell; it adds to seen what it saw
function part.in_force(with)
  local args, made = part.step(with), {}
  function made.check(c)
    local value, seen = read()
    if c.environment ~= "macos" or not value then return value and "todo" or "unknown", seen end
    local in_force, also = sysctl.read "kern.bootargs", true
    if with.also then also = with.also(c, seen) end
    if not in_force or also == nil then return "unknown" end
    seen.in_force = in_force
    return also and with.wanted(c, in_force) == in_force and with.wanted(c, value) == value and "done" or "todo", seen
  end
  function made.describe(seen)
    return seen.in_force and boot_args.describe_in_force(seen.in_force) or args.describe(seen)
  end
  function made.run(c, seen)
    if with.wanted(c, seen.value) == seen.value then return nil end
    return args.run(c, seen)
  end
  function made.after(c, seen) return { value = with.wanted(c, seen.value), in_force = seen.in_force } end
  made.undo = args.undo
  return made
end

return part
