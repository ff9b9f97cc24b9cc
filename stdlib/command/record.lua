-- `record`: looks at this Mac and writes what it saw into one text file, for a rehearsal and for a report.
-- Must not change anything, ask for a password, use the network or write over a file.

local ending = require "run.ending"
local exit_code = require "base.exit_code"
local gather = require "command.record_gather"
local lifecycle = require "run.lifecycle"
local record_text = require "base.record_text"

local record = {}

local READABLE = 420 -- 0644

local LEFT = "Replaced: names, volume and policy identifiers, the chip's number. Left: chip, model, versions, builds, sizes, what "
  .. "boot-args say besides, and the volume names that Apple gives. Read it before you send it: it is plain text."

-- Where the file goes unless --output says: this folder; in recovery, whose own folders are memory, beside the program.
local function default_path(target)
  local system = require "lib_system"
  local name = "vmq-recovery-" .. system.utc(system.now()):gsub("[:%-]", ""):gsub("T", "-") .. ".txt"
  local folder = target.booted == "recovery" and system.executable():match("^(.*)/") or system.directory()
  return folder .. "/" .. name
end

local function refuse_file(path, why)
  ending.stop("usage", exit_code.USAGE, ("%s %s"):format(path, why))
end

local function introduce(view, path, anonymous)
  view.emit { type = "note", title = "Recording this Mac", lines = {
    "Reads: kernel and system version, model, volumes, owners' short names, boot policy, SIP, boot-args and three more NVRAM "
      .. "variables, power, is there a network, is it managed, and what is staged. No password is asked for, nothing is "
      .. "changed, and nothing is sent.",
    (anonymous and "Names and unique numbers are replaced. " or "") .. "Writes: " .. path, "" } }
end

local function summary(target, found)
  local lines = {}
  for _, command in ipairs(found.commands) do
    if command.argv[1] == "/usr/bin/bputil" and command.exit ~= 0 and found.user ~= "root" then
      lines[1] = "The boot policy is unknown: bputil answers root only. With sudo the record holds it."
    end
  end
  if not target.groups then lines[#lines + 1] = "No volume groups could be read, so this record cannot be rehearsed." end
  return lines
end

local function store(view, target, found, path)
  local bytes = record_text.write(found)
  local written, why = require("lib_file").write_atomic(path, bytes, READABLE)
  if not written then ending.usage(why .. "; --output names another place") end
  view.emit { type = "mac-record", path = path, bytes = #bytes, commands = #found.commands, names = found.names }
  local lines = summary(target, found)
  if found.names == "replaced" then lines[#lines + 1] = LEFT end
  lines[#lines + 1] = ("Recorded %d commands, %s: %s"):format(#found.commands, require("base.text").size(#bytes), path)
  lines[#lines + 1] = "To rehearse this Mac, here or on another machine:"
  lines[#lines + 1] = { command = require("base.started").line_of_no_mac("rehearse --like " .. require("base.text").quote(path)) }
  return ending.new("done", exit_code.OK, table.unpack(lines))
end

--- Where the record goes. A file that is there, and a machine that is no Mac, end the command.
-- @param target see mac.target.look
-- @param options the command line's
function record.place(target, options)
  if target.booted == "unknown" then ending.refuse("This is no Apple silicon Mac. To practise: `vmq-recovery rehearse`.") end
  local path = options.output or default_path(target)
  if require("lib_file").stat(path, true) then refuse_file(path, "is there already; a record never replaces a file") end
  return path
end

--- Looks, and writes the record.
-- @param invocation see run.invocation
-- @param target see mac.target.look
-- @param path from record.place
-- @param facts array or nil: more facts for the record
-- @return an ending
function record.write(invocation, target, path, facts)
  invocation.view.meanwhile "Looking at this Mac"
  local found = gather.gather(invocation.root, target)
  for _, fact in ipairs(facts or {}) do gather.add(found, fact.name, table.unpack(fact)) end
  if invocation.options.anonymous then require("mac.record_anonymous").replace(found) end
  return store(invocation.view, target, found, path)
end

function record.run(_, options)
  local quiet = setmetatable({ yes = true }, { __index = options }) -- no question which system: all of them are recorded
  return lifecycle.look(quiet, "record", function(invocation, target)
    invocation.view.start(nil)
    local path = record.place(target, options)
    introduce(invocation.view, path, options.anonymous)
    return record.write(invocation, target, path)
  end)
end

return record
