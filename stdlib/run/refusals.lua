-- Counts the passwords that this Mac has refused since it was started, over all tools and runs: a Mac counts them too, and may bar
-- the volume for good (darwin-2026-11 §9).
-- Must not hold a password, and must not begin anew while the Mac goes on running: what cannot be understood counts as the limit.

local paths = require "mac.paths"
local question = require "screen.question"
local sysctl = require "tool.sysctl"

local refusals = {}

--- After so many nothing is tried unattended any more.
refusals.MOST = 3

local Refusals = {}
Refusals.__index = Refusals

-- What tells one start of the Mac from another. Where neither can be read, the folder's own life is all there is: it ends with the boot.
local function boot()
  local session = sysctl.read "kern.bootsessionuuid" or sysctl.read "kern.boottime"
  return session and session:gsub("%s+", "_") or "unknown"
end

-- How many of this boot stand in the file; and true where that cannot be understood.
local function recorded(path)
  local files = require "lib_file"
  if not files.stat(path, true) then return 0 end
  local session, count = (files.read(path, 4096) or ""):match("^(%S+) (%d+)\n$")
  count = math.tointeger(tonumber(count))
  if not count then return refusals.MOST, true end
  return session == boot() and count or 0
end

--- The counter of one Mac. It is read when it is first asked.
-- @param root string: "" or the folder given by --root
function refusals.of(root)
  return setmetatable({ folder = paths.lock(root) }, Refusals)
end

local function path_of(self) return self.folder .. "/refused-passwords" end

--- How many were refused since this Mac was started.
function Refusals:count()
  if not self.known then self.known, self.unread = recorded(path_of(self)) end
  return self.known
end

--- Adds to them. Where the file cannot be written, this run still knows.
function Refusals:add(number)
  if number <= 0 then return end
  local files = require "lib_file"
  self.known = self:count() + number
  if files.make_directory(self.folder, tonumber("700", 8)) then
    files.write_atomic(path_of(self), ("%s %d\n"):format(boot(), self.known), tonumber("600", 8))
  end
end

--- The Mac itself says that it takes no more attempts: none is made in this run, nor unattended before the next start.
function Refusals:bar()
  self.barred = true
  self:add(refusals.MOST - self:count())
end

--- How many passwords one start of a tool may be given: beyond the limit one, which the person has agreed to.
function Refusals:left() return math.max(1, refusals.MOST - self:count()) end

--- Have so many been refused that only a person may go on?
function Refusals:is_spent() return self:count() >= refusals.MOST end

--- The count in words.
function Refusals:words()
  local one = self:count() == 1
  if self.unread then return path_of(self) .. " does not tell how many passwords or user names were refused since this Mac was started" end
  return (one and "%d password or user name was refused since this Mac was started"
    or "%d passwords or user names were refused since this Mac was started"):format(self:count())
end

local function ask(self, view)
  view.emit { type = "note", lines = { "", self:words() .. ". A Mac counts them, and may lock its disk for good after too many.",
    "To try once more, type the word again (y is not enough). Type n to stop here." } }
  self.agreed = question.word("again> ", { "again" })
  return self.agreed
end

--- May a tool that asks for a password be started? Beyond the limit a person is told the count and may type `again`.
-- @param person boolean: is somebody there to be asked?
-- @param view the screen
-- @return true; or nil, the kind of stop, and the reason
function Refusals:allow(person, view)
  if self.barred then return nil, "barred", "this Mac takes no more passwords for now" end
  if self.agreed or not self:is_spent() then return true end
  if not person then return nil, "attempts", self:words() end
  if ask(self, view) then return true end
  return nil, "asked", "no further password is tried"
end

--- What came of a start: what was typed in vain is counted, and a yes to `again` is used up.
-- @param kind string: what its failure means, see screen.errors
-- @param typed integer: how many passwords were typed; unless it failed by them, the last one was taken
-- @param counted integer: how many of them are counted already
function Refusals:note(kind, typed, counted)
  local accepted = kind == "credentials" and 0 or 1
  self:add(typed - accepted - counted)
  if kind == "credentials" then self.agreed = nil end
  if kind == "wait" then self:bar() end
end

return refusals
