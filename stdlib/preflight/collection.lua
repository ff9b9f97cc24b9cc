-- The precondition that the kernel collection is there, may be believed and fits this Mac.
-- Must not call a collection fit because of its name or place.

local boot_args = require "mac.boot_args"
local checksum = require "base.checksum"
local collection = require "kernel.collection"
local data_volume = require "mac.data_volume"
local kit = require "kernel.kit"
local macho = require "base.macho"
local mac_target = require "mac.target"
local manifest = require "kernel.manifest"
local paths = require "mac.paths"
local result = require "preflight.result"
local staging = require "kernel.staging"
local sysctl = require "tool.sysctl"
local text = require "base.text"
local trust = require "mac.trust"

local bad, unknown = result.bad, result.unknown

local BUILD_IT = "build it in macOS from the kit for this build, and stage it; or name a file with --kc"

-- The kind of kernel that the boot arguments are for.
local function wanted_kind(asked)
  for _, word in ipairs(asked.words or {}) do
    local kind = word:match("^kcsuffix=(.+)$")
    if kind then return kind end
  end
  return "development"
end

-- Without words it is the raised limit that is meant.
local function wants_quota(asked) return not asked.words or boot_args.quota(table.concat(asked.words, " ")) ~= nil end

-- What the collection must be of. A running kernel of the same build, or the kit of the target's build, tells more than a name; but not
-- where a checksum file is believed, or somebody brings a kernel of his own making and says so.
local function fitting_target(target, asked, believed)
  local product, group = sysctl.product(), target.group
  local build, chip = group and group.build, target.kernel.chip
  local same_build = product and build and product.build == build
  local kits = kit.folder(target.booted, group and group.data and group.data.mount)
  local kind, strict = wanted_kind(asked), not believed and not asked.options.inexact
  return { chip = chip, build = build, kind = kind, quota = wants_quota(asked),
    xnu = strict and same_build and target.kernel.xnu or nil,
    kit_kernel = strict and kind == "development" and kit.kernel_of_build(target.root, kits, build, chip) or nil }
end

-- The method's first description leaves the collection in a home folder; several are listed, none is taken.
local function not_staged(target, message)
  local users = paths.on_data(target, "/Users")
  local found = users and staging.candidates(target.root .. users) or {}
  if #found == 0 then return bad(message, BUILD_IT) end
  for index, name in ipairs(found) do found[index] = users .. "/" .. name end
  return bad(("%s; but there is %s"):format(message, table.concat(found, ", ")),
    "stage one in macOS (`vmq-recovery stage --kc FILE`), or name it with --kc")
end

-- The staged program is what the person starts in recovery; where a manifest names it, it must be that one.
local function program_misfit(target, stated)
  local path = paths.on_data(target, staging.PROGRAM)
  local here = stated and stated.program and path and target.root .. path
  if here and require("lib_file").stat(here, true) and checksum.sha256(here) ~= stated.program.sha256 then
    return ("the program at %s is not the one its checksum file names"):format(path)
  end
end

-- @return the manifest, or nil; why it does not count, in words; or a row that says why everything is refused
local function believable_manifest(target, path)
  if not path then return nil, "no checksum file found, so it cannot be verified" end
  local stated, why, code = manifest.read(path)
  if not stated and code == "ENOENT" then return nil, "no checksum file found, so it cannot be verified" end
  if not stated then return nil, nil, bad(paths.without_root(target.root, why), "stage the collection again") end
  local doubts = trust.look(target, paths.without_root(target.root, path)).doubts
  return stated, #doubts > 0 and "its checksum file cannot be trusted: " .. table.concat(doubts, "; ") or nil
end

