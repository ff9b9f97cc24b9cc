-- A record's text: what is written is read as it was, and whatever is not whole and ours is refused with its line and the reason.

local mac_record = require "mac.record"
local random = require "tests.unit.lua.support.random"
local record_text = require "base.record_text"

local GROUP = "5D0D176D-E8CC-4E8B-815C-444A679390BD"
local UNAME = { "/usr/bin/uname", "-v" }

local function a_record(changes)
  local found = { program = "vmq-recovery 1.0.0", date = "2026-11-26T00:00:00Z", environment = "macos", user = "root", names = "kept",
    about = { "a guess: all of it" }, facts = { { name = "owner", GROUP, "ada", "Ada Exämple" }, { name = "quota", "2" } },
    commands = { { argv = UNAME, exit = 0, stdout = "Darwin\n", stderr = "" },
      { argv = { "/usr/bin/csrutil", "status" }, signal = 9, stdout = "half", stderr = "oh\n\n" },
      { argv = { "/usr/bin/sw_vers" }, missing = "ENOENT" }, { argv = { "/usr/bin/pmset", "-g", "batt" }, timed_out = true } } }
  for field, value in pairs(changes or {}) do found[field] = value end
  return found
end

local function read(text) return mac_record.read(text) end

-- The text with one line changed, and the sum made anew.
local function with(number, line)
  local lines = {}
  for each in record_text.write(a_record()):gmatch("[^\n]+") do lines[#lines + 1] = each end
  lines[number], lines[#lines] = line, nil
  local body = table.concat(lines, "\n") .. "\n"
  return body .. ("end %d %s\n"):format(#lines, require("lib_file").sha256_text(body))
end

local function refused(text, line, words)
  local found, message, at = read(text)
  assert.is_nil(found)
  assert.truthy(message:find(("line %d: "):format(line), 1, true), message)
  assert.truthy(message:find(words, 1, true), message)
  assert.are.equal(line, at)
end

describe("a record", function()
  it("is read as it was written", function()
    local found = assert(read(record_text.write(a_record())))
    assert.are.equal("half", found.commands[2].stdout)
    assert.are.equal("oh\n\n", found.commands[2].stderr)
    assert.are.same({ 9, "ENOENT", true }, { found.commands[2].signal, found.commands[3].missing, found.commands[4].timed_out })
    assert.are.same({ name = "owner", GROUP, "ada", "Ada Exämple" }, found.facts[1])
    assert.are.same({ "a guess: all of it" }, found.about)
  end)

  it("keeps every byte of an output", function()
    local source = random.new(12)
    for _ = 1, 300 do
      local printed = source.text({ "\\", "\\x", "é", "\27[31m", "\u{202E}", "\n", "\t", " ", "\0", "\xFF", "a", "\r\n", "\\e" }, 0, 30)
      local written = record_text.write(a_record { commands = { { argv = UNAME, exit = 0, stdout = printed, stderr = printed } } })
      assert.is_nil(written:find("[\27\r\0\xFF]"))
      local found = assert(read(written))
      assert.are.equal(printed, found.commands[1].stdout)
      assert.are.equal(printed, found.commands[1].stderr)
    end
  end)

  it("keeps every byte of a word", function()
    for _, word in ipairs { "", " ", "a b", "\\e", "\\", "\27", "ä", "\xFF", "\t" } do
      local found = assert(read(record_text.write(a_record { facts = { { name = "kit", word } } })))
      assert.are.equal(word, found.facts[1][1])
    end
  end)

  it("is never too large to be read", function()
    local commands = {}
    for index = 1, 100 do commands[index] = { argv = UNAME, exit = 0, stdout = ("\xFF\n"):rep(20000), stderr = ("\n"):rep(90000) } end
    local written = record_text.write(a_record { commands = commands })
    assert.is_true(#written <= record_text.LARGEST)
    local found = assert(read(written))
    local first = found.commands[1]
    assert.are.equal(40000, #first.stdout + first.cut.stdout)
    assert.are.equal(90000, found.commands[100].cut.stderr + #found.commands[100].stderr)
  end)

  it("has no more commands and facts than are read", function()
    local commands, facts = {}, {}
    for index = 1, 500 do
      commands[index] = { argv = UNAME, exit = 0, stdout = ("\xFF"):rep(index <= 40 and 5000 or 5), stderr = "" }
    end
    for index = 1, 3000 do facts[index] = { name = "kit", "a" } end
    local found = assert(read(record_text.write(a_record { commands = commands, facts = facts })))
    assert.are.same({ 400, 1000 }, { #found.commands, #found.facts })
    for index = 1, 3000 do facts[index] = { name = "kit", ("\xFF"):rep(512) } end
    local written = record_text.write(a_record { commands = commands, facts = facts })
    assert.is_true(#written <= record_text.LARGEST)
    assert.truthy(#assert(read(written)).facts > 100)
  end)

  it("is refused behind a link, and said so", function()
    local files = require "lib_file"
    local folder = assert(files.make_scratch())
    assert(files.link("nowhere", folder .. "/link"))
    local found, why = mac_record.load(folder .. "/link")
    files.remove_tree(folder)
    assert.are.same({ nil, folder .. "/link: a link; name the file that it leads to" }, { found, why })
  end)

  it("comes back as it was from mail and editors", function()
    local whole = record_text.write(a_record())
    local here, windows = read(whole), whole:gsub("\n", "\r\n")
    for _, text in ipairs { windows, "\xEF\xBB\xBF" .. whole, "\xEF\xBB\xBF" .. windows, whole:sub(1, -2), windows:sub(1, -3),
      whole .. "\n\n", windows .. "\r\n \r\n" } do
      assert.are.same(here, read(text))
    end
    refused((windows:gsub("Darwin", "Darwim")), 22, "changed")
    refused((windows:gsub("\nout ", "\nout \r", 1)), 10, "control characters")
  end)

  it("is refused behind a link that came there since it was looked at", function()
    local files = require "lib_file"
    local folder = assert(files.make_scratch())
    assert(files.write_atomic(folder .. "/theirs", record_text.write(a_record()), 384))
    assert(files.link("theirs", folder .. "/link"))
    package.loaded.lib_file = setmetatable({ stat = function() return files.stat(folder .. "/theirs") end }, { __index = files })
    local found = mac_record.load(folder .. "/link")
    package.loaded.lib_file = files
    files.remove_tree(folder)
    assert.is_nil(found)
  end)

  it("answers in the place of the Mac", function()
    local source = mac_record.source(assert(read(record_text.write(a_record()))))
    assert.are.same({ exit = 0, stdout = "Darwin\n", stderr = "", timed_out = false, truncated = false }, source(UNAME))
    for _, stream in ipairs { "stdout", "stderr" } do
      local commands = { { argv = UNAME, exit = 0, [stream] = ("x"):rep(99) .. "\n" .. ("y"):rep(49 << 10) } }
      assert.is_true(mac_record.source(assert(read(record_text.write(a_record { commands = commands }))))(UNAME).truncated, stream)
    end
    local answer, message, code = source { "/usr/bin/sw_vers" }
    assert.are.same({ nil, "the record does not say what /usr/bin/sw_vers printed", "ENOENT" }, { answer, message, code })
  end)
end)

describe("what is no record", function()
  it("is named so", function()
    refused("", 1, "no Mac record")
    refused("\127ELF\0\0", 1, "no Mac record")
    refused("mac-record 2\n", 1, "format 2")
    refused("mac-record 99999999999\n", 1, "reads format 1")
    refused(("mac-record 1\n"):rep(3), 2, "\"program …\" belongs here")
  end)

  it("is refused wherever it is cut off", function()
    local whole = record_text.write(a_record())
    for at = 1, #whole - 2 do
      local found, message = read(whole:sub(1, at))
      assert.is_nil(found, at)
      assert.truthy(message:find("^line %d+: "), message)
    end
    refused(whole:sub(1, -3), 22, "the record is cut off here: its last line is missing")
  end)

  it("is what another program than ours saves as UTF-16", function()
    local words = "this is UTF-16 text, as some programs of Windows save it; save it as UTF-8"
    refused("\xFF\xFEm\0a\0c\0", 1, words)
    refused("\xFE\xFF\0m\0a\0c", 1, words)
  end)

  it("is refused when it was changed after it was written", function()
    local whole, source = record_text.write(a_record()), random.new(7)
    for _ = 1, 500 do
      local spoilt = source.mutated(whole)
      local found = spoilt:gsub("%s+$", "") ~= whole:gsub("%s+$", "") and read(spoilt) or nil
      assert.is_nil(found, spoilt)
    end
    refused((whole:gsub("Darwin", "Darwim")), 22, "changed")
    refused(whole .. "more\n", 23, "behind the end")
  end)

  it("is refused for its size", function()
    refused(("mac-record 1\n"):rep(100000), 1, "too large")
    refused((record_text.write(a_record()):gsub("end .*", ("about x\n"):rep(50000))), 22, "before the first command")
    local header = record_text.write(a_record { commands = {}, facts = {}, about = {} }):gsub("end .*", "")
    refused(header .. ("about x\n"):rep(50000), 40001, "at most 40000 lines")
    refused(header .. "about " .. ("x"):rep(70000) .. "\n", 7, "more than 65536 bytes")
    refused(header .. ("run /usr/bin/uname -v\nexit 0\n"):rep(500), 807, "at most 400 commands")
  end)
end)

describe("a line that no record has", function()
  for name, case in pairs {
    ["another command"] = { 8, "run /bin/rm -rf /", "no record holds this command: /bin/rm -rf /" },
    ["a command with another argument"] = { 8, "run /usr/bin/uname -n", "no record holds this command" },
    ["one that changes"] = { 8, "run /usr/bin/csrutil disable", "no record holds this command" },
    ["another variable"] = { 8, "run /usr/sbin/nvram -x fmm-mobileme-token-FMM", "no record holds" },
    ["too many words"] = { 8, "run" .. (" a"):rep(17), "words cannot be read" },
    ["no word"] = { 8, "run", "words cannot be read" },
    ["a word that cannot be read"] = { 8, "run \\q", "words cannot be read" },
    ["another fact"] = { 20, "fact password hunter2", "no record holds a fact called password" },
    ["a fact with other words"] = { 20, "fact quota two", "not the words of the fact quota" },
    ["control characters"] = { 10, "out \27[2J", "control characters" },
    ["a character that turns the text"] = { 10, "out \u{202E}", "control characters" },
    ["no UTF-8"] = { 10, "out \xFF", "no UTF-8" },
    ["a broken escape"] = { 10, "out \\x2", "cannot be read" },
    ["an exit status that is none"] = { 9, "exit 256", "0 to 255" },
    ["two ends of one command"] = { 10, "exit 0", "stands here twice" },
    ["an output without an end before"] = { 9, "out x", "how the command ended is missing" },
    ["a command among the facts"] = { 21, "run /usr/bin/sw_vers", "commands stand before the facts" },
    ["another word"] = { 10, "sing", "no line of a record begins like" },
    ["a command behind one without its end"] = { 9, "run /usr/bin/uname -r", "how the command ended is missing" },
    ["a tab in what is not known"] = { 10, "sing\tsong", "begins like \"sing song\"" },
    ["a command that would steer the terminal"] = { 8, "run \\x1B[2J", "no record holds this command: '?[2J'" },
    ["a blank line"] = { 10, "", "no line of a record begins like" },
    ["a header with another value"] = { 4, "environment linux", "\"environment …\" belongs here" },
  } do
    it("is refused: " .. name, function()
      local found, message = read(with(case[1], case[2]))
      assert.is_nil(found)
      assert.truthy(message:find("^line %d+: ") and message:find(case[3], 1, true), message)
    end)
  end
end)

describe("what a record may hold", function()
  local function command(line)
    local argv = {}
    for word in line:gmatch("%S+") do argv[#argv + 1] = word end
    return mac_record.allows(argv) or false
  end
  local function fact(name, ...) return mac_record.allows_fact(name, { ... }) or false end
  local LONGEST = "disk1s" .. ("1"):rep(18) -- 24 characters

  it("are these commands, each as long as it is", function()
    for _, line in ipairs { "/usr/bin/uname -v", "/usr/bin/uname -r", "/usr/bin/uname -m", "/usr/bin/sw_vers",
      "/usr/sbin/sysctl -n hw.model", "/usr/sbin/nvram -x auto-boot", "/usr/sbin/diskutil apfs listVolumeGroups -plist",
      "/usr/sbin/diskutil info -plist /", "/usr/sbin/diskutil info -plist disk3s5", "/usr/sbin/diskutil info -plist " .. LONGEST,
      "/usr/bin/bputil -d -v " .. GROUP, "/usr/bin/bputil -d -j -v " .. GROUP, "/usr/bin/csrutil status",
      "/usr/bin/csrutil authenticated-root status", "/usr/bin/pmset -g batt" } do
      assert.is_true(command(line), line)
      assert.is_false(command(line .. " x"), line)
    end
  end)

  it("are none that are almost so", function()
    for _, line in ipairs { "/usr/bin/uname", "/usr/bin/uname -n", "/usr/sbin/sysctl hw.model", "/usr/sbin/sysctl -n hw.uuid",
      "/usr/sbin/nvram -x SystemAudioVolume", "/usr/sbin/diskutil info -plist disk3", "/usr/sbin/diskutil info -plist /Volumes",
      "/usr/sbin/diskutil info -plist " .. LONGEST .. "1", "/usr/bin/bputil -d -v", "/usr/bin/bputil -d -v " .. GROUP .. "0",
      "/usr/bin/csrutil disable", "/bin/ps" } do
      assert.is_false(command(line), line)
    end
  end)

  it("are facts whose words are of their kinds", function()
    local long, digits = ("x"):rep(512), ("9"):rep(15)
    assert.is_true(fact("kit", "") and fact("kit", long) and fact("quota", digits) and fact("managed", "unknown"))
    assert.is_true(fact("trial", ("a-b-"):rep(10), long) and fact("collection", GROUP, "0", "x"))
    assert.is_true(fact("system", GROUP, "15.6", "24G84", "yes", "no") and fact("target", GROUP) and fact("update", "a", "b"))
    assert.is_false(fact("kit", long .. "x") or fact("quota", digits .. "9") or fact("quota", "-1") or fact("quota", ""))
    assert.are.same({ true, false }, { fact("said", "a", ("x"):rep(400)), fact("said", "a", ("x"):rep(401)) })
    assert.is_false(fact("trial", ("a-b-"):rep(10) .. "a", "x") or fact("trial", "A", "x") or fact("managed", "maybe"))
    assert.is_false(fact("target", "x" .. GROUP) or fact("target") or fact("target", GROUP, GROUP) or fact("secret", "x"))
  end)
end)

describe("a record's file", function()
  local files = require "lib_file"

  it("may be anything", function()
    local folder = assert(files.make_scratch())
    assert(files.write_atomic(folder .. "/most", ("x"):rep(1 << 20), 420))
    assert.is_nil(select(2, mac_record.load(folder .. "/most")):find("too many for a record", 1, true))
    assert(files.write_atomic(folder .. "/large", ("x"):rep((1 << 20) + 1), 420))
    assert(files.write_atomic(folder .. "/good", record_text.write(a_record()), 420))
    assert.are.same(read(record_text.write(a_record())), mac_record.load(folder .. "/good"))
    assert(files.write_atomic(folder .. "/bad", "no record\n", 420))
    assert.matches("^" .. folder:gsub("%p", "%%%0") .. "/bad: line 1: ", select(2, mac_record.load(folder .. "/bad")))
    for path, words in pairs { [folder] = "not a file", ["/dev/zero"] = "not a file", [folder .. "/none"] = "No such file",
      [folder .. "/large"] = "1048577 bytes are too many" } do
      local found, message = mac_record.load(path)
      assert.is_nil(found)
      assert.truthy(message:find(words, 1, true), message)
    end
    files.remove_tree(folder)
  end)
end)

describe("the facts of one name", function()
  it("are all of them, in the order in which they stand", function()
    local one, other, two = { name = "kit", "a" }, { name = "quota", "1" }, { name = "kit", "b" }
    assert.are.same({ one, two }, mac_record.facts({ facts = { one, other, two } }, "kit"))
    assert.are.same({}, mac_record.facts({ facts = { one, other, two } }, "route"))
  end)
end)
