-- Asks pkgutil what an installed package brought and who signed a package file.
-- Must not change a receipt but through a command that the door carries out. Facts: pkgutil(1).

local probe = require "tool.probe"

local pkgutil = {}

local PATH = "/usr/sbin/pkgutil"

--- The files of an installed package by its receipt, relative to where it was installed (reference §7.5).
-- @param id string, such as "com.apple.pkg.KDK.23A344"
-- @return array of paths, or nil, message, "no-receipt" | other codes
function pkgutil.files(id)
  local out, message, code, answer = probe.output { PATH, "--files", id }
  if not out then
    if answer and (answer.stderr .. answer.stdout):find("No receipt", 1, true) then code = "no-receipt" end
    return nil, message, code
  end
  local files = {}
  for line in out:gmatch("[^\r\n]+") do files[#files + 1] = line end
  return files
end

--- Has macOS a receipt of this package? What cannot be told counts as yes.
function pkgutil.has_receipt(id)
  local files, _, code = pkgutil.files(id)
  return files ~= nil or code ~= "no-receipt"
end

--- Command: take a receipt away; the package's files stay.
function pkgutil.forget(id) return { argv = { PATH, "--forget", id }, tool = "pkgutil" } end

-- The one status line. A package's name is printed, too, and may hold anything: of two different lines neither counts.
local function status_in(out)
  local status
  for line in out:gmatch("[^\r\n]+") do
    local value = line:match("^%s*Status:(.*)")
    if value and status and value ~= status then return nil end
    status = value or status
  end
  return status
end

--- Who signed a package. Apple's own read "signed Apple Software" in every public transcript of `--check-signature`.
-- @return "apple", or "other" and the status line, or nil, message
function pkgutil.signature(path)
  local out, message, _, answer = probe.output { PATH, "--check-signature", path }
  local status = status_in(out or answer and answer.stdout or "")
  if not status then return nil, message or "pkgutil did not tell one status" end
  return out and status == " signed Apple Software" and "apple" or "other", (status:gsub("^%s", ""))
end

return pkgutil
