-- Reads the recorded outputs of Apple's tools in tests/samples.
-- Must not interpret them: about.json beside each says what it means.

local json = require "dkjson"
local files = require "lib_file"

local samples = {}

local FOLDER = "tests/samples/"

--- One recorded output, such as "kolide-12.1/bputil-d.txt".
function samples.read(name) return assert(files.read(FOLDER .. name)) end

--- Every recorded file of one kind, with what is said about it.
-- @param pattern Lua pattern for the file's name
-- @return array of { name = "FOLDER/FILE", text, about = table }
function samples.matching(pattern)
  local found = {}
  for _, folder in ipairs(assert(files.list(FOLDER))) do
    local content = files.read(FOLDER .. folder .. "/about.json")
    local about = content and assert(json.decode(content))
    for _, name in ipairs(about and files.list(FOLDER .. folder) or {}) do
      if name:find(pattern) then
        local path = folder .. "/" .. name
        found[#found + 1] = { name = path, text = samples.read(path), about = about.parts[name] }
      end
    end
  end
  return found
end

return samples
