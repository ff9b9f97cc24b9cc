-- `kdk list|check|fetch|install`: Apple's kernel debug kits, on this Mac and in the public list.
-- Must not change anything itself: fetching and installing are jobs of their own.

local exit_code = require "base.exit_code"
local kdk = require "kernel.kit"
local preflight = require "preflight.run"
local text = require "base.text"
local work = require "run.lifecycle"

local verbs = {}

local function note(session, title, lines)
  session.view.emit { type = "note", title = title, lines = lines }
end

local function describe(session, kit)
  local state, detail = kdk.completeness(session.root, kit)
  local build = session.group and session.group.build
  local fits = kit.build ~= nil and kit.build == build
  session.view.emit { type = "kit", path = kit.path, version = kit.version, build = kit.build, chips = kit.chips, state = state,
    detail = detail, fits = fits }
  return { ("%s: macOS %s build %s%s"):format(kit.name, kit.version or "?", kit.build or "?", fits and ", exactly this macOS's" or ""),
    "  development kernels: " .. (#kit.chips > 0 and table.concat(kit.chips, " ") or "none"), ("  %s: %s"):format(state, detail) }
end

local function list_local(session)
  local data = session.group and session.group.data
  local folder = kdk.folder(session.booted, data and data.mount) or kdk.FOLDER
  local lines = {}
  for _, kit in ipairs(kdk.list(session.root, folder)) do
    for _, line in ipairs(describe(session, kit)) do lines[#lines + 1] = line end
  end
  if #lines == 0 then lines[1] = "none" end
  note(session, "Kits in " .. folder, lines)
end

local function list_online(session)
  local entries, code = require("command.kdk_fetch").entries(session)
  if not entries then return code end
  local lines, build = {}, session.group and session.group.build
  for _, entry in ipairs(entries) do
    session.view.emit { type = "kit", version = entry.version, build = entry.build, address = entry.url, size = entry.fileSize,
      sha256 = entry.sha256sum:lower(), fits = entry.build == build }
    lines[#lines + 1] = ("%s, build %s, %s%s"):format(entry.version, entry.build, text.size(entry.fileSize),
      entry.build == build and ": exactly this macOS's" or "")
  end
  note(session, "Kits in the public list", lines)
end

function verbs.list(_, options, stand_in)
  local session, code = work.open(options, "kdk", stand_in)
  if not session then return code end
  session.view.start(nil)
  list_local(session)
  if options.online or options.from then
    local failed = list_online(session)
    if failed then return failed end
  end
  return work.finish(session, "done", exit_code.OK)
end

function verbs.check(args, options, stand_in)
  local session, code = work.open(options, "kdk", stand_in)
  if not session then return code end
  session.options.kdk = args[2] or options.kdk
  session.view.start(nil)
  if preflight.run(session, "kdk-check", { where = "any" }) then
    return work.stop(session, "done", exit_code.OK, "This kit is whole, of exactly this macOS's build, and has this chip's kernel.")
  end
  return work.stop(session, "precondition", exit_code.PRECONDITION, "This kit will not do as it is: see what reads bad or unknown above.")
end

function verbs.fetch(_, options, stand_in)
  return work.run(require("command.kdk_fetch").make(), options, stand_in)
end

function verbs.install(args, options, stand_in)
  return work.run(require("command.kdk_install")(args[2]), options, stand_in)
end

local ARGUMENTS = { list = 1, fetch = 1, check = 2, install = 2 }

local function usage(message)
  require("lib_terminal").write(2, "vmq-recovery: " .. message .. "\n")
  return exit_code.USAGE
end

return function(args, options, stand_in)
  local verb = verbs[args[1]]
  if not verb then
    return usage(("kdk takes list, check, fetch or install; the nearest to %s is %s"):format(args[1],
      text.nearest(args[1], { "list", "check", "fetch", "install" })))
  end
  if #args > ARGUMENTS[args[1]] then return usage(("kdk %s does not take %s"):format(args[1], args[#args])) end
  return verb(args, options, stand_in)
end
