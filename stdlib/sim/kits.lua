-- Kernel debug kits of a simulated Mac (reference §7): their names, their kernels, and which are installed.
-- It must not make any bytes: files are `sim.kit_files`, images and packages `sim.kit_image`.

local kits = {}

--- Where kits lie, as macOS's own path.
kits.FOLDER = "/Library/Developer/KDKs"

--- The name of its folder. A kit: { version, build, darwin, date, xnu, soc, model,
-- without = true when the development kernel of this Mac's chip is missing, unsigned = true for a package of somebody
-- else's, knows_none = as for `collection.kernel`, gutted = "extensions" | "version" when files of the installed one
-- are gone }.
function kits.name(kit) return ("KDK_%s_%s.kdk"):format(kit.version, kit.build) end

--- The id of its receipt.
function kits.receipt(kit) return "com.apple.pkg.KDK." .. kit.build end

--- Name of the image it is published in. One upstream name has no `_build_` (§7.1).
function kits.image_name(kit)
  local middle = kit.version:match("^13") and "_" or "_build_"
  return ("Kernel_Debug_Kit_%s%s%s.dmg"):format(kit.version, middle, kit.build)
end

-- This Mac's chip and two others: kits hold the kernels of all Macs of their time.
local function chips(kit)
  local list = { kit.soc }
  for _, soc in ipairs { "VMAPPLE", "T8103", "T6000" } do
    if soc ~= kit.soc and #list < 3 then list[#list + 1] = soc end
  end
  return list
end

--- Its kernels: array of { file = "kernel.development.t6020", soc, flavour, darwin, xnu, date }.
function kits.kernels(kit)
  local list = {}
  for _, soc in ipairs(chips(kit)) do
    for _, flavour in ipairs { "release", "development", "kasan" } do
      local missing = kit.without and soc == kit.soc and flavour == "development"
      if not missing then
        list[#list + 1] = {
          file = ("kernel.%s.%s"):format(flavour, soc:lower()), soc = soc, flavour = flavour,
          darwin = kit.darwin, xnu = kit.xnu, date = kit.date, knows_none = kit.knows_none,
        }
      end
    end
  end
  return list
end

--- The installed kit of a build as the receipts know it, or nil. The files may be gone.
function kits.installed(state, build)
  for index, kit in ipairs(state.kits) do
    if kit.build == build then return kit, index end
  end
end

--- Notes in the state that a kit was installed; one of the same build is replaced.
function kits.install(state, kit)
  local _, index = kits.installed(state, kit.build)
  state.kits[index or #state.kits + 1] = kit
end

return kits
