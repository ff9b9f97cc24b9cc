-- Calls of what a plan's author wrote: what went wrong begins with file and line, and nothing is thrown.

local guarded = require "plan.guarded"
local state = require "lib_state"

-- A function out of a plan's file: what this text returns.
local function from(name, text) return assert(state.load(text, "@" .. name, _ENV))() end

local function wrong(about, name, text)
  local fine, sentence, kind = guarded.call(about, from(name, text))
  assert.is_false(fine)
  return sentence, kind
end

describe("a guarded call", function()
  it("hands in what it is given, and hands out what comes back", function()
    assert.are.same({ true, 3, "x", n = 5 }, table.pack(guarded.call("step a", function(...) return ..., "x", nil, nil end, 3)))
  end)

  it("that throws says where, whose it is and what", function()
    local text = "return function()\n local x\n return x.y end"
    assert.are.same({ "my/p.lua:3: step a: attempt to index a nil value (local 'x')", "error" }, { wrong("step a", "my/p.lua", text) })
    assert.are.equal("my/p.lua:3: attempt to index a nil value (local 'x')", (wrong(nil, "my/p.lua", text)))
    assert.are.equal("p.lua:1: step a: gone", (wrong("step a", "p.lua", "return function() error('gone', 0) end")))
  end)

  it("goes by the place that the message names, where that is in the plan", function()
    local text = "local function need(it)\n if not it then error('it is missing', 2) end end\nreturn function()\n need(nil)\nend"
    assert.are.equal("p.lua:4: step a: it is missing", (wrong("step a", "p.lua", text)))
    local long = ("folder/"):rep(12) .. "p.lua"
    assert.are.equal(long .. ":4: step a: it is missing", (wrong("step a", long, text)))
  end)

  it("does not go by the place of another file", function()
    for _, other in ipairs { "other.lua", "...ther/p.lua", "x/my/p.lua" } do
      local text = ("return function()\n error('%s:9: bad', 0) end"):format(other)
      assert.are.equal("my/p.lua:2: step a: bad", (wrong("step a", "my/p.lua", text)), other)
    end
  end)

  describe("that did not come to an end by itself", function()
    local real, seconds = state.call, nil
    after_each(function() state.call = real end)

    local function ends(kind)
      function state.call(given) seconds = given return false, "", "my/p.lua:12", kind end
    end

    it("is told with its line and the time it had", function()
      ends "loop"
      assert.are.same({ false, "my/p.lua:12: step a, line 12 ran 5 s without coming to an end", "loop" },
        { guarded.call("step a", print) })
      assert.are.equal(5, seconds)
      assert.are.equal("my/p.lua:12: line 12 ran 5 s without coming to an end", (select(2, guarded.call(nil, print))))
    end)

    it("is told as interrupted where a person did that", function()
      ends "interrupted"
      assert.are.same({ false, "my/p.lua:12: step a, line 12 was interrupted", "interrupted" }, { guarded.call("step a", print) })
      assert.are.equal("my/p.lua:12: line 12 was interrupted", (select(2, guarded.call(nil, print))))
    end)
  end)
end)
