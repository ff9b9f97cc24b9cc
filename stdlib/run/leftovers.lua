-- What stage, build, kdk and apply have left on the Data volume: files whose SHA-256 stands in our own journals, and kits that they name.
-- Must only read, and must not take a file for ours by its name alone.

local checksum = require "base.checksum"
local journals = require "run.journals"
local kit_image = require "kernel.kit_image"
local kits = require "kernel.kit"
local paths = require "mac.paths"
local staging = require "kernel.staging"
local trust = require "mac.trust"

local leftovers = {}

-- The door takes away nothing elsewhere (runner/door/file_act.c).
local function is_in_our_place(path)
  return path:sub(1, 1) == "/" and (path .. "/"):find("/vmq-recovery/", 1, true) ~= nil
end

local function take_in(found, path)
  if found.sums[path] then return end
  found.sums[path] = {}
  found[#found + 1] = path
end

-- Takes in that a file with this sum was put there. @param found { paths in order, sums = by path, a set; half = by path: true }
local function add(found, path, sum)
  if type(path) ~= "string" or type(sum) ~= "string" or not is_in_our_place(path) or not sum:find("^%x+$") then return end
  take_in(found, path)
  found.sums[path][sum:lower()] = true
end

-- Takes in that a file was begun there: until it is whole, no journal has its sum.
local function add_begun(found, path)
  take_in(found, path)
  found.half[path] = true
end

local function seen_of(run, step, field)
  local seen = run.steps[step] and run.steps[step].seen
  return type(seen) == "table" and seen[field] or nil
end

-- By the plan: what a run of that kind has put where.
local OF_RUN = {}

function OF_RUN.stage(found, _, params)
  add(found, params.manifest, type(params.manifest_text) == "string" and require("lib_file").sha256_text(params.manifest_text))
  add(found, params.collection, params.collection_sum)
  add(found, params.program, params.program_sum)
end

function OF_RUN.build(found, run, params)
  local made, work = seen_of(run, "create", "made"), tostring(params.work)
  add(found, params.output, seen_of(run, "place", "output"))
  add(found, params.output, made)
  for _, path in ipairs { work, work .. ".development" } do
    add(found, path, made)
    if is_in_our_place(path) then add_begun(found, path) end
  end
end

OF_RUN["kdk-fetch"] = function(found, _, params)
  add(found, params.image, params.sha256)
  add(found, params.part, params.sha256)
  if found.sums[params.part] then add_begun(found, params.part) end
end

-- A kit that was not there before. It is known by its folder's name: half of it may be gone.
OF_RUN["kdk-install"] = function(found, run, params, target)
  local before, build = run.steps.install and run.steps.install.before, tostring(params.build)
  found.mounted = type(params.folder) == "string" and params.folder or found.mounted
  if type(before) ~= "table" or before.kit ~= "absent" then return end
  for _, name in ipairs(require("lib_file").list(target.root .. kits.FOLDER) or {}) do
    local path = kits.FOLDER .. "/" .. name
    if name:match("^KDK_[^_]+_(%w+)%.kdk$") == build and not found.kits[path] then
      found.kits[path] = true
      table.insert(found.kits, { path = path, build = build })
    end
  end
end

-- Its copy was made in recovery, where Data has another name.
function OF_RUN.apply(found, run, params, target)
  local tail = tostring(params.copy):match("(/private/var/%l+/vmq%-recovery/.+)$")
  if tail and not run.start.plan_file then add(found, paths.on_data(target, tail), params.collection_sum) end
end

OF_RUN["kernel-debug"], OF_RUN["boot-object"] = OF_RUN.apply, OF_RUN.apply

-- Small files stand in the journal as they were written.
local function add_written(found, records)
  for _, record in ipairs(records) do
    local argv = record.type == "intent" and record.argv or {}
    if argv[1] == "write" and argv[4] then add(found, argv[2], require("lib_file").sha256_text(argv[4])) end
  end
end

-- What a copy or a small file is called until it is whole (runner/base/replace.c).
local function add_unfinished(found)
  for index = 1, #found do add_begun(found, found[index] .. ".vmq-recovery.new") end
end

-- An image that an installation that was cut off has left mounted.
local function tell_mounted(found, target, stay)
  local names = found.mounted and require("lib_file").list(target.root .. found.mounted) or {}
  if #names > 0 then stay[#stay + 1] = found.mounted .. " shows a mounted image until the next restart" end
end

local function is_there(directory, number)
  return require("lib_file").stat(("%s/%04d.journal"):format(directory, number), true) ~= nil
end

-- @param part string or nil: a journal folder's name, see mac.paths.journal
-- @return nil, or why a journal cannot be read
local function add_runs(found, target, options, part)
  local directory = journals.folder(target, options.journal, part)
  for number = 1, directory and journals.latest_number(directory) or 0 do
    local run, records = journals.read(directory, number)
    if not run and is_there(directory, number) then return records end
    if run and run.start and run.start.group == target.group.group then
      local add_left = OF_RUN[part or run.start.plan]
      if add_left then add_left(found, run, run.start.params or {}, target) end
      add_written(found, records)
    end
  end
end

-- Why a file that is there stays, or nil and its sum.
local function why_it_stays(target, path, found)
  local fault = trust.fault(target.root, path:match("^(.*)/")) or trust.fault(target.root, path)
  if fault then return fault:find(path, 1, true) and fault or ("%s, as %s"):format(path, fault) end
  local stat = require("lib_file").stat(target.root .. path, true)
  if stat.type ~= "file" then return path .. " is no file" end
  local sum = checksum.sha256(target.root .. path)
  if not sum then return path .. " cannot be read" end
  if found.sums[path][sum] then return nil, sum end
  return path .. (found.half[path] and " is left of work that was cut off" or " was changed since it was put there")
end

--- Looks.
-- @param target see mac.target.look
-- @param options the command line's; kits = kits and their images as well
-- @return { remove = array of { path, sum }, kits = array of { path, build },
--   stay = array of sentences: what is there and is not taken away, and why,
--   trouble = why a journal could not be read, or nil }
function leftovers.look(target, options)
  local found = { sums = {}, half = {}, kits = {} }
  local result = { remove = {}, stay = {}, kits = found.kits }
  local parts = { "stage", "build", "", table.unpack(options.kits and { "kdk-fetch", "kdk-install" } or {}) }
  for _, part in ipairs(parts) do
    local trouble = add_runs(found, target, options, part ~= "" and part or nil)
    result.trouble = result.trouble or trouble or nil
  end
  add_unfinished(found)
  tell_mounted(found, target, result.stay)
  for _, path in ipairs(found) do
    if require("lib_file").stat(target.root .. path, true) then
      local why, sum = why_it_stays(target, path, found)
      table.insert(why and result.stay or result.remove, why or { path = path, sum = sum })
    end
  end
  return result
end

--- The files to take away as one text, which a plan's parameter can hold (see kernel.staging.still_there).
function leftovers.text(files)
  local lines = {}
  for index, one in ipairs(files) do lines[index] = staging.line(one.path, one.sum) end
  return table.concat(lines)
end

--- The same of the kits (see kernel.kit_image.still_there).
function leftovers.kits_text(list)
  local lines = {}
  for index, one in ipairs(list) do lines[index] = kit_image.line(one.path, one.build) end
  return table.concat(lines)
end

return leftovers
