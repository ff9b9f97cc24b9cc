-- The preconditions that lie in the Mac itself: who runs this, chip, tools, policy, place, owners, journal, boot-args.
-- Must not change anything; see preflight.run for what a check is.

local boot_args = require "mac.boot_args"
local chip = require "mac.chip"
local data_volume = require "mac.data_volume"
local nvram = require "tool.nvram"
local paths = require "mac.paths"
local place = require "plan.place"
local pmset = require "tool.pmset"
local policy = require "mac.policy"
local result = require "preflight.result"
local room = require "preflight.room"
local route = require "tool.route"
local running = require "mac.running"
local sysctl = require "tool.sysctl"
local text = require "base.text"

local ok, bad, unknown = result.ok, result.bad, result.unknown

local checks = {}

function checks.root(_, asked)
  if asked.uid == 0 then return ok "running as root" end
  return bad(("running as user %d"):format(asked.uid), "in recovery's Terminal you are root; in macOS put sudo before the command")
end

function checks.platform(target)
  if target.kernel then
    local virtual = running.virtual_words(target)
    return ok("Apple silicon, chip " .. chip.of(target) .. (virtual and "; " .. virtual or ""), virtual)
  end
  local message = target.problems.kernel
  if target.problems.kernel_kind == "unknown" then
    return bad(message, "this program is for Apple silicon Macs. To practise here: `vmq-recovery rehearse`")
  end
  return unknown(message, "uname should be at /usr/bin/uname")
end

local TOOLS = { "/usr/bin/csrutil", "/usr/bin/bputil", "/usr/bin/kmutil", "/usr/sbin/nvram", "/usr/sbin/diskutil" }

