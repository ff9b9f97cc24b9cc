-- What is thrown comes out where it is caught, whole; everything else goes on up with its trace.

local try = require "base.try"

describe("try.catch", function()
  it("hands out what was returned, holes and all", function()
    assert.are.same({ n = 3, 1, nil, 3 }, table.pack(try.catch(function(a, b) return a, nil, b end, 1, 3)))
    assert.are.same({ n = 0 }, table.pack(try.catch(function() end)))
  end)

  it("hands out the one value that was thrown, from however deep", function()
    local value = { result = "stopped" }
    local function deep(depth)
      if depth == 0 then try.throw(value) end
      deep(depth - 1)
      return "not reached"
    end
    local caught = table.pack(try.catch(deep, 20))
    assert.are.same({ 1, true }, { caught.n, rawequal(caught[1], value) })
    assert.is_nil(try.catch(try.throw, nil))
    assert.is_false(try.catch(try.throw, false))
  end)

  it("takes what is thrown to the innermost catch alone", function()
    assert.are.same({ "inner", "outer" }, { try.catch(function()
      local inner = try.catch(try.throw, "inner")
      return inner, try.catch(try.throw, "outer")
    end) })
  end)

  it("lets a value go on up through pcall, which may not swallow it unseen", function()
    local fine, thrown = pcall(try.throw, 1)
    assert.is_false(fine)
    assert.are.equal("table", type(thrown))
  end)

  it("closes what was to be closed on the way", function()
    local closed = 0
    try.catch(function()
      local held <close> = setmetatable({}, { __close = function() closed = closed + 1 end }) -- luacheck: ignore
      try.throw(1)
    end)
    assert.are.equal(1, closed)
  end)

  it("throws a bug on with its trace", function()
    local function buggy() error "a bug" end
    local fine, message = pcall(try.catch, function() buggy() return 1 end)
    assert.is_false(fine)
    assert.truthy(message:find("try_spec.lua:%d+: a bug\nstack traceback:"), message)
    assert.truthy(message:find("in upvalue 'buggy'", 1, true) or message:find("in local 'buggy'", 1, true), message)
  end)

  it("throws foreign tables on, and none of them looks like one of its own", function()
    local foreign = { value = "not mine" }
    local fine, thrown = pcall(try.catch, error, foreign)
    assert.is_false(fine)
    assert.are_not.equal("not mine", thrown)
  end)

  it("has pairs that know nothing of each other", function()
    local one, other = try.new(), try.new()
    assert.are.equal("mine", one.catch(function() other.catch(function() one.throw "mine" end) end))
    assert.are.equal("not mine", try.catch(function() one.catch(function() try.throw "not mine" end) end))
  end)
end)
