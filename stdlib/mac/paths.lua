-- Where things lie on this Mac, as the Mac names them and as this process opens them.
-- Must not open anything: it turns facts about the target, and what is there, into paths.
--
-- A target is what mac.target.look answers; root, booted, program and group are used here.

local paths = {}

--- A path from the command line as the Mac itself names it: whole, and without the root if it was typed with it.
-- @param root string: "" or the folder given by --root
-- @param path string
function paths.on_mac(root, path)
  if path:sub(1, 1) ~= "/" then path = require("lib_system").directory() .. "/" .. path:gsub("^%./", "") end
  if root ~= "" and path:sub(1, #root + 1) == root .. "/" then return path:sub(#root + 1) end
  return path
end

--- The start of a message about a file, as the Mac names it: without the root that stands before it here.
function paths.without_root(root, message)
  local at, to = message:find(root .. "/", 1, true)
  return root ~= "" and at and message:sub(1, at - 1) .. message:sub(to) or message
end

-- Folders of macOS that lie on the Data volume, though they are named from "/" (firmlinks).
local ON_DATA = { "/Users/", "/Applications/", "/Library/", "/private/", "/usr/local/", "/opt/" }

local function is_firmlinked(path)
  for _, folder in ipairs(ON_DATA) do
    if path:sub(1, #folder) == folder then return true end
  end
  return false
end

--- A place from the root of the Data volume, as the Mac names it; nil while Data is not mounted. In macOS the running
-- system's own is named without the volume, as people know it.
-- @param target
-- @param path string, from the root of Data
function paths.on_data(target, path)
  local data = target.group and target.group.data
  if not data or not data.mount then return nil end
  if target.booted == "macos" and data.mount == "/System/Volumes/Data" and is_firmlinked(path) then return path end
  return (data.mount == "/" and "" or data.mount) .. path
end

--- Where the program's own folder may lie: the place that is meant for such things, and root's home, where macOS refuses that one
-- while SIP is on (darwin-2026-11 §12: whether it does is not known).
-- @return two paths as the Mac names them; nil while Data is not mounted
function paths.program_folders(target)
  return paths.on_data(target, "/private/var/db/vmq-recovery"), paths.on_data(target, "/private/var/root/vmq-recovery")
end

--- The program's own folder on the Data volume, which only root can write: the one that is there, or the first that can be; nil
-- while Data is not mounted.
function paths.program_folder(target)
  local first, second = paths.program_folders(target)
  local files = first and require "lib_file"
  local is_second = first and not files.stat(target.root .. first, true) and files.stat(target.root .. second, true)
  return is_second and second or first
end

--- Where a run keeps its own copy of the collection, while Data is mounted.
-- @param target
-- @param sum string: the collection's SHA-256
function paths.collection_copy(target, sum)
  local folder = paths.program_folder(target)
  return folder and ("%s/object/%s.kc"):format(folder, sum)
end

--- Where `kdk fetch` keeps images.
function paths.kit_folder(target)
  return (paths.program_folder(target) or "") .. "/kits"
end

--- Where `build` puts the collection unless it is told another place.
function paths.built_collection(target)
  return (paths.program_folder(target) or "") .. "/build/VirtualMachine.kc"
end

-- --journal names a folder of the Mac; with --root also one of the machine that the program runs on.
local function given_journal(root, given)
  local path = paths.on_mac(root, given)
  if root == "" or path ~= given then return root .. path, path end
  local on_a_volume = given:find("^/Volumes/") or given:find("^/private/") or given:find("^/Users/")
    or given:find("^/System/") or given:find("^/Library/")
  if on_a_volume and not require("lib_file").stat(given) then return root .. path, path end
  return given, given
end

--- The folder of the journals.
-- @param target
-- @param given string or nil: what --journal says
-- @param part string or nil: the name of the commands that only prepare. They have folders of their own in it, so that they are
--   never taken for the run that `resume` and `rollback` are about
-- @return the folder as this process opens it, and as the Mac names it; or nil, why no place survives a restart
function paths.journal(target, given, part)
  local here, path
  if given then
    here, path = given_journal(target.root, given)
  else
    path = paths.program_folder(target)
    if not path then return nil, (require("mac.data_volume").trouble(target)) end
    here = target.root .. path
  end
  if not part then return here, path end
  return here .. "/" .. part, path .. "/" .. part
end


--- The folder of the lock: one for the Mac, and gone with the boot, as the lock is.
-- @param root string
function paths.lock(root)
  return root .. "/private/var/run/vmq-recovery"
end

--- A journal folder that does not survive a restart, for what needs none that does: beside the lock, where only root can make one.
function paths.temporary_journal(target)
  return paths.lock(target.root) .. "/journal"
end

--- A path from the root of the Data volume, or nil when it lies elsewhere.
-- @param target
-- @param path string, as the Mac names it
function paths.below_data(target, path)
  local data = target.group and target.group.data
  if not data or not data.mount then return nil end
  if data.mount ~= "/" and path:sub(1, #data.mount + 1) == data.mount .. "/" then return path:sub(#data.mount + 1) end
  return target.booted == "macos" and is_firmlinked(path) and path or nil
end

-- Where `stage` puts the program, below the root of Data.
local STAGED = "/vmq-recovery"

--- How this program is called in a system: by its own path here; in the other system, by where that path appears there. A program that
-- cannot be seen there is taken to be staged.
-- @param target
-- @param place "macos", or any recovery
-- @return path; in the other system's recovery also a pattern for a shell, which finds it however Data is called there (recovery's
--   names: recovery-tools §6.3)
function paths.program_in(target, place)
  local path = target.program
  if (place == "macos") == (target.booted == "macos") then return path end
  local tail = paths.below_data(target, path)
  if not tail and path:find("^/Volumes/") then return path end
  tail = tail or STAGED
  if place == "macos" then return "/System/Volumes/Data" .. tail end
  local data = target.group and target.group.data
  return "/Volumes/" .. (data and data.name or "Data") .. tail, not tail:find("[^%w/._-]") and "/Volumes/*" .. tail or nil
end

return paths
