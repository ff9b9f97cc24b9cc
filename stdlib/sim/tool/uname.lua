-- uname, sw_vers and profiles: small tools that name the system.
-- It must not change the state.

local boot = require "sim.boot"
local place = require "sim.place"

local uname = {}

local LETTERS = {
  s = function() return "Darwin" end, n = function() return "mac.local" end,
  r = function(p) return p.state.running.darwin end, v = function(p) return boot.banner(p.state.running) end,
  m = function() return "arm64" end, p = function() return "arm" end,
}

--- Plays uname (reference §7.3); see `sim.tools.play`.
function uname.uname(p)
  local wanted, words = table.concat(p.args):gsub("-", ""), {}
  if wanted == "" then wanted = "s" elseif wanted == "a" then wanted = "snrvm" end
  for letter in wanted:gmatch(".") do
    if not LETTERS[letter] then p.fail(1, "usage: uname [-amnoprsv]\n") end
    words[#words + 1] = LETTERS[letter](p)
  end
  p.out(table.concat(words, " "), "\n")
end

--- Plays sw_vers; in recovery it names recovery's version, which is the paired system's here (reference §6.4).
function uname.sw_vers(p)
  local group = place.booted(p.state)
  local rows = { productname = "macOS", productversion = group.version, buildversion = group.build }
  local asked = p.args[1] and p.args[1]:gsub("^%-+", ""):lower()
  if asked then
    if not rows[asked] then p.fail(1, "usage: sw_vers [--help|--productName|--productVersion|--buildVersion]\n") end
    p.out(rows[asked], "\n")
    return 0
  end
  p.out("ProductName:\t\tmacOS\nProductVersion:\t\t", group.version, "\nBuildVersion:\t\t", group.build, "\n")
end

--- Plays `profiles status -type enrollment`; recovery has no profiles tool that answers. guess: its words there.
function uname.profiles(p)
  if place.in_recovery(p.state) then p.fail(1, "profiles: not available in this environment\n") end
  local answer = p.state.managed and "Yes" or "No"
  p.out("Enrolled via DEP: ", answer, "\nMDM enrollment: ", p.state.managed and "Yes (User Approved)" or "No", "\n")
end

return uname
