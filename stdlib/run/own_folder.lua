-- Finds out whether the program's own folder can be made on the Data volume, before anything is to lie in it: macOS may refuse that while
-- SIP is on.
-- Must not make a folder where one is there, nor for who only looks.

local paths = require "mac.paths"

local own_folder = {}

-- Only in macOS, and only before the first folder of ours is there.
local function may_be_refused(invocation, target)
  if invocation.dry_run or invocation.uid ~= 0 or invocation.options.journal or target.booted ~= "macos" then return false end
  local folder = paths.program_folder(target)
  return folder ~= nil and not require("lib_file").stat(target.root .. folder, true)
end

--- For a command that prepares: where the first place is refused the second is made, and taken from then on.
-- @param invocation see run.invocation
-- @param target see mac.target.look
-- @return an event that says so, or nil
function own_folder.prepare(invocation, target)
  if not may_be_refused(invocation, target) then return nil end
  local files, first, second = require "lib_file", paths.program_folders(target)
  local fine, message = files.try_directory(target.root .. first)
  if fine or not files.make_directory(target.root .. second, tonumber("700", 8)) then return nil end
  local sentence = paths.without_root(target.root, message):gsub("^%l", string.upper)
  return { type = "note", lines = { ("%s. %s was made instead."):format(sentence, second) } }
end

return own_folder
