-- curl: the one address that is read, and the form in which a kit is downloaded.

local answers = require "tests.unit.lua.support.answers"
local curl = require "tool.curl"

local SAFE = "/usr/bin/curl -q --fail --location --proto =https --proto-redir =https --connect-timeout 30 "
local LIST = SAFE .. "--silent --show-error --max-time 90 -- https://dortania.github.io/KdkSupportPkg/manifest.json"

describe("curl.list", function()
  it("asks the public list, and nothing else, by https", function()
    local asked = answers.use { [LIST] = "[]" }
    assert.are.equal("[]", curl.list())
    assert.are.same({ LIST }, asked)
  end)

  it("waits longer than curl itself does", function()
    local seconds
    require("tool.probe").use(function(_, options)
      seconds = options.seconds
      return answers.of("[]")
    end)
    curl.list()
    assert.are.equal(100, seconds)
  end)

  it("hands on why there is no list", function()
    answers.use { [LIST] = answers.of("", 6, "curl: (6) Could not resolve host: dortania.github.io\n") }
    local list, message, code = curl.list()
    assert.are.same({ "status", true }, { code, message:find("(6) Could not resolve host", 1, true) ~= nil })
    assert.is_nil(list)
  end)
end)

describe("curl.download", function()
  it("goes on where it stopped, and never takes the address for an option", function()
    local command = curl.download("https://example.org/k.dmg", "/tmp/vmq-recovery/k.part")
    assert.are.equal(SAFE .. "--progress-bar --speed-limit 1 --speed-time 60 --continue-at - --output /tmp/vmq-recovery/k.part "
      .. "-- https://example.org/k.dmg", table.concat(command.argv, " "))
    assert.are.same({ "curl", 86400, true }, { command.tool, command.seconds, command.stoppable })
  end)

  it("makes a command of its own each time", function()
    local one, other = curl.download("https://a/", "/a").argv, curl.download("https://b/", "/b").argv
    assert.are.same({ 21, 21, "https://a/", "https://b/" }, { #one, #other, one[21], other[21] })
  end)
end)
