-- `build`: the development kernel collection from the matching kit. From which kit, which extensions go in, where it goes;
-- scripts/build.lua says what is run.

local build_result = require "kernel.build_result"
local collection = require "kernel.collection"
local lifecycle = require "run.lifecycle"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local text = require "base.text"

local build = {}

local PRECONDITIONS = { "root", "platform", "volume", "environment", "kit", "kit files", "kernel", "extensions", "output", "room",
  "journal" }

-- Room for the work copy and the result: a collection has tens of megabytes (reference §3.1); guess: never over this.
local ROOM = 1 << 30

local SYSTEM_FOLDERS = { "/System/Library/Extensions", "/System/Library/DriverExtensions" }

local function repositories(kit, options)
  local folders = { kit.path .. "/System/Library/Extensions" }
  if not options.from_kit then
    for _, folder in ipairs(SYSTEM_FOLDERS) do folders[#folders + 1] = folder end
  end
  return folders
end

-- kmutil wants the build said where it is not the running system's (reference §3.2, DVM; for a near kit a guess).
local function kit_build(kit, target, options)
  return (kit.build ~= target.group.build or options.from_kit) and kit.build or ""
end

local function look_up(target, options)
  local output = options.output and paths.on_mac(target.root, options.output) or paths.built_collection(target)
  return { output = output, room = { place = output:match("^(.+)/") or "/", bytes = ROOM } }
end

local function params(target, findings, options)
  local folder, kernel = paths.program_folder(target) .. "/build", findings.kit_kernel
  local given = { kernel = kernel.path, kernel_banner = kernel.banner, output = findings.output,
    work = folder .. "/new/VirtualMachine.kc", record = folder .. "/made.json",
    kit_build = kit_build(findings.kit, target, options), repositories = table.concat(repositories(findings.kit, options), "\n"),
    bundles = table.concat(findings.bundles.take, "\n"), strip = options.from_kit and "none" or "" }
  local parts = { given.kernel, given.kernel_banner, given.output, given.kit_build, given.repositories, given.bundles,
    given.strip }
  given.inputs = require("lib_file").sha256_text(table.concat(parts, "\0"))
  return given
end

local function left_out(bundles)
  local lines = {}
  for index, entry in ipairs(bundles.left) do lines[index] = ("%s: %s"):format(entry.id, entry.why) end
  if #lines == 0 then lines[1] = "nothing" end
  return lines
end

local function notes(case, steps)
  local found = case.findings
  return {
    { title = "Kit", lines = { found.kit.path, found.kit_kernel.banner } },
    { title = "Kernel extensions", lines = {
      ("%d go in. Left out (--exclude ID and --include ID change it):"):format(#found.bundles.take),
      table.unpack(left_out(found.bundles)) } },
    { title = "Result", lines = { found.output } }, overview.steps_note(steps),
  }
end

local MOST_NAMED = 4 -- extensions that are left out and named on the first screen

local function summary(case)
  local found = case.findings
  local left = left_out(found.bundles)
  local rows = { { "Kit", found.kit.path }, { "Extensions", ("%d go in"):format(#found.bundles.take) } }
  for index = 1, math.min(#left, MOST_NAMED) do rows[#rows + 1] = { index == 1 and "Left out" or "", left[index] } end
  if #left > MOST_NAMED then rows[#rows + 1] = { "", ("and %d more; -v names them"):format(#left - MOST_NAMED) } end
  rows[#rows + 1] = { "Result", found.output }
  return rows
end

local function add_next(lines, case)
  local options, kit = case.options, case.findings.kit
  if options.from_kit then
    lines[#lines + 1] = "Carry it to the Mac it is for, and stage it there:"
    lines[#lines + 1] = { command = "sudo vmq-recovery stage --kc FILE" }
    return lines
  end
  local near = kit.build ~= case.target.group.build and " --inexact" or ""
  lines[#lines + 1] = "Next:"
  lines[#lines + 1] = outcome.type_this(case.target, "macos",
    "stage" .. near .. (options.output and " --kc " .. text.quote(case.findings.output) or ""))
  return lines
end

local words = {}

function words.done(case)
  local output, kit_kernel = case.findings.output, case.findings.kit_kernel
  local made = collection.inspect(case.target.root .. output)
  local facts = made and (", %s, %d extensions, SHA-256 %s"):format(text.size(made.size), made.kexts, made.sha256) or ""
  local lines = { "Done: " .. output .. facts .. "." }
  if made and made.kernel.uuid and kit_kernel.uuid and made.kernel.uuid ~= kit_kernel.uuid then
    lines[2] = ("Look at this: its kernel's UUID is %s, the kit's %s. They are expected to be the same."):format(
      made.kernel.uuid, kit_kernel.uuid)
  end
  return add_next(lines, case)
end

function words.stopped(case)
  local c = case.context
  if build_result.cleared(c) and not build_result.vouched(c) then return "No half file is left. What was built before is as it was." end
  return "Safe to run again: it continues."
end

function build.operation()
  return operation.new { name = "build", command = "build", own_journal = "build", look_up = look_up, preflight = PRECONDITIONS,
    place = "macos", params = params, overview = notes, summary = summary, words = words }
end

function build.run(_, options) return lifecycle.run(build.operation(), options) end

return build
