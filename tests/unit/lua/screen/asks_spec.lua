-- What a tool asks and what to type: by owners, by release, by where the answers come from, one by one and all together.

local asks = require "screen.asks"
local read_only = require "tests.unit.lua.support.read_only"

local CSRUTIL = require("tool.csrutil").disable("Macintosh HD").prompts
local KMUTIL = require("tool.kmutil").install("/Volumes/Macintosh HD", "/x.kc").prompts
local BPUTIL = require("tool.bputil").full("GROUP").prompts

local function who(owners, more)
  more = more or {}
  local list = owners and {} or nil
  for index, name in ipairs(owners or {}) do list[index] = { short = name } end
  local group = { name = "Macintosh HD", group = "GROUP", owners = list }
  return asks.who(read_only { group = group, groups = more.groups or { group } }, more.user, more.sources)
end

describe("asks", function()
  it("knows every question that the builders of Apple's tools name", function()
    local builders = { csrutil = { "disable", "research_guests" }, bputil = { "full", "reduced", "permissive", "allow_boot_args" },
      kmutil = { "install", "clear" } }
    for tool, names in pairs(builders) do
      for _, name in ipairs(names) do
        for _, prompt in ipairs(require("tool." .. tool)[name]("a", "b", "c").prompts) do
          assert.is_true(asks.knows(prompt), tool .. "." .. name .. ": " .. prompt)
        end
      end
    end
    assert.is_false(asks.knows "the passphrase of a disk image")
  end)
end)

describe("what one tool asks", function()
  it("is told with the one owner's name", function()
    assert.are.equal("y, then user name ada, then ada's login password", asks.words(KMUTIL, who { "ada" }))
    assert.are.equal("y (if it asks), then user name ada, then ada's login password", asks.words(BPUTIL, who { "ada" }))
  end)

  it("is told with all owners' names where there are several, or none where they are not known", function()
    assert.are.equal("y, then an owner's user name (ada or bob), then that user's login password", asks.words(KMUTIL, who { "ada", "bob" }))
    assert.are.equal("y, then an owner's user name, then that user's login password", asks.words(KMUTIL, who(nil)))
    assert.are.equal("y, then user name eva, then eva's login password", asks.words(KMUTIL, who({ "ada", "eva" }, { user = "eva" })))
  end)

  it("has csrutil's question for a name, which every release may ask of one owner, too", function()
    assert.are.equal("y, then user name ada (if it asks), then ada's login password", asks.words(CSRUTIL, who { "ada" }))
    assert.are.equal("y, then an owner's user name (ada or bob), then that user's login password",
      asks.words(CSRUTIL, who { "ada", "bob" }))
    assert.are.equal("y, then an owner's user name (if it asks), then that user's login password", asks.words(CSRUTIL, who(nil)))
  end)

  it("has csrutil's menu where there are several systems", function()
    local words = asks.words(CSRUTIL, who({ "ada" }, { groups = { {}, {} } }))
    assert.are.equal("the number of Macintosh HD, then y, then user name ada (if it asks), then ada's login password", words)
  end)

  it("is told in the plan's own words where it is not known", function()
    assert.are.equal("a colour, then ada's login password", asks.words({ "a colour", "that user's password" }, who { "ada" }))
    assert.is_nil(asks.words({}, who { "ada" }))
  end)

  it("says where each answer comes from that nobody types", function()
    local given = { yes = "from --yes", user = "from --user", password = "from --password-fd" }
    assert.are.equal("y (from --yes), then user name ada (from --user), then ada's login password (from --password-fd)",
      asks.words(KMUTIL, who({ "ada" }, { sources = given })))
    assert.are.equal("y (if it asks; from --yes), then user name ada (from --user), then ada's login password (from --password-fd)",
      asks.words(BPUTIL, who({ "ada" }, { sources = given })))
    assert.are.equal("y, then user name ada, then ada's login password (kept for this run)",
      asks.words(KMUTIL, who({ "ada" }, { sources = { password = "kept for this run" } })))
    local made_up = { yes = "typed for you", user = "typed for you", password = "typed for you" }
    assert.are.equal("y, then user name ada, then ada's login password; all typed for you",
      asks.words(KMUTIL, who({ "ada" }, { sources = made_up })))
  end)
end)

describe("what all tools ask", function()
  local function summary(owners, more, ...)
    local entries = {}
    for index, prompts in ipairs { ... } do entries[index] = { prompts = prompts } end
    return asks.summary(entries, who(owners, more))
  end

  it("is counted and listed, a tool after the other", function()
    assert.are.equal("You will type 5 or 6 answers: y, perhaps ada, ada's password; y, ada, ada's password",
      summary({ "ada" }, nil, CSRUTIL, KMUTIL))
    assert.are.equal("You will type 1 answer: a colour", summary({ "ada" }, nil, { "a colour" }))
  end)

  it("says what may not be asked", function()
    assert.are.equal("You will type 2 or 3 answers: perhaps y, ada, ada's password", summary({ "ada" }, nil, BPUTIL))
    assert.are.equal("You will type 2 or 3 answers: y, perhaps ada, ada's password", summary({ "ada" }, nil, CSRUTIL))
    assert.are.equal("You will type 3 to 6 answers: y, name, password; perhaps y, name, password",
      asks.summary({ { prompts = KMUTIL }, { prompts = BPUTIL, covered = true } }, who { "ada", "bob" }))
  end)

  it("is told in short where it is long: how many tools ask, and what at most", function()
    assert.are.equal("Apple's tools ask 2 or 3 times: y, ada, ada's password. A line above each says which",
      asks.summary({ { prompts = CSRUTIL }, { prompts = KMUTIL, covered = true }, { prompts = KMUTIL } }, who { "ada" }))
    assert.are.equal("Apple's tools ask 3 times: a number, y, name, password, a colour. A line above each says which",
      summary({ "ada", "bob" }, { groups = { {}, {} } }, { "a colour" }, CSRUTIL, KMUTIL))
  end)

  it("leaves out what is given", function()
    assert.are.equal("You will type 1 answer: y", summary({ "ada" }, { sources = { user = "x", password = "x" } }, KMUTIL))
    assert.are.equal("You will type nothing: what Apple's tools ask is answered for you",
      summary({ "ada" }, { sources = { yes = "x", user = "x", password = "x" } }, KMUTIL))
  end)

  it("is nothing to tell where no tool asks", function() assert.is_nil(summary({ "ada" }, nil, {})) end)
end)
