-- Edits the words of a boot-args value and leaves everything else in it byte for byte as it was.
-- Must not write NVRAM: it turns one string into another.

local boot_args = {}

--- Bytes a value may have: the kernel refuses boot-args of BOOT_LINE_LENGTH bytes or more, 1,024 from macOS 14 on
-- (facts-2026-11 B.4).
boot_args.LIMIT = 1023

-- The same before macOS 14, where BOOT_LINE_LENGTH is 608.
local EARLIER_LIMIT = 607

--- Bytes a value may have for all of these releases: the one that writes it and the one that starts with it. One that is not known
-- does not count.
-- @param ... versions such as "13.6", or nil
function boot_args.limit(...)
  for index = 1, select("#", ...) do
    local release = select(index, ...)
    local major = release and math.tointeger(tonumber(release:match("^(%d+)")))
    if major and major < 14 then return EARLIER_LIMIT end
  end
  return boot_args.LIMIT
end

-- MacRoman's upper half (Unicode's own table). A value that is no UTF-8 is shown as if it were MacRoman (facts-2026-11 B.3), so one
-- that holds any other character is shown as it is stored.
local MAC_ROMAN = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø"
  .. "¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"

local function may_be_converted(value)
  for _, code in utf8.codes(value) do
    if code >= 0x80 and not MAC_ROMAN:find(utf8.char(code), 1, true) then return false end
  end
  return true
end

--- Is this value read as it is stored? Bytes that are no UTF-8 are shown as other characters, and would be written back as those.
-- @param value string: boot-args as read
-- @param in_force string or nil: what the running kernel was given, which is not converted; nil where that is not known
function boot_args.is_exact(value, in_force)
  if not value:find("[\x80-\xFF]") or value == in_force then return true end
  return utf8.len(value) ~= nil and not may_be_converted(value)
end

--- The most macOS guests that the quota's word can name (reference §8.1).
boot_args.MOST_GUESTS = 0x7FFFFFFF

