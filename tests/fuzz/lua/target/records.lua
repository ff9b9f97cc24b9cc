-- Inputs for what reads a Mac record: the text, and behind it the Mac that is made from it.
-- Must not start anything: a record that names a program has to be refused.

local like = require "command.rehearse_like"
local likeness = require "command.record_likeness"
local mac_record = require "mac.record"
local record_text = require "base.record_text"

local samples = "tests/samples/records/"

local function seeds()
  local files, list = require "lib_file", {}
  for _, name in ipairs(files.list(samples)) do
    if name:find("%.txt$") then list[#list + 1] = assert(files.read(samples .. name)) end
  end
  return list
end

-- The same text with a right last line, so that what lies behind the sum is reached, too.
local function mended(text)
  local body = text:gsub("\nend [^\n]*\n?$", "\n")
  local lines = select(2, body:gsub("\n", ""))
  return body .. ("end %d %s\n"):format(lines, require("lib_file").sha256_text(body))
end

local function wrong_refusal(message, line)
  if type(message) ~= "string" or math.type(line) ~= "integer" then return "a refusal without words or line" end
  if message:find("[%z\1-\31\127]") then return "control characters in a refusal" end
  if not message:find("^line %d+: ") or #message > 1200 then return "a refusal that names no line, or is endless: " .. message end
end

local function wrong_command(found)
  for _, command in ipairs(found.commands) do
    if not mac_record.allows(command.argv) then return "a command that no record holds: " .. table.concat(command.argv, " ") end
    if type(command.stdout) ~= "string" or type(command.stderr) ~= "string" then return "an output that is no text" end
  end
end

local function check_text(text)
  local found, message, line = mac_record.read(text)
  if not found then return wrong_refusal(message, line) end
  local why = wrong_command(found)
  if why then return why end
  local again = mac_record.read(record_text.write(found))
  if not again or record_text.write(again) ~= record_text.write(found) then return "not the same when written and read again" end
end

local function bad_name(name) return name:find("[/%z]") or name == "." or name == ".." or name == "" end

-- Whatever becomes a path must stay inside the folder of the simulated Mac.
local function wrong_path(state)
  for _, volume in ipairs(state.volumes) do
    if bad_name(volume.name) or not volume.device:find("^disk%d+s%d+$") then return "a volume that is no path: " .. volume.name end
  end
  for _, owner in ipairs(state.owners) do
    if bad_name(owner.short) then return "an owner that is no path: " .. owner.short end
  end
  for _, group in ipairs(state.groups) do
    if bad_name(group.uuid) or bad_name(group.policy.nsih) then return "a group that is no path" end
  end
end

local function check_mac(text)
  local found = mac_record.read(mended(text))
  if not found then return end
  local described, why = likeness.describe(found)
  if not described then return type(why) ~= "string" and "no reason why it is no Mac" or nil end
  local state = assert(like.make(described, { variant = #text % 2 + 1, start = "recovery" }))
  local wrong = wrong_path(state)
  if wrong then return wrong end
  require("sim.contents").files(state)
  require("sim.layout").links(state)
  require("sim.boot").next(state, { into = "macos" })
end

local WORDS = { "run ", "exit 0\n", "out ", "err- ", "fact ", "about ", "\\x00", "cut stdout 3\n", "missing ENOENT\n", "timeout\n" }

return {
  { name = "record", seeds = seeds(), check = check_text, words = WORDS },
  { name = "record-mended", seeds = seeds(), check = function(text) return check_text(mended(text)) end, words = WORDS },
  { name = "record-mac", seeds = seeds(), check = check_mac, words = WORDS },
}
