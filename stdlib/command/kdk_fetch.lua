-- `kdk fetch`: asks the public list for the kit of this build, shows what would be downloaded, and asks;
-- scripts/kdk-fetch.lua says what is run.
-- Must not use the network for anything else, and must not download before the person has seen address, size and licence.

local catalogue = require "kernel.kit_catalogue"
local curl = require "tool.curl"
local ending = require "run.ending"
local errors = require "screen.errors"
local kit = require "kernel.kit"
local kit_image = require "kernel.kit_image"
local operation = require "command.operation"
local outcome = require "screen.outcome"
local overview = require "screen.overview"
local paths = require "mac.paths"
local text = require "base.text"

local kdk_fetch = {}

local PRECONDITIONS = { "root", "platform", "volume", "environment", "room", "journal" }

local LICENCE = "The kit is Apple's, under the terms of an Apple developer account; this list and its downloads are a mirror that "
  .. "third parties keep (KdkSupportPkg). Whether you may use it is between you and Apple."

local function saved_list(target, path)
  path = paths.on_mac(target.root, path)
  local content, message = require("lib_file").read(target.root .. path, 16 << 20, true)
  return content, message, "name the list that was saved from " .. curl.LIST
end

-- @return text, or nil, message and what helps
local function asked_list(emit)
  emit { type = "note", lines = { "Asking for the list of kits: " .. curl.LIST } }
  local content, message, _, answer = curl.list()
  if content then return content end
  local failure = answer and { output = answer.stderr .. answer.stdout, exit = answer.exit, signal = answer.signal } or { refused = true }
  return nil, message, errors.explain("curl", failure).cure
end

--- Every entry of the public list: asked for now, or from a file that was saved before (--from). Ends the command where there is
-- no list.
-- @return array, see kernel.kit_catalogue
function kdk_fetch.entries(target, options, emit)
  local content, message, cure
  if options.from then content, message, cure = saved_list(target, options.from) else content, message, cure = asked_list(emit) end
  if not content then ending.refuse("The list of kits could not be read: " .. message, "Fix: " .. cure .. ".") end
  local list, why = catalogue.parse(content)
  if not list then
    ending.refuse(("The list of kits cannot be used: %s%s"):format(options.from and options.from .. ": " or "", why), catalogue.BY_HAND)
  end
  return list
end

local function not_published(list, build, version)
  local near = catalogue.near(list, version)
  local hint = near and ("The nearest is %s, build %s. %s"):format(near.version, near.build, kit.NEAR_WARNING) or "None is near it."
  ending.refuse(("The list has no kit of build %s (it has %d, the newest for macOS %s)."):format(build, #list, list[1].version), hint,
    "Some kits come days after the macOS, some never. " .. catalogue.BY_HAND)
end

local function choose(list, target, options)
  local build, version = options.build or target.group and target.group.build, target.group and target.group.version or ""
  if not build then ending.refuse "This macOS's build is not known: name one with --build." end
  return catalogue.exact(list, build) or options.inexact and catalogue.near(list, version) or not_published(list, build, version)
end

local function look_up(target, options, emit)
  local entry = choose(kdk_fetch.entries(target, options, emit), target, options)
  local folder = options.output and paths.on_mac(target.root, options.output) or paths.kit_folder(target)
  return { entry = entry, folder = folder, image = folder .. "/" .. catalogue.file_name(entry),
    room = { place = folder, bytes = entry.fileSize + (64 << 20) } }
end

local function params(target, findings)
  local entry, folder = findings.entry, paths.kit_folder(target)
  return { address = entry.url, build = entry.build, size = entry.fileSize, sha256 = entry.sha256sum:lower(), image = findings.image,
    part = folder .. "/" .. catalogue.file_name(entry) .. ".part", folder = folder }
end

local function notes(case, steps)
  local entry, image = case.findings.entry, case.findings.image
  local exact = entry.build == (case.target.group and case.target.group.build)
  return {
    { title = "Kit", lines = { ("%s, build %s%s"):format(entry.version, entry.build, exact and ", exactly this macOS's" or ""),
      not exact and kit.NEAR_WARNING or nil } },
    { title = "Download", lines = { { command = entry.url }, ("%s to %s"):format(text.size(entry.fileSize), image),
      "SHA-256 " .. entry.sha256sum:lower() } },
    { title = "Licence", lines = { LICENCE } }, overview.steps_note(steps),
  }
end

local function summary(case)
  local entry, image = case.findings.entry, case.findings.image
  local exact = entry.build == (case.target.group and case.target.group.build)
  local rows = { { "Kit", ("%s, build %s%s"):format(entry.version, entry.build, exact and ", exactly this macOS's" or "") },
    { "From", entry.url }, { "Download", ("%s to %s"):format(text.size(entry.fileSize), image) }, { "SHA-256", entry.sha256sum:lower() },
    { "Licence", LICENCE } }
  if not exact then table.insert(rows, 2, { "Careful", kit.NEAR_WARNING }) end
  return rows
end

local words = {}

function words.done(case)
  local image = case.findings.image
  return { "Done: " .. image .. ", its SHA-256 is the one the list names.", "Next:",
    outcome.type_this(case.target, "macos", "kdk install" .. (case.options.output and " " .. text.quote(image) or "")) }
end

-- A part is kept and gone on with; what was whole and wrong is gone.
function words.stopped(case)
  local kept = kit_image.part(case.context) ~= "none"
  return kept and "What has come so far is kept. Safe to run again: it continues from there."
    or "Nothing of the download is kept; run it again to begin anew."
end

function kdk_fetch.operation()
  return operation.new { name = "kdk-fetch", command = "kdk", again = "kdk fetch", own_journal = "kdk-fetch", look_up = look_up,
    preflight = PRECONDITIONS, place = "macos", params = params, overview = notes, summary = summary, words = words,
    question = function(case) return ("Download %s now?"):format(text.size(case.findings.entry.fileSize)) end }
end

return kdk_fetch
