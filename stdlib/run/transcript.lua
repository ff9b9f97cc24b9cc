-- Writes what the tools print beside the journal, one file a run.
-- Must not hold what is typed, and must not stop a run: a transcript that cannot be written is let go.

local transcript = {}

-- Bytes of one command's output that are kept: more is noise and could fill the disk.
local LIMIT = 256 * 1024

-- Bytes of a transcript that are read.
local LARGEST = 64 << 20

local function header(argv) return "\n$ " .. require("base.text").command(argv) .. "\n" end

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
  add(header(argv))
  return function(chunk)
    if left < 0 then return true end
    add(chunk:sub(1, left))
    left = left - #chunk
    if left < 0 then add("\n[the rest of this output is left out]\n") end
    return left < 0
  end
end

-- The last place before `limit` where the words stand.
local function last_of(text, words, limit)
  local last, at = nil, text:find(words, 1, true)
  while at and at < limit do
    last, at = at, text:find(words, at + 1, true)
  end
  return last
end

--- What each of a run's commands printed. Its parts bear no time, so they are found from the end: the last command's is the last.
-- @param path string
-- @param commands array of argv, in the order in which they ran
-- @return array of texts; false where nothing is known of a command
function transcript.outputs(path, commands)
  local text, outputs = require("lib_file").read(path, LARGEST) or "", {}
  local limit = #text + 1
  for index = #commands, 1, -1 do
    local words = header(commands[index])
    local from = last_of(text, words, limit)
    outputs[index] = from and text:sub(from + #words, limit - 1) or false
    limit = from or limit
  end
  return outputs
end

return transcript
