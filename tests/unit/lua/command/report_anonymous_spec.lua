-- A report for strangers: every name and number that the run or the Mac gives away has a stand-in, always the same.

local anonymous = require "command.report_anonymous"

local GROUP, COIH = "FE0F671B-D2EA-4E7D-AC47-088D28436FB1", ("AB"):rep(48)

-- What a note becomes.
local function told(words, fields)
  local known = { run = { start = { volume = "Zebra" } }, journal = "/Volumes/Stick/j", records = {}, outputs = {}, target = {} }
  for key, value in pairs(fields or {}) do known[key] = value end
  local note = anonymous.replacer(known) { type = "note", lines = { words, { quoted = words } } }
  assert.are.equal("note", note.type)
  assert.are.equal(note.lines[1], note.lines[2].quoted)
  return note.lines[1]
end

describe("an anonymous report", function()
  it("has no names of volumes and owners that the Mac knows, but for Apple's", function()
    local target = { groups = { { name = "Macintosh HD" }, { name = "note" } },
      group = { owners = { { short = "ada", full = "Ada Lovelace" } } } }
    local words = told("Zebra note ada Lovelace Stick Macintosh HD adaptable", { target = target })
    for _, name in ipairs { "Zebra", "note", "ada ", "Lovelace", "Stick" } do assert.is_nil(words:find(name, 1, true), words) end
    assert.truthy(words:find "Macintosh HD adaptable$")
  end)

  it("has no names that only the run mentions", function()
    local outputs = { {}, [{}] = "Username: eve\nEnter password for user mallory: \nPassword:\n" }
    outputs[1] = false
    local records = { { argv = { "copy", "/Users/grace/x.kc", "/Users/Shared/y" } }, { path = "/Volumes/Backup of me/x" } }
    local words = told("eve mallory grace Shared /Volumes/Backup of me", { outputs = outputs, records = records })
    for _, name in ipairs { "eve", "mallory", "grace", "Backup" } do assert.is_nil(words:find(name, 1, true), words) end
    assert.truthy(words:find("Shared", 1, true))
  end)

  it("has no UUID, hash or chip number, and no first digits of a hash", function()
    local records = { { seen = { coih = COIH } } }
    local words = told(GROUP .. " " .. COIH .. " 0x1C5C120C40201E 7982531932594206",
      { records = records, outputs = { [{}] = "Unique Chip ID (ECID): 0x1C5C120C40201E" } })
    for _, number in ipairs { "FE0F", "ABAB", "1C5C", "798253" } do assert.is_nil(words:find(number, 1, true), words) end
    assert.is_nil(records[1].seen.coih:find("AB", 1, true))
  end)
end)
