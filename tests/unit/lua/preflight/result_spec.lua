-- The verdicts of a precondition, as rows.

local result = require "preflight.result"

describe("the three verdicts", function()
  it("carry what helps unless they are ok", function()
    assert.are.same({ verdict = "ok", detail = "a" }, result.ok "a")
    assert.are.same({ verdict = "ok", detail = "a" }, result.ok("a", false))
    assert.are.same({ verdict = "ok", detail = "a", remark = true }, result.ok("a", "look"))
    assert.are.same({ verdict = "bad", detail = "a", cure = "b" }, result.bad("a", "b"))
    assert.are.same({ verdict = "unknown", detail = "a", cure = "b" }, result.unknown("a", "b"))
    assert.are.same({ verdict = "unknown", detail = "a", cure = "b", asks = true }, result.asks("a", "b"))
  end)
end)

describe("result.will_ask", function()
  it("is so where the target is named and --yes does not answer", function()
    local function will_ask(options) return result.will_ask { options = options } end
    assert.is_true(will_ask { volume = "Macintosh HD" })
    assert.is_true(will_ask { volume = "Macintosh HD", yes = false })
    assert.is_false(will_ask { volume = "Macintosh HD", yes = true })
    assert.is_false(will_ask {})
    assert.is_false(will_ask { yes = true })
  end)
end)
