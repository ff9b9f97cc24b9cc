-- Which kernel file a chip boots.

local chips = require "kernel.chips"

describe("chips.kernel_for", function()
  it("follows the table of the reference", function()
    for chip, kernel in pairs { t8103 = "t8103", t6000 = "t6000", t6001 = "t6000", t6002 = "t6000", t8112 = "t8112",
      t6020 = "t6020", t6021 = "t6020", t6022 = "t6020", t8122 = "t8122", t6030 = "t6030", t6031 = "t6031",
      t6034 = "t6031", t8132 = "t8132", t6040 = "t6041", t6041 = "t6041", t8142 = "t8142", t6050 = "t6050",
      t8140 = "t8140", vmapple = "vmapple" } do
      assert.are.equal(kernel, chips.kernel_for(chip), chip)
    end
  end)
end)
