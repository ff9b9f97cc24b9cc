-- Read-only questions: asked once between two acts, and what counts as an answer.

local answers = require "tests.unit.lua.support.answers"
local probe = require "tool.probe"

describe("probe.output", function()
  it("asks once until told to forget", function()
    local asked = answers.use { ["/t a"] = "one", ["/t b"] = "two" }
    assert.are.same({ "one", "one", "two" },
      { (probe.output { "/t", "a" }), (probe.output { "/t", "a" }), (probe.output { "/t", "b" }) })
    assert.are.same({ "/t a", "/t b" }, asked)
    probe.forget()
    assert.are.equal("one", probe.output { "/t", "a" })
    assert.are.equal(3, #asked)
  end)

  it("remembers a failure as well", function()
    local asked = answers.use {}
    assert.are.same({ nil, "/t: No such file or directory", "ENOENT" }, { probe.output { "/t" } })
    assert.are.equal("ENOENT", select(3, probe.output { "/t" }))
    assert.are.equal(1, #asked)
  end)

  it("does not mix up words that look alike when joined", function()
    answers.use { ["/t a b"] = "x" }
    local seen = {}
    probe.use(function(argv) seen[#seen + 1] = #argv return answers.of(tostring(#argv)) end)
    assert.are.same({ "3", "2" }, { (probe.output { "/t", "a", "b" }), (probe.output { "/t", "a b" }) })
    assert.are.same({ 3, 2 }, seen)
  end)

  it("takes only a full answer with status 0", function()
    local function told(answer)
      answers.use { ["/usr/bin/t 1"] = answer }
      return { (select(2, probe.output { "/usr/bin/t", "1" })), (select(3, probe.output { "/usr/bin/t", "1" })) }
    end
    local function answer(more)
      local result = answers.of("out\nmore", 0, "")
      for key, value in pairs(more) do result[key] = value end
      return result
    end
    assert.are.same({ "/usr/bin/t 1 did not answer in time", "timeout" }, told(answer { timed_out = true }))
    assert.are.same({ "/usr/bin/t 1 printed too much", "flood" }, told(answer { truncated = true }))
    assert.are.same({ "/usr/bin/t 1 ended with status 3: why", "status" }, told(answer { exit = 3, stderr = "why\nx" }))
    assert.are.same({ "/usr/bin/t 1 ended with status 3: out", "status" }, told(answer { exit = 3 }))
    assert.are.same({ "/usr/bin/t 1 ended with status 3: it said nothing", "status" },
      told(answer { exit = 3, stdout = "" }))
    assert.are.same({ "/usr/bin/t 1 was killed by signal 9: out", "status" },
      told { signal = 9, stdout = "out", stderr = "" })
  end)
end)

describe("probe.at", function()
  it("asks the Mac below a folder, whichever the door was set up for", function()
    local real, asked = package.loaded.lib_probe, nil
    package.loaded.lib_probe = { run = function(argv, options)
      asked = { argv[1], options.root, options.seconds }
      return { exit = 0, stdout = "one", stderr = "" }
    end }
    probe.at "/another"
    local out = probe.output({ "/t" }, 3)
    package.loaded.lib_probe = real
    probe.use(nil)
    assert.are.equal("one", out)
    assert.are.same({ "/t", "/another", 3 }, asked)
  end)
end)
