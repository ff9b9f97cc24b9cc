-- Writes what the tools print beside the journal, one file a run.
-- Must not hold what is typed, and must not stop a run: a transcript that cannot be written is let go.

local transcript = {}

-- Bytes of one command's output that are kept: more is noise and could fill the disk.
local LIMIT = 256 * 1024

--- The transcript's path for a run in a journal's folder.
function transcript.path(directory, run)
  return ("%s/%04d.transcript"):format(directory, run.number)
end

--- Begins a command's part.
-- @param path string, or nil to write nothing
-- @param argv array
-- @return function(chunk) that adds what the command prints, and returns true when it takes no more
function transcript.of_command(path, argv)
  local files, left = require "lib_file", LIMIT
  local function add(chunk) if path then files.append(path, chunk, tonumber("600", 8)) end end
  add("\n$ " .. require("base.text").command(argv) .. "\n")
  return function(chunk)
    if left < 0 then return true end
    add(chunk:sub(1, left))
    left = left - #chunk
    if left < 0 then add("\n[the rest of this output is left out]\n") end
    return left < 0
  end
end

return transcript
