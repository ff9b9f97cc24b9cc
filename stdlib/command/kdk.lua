-- `kdk list|check|fetch|install`: Apple's kernel debug kits, on this Mac and in the public list.
-- Must not change anything itself: fetching and installing are operations of their own.

local complain = require "screen.complain"
local ending = require "run.ending"
local exit_code = require "base.exit_code"
local kits = require "kernel.kit"
local lifecycle = require "run.lifecycle"
local preflight = require "preflight.run"
local text = require "base.text"

local kdk = {}

local verbs = {}

local function build_of(target) return target.group and target.group.build end

-- Tells of one kit. @return lines
local function describe(view, target, kit)
  local state, detail = kits.completeness(target.root, kit)
  local fits = kit.build ~= nil and kit.build == build_of(target)
  view.emit { type = "kit", path = kit.path, version = kit.version, build = kit.build, chips = kit.chips, state = state,
    detail = detail, fits = fits }
  return { ("%s: macOS %s build %s%s"):format(kit.name, kit.version or "?", kit.build or "?", fits and ", exactly this macOS's" or ""),
    "  development kernels: " .. (#kit.chips > 0 and table.concat(kit.chips, " ") or "none"), ("  %s: %s"):format(state, detail) }
end

local function list_local(view, target)
  local data = target.group and target.group.data
  local folder = kits.folder(target.booted, data and data.mount) or kits.FOLDER
  local lines = {}
  for _, kit in ipairs(kits.list(target.root, folder)) do
    for _, line in ipairs(describe(view, target, kit)) do lines[#lines + 1] = line end
  end
  if #lines == 0 then lines[1] = "none" end
  view.emit { type = "note", title = "Kits in " .. folder, lines = lines }
end

local function list_online(view, target, options)
  local lines, build = {}, build_of(target)
  for index, entry in ipairs(require("command.kdk_fetch").entries(target, options, view.emit)) do
    local fits = entry.build == build
    view.emit { type = "kit", version = entry.version, build = entry.build, address = entry.url, size = entry.fileSize,
      sha256 = entry.sha256sum:lower(), fits = fits }
    lines[index] = ("%s, build %s, %s%s"):format(entry.version, entry.build, text.size(entry.fileSize),
      fits and ": exactly this macOS's" or "")
  end
  view.emit { type = "note", title = "Kits in the public list", lines = lines }
end

function verbs.list(_, options)
  return lifecycle.look(options, "kdk", function(invocation, target)
    invocation.view.start(nil)
    list_local(invocation.view, target)
    if options.online or options.from then list_online(invocation.view, target, options) end
    return ending.new("done", exit_code.OK)
  end)
end

function verbs.check(args, options)
  return lifecycle.look(options, "kdk", function(invocation, target)
    invocation.view.start(nil)
    local names = { "platform", "volume", "kit", "kit files", "kernel" }
    if preflight.run(names, target, { options = options, where = "any" }, { kdk = args[2] }, invocation.view.emit) then
      return ending.new("done", exit_code.OK, "This kit is whole, of exactly this macOS's build, and has this chip's kernel.")
    end
    return ending.new("precondition", exit_code.PRECONDITION, "This kit will not do as it is: see what is bad or unknown above.")
  end)
end

function verbs.fetch(_, options) return lifecycle.run(require("command.kdk_fetch").operation(), options) end

function verbs.install(args, options) return lifecycle.run(require("command.kdk_install").operation(args[2]), options) end

local ARGUMENTS = { list = 1, fetch = 1, check = 2, install = 2 }

function kdk.run(args, options)
  local verb = verbs[args[1]]
  if not verb then
    return complain.usage(("kdk takes list, check, fetch or install, not %s%s"):format(args[1],
      text.suggestion(args[1], { "list", "check", "fetch", "install" })))
  end
  if #args > ARGUMENTS[args[1]] then return complain.usage(("kdk %s does not take %s"):format(args[1], args[#args])) end
  return verb(args, options)
end

return kdk
