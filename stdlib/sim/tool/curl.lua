-- curl: downloads the public list of kits and their images, and breaks off where it is told to.
-- It must not reach any network, and must not know what it downloads (`sim.kit_list` does).

local kit_list = require "sim.kit_list"

local curl = {}

local VALUES = {
  ["-o"] = "output", ["--output"] = "output", ["-C"] = "resume", ["--continue-at"] = "resume",
  ["--proto"] = "protocols", ["--proto-redir"] = "redirected", ["--connect-timeout"] = "connect", ["-Y"] = "speed",
  ["--speed-limit"] = "speed", ["-y"] = "speed_time", ["--speed-time"] = "speed_time", ["-m"] = "longest",
  ["--max-time"] = "longest", ["--retry"] = "retry", ["-A"] = "agent", ["--user-agent"] = "agent",
}

local FLAGS = {
  ["-q"] = "q", ["--disable"] = "q", ["-f"] = "fail", ["--fail"] = "fail", ["-L"] = "location",
  ["--location"] = "location", ["-#"] = "bar", ["--progress-bar"] = "bar", ["-s"] = "silent", ["--silent"] = "silent",
  ["-S"] = "tell", ["--show-error"] = "tell",
}

local function usage(p, text)
  p.fail(2, "curl: ", text, "\ncurl: try 'curl --help' or 'curl --manual' for more information\n")
end

local function read_word(p, options, index)
  local word = p.args[index]
  if FLAGS[word] then options[FLAGS[word]] = true return index end
  local name = VALUES[word] or usage(p, ("option %s: is unknown"):format(word))
  options[name] = p.args[index + 1] or usage(p, ("option %s: requires parameter"):format(word))
  return index + 1
end

local function parse(p)
  local options, index, plain = {}, 1, false
  while index <= #p.args do
    local word = p.args[index]
    if not plain and word == "--" then plain = true
    elseif plain or word:sub(1, 1) ~= "-" then options.url = word
    else index = read_word(p, options, index) end
    index = index + 1
  end
  if not options.url then usage(p, "(2) no URL specified") end
  return options
end

local function quit(p, options, status, form, ...)
  if not options.silent or options.tell then p.err(("curl: (%d) "):format(status), form:format(...), "\n") end
  p.leave(status)
end

local function need_connection(p, options)
  local scheme, host = options.url:match("^(%w+)://([^/]+)")
  if not scheme or options.protocols == "=https" and scheme ~= "https" then
    quit(p, options, 1, 'Protocol "%s" not supported or disabled in libcurl', scheme or "http")
  end
  if not p.state.online then quit(p, options, 6, "Could not resolve host: %s", host) end
end

local function spoilt(bytes)
  local at = #bytes // 2
  return bytes:sub(1, at) .. "<html>moved</html>" .. bytes:sub(at + 19)
end

local function answer(p, options)
  local bytes = kit_list.fetch(p.state, options.url)
  if not bytes and options.fail then quit(p, options, 22, "The requested URL returned error: 404") end
  bytes = bytes or "Not Found"
  return p.is_broken("wrong-bytes") and spoilt(bytes) or bytes
end

-- Bytes that are there already. With `--continue-at -` a file that is long enough is taken as it is (416 is no error).
local function resumed(p, options)
  local found = options.resume == "-" and options.output and p.files.stat(options.output)
  return found and found.type == "file" and found.size or 0
end

local function bar(p, options, done, total)
  if options.silent then return end
  local part = total == 0 and 1 or done / total
  p.err("\r", ("#"):rep(math.floor(part * 64)), (" %5.1f%%"):format(part * 100))
end

local function no_room(p, options)
  local long = p.state.wording.curl == "long" -- guess: which release says more
  quit(p, options, 23, "Failure writing output to destination%s", long and ", passed 16384 returned 0" or "")
end

local function put(p, options, bytes, add)
  if not options.output then return p.out(bytes) end
  if not (add and p.files.append or p.files.write)(options.output, bytes) then no_room(p, options) end
end

local function cut(p, options, missing)
  local long = p.state.wording.curl == "long" -- curl's older and newer sentence; guess: which release has which
  quit(p, options, 18, long and "end of response with %d bytes missing"
    or "transfer closed with %d bytes remaining to read", missing)
end

-- The first half is on the disk before anything can break; slow ones can be stopped in between.
local function steps(p, options, bytes, start)
  local middle = start + math.max(#bytes - start, 0) // 2
  return { function()
    put(p, options, bytes:sub(start + 1, middle), start > 0)
    bar(p, options, middle, #bytes)
    if p.circumstance("slow-download") then p.sleep(2) end
    if p.is_broken("cut") then cut(p, options, #bytes - middle) end
    if p.circumstance("disk-full") then no_room(p, options) end
  end, function()
    put(p, options, bytes:sub(middle + 1), true)
    bar(p, options, #bytes, #bytes)
  end }
end

--- Plays curl with one address; see `sim.tools.play`.
function curl.curl(p)
  local options = parse(p)
  if options.output then p.changes() else p.reads() end
  need_connection(p, options)
  local bytes = answer(p, options)
  local start = resumed(p, options)
  if start > 0 and start >= #bytes then return 0 end
  p.change(steps(p, options, bytes, start), function()
    quit(p, options, 56, "Recv failure: Connection reset by peer")
  end)
  if not options.silent then p.err("\n") end
end

return curl
