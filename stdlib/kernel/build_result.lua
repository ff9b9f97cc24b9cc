-- What the plan `build` reads: the collection kmutil has made in a work folder, the record of it, and the one in its place.
-- Must only read, and must not take a half file, or one made from other parts, for the one that was asked for.
--
-- The context c: root, kernel_banner (of the kit's kernel), inputs (a hash of everything it is made from), work (the path
-- kmutil is told to write), output, record.

local json = require "base.json"
local kc = require "kernel.collection"

local build_result = {}

-- kmutil may append the variant whatever it is asked (reference §3.3, D1).
local function names(c) return { c.work, c.work .. ".development" } end

local function inspect(c, path)
  local found = kc.inspect(c.root .. path)
  if not found or found.kernel.kind ~= "development" or found.kernel.banner ~= c.kernel_banner then return nil end
  found.path = path
  return found
end

--- The new collection in the work folder: exactly one of its two possible names.
-- @return as kc.inspect, with its path; or nil and "none" | "half" (there is something else than one whole collection)
function build_result.made(c)
  local there = {}
  for _, path in ipairs(names(c)) do
    if require("lib_file").stat(c.root .. path) then there[#there + 1] = path end
  end
  if #there == 0 then return nil, "none" end
  local found = #there == 1 and inspect(c, there[1]) or nil
  return found, not found and "half" or nil
end

--- Is the work folder empty of both names?
function build_result.cleared(c)
  local _, why = build_result.made(c)
  return why == "none"
end

--- The collection in its place, if it is one of the kit's kernel.
function build_result.placed(c) return inspect(c, c.output) end

--- The SHA-256 that the record names for these very inputs, or nil.
function build_result.recorded(c)
  local content = require("lib_file").read(c.root .. c.record)
  local found = content and json.decode(content)
  if type(found) ~= "table" or found.inputs ~= c.inputs or type(found.sha256) ~= "string" then return nil end
  return found.sha256
end

--- The record's text for a collection.
function build_result.record_text(c, found)
  return json.encode({ inputs = c.inputs, sha256 = found and found.sha256 or "(of the new collection)" }, { "inputs", "sha256" })
end

--- Is the collection in its place the one the record is about?
function build_result.vouched(c)
  local sum = build_result.recorded(c)
  local found = sum and build_result.placed(c)
  return found ~= nil and found.sha256 == sum
end

return build_result
