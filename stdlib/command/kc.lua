-- `kc FILE`: what is in a kernel collection, and whether it fits this Mac.
-- Must not change anything.

local chip = require "mac.chip"
local collection = require "kernel.collection"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local lifecycle = require "run.lifecycle"
local paths = require "mac.paths"
local preflight = require "preflight.run"
local text = require "base.text"

local kc = {}

local function rows_of(found, known)
  local kernel = found.kernel
  return {
    { "size", text.size(found.size) }, { "SHA-256", found.sha256 }, { "kernel", kernel.banner }, { "variant", kernel.kind },
    { "chip", chip.words(kernel.chip) }, { "xnu", kernel.xnu }, { "kernel UUID", kernel.uuid or "cannot be read" },
    { "own UUID", found.uuid or "none" }, { "extensions", tostring(found.kexts) },
    { "words known", #known > 0 and table.concat(known, ", ") or "none of the quota's" },
  }
end

local function show(view, path, found, known)
  view.emit { type = "collection", path = path, size = found.size, sha256 = found.sha256, uuid = found.uuid, kexts = found.kexts,
    kernel = found.kernel }
  view.emit { type = "note", title = path, rows = rows_of(found, known) }
  view.emit { type = "note", title = "On this Mac", lines = {} }
end

function kc.run(args, options)
  return lifecycle.look(options, "kc", function(invocation, target)
    invocation.view.start(nil)
    local path = paths.on_mac(target.root, args[1])
    local found, message = collection.inspect(target.root .. path)
    if not found then ending.refuse(message) end
    show(invocation.view, path, found, collection.known_words(target.root .. path))
    local fine = preflight.run({ "platform", "volume", "collection" }, target, { options = options, where = "any", any_owner = true },
      { source = path }, invocation.view.emit)
    return ending.new(fine and "done" or "precondition", fine and exit_code.OK or exit_code.PRECONDITION)
  end)
end

return kc