--- The words that lift the limit (reference §8.1): development variant, hypervisor on, quota.
-- @param quota integer or nil (255, the seed's value)
-- @param extra array of further words or nil
function boot_args.raising(quota, extra)
  local words = { "kcsuffix=development", "hypervisor=0x1", ("hv_apple_isa_vm_quota=0x%X"):format(quota or 0xFF) }
  for _, word in ipairs(extra or {}) do words[#words + 1] = word end
  return words
end

--- The key of a word: what stands before its first "=", or the whole word.
function boot_args.key(word)
  return word:match("^([^=]*)")
end

-- Calls visit(word) for every blank-separated word; a string it returns takes the word's place, false removes the word
-- with the blanks before it.
local function rewrite(value, visit)
  if not value:find("[^ \t]") then return value end
  local kept, removed = {}, false
  for blanks, word in value:gmatch("([ \t]*)([^ \t]+)") do
    local new = visit(word)
    if new == nil then new = word end
    if new then
      kept[#kept + 1] = (removed and #kept == 0) and new or blanks .. new
    else
      removed = true
    end
  end
  return table.concat(kept) .. (value:match("[^ \t]([ \t]+)$") or "")
end

-- Of two words with one key the later counts.
local function by_key(words)
  local index = {}
  for _, word in ipairs(words) do index[boot_args.key(word)] = word end
  return index
end

--- The value with each of `words` in it: in the place where its key already stood (a repeated key is dropped),
-- else at the end, in order.
-- @param value string: boot-args as they are
-- @param words array of "key=value" or "flag"
function boot_args.merge(value, words)
  local wanted, placed = by_key(words), {}
  local result = rewrite(value, function(word)
    local key = boot_args.key(word)
    if not wanted[key] then return nil end
    if placed[key] then return false end
    placed[key] = true
    return wanted[key]
  end)
  local parts, glue = { result }, (result == "" or result:sub(-1):find("[ \t]")) and "" or " "
  for _, word in ipairs(words) do
    local key = boot_args.key(word)
    if not placed[key] then
      placed[key] = true
      parts[#parts + 1], glue = glue .. wanted[key], " "
    end
  end
  return table.concat(parts)
end

--- The quota that a boot-args value tells the kernel, or nil.
-- @param value string or nil
function boot_args.quota(value)
  local quota
  for word in (value or ""):gmatch("[^ \t]+") do
    if boot_args.key(word) == "hv_apple_isa_vm_quota" then quota = tonumber(word:match("=(%w+)$")) end
  end
  return math.type(quota) == "integer" and quota or nil
end

--- True when every one of `words` stands in the value exactly so, and no key of theirs stands there with another value.
function boot_args.has(value, words)
  local wanted, found = by_key(words), {}
  for word in value:gmatch("[^ \t]+") do
    local key = boot_args.key(word)
    if wanted[key] and wanted[key] ~= word then return false end
    found[key] = true
  end
  for key in pairs(wanted) do
    if not found[key] then return false end
  end
  return true
end

--- The words that stand in one value and not in another, each as often as it is missing.
-- @param before string
-- @param after string
-- @return array, in the order of before
function boot_args.missing(before, after)
  local there, gone = {}, {}
  for word in after:gmatch("[^ \t]+") do there[word] = (there[word] or 0) + 1 end
  for word in before:gmatch("[^ \t]+") do
    if (there[word] or 0) > 0 then there[word] = there[word] - 1 else gone[#gone + 1] = word end
  end
  return gone
end

--- The value without any word whose key is among those of `words`.
function boot_args.drop(value, words)
  local unwanted = by_key(words)
  return rewrite(value, function(word)
    if unwanted[boot_args.key(word)] then return false end
  end)
end

-- The baseline, where a value has the same words: what was taken out goes back to its place.
local function as_recorded(value, baseline)
  return #boot_args.missing(baseline, value) == 0 and #boot_args.missing(value, baseline) == 0 and baseline or value
end

--- The present value with our words taken back to what the recorded baseline had for those keys. What others changed
-- since stays; if nobody changed anything the result is the baseline, byte for byte.
-- @param value string: boot-args now
-- @param baseline string: boot-args as recorded before our first write
-- @param words array: what we had merged
function boot_args.restore(value, baseline, words)
  if value == boot_args.merge(baseline, words) then return baseline end
  local ours, earlier = by_key(words), {}
  for word in baseline:gmatch("[^ \t]+") do
    local key = boot_args.key(word)
    if ours[key] then earlier[#earlier + 1] = word end
  end
  local seen = by_key(earlier)
  local stripped = rewrite(value, function(word)
    local key = boot_args.key(word)
    if ours[key] and not seen[key] then return false end
  end)
  return as_recorded(boot_args.merge(stripped, earlier), baseline)
end

--- A value in a few words.
function boot_args.describe(value)
  return value == "" and "boot-args are empty" or ("boot-args \"%s\""):format(value)
end

--- What the running kernel was given, in words.
function boot_args.describe_in_force(value)
  return value == "" and "no boot-args in force" or ("boot-args in force \"%s\""):format(value)
end

--- The present value with the words that vanished while we wrote put back: they stood there before our first write and were
-- gone when it was read back, so neither we nor anybody else meant to take them out. A key that stands in the value keeps
-- what it has: it was meant.
-- @param value string: what boot-args is to be, see boot_args.restore
-- @param before string: boot-args before our first write
-- @param left string: boot-args as read back after it
-- @param baseline string: boot-args as recorded when the run began
function boot_args.put_back(value, before, left, baseline)
  local there, gone = {}, {}
  for word in value:gmatch("[^ \t]+") do there[boot_args.key(word)] = true end
  for _, word in ipairs(boot_args.missing(before, left)) do
    if not there[boot_args.key(word)] then gone[#gone + 1] = word end
  end
  if #gone == 0 then return value end
  return as_recorded(boot_args.merge(value, gone), baseline)
end

return boot_args
