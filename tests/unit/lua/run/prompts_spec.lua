-- The tools' questions in every form that was seen, and what may be typed at each.

local prompts = require "run.prompts"
local random = require "tests.unit.lua.support.random"
local samples = require "tests.unit.lua.support.samples"

-- Reference §1.3, §2.2, §3.1.
local FORMS = {
  ["yes-no"] = {
    'Allow booting unsigned operating systems and any kernel extensions for OS "Macintosh HD"? [y/n]: ',
    'Raise security level to full boot security for OS "Macintosh HD"? [y/n]: ',
      "Are you sure you want to do this? (enter y or n)",
    "Are you sure you want to do this? (enter y or n) ", "Continue? (y/n): ", "Continue? [Y/N]", "Go on? (yes/no): ",
  },
  user = { "Authorized user: ", "Authorized user:", "Administrator username:", "User name: ", "Username:", "Username: ",
    "Enter a username of an authorized user:", "Enter a username of an authorized user: ", "User: " },
  password = { "Password:", "Password: ", "Password       : ", "Enter password for user maria: ", "Password for user admin:",
    "Please enter password for user admin:", "password for user X:", "Enter password for user _mbsetupuser: ",
    "Passphrase: ",
    "Passphrase for disk3s5:" },
  menu = { "Pick a macOS installation (1..2): ", "Select a macOS installation (1..3): " },
}

-- Lines of the same dialogues that ask nothing.
local STATEMENTS = { "", "Local policy update is in progress, please wait...", "wrapping boot object payload...",
  "System Integrity Protection is off.", "Unknown user - try again!", "Failed to authenticate.", "aborted",
  "installing boot object... done.", "Permissive Security.", "1: Macintosh HD", "Use at your own risk!",
  "By setting a custom boot object, you will be putting your system into" }

describe("prompts.kind", function()
  for kind, lines in pairs(FORMS) do
    it("knows each form of a question about " .. kind, function()
      for _, line in ipairs(lines) do assert.are.equal(kind, prompts.kind(line), line) end
    end)
  end

  it("knows the recorded prompts", function()
    local seen = {}
    for _, name in ipairs { "pomme-26.6.2/bputil-prompts.txt", "silo-26/csrutil-prompts.txt",
      "pomme-26.6.2/csrutil-prompts.txt" } do
      for line in samples.read(name):gmatch("[^\n]+") do
        local kind = prompts.kind(line)
        if kind then seen[kind] = (seen[kind] or 0) + 1 end
      end
    end
    assert.are.same({ user = 6, password = 5 }, seen)
  end)

  it("takes no statement for a question", function()
    for _, line in ipairs(STATEMENTS) do assert.is_nil(prompts.kind(line), line) end
  end)

  it("is not misled by a user or volume with a strange name", function()
    assert.are.equal("password", prompts.kind "Enter password for user username: ")
    assert.are.equal("yes-no", prompts.kind 'Allow it for OS "Password: "? [y/n]: ')
  end)
end)

describe("prompts.is_question", function()
  it("goes by the last character", function()
    for _, lines in pairs(FORMS) do
      for _, line in ipairs(lines) do assert.is_true(prompts.is_question(line), line) end
    end
    assert.is_true(prompts.is_question "Which? ")
    assert.is_true(prompts.is_question "> ")
    for _, line in ipairs(STATEMENTS) do assert.is_false(prompts.is_question(line), line) end
    assert.is_false(prompts.is_question "really? please wait...")
  end)
end)

local SECRET = {} -- stands for the locked memory

