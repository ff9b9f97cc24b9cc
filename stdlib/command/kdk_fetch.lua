-- The job of `kdk fetch`: asks the public list for the kit of this build, shows what would be downloaded, and asks.
-- Must not use the network for anything else, and must not download before the person has seen address, size and licence.

local catalogue = require "kernel.kit_catalogue"
local curl = require "tool.curl"
local errors = require "screen.errors"
local exit_code = require "base.exit_code"
local kdk = require "kernel.kit"
local preparation = require "command.preparation"
local session_module = require "run.session"
local text = require "base.text"

local LICENCE = { "The kit is Apple's, under the terms of an Apple developer account; this list and its downloads are a mirror that",
  "third parties keep (KdkSupportPkg). Whether you may use it is between you and Apple." }

local function stop(s, ...)
  return nil, require("run.lifecycle").stop(s, "precondition", exit_code.PRECONDITION, ...)
end

-- The list's text: asked for now, or from a file that was saved before.
-- @return text, or nil, message and what helps
local function list_text(s)
  if s.options.from then
    local path = session_module.path_on_mac(s, s.options.from)
    local content, message = require("lib_file").read(s.root .. path, 16 << 20)
    return content, message, "name the list that was saved from " .. curl.LIST
  end
  s.view.emit { type = "note", lines = { "Asking for the list of kits: " .. curl.LIST } }
  local content, message, _, answer = curl.list()
  if content then return content end
  local outcome = answer and { output = answer.stderr .. answer.stdout, exit = answer.exit, signal = answer.signal } or { refused = true }
  return nil, message, errors.explain("curl", outcome).cure
end

--- Every entry of the public list.
-- @return array, or nil and an exit code (the reason is told)
local function entries(s)
  local content, message, cure = list_text(s)
  if not content then return stop(s, "The list of kits cannot be had: " .. message, "What helps: " .. cure .. ".") end
  local list, why = catalogue.parse(content)
  if not list then return stop(s, "The list of kits cannot be used: " .. why, catalogue.BY_HAND) end
  return list
end

local function not_published(s, list, build)
  local near = catalogue.near(list, s.group.version or "")
  local hint = near and ("The nearest is %s, build %s. %s"):format(near.version, near.build, kdk.NEAR_WARNING) or "None is near it."
  return stop(s, ("The list has no kit of build %s (it has %d, the newest for macOS %s)."):format(build, #list, list[1].version), hint,
    "Some kits come days after the macOS, some never. " .. catalogue.BY_HAND)
end

local function choose(s, list)
  local build = s.options.build or s.group and s.group.build
  if not build then return stop(s, "This macOS's build is not known: name one with --build.") end
  local entry = catalogue.exact(list, build) or s.options.inexact and catalogue.near(list, s.group.version or "") or nil
  if not entry then return not_published(s, list, build) end
  s.entry = entry
  return true
end

local function folder(s)
  return s.options.output and session_module.path_on_mac(s, s.options.output) or session_module.kit_folder(s)
end

local function begin(s)
  local list, code = entries(s)
  if not list then return nil, code end
  local chosen, refused = choose(s, list)
  if not chosen then return nil, refused end
  s.folder = folder(s)
  s.image = s.folder .. "/" .. catalogue.file_name(s.entry)
  s.room = { place = s.folder, bytes = s.entry.fileSize + (64 << 20) }
  return preparation.check(s, "kdk-fetch")
end

local function params(s)
  local entry = s.entry
  return { address = entry.url, build = entry.build, size = entry.fileSize, sha256 = entry.sha256sum:lower(), image = s.image,
    part = session_module.kit_folder(s) .. "/" .. catalogue.file_name(entry) .. ".part", folder = session_module.kit_folder(s) }
end

local function notes(s)
  local entry = s.entry
  local exact = entry.build == (s.group and s.group.build)
  return {
    { "Kit", { ("%s, build %s%s"):format(entry.version, entry.build, exact and ", exactly this macOS's" or ""),
      not exact and kdk.NEAR_WARNING or nil } },
    { "Download", { { command = entry.url }, ("%s to %s"):format(text.size(entry.fileSize), s.image),
      "SHA-256 " .. entry.sha256sum:lower() } },
    { "Licence", { table.concat(LICENCE, " ") } },
  }
end

local function last_words(s)
  return { "Done: " .. s.image .. ", its SHA-256 is the one the list names.", "Next:",
    { command = require("screen.outcome").command(s, "macos", "kdk install" .. (s.options.output and " " .. text.quote(s.image) or "")) } }
end

-- A part is kept and gone on with; what was whole and wrong is gone.
local function stopped_words(s)
  local kept = require("kernel.kit_image").part(s.context) ~= "none"
  return kept and "What has come so far is kept; run it again and it goes on from there."
    or "Nothing of the download is kept; run it again to begin anew."
end

local job = {}

--- @return the job
function job.make()
  return preparation.job("kdk-fetch", { command = "kdk", begin = begin, params = params, notes = notes, last_words = last_words,
    again = "kdk fetch", question = function() return "Download it now?" end,
    stopped_words = stopped_words })
end

--- The list's entries, for `kdk list --online`.
job.entries = entries

return job
