-- sw_vers: names the system; in recovery recovery's own version, which is the paired system's here (reference §6.4).

local place = require "sim.place"

local sw_vers = {}

--- Plays sw_vers; see `sim.tools.play`.
function sw_vers.sw_vers(p)
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

return sw_vers
