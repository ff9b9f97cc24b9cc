-- Which kernel extensions go into a collection: the running release collection's, or a kit's own list, less the exclusions.
-- Must not leave one out silently.

local kits = require "kernel.kit"
local kmutil = require "tool.kmutil"

local extensions = {}

-- What is left out, from which version of macOS on, and why. An id matches when it holds the word, which is a pattern.
-- Kernels built from Apple's sources needed more left out (peers-and-users D9: ExclavesAudioKext, AppleH11ANEInterface,
-- AppleFirmwareKit, AppleARMWatchdogTimer); kits' own kernels were built with them and booted on 15.4 and 26.3.1
-- (reference §3.2, JADE and M4DEV), so they stay in. `build --exclude` leaves out more.
local EXCLUSIONS = {
  -- reference §3.2 and §3.3: dropped by the method's first description; it does not link
  { word = "SEPHiber", from = 12, why = "known not to link" },
}

-- Third-party extensions live elsewhere and would be swept in (peers-and-users §2.6).
local function is_apples(path) return path == nil or path:sub(1, 8) == "/System/" end

local function listed(list, id)
  for _, word in ipairs(list or {}) do
    if word == id then return true end
  end
  return false
end

local function excluded_by_version(id, major)
  for _, entry in ipairs(EXCLUSIONS) do
    if id:find(entry.word) and (not major or major >= entry.from) then return entry.why end
  end
end

-- Why an extension stays out, or nil. What the person says comes first.
local function why_left_out(bundle, options, major)
  if listed(options.include, bundle.id) then return nil end
  if listed(options.exclude, bundle.id) then return "left out by --exclude" end
  if not is_apples(bundle.path) then return "not Apple's: " .. bundle.path end
  return excluded_by_version(bundle.id, major)
end

local function from_kit(target, kit, options)
  local lists = kits.model_lists(target.root, kit)
  local names, chosen = {}, #lists == 1 and not options.model and lists[1] or nil
  for index, list in ipairs(lists) do
    names[index] = list.name
    if list.name == options.model then chosen = list end
  end
  if not chosen then
    return nil, ("%s has lists for these models: %s"):format(kit.name, #names > 0 and table.concat(names, " ") or "none"),
      "name one with --model"
  end
  local ids, message = kits.required_bundles(target.root, chosen.path)
  if not ids then return nil, message end
  local bundles = {}
  for index, id in ipairs(ids) do bundles[index] = { id = id } end
  return bundles
end

local function unknown_word(bundles, words)
  local known = {}
  for _, bundle in ipairs(bundles) do known[bundle.id] = true end
  for _, word in ipairs(words or {}) do
    if not known[word] then return word end
  end
end

--- Makes the list.
-- @param target see mac.target.look
-- @param kit see kernel.kit.read
-- @param options { from_kit, model, exclude, include }
-- @return { take = array of ids, left = array of { id, why } }, or nil, message, and what helps where the options are at fault
function extensions.make(target, kit, options)
  local bundles, message, cure
  if options.from_kit then bundles, message, cure = from_kit(target, kit, options) else bundles, message = kmutil.bundles() end
  if not bundles then return nil, message, cure end
  local stray = unknown_word(bundles, options.exclude) or unknown_word(bundles, options.include)
  if stray then
    return nil, ("%s: no such kernel extension among the %d"):format(stray, #bundles), "kmutil inspect -V release --no-header lists them"
  end
  local version = options.from_kit and kit.version or target.group and target.group.version
  local major, list = tonumber((version or ""):match("^%d+")), { take = {}, left = {} }
  for _, bundle in ipairs(bundles) do
    local why = why_left_out(bundle, options, major)
    if why then list.left[#list.left + 1] = { id = bundle.id, why = why } else list.take[#list.take + 1] = bundle.id end
  end
  return list
end

return extensions
