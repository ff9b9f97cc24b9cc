-- The manual's page on plans of one's own: what a plan is, three that work, and every function that plans can call.

local markup = require "manual.markup"
local reference = require "manual.reference"

local plans = { summary = "plans of your own: how to write one, three examples, every function" }

local BEFORE_FIELDS = [[
A plan is a file in Lua that describes steps; the program carries them out. A step's functions look at the Mac and
describe commands; they start nothing that changes it. Each step is checked, recorded in the journal, started, read
back, and undone when a later one fails.

    vmq-recovery check FILE       is the plan right? Starts nothing on this Mac
    vmq-recovery rehearse FILE    runs it on a simulated Mac
    vmq-recovery plan FILE        what it would do on this Mac
    vmq-recovery run FILE         does it; `rollback` undoes it

# A plan

summary :: a sentence: what the plan does
params :: what `--set NAME=VALUE` gives: param("word", default), or "words", "uuid", "integer", "path", "text" in place
  of "word". One without a default must be given. Words are separated by blanks; the plan gets a list. Bounds come
  third: param("integer", 5, { least = 1, most = 9, says = "how many" }); `most` is in bytes for words; `among` lists
  the only words that there may be.
refuse(c) :: a sentence: why the plan must not begin on this Mac as it is now, and what to do first. It exits 3.
tools :: further tools, and how they only read: { { path = "/usr/bin/defaults", reads = { { "read", "<word>" } } } }.
  It is its author's word: read a plan before you run it as root. `plan`, `check` and `-n` start none of them without
  `--allow-tools`. Apple's own tools and what starts other programs cannot be declared, whatever a link to them is
  called; the list of the latter is a help, not a wall.

# A step

c holds the plan's parameters and what is known of the Mac: c.group (the volume group's UUID), c.volume_name,
c.system_volume and c.environment (`paired-recovery`, `recovery` or `macos`).
]]

-- The tests run the examples.
local AFTER_FIELDS = [[
# Ways back

undo answers a list of ways, the best first. Each is a command, or several in order, with `leaves` (a sentence: what
it leaves), and optionally `where`, `exact`, `goal` and a `check` of its own. The first whose result reads back wins.
What it has reached is compared with what was there before; that `exact` says so does not count. Where nothing of the
step is left to take back, undo answers a sentence. Nothing at all, an empty list or a single command is a mistake in
the plan.

# Mistakes

A function that throws, answers what it may not, or runs for 5 seconds without coming to an end is a mistake in the
plan. Before the first act it is told with file and line, and the exit code is 2. After that the run is undone, and the
exit code is 1, or 5 where that did not work for every step. Ctrl-C ends a function that runs for too long.

# What a plan may call

The functions below; `probe { argv }`, which runs a tool that only reads and answers its output; `command(argv,
fields)`, which describes a command; and Lua's pure functions: assert, error, ipairs, next, pairs, pcall, select,
tonumber, tostring, type, string, table, math, utf8. There is no io, no os and no load. Commands of one step must be
safe to repeat.

# Example: A boot argument (verbose.lua)

    -- Recovery takes the form of the name with a GUID; sync writes it at once.
    local function write(c, value)
      local form = { guid = c.environment ~= "macos" }
      return { nvram.set("boot-args", value, form), nvram.sync() }
    end

    return plan "verbose" {
      summary = "Show the kernel's messages at start.",
      params = { word = param("word", "-v") },

      step "boot-args" {
        why = "The kernel reads this word when it starts.",
        where = "any",
        expected = "boot-args with the word in them",
        check = function(c)
          local value = nvram.get "boot-args"
          if not value then return "unknown" end
          local there = boot_args.has(value, { c.word })
          return there and "done" or "todo", { value = value }
        end,
        describe = function(seen) return boot_args.describe(seen.value) end,
        run = function(c, seen)
          return write(c, boot_args.merge(seen.value, { c.word }))
        end,
        undo = function(c, before, now)
          local value = boot_args.restore(now.value, before.value, { c.word })
          local way = write(c, value)
          way.leaves = "boot-args without the word"
          return { way }
        end,
      },
    }

# Example: Kernel extensions, with prompts (kexts.lua)

    return plan "kexts" {
      summary = "Allow kernel extensions of other makers.",

      step "policy" {
        why = "macOS may then load them; each is still approved by hand.",
        where = "paired-recovery",
        expected = "Reduced Security, kernel extensions allowed",
        prompts = { "whether to go on (y or n)",
          "short name of a volume owner", "that user's password" },
        check = function(c)
          local now = bputil.read(c.group)
          if not now then return "unknown" end
          return now.kexts and "done" or "todo", policy.summary(now)
        end,
        describe = policy.describe,
        run = function(c) return bputil.reduced(c.group, { kexts = true }) end,
        undo = function(c, before, now) return policy.ladder(c, before, now) end,
      },
    }

# Example: A word in NVRAM (greeting.lua)

    return plan "greeting" {
      summary = "Keep a word in NVRAM.",
      params = { word = param("word", "hello") },

      step "word" {
        why = "Every system on this Mac can read it.",
        where = "any",
        expected = "the word, in NVRAM",
        check = function(c)
          local seen = nvram.read "greeting"
          if not seen then return "unknown" end
          return seen.value == c.word and "done" or "todo", seen
        end,
        describe = function(seen)
          return seen.absent and "no word" or "the word " .. seen.value
        end,
        run = function(c) return nvram.set("greeting", c.word) end,
        undo = function(_, before)
          local way = { nvram.set("greeting", before.value) }
          if before.absent then
            way = { command { "/usr/sbin/nvram", "-d", "greeting" } }
          end
          way.leaves = before.absent and "no word" or "the word before"
          return { way }
        end,
      },
    }

# Functions

One that begins with "Command:" describes a command, for run and undo. The others look, and are for check.
]]

local function append(blocks, more) return table.move(more, 1, #more, #blocks + 1, blocks) end

--- The page: its text, the fields of a step, and every function.
function plans.blocks()
  local blocks = append(markup.blocks(BEFORE_FIELDS), { { list = reference.step_fields() } })
  return append(append(blocks, markup.blocks(AFTER_FIELDS)), reference.blocks())
end

return plans
