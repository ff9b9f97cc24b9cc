-- uname: names the running kernel (reference §7.3).

local kernel_banner = require "sim.kernel_banner"

local uname = {}

local LETTERS = {
  s = function() return "Darwin" end, n = function() return "mac.local" end,
  r = function(p) return p.state.running.darwin end, v = function(p) return kernel_banner.text(p.state.running) end,
  m = function() return "arm64" end, p = function() return "arm" end,
}

--- Plays uname; see `sim.tools.play`.
function uname.uname(p)
  local wanted, words = table.concat(p.args):gsub("-", ""), {}
  if wanted == "" then wanted = "s" elseif wanted == "a" then wanted = "snrvm" end
  for letter in wanted:gmatch(".") do
    if not LETTERS[letter] then p.fail(1, "usage: uname [-amnoprsv]\n") end
    words[#words + 1] = LETTERS[letter](p)
  end
  p.out(table.concat(words, " "), "\n")
end

return uname
