-- Changes to an input: bytes, numbers, words, lines, and values of property lists and JSON.
-- Must not use math.random: the same seed makes the same inputs again.

local mutate = {}

-- What parsers get wrong when they are wrong.
local VALUES = { "", "0", "1", "-1", "2", "7f", "0x7f", "absent", "true", "null", "nan", "1e999", "2147483648", "4294967295",
  "9223372036854775807", "-9223372036854775808", "18446744073709551616", "\0", "\xFF", "\xC3\xA9", "\xC2\x9B", "\r\n", "\n\n",
  "\t", " ", "<", "&", "&amp;", "%", "%s", "(", ":", "=", "/", "..", "{}", "[]", '"', "\\" }

local LEAVES = { "<integer>-1</integer>", "<integer>9223372036854775807</integer>", "<integer>0</integer>", "<real>1e400</real>",
  "<true/>", "<false/>", "<array/>", "<dict/>", "<string/>", "<string>x</string>", "<data>AAAA</data>", "<data/>",
  "<date>2026-01-01T00:00:00Z</date>", "<array><integer>1</integer></array>", "<array><string>x</string></array>",
  "<dict><key>k</key><array/></dict>", "<key>k</key>", "" }

local JSON = { "0", "1", "-1", "127", "1.5", "1e999", "true", "false", "null", '""', '"x"', '"absent"', "{}", "[]", "[1]",
  '{"k":1}', "" }

local NUMBERS = { 0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 64, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
  math.maxinteger, math.mininteger, -1 }

local function splice(text, from, to, new) return text:sub(1, from - 1) .. new .. text:sub(to + 1) end

-- A match of the pattern at a place chosen by chance.
local function somewhere(r, text, pattern)
  local from, to = text:find(pattern, r.int(1, #text + 1))
  if not from then from, to = text:find(pattern) end
  return from, to
end

local function replacing(pattern, choices)
  return function(r, text, pool)
    local from, to = somewhere(r, text, r.pick(pattern))
    return from and splice(text, from, to, r.pick(choices(pool)))
  end
end

local kinds = {}

function kinds.bytes(r, text) return r.mutated(text) end

kinds.word = replacing({ "[%w_%.%-]+" }, function(pool) return pool.words end)
kinds.value = replacing({ "[%w_%.%-]+", "%S+", "%d+", "%s+", "%p" }, function() return VALUES end)
kinds.leaf = replacing({ "<(%a+)>[^<]*</%1>", "<%a+/>", "<array>.-</array>", "<dict>.-</dict>" }, function() return LEAVES end)
kinds.json = replacing({ '"[^"]*"', "%-?%d+", "true", "false", "null", "%b{}", "%b[]" }, function() return JSON end)

function kinds.number(r, text)
  local from, to = somewhere(r, text, "%d+")
  local number = from and math.tointeger(tonumber(text:sub(from, to)))
  return number and splice(text, from, to, tostring(number + r.pick { -1, 1, 1 << 31 }))
end

-- A number of one to eight bytes, as file formats hold them.
function kinds.integer(r, text)
  local size, at = r.pick { 1, 2, 4, 8 }, r.int(1, #text + 1)
  local number = r.pick(NUMBERS) & (size == 8 and -1 or (1 << size * 8) - 1)
  return splice(text, at, at + size - 1, string.pack((r.one_in(2) and "<" or ">") .. (size == 8 and "i8" or "I" .. size), number))
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("[^\n]*\n?") do lines[#lines + 1] = line ~= "" and line or nil end
  return lines
end

-- Lines left out, doubled, swapped, or taken from another input.
function kinds.line(r, text, pool)
  local lines, others = lines_of(text), lines_of(r.pick(pool.inputs))
  if #lines == 0 then return nil end
  local at, what = r.int(1, #lines), r.int(1, 4)
  if what == 1 then table.remove(lines, at)
  elseif what == 2 then table.insert(lines, at, lines[r.int(1, #lines)])
  elseif what == 3 then
    local other = r.int(1, #lines)
    lines[at], lines[other] = lines[other], lines[at]
  elseif #others > 0 then table.insert(lines, at, r.pick(others)) end
  return table.concat(lines)
end

function kinds.cross(r, text, pool)
  local other = r.pick(pool.inputs)
  return text:sub(1, r.int(0, #text)) .. other:sub(r.int(1, #other + 1))
end

-- Long inputs and deep nesting, seldom: they cost time.
function kinds.many(r, text)
  if not r.one_in(300) then return nil end
  local at = r.int(1, #text + 1)
  local piece = text:sub(at, at + r.pick { 0, 0, 1, 3, 7, 30 })
  if r.one_in(3) then piece = r.pick(VALUES) end
  if piece == "" then piece = " " end
  return splice(text, at, at - 1, piece:rep(math.min(r.pick { 20, 300, 65536 }, 65536 // #piece)))
end

local NAMES = { "bytes", "cross", "integer", "json", "leaf", "line", "line", "many", "number", "value", "word", "word" }

--- One to four changes.
-- @param r as tests.unit.lua.support.random makes
-- @param pool { inputs = array of inputs, words = array of words that the format knows }
function mutate.input(r, text, pool)
  for _ = 1, r.int(1, 4) do
    text = kinds[r.pick(NAMES)](r, text, pool) or text
  end
  return text
end

--- The words in inputs, for mutate.input.
function mutate.words(inputs)
  local words, known = {}, {}
  for _, input in ipairs(inputs) do
    for word in input:gmatch("[%w_%.%-]+") do
      if not known[word] and #word < 100 then
        known[word] = true
        words[#words + 1] = word
      end
    end
  end
  return #words > 0 and words or { "x" }
end

return mutate