local function answerer(command, credentials, heard)
  local told = {}
  local answer = prompts.answerer(command, credentials, function() return heard or "" end,
    function(kind) told[#told + 1] = kind end)
  return answer, told
end

local ALONE = { yes = true, user = "ada", secret = SECRET, person = false, patience = 10,
  names = { "Macintosh HD", "Macintosh HD 2", "Second" } }
local CSRUTIL = { yes_no = "y", os_name = "Macintosh HD" }

describe("an unattended run", function()
  it("answers each known question", function()
    local answer, told = answerer(CSRUTIL, ALONE, "1: Macintosh HD\n2: Second\n")
    assert.are.equal("1\n", answer("Pick a macOS installation (1..2): ", true))
    assert.are.equal("y\n", answer('Allow it for OS "Macintosh HD"? [y/n]: ', true))
    assert.are.equal("ada\n", answer("Authorized user: ", true))
    assert.are.equal(SECRET, answer("Password       : ", false))
    assert.are.same({ "menu", "yes-no", "user", "password" }, told)
  end)

  it("never types a password where it would be seen", function()
    for _, line in ipairs(FORMS.password) do
      local answer = answerer(CSRUTIL, ALONE)
      assert.is_false(answer(line, true), line)
      assert.are.equal(SECRET, (answerer(CSRUTIL, ALONE))(line, false), line)
    end
  end)

  it("never types a password at another question, with or without echo", function()
    local r = random.new(52)
    for _ = 1, 2000 do
      local line = r.text({ "password", "Password", ":", " ", "?", "for user ", "x", "[y/n]", "\t", "user" }, 1, 6)
      local echo = r.one_in(2)
      local typed = (answerer(CSRUTIL, ALONE))(line, echo)
      if typed == SECRET and (echo or prompts.kind(line) ~= "password") then error("typed at " .. line) end
    end
  end)

  it("types name and password once: a second question means they were not taken", function()
    local answer = answerer(CSRUTIL, ALONE)
    assert.are.equal("ada\n", answer("Authorized user: ", true))
    assert.is_false(answer("Authorized user: ", true))
    assert.are.equal(SECRET, answer("Password:", false))
    assert.is_false(answer("Password:", false))
  end)

  it("answers yes or no three times at most", function()
    local answer = answerer({ yes_no = "y" }, ALONE)
    for _ = 1, 3 do assert.are.equal("y\n", answer("Go on? [y/n]: ", true)) end
    assert.is_false(answer("Go on? [y/n]: ", true))
  end)

  it("says no when another system is named", function()
    for name, typed in pairs { ["Macintosh HD"] = "y\n", ["Second"] = "n\n", ["Macintosh HD 2"] = "n\n" } do
      local question = ('Allow booting unsigned operating systems for OS "%s"? [y/n]: '):format(name)
      assert.are.equal(typed, (answerer(CSRUTIL, ALONE, question))(question, true), name)
    end
  end)

  it("goes by the system that is named last", function()
    local heard = 'for OS "Macintosh HD"? [y/n]: n\nfor OS "Second"? [y/n]: '
    assert.are.equal("n\n", (answerer(CSRUTIL, ALONE, heard))("[y/n]: ", true))
  end)

  it("gives up where nothing may be typed", function()
    assert.is_false((answerer({}, ALONE))("Go on? [y/n]: ", true))
    assert.is_false((answerer(CSRUTIL, { person = false, patience = 10 }))("Go on? [y/n]: ", true))
    assert.is_false((answerer(CSRUTIL, { yes = true, person = false }))("Authorized user: ", true))
    assert.is_false((answerer(CSRUTIL, { yes = true, person = false }))("Password:", false))
  end)

  it("picks no volume from a menu that does not name it once", function()
    for _, menu in ipairs { "1: Other\n2: Second\n", "1: Macintosh HD\n2: Macintosh HD\n", "" } do
      assert.is_false((answerer(CSRUTIL, ALONE, menu))("Pick a macOS installation (1..2): ", true), menu)
    end
  end)

  it("tells volumes apart whose names begin alike", function()
    local menu, question = "11) Macintosh HD 2 (disk4)\n12) Macintosh HD (disk3)\n", "Pick a macOS installation (1..12): "
    assert.are.equal("12\n", (answerer(CSRUTIL, ALONE, menu))(question, true))
    assert.are.equal("11\n", (answerer({ yes_no = "y", os_name = "Macintosh HD 2" }, ALONE, menu))(question, true))
  end)

  it("takes a name for what it says, whatever it means in a pattern", function()
    local names = { "Mac.HD", "Disk (old)", "100%", "A-B" }
    for number, name in ipairs(names) do
      local menu = ("1: MacxHD\n2: %s\n3: AAB and 100 more\n"):format(name)
      local credentials = { yes = true, person = false, patience = 10, names = names }
      local answer = answerer({ yes_no = "y", os_name = name }, credentials, menu)
      assert.are.equal("2\n", answer("Pick a macOS installation (1..3): ", true), number .. name)
    end
  end)

  it("picks from no menu for a tool that has none", function()
    assert.is_false((answerer({ yes_no = "y" }, ALONE, "1: Macintosh HD\n"))("Pick a macOS installation (1..2): ", true))
  end)

  it("waits once at what may be a question, then gives up; at progress it waits on", function()
    local answer, told = answerer(CSRUTIL, ALONE)
    assert.are.equal(10, answer("Which disk? ", true))
    assert.is_false(answer("Which disk? ", true))
    assert.are.equal(10, answer("And now? ", true))
    for _ = 1, 5 do assert.is_nil(answer("please wait...", true)) end
    assert.are.same({}, told)
  end)

  it("answers a finished line only where the tool may still wait there", function()
    local answer = answerer(CSRUTIL, ALONE)
    assert.are.equal("y\n", answer("Are you sure you want to do this? (enter y or n)", true, true))
    local menu = answerer(CSRUTIL, ALONE, "1: Macintosh HD\nPick a macOS installation (1..2):\n")
    assert.are.equal("1\n", (menu("Pick a macOS installation (1..2):", true, true)))
    assert.is_nil(answer("Username:", true, true))
    assert.is_nil(answer("Password:", false, true))
    assert.is_nil(answer("Which disk?", true, true))
  end)
end)

describe("with a person there", function()
  it("everything that was not given is left to the person", function()
    local person = { person = true, patience = 10 }
    for _, lines in pairs(FORMS) do
      for _, line in ipairs(lines) do
        assert.is_true((answerer(CSRUTIL, person))(line, true), line)
        assert.is_true((answerer(CSRUTIL, person))(line, false), line)
      end
    end
    assert.is_nil((answerer(CSRUTIL, person))("Which disk? ", true))
  end)

  it("what was given is typed, and a second question is the person's", function()
    local answer = answerer(CSRUTIL, { person = true, user = "ada", secret = SECRET })
    assert.are.equal("ada\n", answer("Username:", true))
    assert.are.equal(SECRET, answer("Password:", false))
    assert.is_true(answer("Password:", false))
    assert.is_true(answer("Go on? [y/n]: ", true))
  end)
end)
