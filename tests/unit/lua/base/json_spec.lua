-- What goes through JSON and back, and the shorter way for plain tables.

local json = require "base.json"

local function through(value) return json.decode(json.encode(value)) end

describe("json.copy_plain", function()
  it("gives what the way through text gives, keys in the same order", function()
    for _, value in ipairs {
      {}, { seen = "yes\t" }, { mode = "full", sip = "absent", ["boot args"] = "", on = true, off = false, ["a/b"] = "'~ []{}" },
    } do
      local copy = json.copy_plain(value) or through(value)
      assert.are.same(through(value), copy)
      assert.are.equal(json.encode(through(value)), json.encode(copy))
      assert.are.equal(getmetatable(through(value)), getmetatable(copy))
      assert.are_not.equal(value, copy)
    end
  end)

  it("takes plain words", function()
    assert.are.same({ value = "amfi=1 kcsuffix=development", done = true },
      json.copy_plain { value = "amfi=1 kcsuffix=development", done = true })
  end)

  it("takes words of 256 bytes and tables of 32 fields", function()
    local word, many = ("x"):rep(256), {}
    for number = 1, 32 do many["key" .. number] = true end
    assert.are.same({ a = word }, json.copy_plain { a = word })
    assert.are.same(many, json.copy_plain(many))
  end)

  it("leaves everything else to the way through text", function()
    local many = {}
    for number = 1, 33 do many["key" .. number] = true end
    for _, value in ipairs { "text", 1, { 1 }, { a = 1 }, { a = 0.1 }, { a = {} }, { a = 'say "hi"' }, { a = "\\" }, { a = "é" },
      { a = "\0" }, { a = "\127" }, { ["\n"] = "x" }, { [true] = "x" }, { a = print }, { a = ("x"):rep(257) }, many,
      setmetatable({ a = "x" }, {}) } do
      assert.is_nil(json.copy_plain(value))
    end
  end)
end)

describe("json.decode", function()
  it("marks what it makes, so that an empty array is written as one", function()
    assert.are.equal('{"a":[],"b":{}}', json.encode(json.decode '{"a":[],"b":{}}', { "a", "b" }))
  end)

  it("makes an ordinary failure of what is no JSON", function()
    assert.is_nil((json.decode "{"))
    assert.are.same({ nil, "not JSON: nested too deeply" }, { json.decode(("["):rep(1000000)) })
  end)
end)
