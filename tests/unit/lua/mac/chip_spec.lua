-- What people call a chip, by its code, and by the number in the policy where one kernel is for several.

local chip = require "mac.chip"

local function mac(code, number) return { kernel = { chip = code }, policy = number and { chip = number } or nil } end

describe("a chip's name", function()
  it("stands before its code, and names all that a kernel is for", function()
    for code, words in pairs { t8103 = "M1 (T8103)", t6000 = "M1 Pro/Max/Ultra (T6000)", t8112 = "M2 (T8112)",
      t6020 = "M2 Pro/Max/Ultra (T6020)", t8122 = "M3 (T8122)", t6030 = "M3 Pro (T6030)", t6031 = "M3 Max (T6031)",
      t8132 = "M4 (T8132)", t6041 = "M4 Pro/Max (T6041)", t8142 = "M5 (T8142)", t6050 = "M5 Pro/Max (T6050)",
      t8140 = "A18 Pro (T8140)" } do
      assert.are.equal(words, chip.words(code))
    end
  end)

  it("is the code alone where none is known", function()
    assert.are.same({ "T8152", "VMAPPLE", "VMAPPLE" },
      { chip.words "t8152", chip.of(mac("vmapple", "0xfe00")), chip.name_of(mac "vmapple") })
  end)

  it("is that of the number in the policy, where that is of the same generation", function()
    assert.are.equal("M2 Pro (T6020)", chip.of(mac("t6020", "0x6020")))
    assert.are.equal("M2 Max (T6021)", chip.of(mac("t6020", "0x6021")))
    assert.are.equal("M4 Pro (T6040)", chip.of(mac("t6041", "0x6040")))
    for _, number in ipairs { "0x8103", "0x9999", "many", "0x1p-1" } do
      assert.are.equal("M2 Pro/Max/Ultra (T6020)", chip.of(mac("t6020", number)))
    end
    assert.are.same({ "M2 Ultra", "M2 Pro/Max/Ultra" }, { chip.name_of(mac("t6020", "0x6022")), chip.name_of(mac "t6020") })
  end)
end)
