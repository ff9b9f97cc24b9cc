-- Inputs for boot-args, for text on its way to a terminal or a shell, and for JSON.
-- Must hold laws only, no examples: those are in the specs.

local boot_args = require "mac.boot_args"
local equal = require "base.equal"
local json = require "base.json"
local shape = require "tests.fuzz.lua.shape"
local text = require "base.text"

local function words_of(value)
  local words = {}
  for word in value:gmatch("[^ \t]+") do words[#words + 1] = word end
  return words
end

-- The words of a value that are not ours, and the last of ours by key.
local function split(value, words)
  local own, foreign, found, count = {}, {}, {}, {}
  for _, word in ipairs(words) do own[boot_args.key(word)] = word end
  for _, word in ipairs(words_of(value)) do
    local key = boot_args.key(word)
    if own[key] then found[key], count[key] = word, (count[key] or 0) + 1 else foreign[#foreign + 1] = word end
  end
  return foreign, found, count, own
end

local function merge_fault(value, words)
  local merged = boot_args.merge(value, words)
  if not boot_args.has(merged, words) then return "what was merged is not there" end
  if boot_args.merge(merged, words) ~= merged then return "merging again changes it" end
  local foreign, _, count, own = split(merged, words)
  if not equal.same((split(value, words)), foreign) then return "merging changed words of others" end
  for key in pairs(own) do
    if count[key] ~= 1 then return "a word of ours stands there more than once" end
  end
end

local function drop_fault(value, words)
  local dropped = boot_args.drop(value, words)
  local foreign, found = split(dropped, words)
  if next(found) then return "a word of ours is left" end
  if not equal.same((split(value, words)), foreign) then return "dropping changed words of others" end
end

local function restore_fault(value, baseline, words)
  if boot_args.restore(boot_args.merge(baseline, words), baseline, words) ~= baseline then return "the baseline does not come back" end
  if value == boot_args.merge(baseline, words) then return nil end
  local restored = boot_args.restore(value, baseline, words)
  local foreign, found, count = split(restored, words)
  if not equal.same((split(value, words)), foreign) then return "restoring changed words of others" end
  local _, wanted = split(baseline, words)
  if not equal.same(wanted, found) then return "a word of ours is not as in the baseline" end
  for _, times in pairs(count) do
    if times ~= 1 then return "restoring repeats a word" end
  end
end

-- A word of others is lost while we write; going back must bring it, too, and take none of the rest.
local function put_back_fault(value, words)
  if #boot_args.missing(value, value) > 0 then return "a word is missing in its own value" end
  local lost = split(value, words)[1]
  if not lost then return nil end
  local left = boot_args.drop(boot_args.merge(value, words), { lost })
  local back = boot_args.restore(left, value, words)
  local whole = boot_args.put_back(back, value, left, value)
  if #boot_args.missing(back, whole) > 0 then return "putting back takes a word away" end
  local _, there = split(whole, { lost })
  if not there[boot_args.key(lost)] then return "a word that vanished is not put back" end
end

-- Three lines: the value now, the baseline, our words.
local function check_boot_args(input)
  local value, baseline, last = input:match("^([^\n]*)\n([^\n]*)\n([^\n]*)")
  local words = words_of(last or "")
  if #words == 0 or #input > 4 * boot_args.LIMIT then return nil end
  return merge_fault(value, words) or drop_fault(value, words) or restore_fault(value, baseline, words)
    or put_back_fault(value, words)
end

-- Reads a word as a POSIX shell would; nil when it would not be one word of plain text.
local function shell_word(quoted)
  local word, at = "", 1
  while at <= #quoted do
    local inside, after = quoted:match("^'([^']*)'()", at)
    if not inside then inside, after = quoted:match("^\\(.)()", at) end
    if not inside then inside, after = quoted:match("^([%w%-%._/:=,@%%+]+)()", at) end
    if not inside then return nil end
    word, at = word .. inside, after
  end
  return quoted ~= "" and word or nil
end

local function wrap_fault(shown)
  local wrapped = text.wrap(shown, 40, "  ")
  if wrapped:gsub("%s+", "") ~= shown:gsub("%s+", "") then return "wrapping lost something" end
end

local function check_text(input)
  if shell_word(text.quote(input)) ~= input then return "a shell would read another word" end
  local shown = text.printable(input)
  if shown:find("[%z\1-\8\11-\31\127]") or shown:find("\xC2[\x80-\x9F]") then return "a control character is left" end
  if not utf8.len(shown) or not utf8.len(text.valid(input)) then return "no UTF-8" end
  if #text.brief { "/usr/bin/x", input, input, input, input } > 1200 then return "a brief command that is not brief" end
  return #shown < 4000 and wrap_fault(shown) or nil
end

local function check_json(input)
  local value, message = json.decode(input)
  if value == nil then return shape.fault(message, "string?", "the message") end
  local copy = json.copy_plain(value)
  if copy and not equal.same(copy, json.decode(json.encode(value))) then return "a copy that is another value" end
end

return {
  { name = "boot-args", check = check_boot_args, words = { "kcsuffix=development", "hypervisor=0x1", "=" },
    seeds = { "-v hypervisor=0x1 kcsuffix=development new=1\n-v hypervisor=0 gone=1\nhypervisor=0x1 kcsuffix=development",
      "\n\na=1 a=2", "  a=1\ta=2 b  \na=1 x a=3 \na=2 b c" } },
  { name = "text", check = check_text, seeds = { "Macintosh HD", "it's \27[31m \xC2\x9B caf\xC3\xA9 \xE2\x98", "a b\tc\r\nd" } },
  { name = "json", check = check_json, seeds = { '{"on":true,"value":"x","n":[1,2.5,null,{"k":"\\u00e9"}]}', '{"a":"b"}', "[]" } },
}
