-- Which kernel file a chip boots.
-- Must not know marketing names: a chip is named as its kernel's banner names it.

local chips = {}

-- Chips that boot another chip's kernel file (reference §7.3).
local SHARED = { t6001 = "t6000", t6002 = "t6000", t6021 = "t6020", t6022 = "t6020", t6034 = "t6031", t6040 = "t6041" }

--- The kernel file's suffix for a chip: Max and Ultra use the Pro's kernel (reference §7.3).
-- @param chip string, such as "t6021"
function chips.kernel_for(chip) return SHARED[chip] or chip end

return chips
