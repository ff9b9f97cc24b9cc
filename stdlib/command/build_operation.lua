-- The job of `build`: from which kit, which extensions go in, where the collection goes.
-- Must not build anything itself: scripts/build.lua says what is run.

local kc = require "kernel.collection"
local preparation = require "command.preparation"
local session_module = require "run.session"
local text = require "base.text"

-- Room for the work copy and the result: a collection has tens of megabytes (reference §3.1); guess: never over this.
local ROOM = 1 << 30

local SYSTEM_FOLDERS = { "/System/Library/Extensions", "/System/Library/DriverExtensions" }

local function repositories(s)
  local folders = { s.kit.path .. "/System/Library/Extensions" }
  if not s.options.from_kit then
    for _, folder in ipairs(SYSTEM_FOLDERS) do folders[#folders + 1] = folder end
  end
  return folders
end

-- kmutil wants the build said where it is not the running system's (reference §3.2, DVM; for a near kit a guess).
local function kit_build(s)
  return s.kit.build ~= s.group.build and s.kit.build or s.options.from_kit and s.kit.build or ""
end

local function begin(s)
  s.output = s.options.output and session_module.path_on_mac(s, s.options.output) or session_module.built_collection(s)
  s.room = { place = s.output:match("^(.*)/") or "/", bytes = ROOM }
  return preparation.check(s, "build")
end

local function params(s)
  local folder = session_module.own_folder(s) .. "/build"
  local given = { kernel = s.kit_kernel.path, kernel_banner = s.kit_kernel.banner, output = s.output,
    work = folder .. "/new/VirtualMachine.kc", record = folder .. "/made.json", kit_build = kit_build(s),
    repositories = table.concat(repositories(s), "\n"), bundles = table.concat(s.bundles.take, "\n"),
    strip = s.options.from_kit and "none" or "" }
  local parts = { given.kernel, given.kernel_banner, given.output, given.kit_build, given.repositories, given.bundles,
    given.strip }
  given.inputs = require("lib_file").sha256_text(table.concat(parts, "\0"))
  return given
end

local function left_out(s)
  local lines = {}
  for index, entry in ipairs(s.bundles.left) do lines[index] = ("%s: %s"):format(entry.id, entry.why) end
  if #lines == 0 then lines[1] = "nothing" end
  return lines
end

local function notes(s)
  return {
    { "Kit", { s.kit.path, s.kit_kernel.banner } },
    { "Kernel extensions", { ("%d go in. Left out (--exclude ID and --include ID change it):"):format(#s.bundles.take),
      table.unpack(left_out(s)) } },
    { "Result", { s.output } },
  }
end

local function last_words(s)
  local found = kc.inspect(s.root .. s.output)
  local about = found and (", %s, %d extensions, SHA-256 %s"):format(text.size(found.size), found.kexts, found.sha256) or ""
  local lines = { "Done: " .. s.output .. about .. "." }
  if found and found.kernel.uuid and s.kit_kernel.uuid and found.kernel.uuid ~= s.kit_kernel.uuid then
    lines[#lines + 1] = ("Look at this: its kernel's UUID is %s, the kit's %s. They are expected to be the same."):format(
      found.kernel.uuid, s.kit_kernel.uuid)
  end
  if s.options.from_kit then
    lines[#lines + 1] = "Carry it to the Mac it is for, and stage it there:"
    lines[#lines + 1] = { command = "sudo vmq-recovery stage --kc FILE" }
  else
    lines[#lines + 1] = "Next:"
    local near = s.kit.build ~= s.group.build and " --inexact" or ""
    local where = near .. (s.options.output and " --kc " .. text.quote(s.output) or "")
    lines[#lines + 1] = { command = require("screen.outcome").command(s, "macos", "stage" .. where) }
  end
  return lines
end

return function()
  return preparation.job("build", { begin = begin, params = params, notes = notes, last_words = last_words,
    stopped_words = "No half file is left. What was built before is as it was." })
end
