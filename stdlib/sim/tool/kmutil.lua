-- kmutil: tells what is in a collection, and starts the two commands that change something (reference §3).

local collection = require "sim.collection"
local place = require "sim.place"

local kmutil = {}

-- kmutil's exit status is the code of its error (§3.1).
local function failed(p, text, code)
  code = code or 71
  p.err(('Error Domain=KMErrorDomain Code=%d "%s" UserInfo={NSLocalizedDescription=%s}\n'):format(code, text, text))
  p.leave(code)
end

local function parse(p, names)
  local options, index = {}, 2
  while index <= #p.args do
    local word = p.args[index]
    local name = names[word]
    if not name then p.fail(64, "Error: Unknown option '", word, "'\nUsage: kmutil ", p.args[1], " <options>\n") end
    if name == true then options[word] = true
    else
      index = index + 1
      options[name] = p.args[index] or p.fail(64, "Error: Missing value for '", word, "'\n")
    end
    index = index + 1
  end
  return options
end

local INSPECT = {
  ["-B"] = "boot", ["--boot-path"] = "boot", ["-V"] = "variant", ["--variant-suffix"] = "variant",
  ["--no-header"] = true, ["--show-kernel-uuid"] = true, ["--show-mach-header"] = true,
}

-- Where an extension of a collection would lie is not in the collection.
local function entries(found, group)
  local list = {}
  for index, item in ipairs(found.entries) do
    local path = ("/System/Library/Extensions/%s.kext"):format(item.name:match("[^.]+$"))
    list[index] = { id = item.name, version = group.darwin, path = path }
  end
  return list
end

local function dashed(uuid)
  return (uuid:gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)", "%1-%2-%3-%4-"))
end

local function extensions_of_file(p, options, group)
  local found = collection.read(p.files, options.boot)
    or failed(p, ("Could not open collection at %s"):format(options.boot))
  if options["--show-kernel-uuid"] then p.out("Kernel UUID: ", dashed(found.kernel_uuid or ""), "\n") end
  return entries(found, group)
end

local function extensions_of_variant(p, options, group)
  local variant = options.variant or "release"
  if variant ~= "release" then
    failed(p, "Could not find: kernel mach-o at //System/Library/Kernels/kernel." .. variant)
  end
  return require("sim.kexts").all(group)
end

-- Known: a line of a kext, with tabs or blanks (§3.3). guess: everything else, and which Mac uses blanks.
local function inspect(p)
  local options = parse(p, INSPECT)
  local group = place.booted(p.state)
  p.reads()
  local list = (options.boot and extensions_of_file or extensions_of_variant)(p, options, group)
  if not options["--no-header"] then p.out("Extension Information:\n") end
  local gap = p.state.wording.inspect == "blanks" and "  " or "\t"
  for _, kext in ipairs(list) do p.out(kext.id, gap, kext.version, gap, kext.path, "\n") end
end

-- Seen on macOS 11 and later, the first line on standard error. guess: that --list-only leaves the heading out.
local function showloaded(p)
  p.reads()
  p.err("No variant specified, falling back to release\n")
  if not p.args[2] then p.out("Index Refs Address            Size       Wired      Name (Version) UUID <Linked Against>\n") end
  for index, kext in ipairs(require("sim.kexts").loaded(p.state, place.booted(p.state))) do
    p.out(("%5d    0 0xfffffe0007%06x 0x4000     0x4000     %s (%s) %s <1>\n"):format(index, index * 0x4000, kext.id, kext.version,
      require("sim.digest").uuid(kext.id)))
  end
end

local commands = {
  showloaded = showloaded,
  inspect = inspect,
  create = function(p) return require("sim.tool.kmutil_create").create(p, failed) end,
  ["configure-boot"] = function(p) return require("sim.tool.kmutil_configure").configure_boot(p, failed, parse) end,
}

--- Plays kmutil; see `sim.tools.play`.
function kmutil.kmutil(p)
  local command = commands[p.args[1] or ""]
  if not command then p.fail(64, "Error: Unknown subcommand\nUsage: kmutil <subcommand>\n") end
  return command(p)
end

return kmutil