local function misfits_of(target, asked, found, stated, doubt)
  local misfits = collection.misfits(found, fitting_target(target, asked, not doubt and stated), stated)
  misfits[#misfits + 1] = program_misfit(target, stated)
  return misfits
end

local function in_words(path, found, doubt)
  return ("%s, %s, SHA-256 %s…, %s%s"):format(path, text.size(found.size), found.sha256:sub(1, 16),
    found.kernel.banner:match("root:(.*)$") or found.kernel.banner, doubt and "; " .. doubt or "")
end

-- A collection that was named and lies on another system's Data was most likely made for that system. @return a sentence, or nil
local function from_elsewhere(target, asked, path)
  local group = asked.options.kc and mac_target.other_group_of(target, path)
  if not group then return nil end
  return ("%s lies on the Data volume of %s (%s), which is not the target"):format(path, group.name or "?", group.group)
end

-- A kernel without the word takes no quota: to be read before anything changes.
local function dead_word(here, asked)
  if not wants_quota(asked) or collection.knows_quota(here) then return nil end
  return "; its kernel does not hold the word hv_apple_isa_vm_quota, so the limit would stay as it is"
end

local TRUST_IT = "let it be root's alone, on its whole way; or leave out --yes, and type the word that you are asked for"

-- The row of a collection that fits: is it root's alone? @return it, and the sentence that a person will be asked about
local function trusted(target, asked, path, words)
  if asked.any_owner then return result.ok(words) end
  local found = trust.look(target, path)
  for _, note in ipairs(found.notes) do words = words .. "; " .. note end
  local question = #found.questions > 0 and table.concat(found.questions, "; ") or nil
  if #found.doubts == 0 then
    return result.ok(question and words .. "; " .. question or words), not asked.options.yes and question or nil
  end
  local sentence = ("%s: others could have written it: %s"):format(path, table.concat(found.doubts, "; "))
  if asked.options.yes then return bad(sentence, TRUST_IT) end
  return result.asks(words .. "; " .. sentence, TRUST_IT), sentence
end

-- What `apply` writes before anything else: a clone takes no room, but not every volume makes one.
local function room_for_copy(target, found)
  local folder = paths.program_folder(target)
  return folder and { place = folder, bytes = found.size + (1 << 20) }
end

local checks = {}

--- The folder that things are staged in: nobody else made it, and nobody else can write it.
function checks.folder(target)
  local place = paths.on_data(target, staging.FOLDER)
  if not place then return unknown(data_volume.trouble(target)) end
  local fault = trust.folder_fault(target.root, place)
  if not fault then return result.ok(place) end
  return bad(fault .. ": somebody else may have put it there",
    ("look at what is in %s, then take it away: sudo rm -r %s"):format(place, text.quote(place)))
end

--- Finds collection, manifest, manifest_doubt, collection_path, foreign_collection, untrusted_collection,
-- room.
-- known.source: a file that is to be staged or looked at.
function checks.collection(target, asked, known)
  local path, here, manifest_path = staging.collection(target, known.source, asked.options.kc)
  if not path then
    local why, cure = data_volume.trouble(target)
    return unknown(why, cure .. "; or name a file with --kc")
  end
  local foreign = from_elsewhere(target, asked, path)
  if foreign and not result.will_ask(asked) then
    return bad(foreign, "stage it on the target's own Data volume; or " .. result.ASK_FIRST)
  end
  local found, message = collection.inspect(here)
  if not found then
    message = paths.without_root(target.root, message)
    if not asked.options.kc and not require("lib_file").stat(here) then return not_staged(target, message) end
    return bad(message, BUILD_IT)
  end
  local stated, doubt, refusal = believable_manifest(target, manifest_path)
  if refusal then return refusal end
  if not target.kernel then return unknown("this Mac's chip is not known", "see platform above") end
  local misfits = misfits_of(target, asked, found, stated, doubt)
  if #misfits > 0 then
    return bad(("%s: %s"):format(path, table.concat(misfits, "; ")),
      "build the collection for this Mac and this macOS build, and stage it again")
  end
  local dead = dead_word(here, asked)
  local row, untrusted = trusted(target, asked, path, in_words(path, found, doubt) .. (dead or ""))
  if dead then row.remark = true end
  return row, { collection = found, collection_path = path, manifest = stated, manifest_doubt = doubt,
    foreign_collection = foreign, untrusted_collection = untrusted, room = known.room or room_for_copy(target, found) }
end

-- What is wrong with a file as a boot object, or nil: what kmutil is told of it has to fit (reference §3.1).
local function object_fault(here, size, params)
  local files, raw = require "lib_file", params.raw == "yes"
  local wrapper = collection.wrapper_of(here, files)
  if wrapper then return ("it is wrapped as %s, and kmutil would wrap it once more; give the object itself"):format(wrapper) end
  if not raw and not macho.is_for_arm64(here, files) then
    return "it is no 64-bit Mach-O file for arm64; for another: --set raw=yes, with entry_point and address"
  end
  if not raw and (params.entry_point ~= 0 or params.address ~= 0) then return "entry_point and address are only for --set raw=yes" end
  local at = params.entry_point - params.address
  if at >= 0 and at < size or not raw then return nil end
  return ("entry_point is %d; the file's %d bytes lie from %d to %d"):format(params.entry_point, size, params.address,
    params.address + size - 1)
end

--- The boot object that a plan is given (asked.params). Finds object, object_path, untrusted_collection, room.
function checks.object(target, asked, known)
  local path = asked.params.collection_on_mac
  local stat, message = require("lib_file").stat(target.root .. path)
  if not stat then return bad(paths.without_root(target.root, message), "name the file with --set file=…") end
  if stat.type ~= "file" or stat.size == 0 or stat.size > collection.LARGEST then
    return bad(("%s: a file with 1 byte to %s is wanted"):format(path, text.size(collection.LARGEST)), "name the file with --set file=…")
  end
  local found = { object = { size = stat.size, sha256 = asked.params.collection_sum }, object_path = path,
    room = known.room or room_for_copy(target, stat) }
  local fault = object_fault(target.root .. path, stat.size, asked.params)
  if fault then return bad(("%s: %s"):format(path, fault), "see what kmutil needs: `vmq-recovery help plans boot-object`"), found end
  local row, untrusted = trusted(target, asked, path, ("%s, %s, SHA-256 %s…"):format(path, text.size(stat.size),
    found.object.sha256:sub(1, 16)))
  found.untrusted_collection = untrusted
  return row, found
end

return checks
