-- Asks the public list of kits and builds the command that downloads one. Facts: curl(1), reference §7.4.
-- Must not use the network unless the person asked for exactly that, and never take an address that is not https.

local probe = require "tool.probe"

local curl = {}

local PATH = "/usr/bin/curl"

-- -q first: no settings of a ~/.curlrc.
local SAFE = { PATH, "-q", "--fail", "--location", "--proto", "=https", "--proto-redir", "=https", "--connect-timeout", "30" }

local function with(...)
  local argv = { table.unpack(SAFE) }
  for _, word in ipairs { ... } do argv[#argv + 1] = word end
  return argv
end

--- Where the public list of kits is (reference §7.4). The one address that may be read without an intent.
curl.LIST = "https://dortania.github.io/KdkSupportPkg/manifest.json"

--- The list's text, asked for now. It changes nothing on this Mac.
-- @return text, or nil, message, code, and the raw answer if any
function curl.list()
  return probe.output(with("--silent", "--show-error", "--max-time", "90", "--", curl.LIST), 100)
end

--- Command: download to a file, going on where an earlier try stopped. Gives up when nothing comes for a minute.
function curl.download(address, file)
  return { argv = with("--progress-bar", "--speed-limit", "1", "--speed-time", "60", "--continue-at", "-", "--output", file,
    "--", address), tool = "curl", seconds = 24 * 3600, stoppable = true }
end

local ONLINE = "check the network, then run this again: it continues where it stopped"

--- What curl's failures mean (exit codes and words of curl(1)).
curl.errors = {
  { pattern = "Could not resolve host", kind = "network", cause = "the address is not known here: this Mac is not online",
    cure = ONLINE, unaffected = "nothing was changed" },
  { pattern = "Failed to connect", kind = "network", cause = "the server does not answer", cure = ONLINE,
    unaffected = "nothing was changed" },
  { pattern = "timed out", kind = "network", cause = "the server does not answer", cure = ONLINE,
    unaffected = "what has come so far is kept" },
  { pattern = "too slow", kind = "network", cause = "nothing came for a minute", cure = ONLINE,
    unaffected = "what has come so far is kept" },
  { pattern = "transfer closed", kind = "network", cause = "the connection broke off", cure = ONLINE,
    unaffected = "what has come so far is kept" },
  { pattern = "error: 404", kind = "gone", cause = "there is no such file at that address any more",
    cure = "get the kit from developer.apple.com, then: `vmq-recovery kdk install FILE`", unaffected = "nothing was changed" },
  { pattern = "[Ff]ailure writing output", kind = "room", cause = "the disk is full",
    cure = "free some gigabytes, then run this again: it continues where it stopped", unaffected = "what has come so far is kept" },
  { pattern = "SSL", kind = "network", cause = "no safe connection could be made",
    cure = "check this Mac's date and time, and whether a proxy is in the way", unaffected = "nothing was changed" },
}

return curl
