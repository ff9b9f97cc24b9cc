-- Says whether the files of a Mac are what a command that only prepares claims. Reads what was frozen, never by the program's own eyes.
-- Must not look at a journal, but for which files are journals.

local disk = require "support.disk"
local lib_file = require "lib_file"

local tidy = {}

-- What the program writes down of its runs stays, by promise; the lock and what is below it goes with the boot.
local function is_log(path)
  return path:find("%.journal$") or path:find("%.transcript$") or path:find("/private/var/run/", 1, true)
end

--- Paths of files that differ, logs left out.
-- @param found table or nil: what is added to
-- @return by path: true
function tidy.differing(one, other, found)
  found = found or {}
  for _, pair in ipairs { { one.tree, other.tree }, { other.tree, one.tree } } do
    for path, node in pairs(pair[1]) do
      local twin = pair[2][path]
      local same = twin and twin.bytes == node.bytes and twin.mode == node.mode
      if not node.folder and not is_log(path) and not same then found[path] = true end
    end
  end
  return found
end

local differing = tidy.differing

local function first_of(found)
  local list = {}
  for path in pairs(found) do list[#list + 1] = path end
  table.sort(list)
  return list[1]
end

local function kits_of(frozen)
  local builds = {}
  for _, kit in ipairs(frozen.state.kits) do builds[#builds + 1] = kit.build end
  table.sort(builds)
  return table.concat(builds, " ")
end

-- Each of these returns nil when it is so, or a sentence that says what is not.

local function is_like(one, other)
  local path = first_of(differing(one, other))
  if path then return path .. " differs" end
  if kits_of(one) ~= kits_of(other) then return "other receipts of kits" end
end

local function nothing_is_mounted(frozen) return #frozen.state.images > 0 and "an image is mounted" or nil end

-- On the Data volume, by the path as the Mac names it.
local function bytes_of(frozen, path) return disk.file(frozen, (path:gsub("^/System/Volumes/Data", ""))) end

local function names_the_file(about, line)
  local path, sum = line:match("^Done: (%S+),.- SHA%-256 (%x+)%.$")
  local bytes = path and bytes_of(about.after, path)
  return (not bytes or lib_file.sha256_text(bytes) ~= sum) and "that file has another checksum" or nil
end

local function has_half_file(frozen)
  for path in pairs(frozen.tree) do
    if path:find("/build/new/.", 1) or path:find("%.vmq%-recovery%.new$") then return path .. " is there" end
  end
end

local function build_is_as_before(about)
  local half = has_half_file(about.after)
  local placed = "/private/var/db/vmq-recovery/build/VirtualMachine.kc"
  return half or bytes_of(about.after, placed) ~= bytes_of(about.before, placed) and placed .. " changed" or nil
end

local function part_is_there(about, wanted)
  for path in pairs(about.after.tree) do
    if path:find("%.dmg%.part$") then return not wanted and path .. " is there" or nil end
  end
  return wanted and "no part is there" or nil
end

local function data_is(about, locked)
  for _, volume in ipairs(about.after.state.volumes) do
    if volume.role == "Data" and volume.group == about.after.state.default then
      return (volume.mount == nil) ~= locked and "it is not" or nil
    end
  end
end

local function reached(about) return is_like(about.after, about.goal or about.after) or nothing_is_mounted(about.after) end

local function untouched(about) return is_like(about.after, about.before) end

-- The run began with this command, or with the one that died.
local function as_before_the_run(about) return is_like(about.after, about.before) and is_like(about.after, about.base) end

local function nothing_is_claimed() end

-- What a line says, and what has to be so then. about: { before = as it was when the command was typed, after, base = before the run,
-- goal = as the command that nobody disturbs leaves it, told, scenario }
local CLAIMS = {
  { "^Done: .* SHA%-256 %x+%.$", function(about, line) return names_the_file(about, line) or reached(about) end },
  { "^Done: what stage", nothing_is_claimed }, -- see tidy.is_cleared
  { "^Done: ", reached },
  { "^Nothing to do", untouched },
  { "^No half file is left%. What was built before is as it was", build_is_as_before },
  { "^Nothing was changed", untouched },
  { "nothing was changed", untouched },
  { "nothing was taken away", untouched },
  { "^What has come so far is kept", function(about) return part_is_there(about, true) end },
  { "^Nothing of the download is kept", function(about) return part_is_there(about, false) end },
  { "the Mac is as it was before this run", as_before_the_run },
  { "undone, but not all the way", nothing_is_claimed },
  { "Going back did not work for every step", nothing_is_claimed },
  { "left the Mac in a state this program does not recognise", nothing_is_claimed },
  { "The Data volume was not unlocked", function(about) return data_is(about, true) end },
  { "There is no run", function(about) return data_is(about, false) end },
  { "^The journal cannot be reached: the Data volume", function(about) return data_is(about, true) end },
  { "^Stopped: ", nothing_is_claimed },
  { "^Safe to run again", nothing_is_claimed },
}

local function claim_of(line)
  for _, claim in ipairs(CLAIMS) do
    if line:find(claim[1]) then return claim[2] end
  end
end

-- Files of others: those that the Mac had and that the undisturbed command leaves alone.
local function touches_others(about)
  local scenario = about.scenario
  for path in pairs(scenario.strangers or {}) do
    if bytes_of(about.after, path) ~= scenario.strangers[path] then return path .. " is somebody else's, and was touched" end
  end
end

--- Is all so that was said?
-- @param about see CLAIMS
-- @return nil, or what is wrong
function tidy.sentences(about)
  local known, lines = false, about.told.lines
  for _, line in ipairs(lines) do
    local claim = claim_of(line)
    known = known or claim ~= nil
    local wrong = claim and claim(about, line)
    if wrong then return ("said %q, but %s"):format(line, wrong) end
  end
  return not known and ("nobody knows what %q claims"):format(tostring(lines[1])) or touches_others(about)
end

-- How a command ends whose tools fail: well after all, or everything undone, or not everything.
local ENDS = { [0] = true, [1] = true, [5] = true }

--- After a death and the same command typed again: is the Mac as the undisturbed command leaves it? Where tools fail it may end well
-- or as it ends undisturbed; what is said then was held against the Mac.
function tidy.is_reached(goal, after, told, scenario)
  if scenario.faults and ENDS[told.code] then return nil end
  if told.code ~= (scenario.code or 0) then return ("exit %d: %s"):format(told.code, table.concat(told.lines, " ")) end
  return is_like(after, goal) or nothing_is_mounted(after)
end

-- What a mounted image shows is named by the place where it is mounted.
local function shown_by(frozen, name)
  for _, image in ipairs(frozen.state.images) do
    if name:sub(1, #image.mount + 1) == image.mount .. "/" then return image.mount end
  end
  return name
end

--- After unstage: is everything gone that was not there before, and named what is not?
-- @param base the Mac before the command
-- @param ours what this and earlier commands put there, by path: that may go
function tidy.is_cleared(base, after, told, ours)
  if told.code ~= 0 then return ("unstage ended with %d: %s"):format(told.code, table.concat(told.lines, " ")) end
  local said = table.concat(told.lines, "\n")
  for path in pairs(differing(base, after)) do
    local name = shown_by(after, path:sub(#after.data + 1))
    local is_new = after.tree[path] ~= nil
    if is_new and not said:find(name, 1, true) then return name .. " is left and not named" end
    if not is_new and not ours[path] then return name .. " is gone" end
  end
end

return tidy
