-- sysctl: the few names that say what runs (reference §6.4, §8.2).
-- It must not answer from the policy: what runs was decided when it booted.

local kernel_banner = require "sim.kernel_banner"
local place = require "sim.place"

local sysctl = {}

local function date(seconds) return os.date("!%a %b %d %H:%M:%S %Y", seconds) end

-- In macOS the property is absent (EINVAL) or another word (§6.4). guess: which release does which.
local function osenvironment(p)
  if place.in_recovery(p.state) then return "recoveryos" end
  local form = p.state.wording.osenvironment
  if form == "word" then return "macos" end
  if form == "unknown" then return nil, "sysctl: unknown oid 'hw.osenvironment'\n" end
  return nil, "sysctl: sysctl hw.osenvironment: Invalid argument\n"
end

local values = {
  ["hw.osenvironment"] = osenvironment,
  ["kern.osbuildconfig"] = function(p)
    return p.state.running.flavour or -- guess: kasan
      p.state.running.development and "development" or "release"
  end,
  ["kern.development"] = function(p) return p.state.running.development and "1" or "0" end,
  ["kern.bootargs"] = function(p) return p.state.running.arguments end,
  ["kern.hv_support"] = function(p) return tostring(p.state.running.hv_support) end,
  ["kern.hv_disable"] = function() return "0" end,
  ["kern.hv_vmm_present"] = function(p) return p.circumstance("guest") and "1" or "0" end,
  ["kern.boottime"] = function(p)
    local seconds = p.state.running.time
    return ("{ sec = %d, usec = 431807 } %s"):format(seconds, date(seconds))
  end,
  ["kern.bootsessionuuid"] = function(p) return p.state.running.session end,
  ["kern.version"] = function(p) return kernel_banner.text(p.state.running) end,
  ["kern.osrelease"] = function(p) return p.state.running.darwin end,
  ["kern.osversion"] = function(p) return place.booted(p.state).build end,
  ["kern.osproductversion"] = function(p) return place.booted(p.state).version end,
  ["kern.ostype"] = function() return "Darwin" end,
  ["hw.model"] = function(p) return p.state.mac.model end,
  ["hw.machine"] = function() return "arm64" end,
  ["hw.memsize"] = function() return "34359738368" end,
  ["hw.optional.arm64"] = function() return "1" end,
  ["machdep.cpu.brand_string"] = function(p) return p.state.mac.marketing end,
}

local function print(p, name, bare)
  local read = values[name]
  if not read then
    p.err("sysctl: unknown oid '", name, "'\n")
    return 1
  end
  local value, message = read(p)
  if not value then
    p.err(message)
    return 1
  end
  p.out(bare and "" or name .. ": ", value, "\n")
  return 0
end

--- Plays sysctl; see `sim.tools.play`.
function sysctl.sysctl(p)
  local bare, status, names = false, 0, 0
  p.reads()
  for _, word in ipairs(p.args) do
    if word == "-n" then bare = true
    else names, status = names + 1, math.max(status, print(p, word, bare)) end
  end
  if names == 0 then p.fail(1, "usage: sysctl [-bdehiNnoqx] name[=value] ...\n") end
  return status
end

return sysctl
