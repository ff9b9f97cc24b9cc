-- The names under which people know a chip. Facts: reference §7.3.
-- Must not decide anything: what fits a chip is judged by its code alone.

local chip = {}

local NAMES = { t8103 = "M1", t6000 = "M1 Pro", t6001 = "M1 Max", t6002 = "M1 Ultra", t8112 = "M2", t6020 = "M2 Pro", t6021 = "M2 Max",
  t6022 = "M2 Ultra", t8122 = "M3", t6030 = "M3 Pro", t6031 = "M3 Max", t6034 = "M3 Max", t8132 = "M4", t6040 = "M4 Pro",
  t6041 = "M4 Max", t8142 = "M5", t6050 = "M5 Pro/Max", t8140 = "A18 Pro" }

-- Max and Ultra run the Pro's kernel, the M4 Pro the Max's: a kernel's banner does not tell them apart.
local OF_KERNEL = { t6000 = "M1 Pro/Max/Ultra", t6020 = "M2 Pro/Max/Ultra", t6041 = "M4 Pro/Max" }

local function with_code(name, code) return name and ("%s (%s)"):format(name, code:upper()) or code:upper() end

--- The chips that a kernel is for: "M2 Pro/Max/Ultra (T6020)". Where no name is known, the code alone.
-- @param code string: as the kernel's banner has it
function chip.words(code) return with_code(OF_KERNEL[code] or NAMES[code], code) end

-- The chip's own code, by its number in the policy: of the generation that the kernel is for, or it is not believed. guess: that the number
-- is the code for every chip, as it is for the M1 and the M5 Pro (transcripts); it is shown, and decides nothing.
local function own_code(target)
  local number = target.policy and math.tointeger(tonumber(target.policy.chip))
  local code = number and ("t%x"):format(number)
  local name, of_kernel = NAMES[code], NAMES[target.kernel.chip]
  return name and of_kernel and name:match("^%w+") == of_kernel:match("^%w+") and code or nil
end

--- This Mac's chip: "M2 Max (T6021)".
-- @param target see mac.target.look; its kernel is known
function chip.of(target)
  local code = own_code(target)
  return code and with_code(NAMES[code], code) or chip.words(target.kernel.chip)
end

--- The same without the code, where a name is known.
function chip.name_of(target) return (chip.of(target):gsub(" %(.*", "")) end

return chip
