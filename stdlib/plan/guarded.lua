-- Calls what a plan's author wrote: it may throw, and it need not come to an end.
-- Must not let either of them past: what went wrong is a sentence that begins with file and line.

local state = require "lib_state"

local guarded = {}

--- Seconds that one call may take in Lua alone; the time in which a tool is waited for does not count.
guarded.SECONDS = 5

local sentences = {}

-- The place that a message names itself counts where it is in the plan, too; Lua shortens a long file's name there.
local function better_place(place, message)
  local file, named, line = place:match("^(.*):%d+$"), message:match("^([^\n]-):(%d+): ")
  local short = named and named:match("^%.%.%.(.+)$")
  if named and (named == file or short and file:sub(-#short) == short) then return file .. ":" .. line end
  return place
end

function sentences.error(place, about, message)
  return ("%s: %s%s"):format(better_place(place, message), about and about .. ": " or "", (message:gsub("^[^\n]-:%d+: ", "")))
end

function sentences.loop(place, about)
  return ("%s: %sline %s ran %d s without coming to an end"):format(place, about and about .. ", " or "", place:match("%d+$"),
    guarded.SECONDS)
end

function sentences.interrupted(place, about)
  return ("%s: %sline %s was interrupted"):format(place, about and about .. ", " or "", place:match("%d+$"))
end

--- Calls f(...).
-- @param about string or nil: whose function it is, such as "step a"
-- @return true and what it returned; or false, "FILE:LINE: what is wrong", and "error", "loop" or "interrupted"
function guarded.call(about, f, ...)
  local results = table.pack(state.call(guarded.SECONDS, f, ...))
  if results[1] then return table.unpack(results, 1, results.n) end
  local message, place, kind = table.unpack(results, 2)
  return false, sentences[kind](place, about, message), kind
end

return guarded
