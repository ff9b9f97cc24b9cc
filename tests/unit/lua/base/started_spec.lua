-- How this program was started: the lines that are typed again, on a Mac and on a simulated one that was kept.

local started = require "base.started"

before_each(function() started.note { program = "./vmq-recovery", root = "", volume = "", sudo = false } end)
after_each(function() started.note { program = "vmq-recovery", root = "", volume = "", sudo = false } end)

describe("started.line", function()
  it("calls the program as it was typed, with the options that say which Mac", function()
    assert.are.equal("./vmq-recovery apply", started.line "apply")
    started.note { root = "my mac", volume = "HD" }
    assert.are.equal("./vmq-recovery --root 'my mac' --volume HD apply", started.line "apply")
    started.note { root = "", program = "/a b/vmq-recovery" }
    assert.are.equal("'/a b/vmq-recovery' --volume HD revert", started.line "revert")
    assert.are.equal("'/a b/vmq-recovery' rehearse", started.line_of_no_mac "rehearse")
  end)
end)

describe("started.restart", function()
  it("restarts a Mac that was kept, and no other", function()
    assert.is_nil(started.restart "macos")
    assert.is_false(started.is_kept())
    started.note { root = "d" }
    assert.is_true(started.is_kept())
    assert.are.equal("./vmq-recovery rehearse --keep d restart recovery", started.restart "recovery")
  end)
end)

describe("started.said", function()
  it("puts the line to be typed into prose", function()
    assert.are.equal("No: `./vmq-recovery resume`, or `./vmq-recovery rollback`.",
      started.said "No: `vmq-recovery resume`, or `vmq-recovery rollback`.")
    started.note { root = "d", sudo = true }
    assert.are.equal("`./vmq-recovery --root d stage`", started.said "`sudo vmq-recovery stage`")
    assert.are.equal("`./vmq-recovery help plans`", started.said "`vmq-recovery help plans`")
  end)

  it("asks for root in macOS, and where the text does", function()
    assert.are.equal("`sudo ./vmq-recovery stage`", started.said "`sudo vmq-recovery stage`")
    started.note { sudo = true }
    assert.are.equal("`sudo ./vmq-recovery resume`", started.said "`vmq-recovery resume`")
    assert.are.equal("`./vmq-recovery source trial`", started.said "`vmq-recovery source trial`")
  end)

  it("leaves everything else", function()
    for _, words in ipairs { "`apply`", "vmq-recovery resume", "`x vmq-recovery y`", "``", "/db/vmq-recovery/object `" } do
      assert.are.equal(words, started.said(words))
    end
  end)
end)
