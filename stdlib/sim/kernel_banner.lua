-- The banner by which a kernel names itself, as `uname -v` prints it (reference §7.3).

local kernel_banner = {}

local FAMILIES = { release = "xnu", development = "xnu_development", kasan = "xnu_kasan" }

local function flavour_of(kernel)
  return kernel.flavour or kernel.development and "development" or "release"
end

--- `kernel`: { darwin = "23.0.0", date = text|nil, xnu = "10002.1.13~1", soc = "T6020",
-- flavour = "release" | "development" | "kasan", or development = true|false instead }.
function kernel_banner.text(kernel)
  local flavour = flavour_of(kernel)
  return ("Darwin Kernel Version %s: %s; root:%s-%s/%s_ARM64_%s"):format(kernel.darwin,
    kernel.date or "Tue Aug 1 03:49:27 PDT 2023", FAMILIES[flavour], kernel.xnu, flavour:upper(), kernel.soc)
end

return kernel_banner
