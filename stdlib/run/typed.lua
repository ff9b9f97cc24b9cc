-- Takes what a person typed, as the tool's terminal echoes it, out of what is written down: it may be a password at the wrong prompt.
-- Must not let pass what stands behind a question or was typed there, unless it is an answer that is known to be none.

local typed = {}

-- Stands for an answer that is left out.
local MARK = "(not kept)"

-- Bytes of a line that are looked at, and of an answer.
local LONGEST = 512

-- y, n, a menu's number, Ctrl-C and Ctrl-D as a terminal shows them.
local HARMLESS = { "^[yYnN]$", "^[yY][eE][sS]$", "^[nN][oO]$", "^%d%d?$", "^%^[CD]$", "^$" }

local function is_kept(answer, names)
  for _, pattern in ipairs(HARMLESS) do
    if answer:find(pattern) then return true end
  end
  return names[answer] or false
end

-- An answer as it is written down. What was rubbed out is no part of it.
local function kept_form(self, echoed)
  local lead, answer, rest = echoed:match "^([%s:]*)(.-)(%s*)$"
  local count
  repeat answer, count = answer:gsub("[^\b]\b \b", "") until count == 0
  if is_kept(answer, self.names) then return lead .. answer .. rest end
  self.removed = true
  return lead .. MARK .. rest
end

-- A question ends in one of these. Looked for one by one: a search for a set of characters takes ten times as long, and this is done
-- for each line that a tool prints.
local SIGNS = { ":", "?", "]", ")", ">" }
local BEHIND_SIGN = ("[%%%s][:%%s]*()"):format(table.concat(SIGNS, "%"))

local function has_sign(line)
  for _, sign in ipairs(SIGNS) do
    if line:find(sign, 1, true) then return true end
  end
  return false
end

-- Where the answer begins in a line that begins with a known question; nil in any other.
local function behind_question(line, kind)
  if not has_sign(line) then return nil end
  for behind in line:gmatch(BEHIND_SIGN) do
    if kind(line:sub(1, behind - 1)) then return behind end
  end
end

-- Ends the line. What was typed ahead is echoed in the next ones.
local function end_line(self)
  local more = self.lines > 1 or self.lines == 1 and self.open
  self.lines = math.max(0, self.lines - 1)
  self.line, self.held = "", more and "" or nil
end

-- Takes in a piece of a line. @return what of it may be written now
local function take(self, piece)
  if self.held then
    self.held = (self.held .. piece):sub(1, LONGEST)
    return ""
  end
  local before = #self.line
  self.line = self.line .. piece
  local behind = before < LONGEST and behind_question(self.line:sub(1, LONGEST), self.kind)
  if not behind then return piece end
  self.held = self.line:sub(behind)
  return self.line:sub(before + 1, behind - 1)
end

-- Whole lines in which no question can stand go through at once, where none was left open. @return where the rest begins
local function pass_lines(self, chunk, at, parts)
  local last = self.line == "" and not self.held and self.lines == 0 and chunk:match("^.*()\n", at)
  if not last then return at end
  parts[#parts + 1] = chunk:sub(at, last)
  return last + 1
end

local Cleaner = {}
Cleaner.__index = Cleaner

--- Begins one command's output.
-- @param names array of short names that may be kept
-- @param kind function(line) → which known question it is, or nil (run.prompts)
-- @return a cleaner; `removed` is true once it has left something out
function typed.cleaner(names, kind)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  return setmetatable({ names = known, kind = kind, line = "", lines = 0, open = false }, Cleaner)
end

--- Keys are passed to the tool while its terminal echoes.
-- @param lines integer: how many line ends are among them
-- @param open boolean: do they end within a line?
function Cleaner:keys(lines, open)
  self.lines, self.open, self.held = self.lines + lines, open, self.held or ""
end

--- What is left of the answer that has not ended.
function Cleaner:finish()
  local held = self.held
  self.held = nil
  return held and kept_form(self, held) or ""
end

--- @param chunk string: what the tool's terminal printed
-- @return what of it, and of what was held back before, may be written
function Cleaner:clean(chunk)
  local parts, at = {}, 1
  local asks_nothing = not has_sign(chunk)
  while at do
    if asks_nothing then at = pass_lines(self, chunk, at, parts) end
    local stop = chunk:find("\n", at, true)
    parts[#parts + 1] = take(self, chunk:sub(at, stop and stop - 1))
    if stop then
      parts[#parts + 1] = self:finish() .. "\n"
      end_line(self)
    end
    at = stop and stop + 1
  end
  return table.concat(parts)
end

return typed
