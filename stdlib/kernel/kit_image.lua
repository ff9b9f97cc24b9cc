-- What the plans `kdk-fetch`, `kdk-install` and `unstage` read: a downloaded image, a mounted one, and kits to take away.
-- Must only read, and must not take a half download for a whole one.

local checksum = require "base.checksum"
local file = require "tool.file"
local kits = require "kernel.kit"
local pkgutil = require "tool.pkgutil"

local kit_image = {}

-- @return bytes, nil where there is no plain file; and whether anything is there
local function size_of(c, path)
  local stat = require("lib_file").stat(c.root .. path, true)
  return stat and stat.type == "file" and stat.size or nil, stat ~= nil
end

--- Is this the whole image with the right checksum? Size first: the sum of a gigabyte takes seconds.
function kit_image.is_whole(c, path)
  return (size_of(c, path)) == c.size and checksum.sha256(c.root .. path) == c.sha256
end

--- How much of the image is in the part file: "none", "part", "whole", "wrong" (as long as the image, or longer, and not it), or "other"
-- (something that is no plain file, which curl would write to without end).
function kit_image.part(c)
  local size, there = size_of(c, c.part)
  if not size then return there and "other" or "none" end
  return size < c.size and "part" or kit_image.is_whole(c, c.part) and "whole" or "wrong"
end

--- The one package inside the mounted image, as the Mac names it.
-- @return path, or nil and "nothing is mounted" | a sentence
function kit_image.package(c)
  local packages = {}
  local names = require("lib_file").list(c.root .. c.folder) or {}
  for _, name in ipairs(names) do
    if name:sub(-4) == ".pkg" then packages[#packages + 1] = c.folder .. "/" .. name end
  end
  if #names == 0 then return nil, "nothing is mounted" end
  if #packages ~= 1 then return nil, ("the image holds %d packages"):format(#packages) end
  return packages[1]
end

--- Is nothing mounted in the folder?
function kit_image.unmounted(c)
  return #(require("lib_file").list(c.root .. c.folder) or {}) == 0
end

--- Who signed the mounted package. @return "apple", or what pkgutil said of it
function kit_image.signature(c)
  local package, why = kit_image.package(c)
  if not package then return why end
  local kind, status = pkgutil.signature(package)
  return kind == "apple" and kind or status
end

--- Is the kit of this build installed and whole? @return "complete" | "incomplete" | "unknown" | "absent"
function kit_image.kit(c)
  local kit = kits.exact(kits.list(c.root, c.kits), c.build)
  return kit and (kits.completeness(c.root, kit)) or "absent"
end

--- A kit in a list that a plan's parameter holds.
function kit_image.line(path, build) return ("%s %s\n"):format(build, path) end

--- The kits of such a list whose folder or receipt is still there.
-- @param c context with root and kits, the list
-- @return array of { path, id = its receipt's, or nil }
function kit_image.still_there(c)
  local there = {}
  for build, path in c.kits:gmatch("(%w+) ([^\n]+)\n") do
    local id = pkgutil.has_receipt(kits.PACKAGE .. build) and kits.PACKAGE .. build or nil
    if id or require("lib_file").stat(c.root .. path, true) then there[#there + 1] = { path = path, id = id } end
  end
  return there
end

--- The commands that take them away. The receipt goes first: a folder without one is found again by its name.
function kit_image.removal(c)
  local commands = {}
  for _, kit in ipairs(kit_image.still_there(c)) do
    if kit.id then commands[#commands + 1] = pkgutil.forget(kit.id) end
    commands[#commands + 1] = file.remove_kit(kit.path)
  end
  return commands
end

return kit_image
