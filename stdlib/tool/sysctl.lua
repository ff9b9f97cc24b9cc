-- Reads facts about the running kernel and system: sysctl, uname, sw_vers.
-- Must not write a sysctl: the names asked for never hold "=".

local probe = require "tool.probe"
local text = require "base.text"

local sysctl = {}

--- One value by name (reference §8.2). Masked names such as kern.osbuildconfig answer when asked for by name.
-- @return text without the line end, or nil, message, code
function sysctl.read(name)
  local out, message, code = probe.output { "/usr/sbin/sysctl", "-n", name }
  if not out then return nil, message, code end
  return text.trim_end(out)
end

--- The chip's SoC name and the kernel's kind, from the last words of `uname -v` (reference §7.3; never the marketing
-- name): "…root:xnu-10002.1.13~1/RELEASE_ARM64_T6020".
-- @return { banner, chip = "t6020", kind = "release"|"development", xnu = "10002.1.13~1" } or nil, message
function sysctl.kernel()
  local out, message, code = probe.output { "/usr/bin/uname", "-v" }
  if not out then return nil, message, code end
  return sysctl.parse_banner(text.trim_end(out))
end

--- The same from a banner found in a kernel.
function sysctl.parse_banner(banner)
  local xnu, kind, chip = banner:match("root:xnu[%w_]*%-([%d%.~]+)/(%u+)_ARM64_(%w+)")
  if not xnu then return nil, "no Apple silicon kernel banner: " .. banner:sub(1, 200), "unknown" end
  return { banner = banner, chip = chip:lower(), kind = kind:lower(), xnu = xnu }
end

--- When this Mac was started, in seconds since 1970; nil, message where it does not tell. guess: the form; nothing depends on it, as
-- a boot that is not known counts as this one.
function sysctl.boot_time()
  local value, message = sysctl.read "kern.boottime"
  local seconds = value and value:match("%f[%a]sec = (%d+)")
  return math.tointeger(tonumber(seconds)), message
end

--- Product version and build of the running system; in recovery that is recovery's own (reference §6.4).
-- @return { version, build } or nil, message, code
function sysctl.product()
  local out, message, code = probe.output { "/usr/bin/sw_vers" }
  if not out then return nil, message, code end
  local version, build = out:match("ProductVersion:%s*(%S+)"), out:match("BuildVersion:%s*(%S+)")
  if not version or not build then return nil, "sw_vers did not tell version and build", "unknown" end
  return { version = version, build = build }
end

return sysctl
