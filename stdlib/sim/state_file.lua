-- The state of a simulated Mac as a file: JSON in its scratch folder.

local state_file = {}

--- Its name below the scratch folder. The runner knows a simulated tool by this file.
state_file.PATH = "/simulated-mac.json"

local PRIVATE, LARGEST = 384, 4 << 20 -- 0600

--- The state as it is kept. The same state gives the same text within one process.
function state_file.encode(state) return require("dkjson").encode(state) .. "\n" end

--- Keeps the state. Returns true, or nil, message, code.
function state_file.save(directory, state)
  return require("lib_file").write_atomic(directory .. state_file.PATH, state_file.encode(state), PRIVATE)
end

--- The kept state, or nil, message, code.
function state_file.load(directory)
  local path = directory .. state_file.PATH
  local text, message, code = require("lib_file").read(path, LARGEST)
  if not text then return nil, message, code end
  local state, _, why = require("dkjson").decode(text)
  if type(state) ~= "table" then return nil, path .. ": not a state: " .. tostring(why), "bad" end
  return state
end

return state_file