function checks.tools(target)
  local missing = {}
  for _, path in ipairs(TOOLS) do
    if not require("lib_file").stat(target.root .. path) then missing[#missing + 1] = path end
  end
  if #missing == 0 then return ok "csrutil, bputil, kmutil, nvram and diskutil are there" end
  return bad("missing: " .. table.concat(missing, ", "), "start the recovery that belongs to this Mac's macOS")
end

function checks.policy(target)
  if target.policy then
    local rows = table.concat(target.policy.unknown, " | ")
    return ok(policy.describe(target.policy) .. (rows ~= "" and "; rows this program does not know: " .. rows or ""), rows ~= "")
  end
  return unknown(target.problems.policy or "no volume group was chosen", "run bputil -d -v GROUP and read what it says")
end

function checks.environment(target, asked)
  if target.booted == "unknown" or not target.environment or target.environment == "unknown" then
    return unknown(target.environment_words or target.problems.booted or "which system is running cannot be told", place.to_recovery())
  end
  if place.fits(asked.where, target.environment) then return ok(target.environment_words) end
  if target.environment == "recovery" then
    local name = target.group and target.group.name or "the target"
    return bad(target.environment_words, ("make %s the startup disk, then %s"):format(name, place.to_recovery()))
  end
  return bad(target.environment_words .. ", and the next step needs " .. place.words(asked.where), place.to_recovery())
end

function checks.data(target)
  local why, cure, is_unknown = data_volume.trouble(target)
  if not why then return ok(("Data is mounted at %s"):format(target.group.data.mount)) end
  return (is_unknown and unknown or bad)(why, cure)
end

-- Bytes that a run's journal and transcript may need.
local JOURNAL_ROOM = 2 << 20

local function journal_room(journal)
  local free, read_only = room.at(journal.here)
  if not free then return unknown(journal.path .. ": " .. tostring(read_only), "name another folder with --journal") end
  if read_only then return bad(journal.path .. " is on a read-only volume", "name another folder with --journal") end
  if free < JOURNAL_ROOM then
    return bad(("only %s are free at %s"):format(text.size(free), journal.path),
      "free some space, or name another folder with --journal")
  end
end

--- Is there room for what is to be written? known.room = { place (as the Mac names it), bytes }.
function checks.room(target, _, known)
  local wanted = known.room
  if not wanted then return unknown("it is not known how much is needed", "see collection above") end
  local free, read_only = room.at(target.root .. wanted.place)
  if not free then return unknown(tostring(read_only), "choose another place") end
  if read_only then return bad(wanted.place .. " is on a read-only volume", "choose a place on the Data volume") end
  if free < wanted.bytes then
    return bad(("%s are free at %s, %s are needed"):format(text.size(free), wanted.place, text.size(wanted.bytes)), "free some space")
  end
  return ok(("%s free at %s"):format(text.size(free), wanted.place))
end

function checks.journal(target, asked)
  local journal = asked.journal
  if journal.set_aside then
    return bad(journal.why, "look at what is in that folder, then take it away as root; or name another with --journal")
  end
  if not journal.here then
    local _, cure = data_volume.trouble(target)
    return bad("no place for the journal survives a restart: " .. journal.why,
      (cure and cure .. "; or " or "") .. "name a folder with --journal")
  end
  local volatile = target.booted == "recovery" and target.root == "" and not journal.path:find("^/Volumes/")
  if volatile then return bad(journal.path .. " is lost at restart", "name a folder on a volume below /Volumes") end
  local trouble = journal_room(journal)
  if trouble then return trouble end
  if journal.trouble then
    return bad(paths.without_root(target.root, journal.trouble),
      "look at that line, or move the file away; `revert` works without a journal")
  end
  return ok("kept in " .. journal.path)
end

-- What brings a list of owners up to date (facts-2026-11 A.1).
local UPDATE_LIST = "sudo diskutil apfs updatePreboot /"

function checks.owners(target, asked)
  local group = target.group
  if not group then return unknown("no volume group was chosen", "name one with --volume") end
  if not group.owners then
    return unknown("the owners could not be read: " .. (group.owners_unknown or "Preboot is not mounted"),
      "diskutil mount the Preboot volume; you need the short name of an administrator of this macOS")
  end
  if #group.owners == 0 then
    return bad("this volume has no owner who may change its policy",
      "in macOS, create an administrator and log in once; then " .. UPDATE_LIST)
  end
  local names, found = {}, asked.options.user == nil
  for index, owner in ipairs(group.owners) do
    names[index] = owner.full and ("%s (%s)"):format(owner.short, owner.full) or owner.short
    found = found or owner.short == asked.options.user
  end
  if not found then
    return bad(("%s is not an owner; owners are %s"):format(asked.options.user, table.concat(names, ", ")),
      "give a short name of the list; where it should be in it, in macOS: " .. UPDATE_LIST)
  end
  return ok("owners by short name: " .. table.concat(names, ", "))
end

function checks.preboot(target, _, found)
  local preboot = target.group and target.group.preboot
  if not preboot then return unknown("the Preboot volume is not known", "diskutil apfs list") end
  if not preboot.mount then return bad("the Preboot volume is not mounted", "diskutil mount " .. preboot.device) end
  local free, read_only = require("lib_file").space(target.root .. preboot.mount)
  if preboot.writable == false or read_only == true then
    return bad(preboot.mount .. " is mounted read-only",
      ("diskutil unmount %s, then diskutil mount %s"):format(preboot.device, preboot.device))
  end
  local needed = (found.collection or found.object or { size = 64 << 20 }).size
  if not free then return unknown(preboot.mount .. ": " .. tostring(read_only), "diskutil info " .. preboot.device) end
  if free < needed then
    return bad(("%s has %s free, the kernel needs %s"):format(preboot.mount, text.size(free), text.size(needed)),
      "free space on the disk; old custom kernels in Preboot take the most")
  end
  return ok(("%s is writable, %s free"):format(preboot.mount, text.size(free)))
end

-- The stored value, or a row that says why it must not be written anew.
local function stored_boot_args()
  local now, message = nvram.get "boot-args"
  if not now then return nil, unknown(message, "read `nvram boot-args` by hand") end
  if boot_args.is_exact(now, (sysctl.read "kern.bootargs")) then return now end
  return nil, bad("boot-args hold characters beyond ASCII, and the running kernel was given others: they would not be written back "
    .. "as they are", "take those words out of boot-args by hand, or restart into macOS and try again there")
end

local function now_words(now) return ok(now == "" and "empty now" or ("now \"%s\""):format(now)) end

checks["boot-args"] = function(target, asked)
  local now, row = stored_boot_args()
  if not now then return row end
  local merged, product = boot_args.merge(now, asked.words), sysctl.product()
  local limit = boot_args.limit(target.group and target.group.version, product and product.version)
  if #merged > limit then
    return bad(("they would have %d bytes; the kernel takes %d"):format(#merged, limit),
      "remove words from boot-args that you no longer need")
  end
  return now_words(now)
end

-- The same for what takes words out: with none there, nothing is written.
checks["without/boot-args"] = function(_, asked)
  local now, row = stored_boot_args()
  if now then return now_words(now) end
  local value = nvram.get "boot-args"
  return value and boot_args.drop(value, asked.words) == value and ok "nothing of ours is in them" or row
end

local JOIN = "join Wi-Fi with the menu bar, or `ipconfig set en0 DHCP` on Ethernet; without it a lower security level is used"

function checks.network()
  local there = route.default()
  if there then return ok "there is a route; whether Apple's server answers is known only by trying" end
  if there == false then return bad("there is no route to the Internet, and full security asks Apple's server", JOIN) end
  return unknown("full security asks Apple's server; only trying tells whether it answers", JOIN)
end

-- Percent of a battery below which a change should wait.
local LOW = 20

function checks.power()
  local power, message = pmset.power()
  if not power then return unknown(message, "see that the power supply is plugged in") end
  if power.source == "AC" then return ok "the power supply is plugged in" end
  local words = ("on battery, %s"):format(power.percent and power.percent .. "%" or "its charge is not known")
  if power.percent and power.percent >= LOW then return ok(words) end
  return bad(words, "plug in the power supply first: a Mac that goes out half-way is the harder to bring back")
end

local ANSWERS = { given = "user and password come from the command line", unasked = "no question will be asked here",
  person = "somebody is here to answer the tools' questions" }

function checks.credentials(_, asked)
  if asked.refused and asked.answers == "given" then
    return bad(asked.refused .. ": more are not tried unattended, since a Mac may lock its disk for good",
      "restart this Mac, or run this at a terminal, where you may type again")
  end
  if asked.answers then return ok(ANSWERS[asked.answers]) end
  return bad("nobody is at a terminal, and not all of --yes, --user and --password-fd are given",
    "run it in a terminal, or give all three")
end

return checks
