-- Text in MacRoman, which the kernel takes a string for that is no UTF-8 (facts-2026-11 B.3).

local mac_roman = {}

-- The characters of the bytes from 0x80 on.
local UPPER = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ"
  .. "‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"

local characters = {}

for _, code in utf8.codes(UPPER) do characters[#characters + 1] = utf8.char(code) end

--- The same text as UTF-8.
function mac_roman.to_utf8(bytes)
  return (bytes:gsub("[\x80-\xFF]", function(byte) return characters[byte:byte() - 0x7F] end))
end

return mac_roman
