-- `kc FILE`: what is in a kernel collection, and whether it fits this Mac.
-- Must not change anything.

local exit_code = require "base.exit_code"
local kc = require "kernel.collection"
local preflight = require "preflight.run"
local session_module = require "run.session"
local text = require "base.text"
local work = require "run.lifecycle"

local function rows_of(found)
  local kernel = found.kernel
  return {
    { "size", text.size(found.size) }, { "SHA-256", found.sha256 }, { "kernel", kernel.banner }, { "variant", kernel.kind },
    { "chip", kernel.chip }, { "xnu", kernel.xnu }, { "kernel UUID", kernel.uuid or "cannot be read" },
    { "own UUID", found.uuid or "none" }, { "extensions", tostring(found.kexts) },
  }
end

return function(args, options, stand_in)
  local session, code = work.open(options, "kc", stand_in)
  if not session then return code end
  session.view.start(nil)
  session.source = session_module.path_on_mac(session, args[1])
  local found, message = kc.inspect(session_module.real(session, session.source))
  if not found then return work.stop(session, "precondition", exit_code.PRECONDITION, message) end
  session.view.emit { type = "collection", path = session.source, size = found.size, sha256 = found.sha256, uuid = found.uuid,
    kexts = found.kexts, kernel = found.kernel }
  session.view.emit { type = "note", title = session.source, rows = rows_of(found) }
  session.view.emit { type = "note", title = "On this Mac", lines = {} }
  local fine = preflight.run(session, "kc", { where = "any" })
  return work.finish(session, fine and "done" or "precondition", fine and exit_code.OK or exit_code.PRECONDITION)
end
