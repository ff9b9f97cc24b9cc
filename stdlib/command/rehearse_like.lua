-- `rehearse --like FILE|this`: from a record, or from this Mac itself, to a simulated Mac.
-- Must not change anything here: this Mac is only looked at.

local likeness = require "sim.likeness"
local mac_record = require "mac.record"
local record_likeness = require "command.record_likeness"

local like = {}

local CUSTOM = "A custom kernel is installed. A record holds neither that kernel nor the journals, so `apply` takes it for "
  .. "somebody else's here; `rehearse revert` and `rehearse life` begin with the Mac as it is."

-- Looks at this Mac, or at the one that --root names. @return a record, or nil and a sentence
local function record_this(root)
  local probe, target = require "tool.probe", require "mac.target"
  probe.at(root)
  local look = target.look(root, {})
  local found = look.booted ~= "unknown" and require("command.record_gather").gather(root, look)
  probe.use(nil)
  if found then return mac_record.read(require("base.record_text").write(found)) end
  return nil, ("this Mac cannot be rehearsed: %s; --like takes the file of a record, too"):format(look.problems.booted or "?")
end

--- Reads what --like names.
-- @param options { like, root }
-- @return a description, see command.record_likeness; or nil and a sentence
function like.describe(options)
  local found, message
  if options.like == "this" then found, message = record_this((options.root or ""):gsub("/+$", ""))
  else found, message = mac_record.load(options.like) end
  if not found then return nil, message end
  local described, why = record_likeness.describe(found)
  if not described then return nil, ("%s: %s"):format(options.like, why) end
  described.date, described.about = found.date, found.about
  return described
end

--- Is a development kernel installed that a run of ours may have put there? The kernel that runs tells, or in recovery the staged one.
-- @param described from like.describe
function like.is_raised(described)
  local first = described.groups[1]
  local kernel = described.environment == "macos" and described.running or first.collection
  return first.policy ~= nil and first.policy.coih ~= nil and kernel ~= nil and not kernel.release
end

--- Makes the simulated Mac.
-- @param described from like.describe
-- @param options { variant, start = see sim.likeness.adapt; circumstances, faults = see sim.mac.new }
-- @return state, or nil and a sentence
function like.make(described, options)
  return require("sim.mac").build(likeness.entry(described), options.circumstances, options.faults, function(state)
    likeness.adapt(state, described, options)
  end)
end

--- Says what is rehearsed, and what the record could not tell.
-- @param note function(title, ...) that shows lines
-- @param described from like.describe
-- @param options the command line's
-- @param started in which system it was begun in place of the recorded one, or nil
function like.introduce(note, described, options, started)
  local lines = { ("Recorded %s%s."):format(described.date:sub(1, 10), options.like == "this" and ", just now" or "") }
  for _, words in ipairs(described.about) do lines[#lines + 1] = words end
  if started then lines[#lines + 1] = "The record was made in macOS; this begins in the recovery of the same system." end
  if #described.unknown > 0 then
    lines[#lines + 1] = ("What the record does not tell (variant %d of 2 is played; --variant %d plays the other):"):format(
      options.variant or 1, options.variant == 2 and 1 or 2)
  end
  for _, item in ipairs(described.unknown) do lines[#lines + 1] = "- " .. item.words end
  if described.groups[1].policy and described.groups[1].policy.coih then
    lines[#lines + 1] = CUSTOM
  end
  lines[#lines + 1] = ""
  note("A Mac like the recorded one", table.unpack(lines))
end

return like
