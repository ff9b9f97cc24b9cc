-- Runs in a journal folder: numbered, started durably, read without changing them, refused when damaged.

local files = require "lib_file"
local journals = require "run.journals"

describe("journals", function()
  local folder
  before_each(function() folder = assert(files.make_scratch()) end)
  after_each(function() files.remove_tree(folder) end)

  local function started(fields)
    local journal, run = assert(journals.start(folder, fields or { plan = "apply", group = "G" }))
    return journal, run
  end

  it("has none in an empty folder, nor in one that is not there", function()
    assert.is_nil((journals.latest(folder)))
    assert.is_nil((journals.latest_number(folder)))
    assert.is_nil((journals.latest(folder .. "/nowhere")))
    assert.is_nil((select(3, journals.latest(folder .. "/nowhere"))))
  end)

  it("believes no folder's name that is a file's", function()
    assert(files.write_atomic(folder .. "/j", "", 384))
    local target = { root = "" }
    assert.are.same({ nil, "the folder of the journal cannot be believed: " .. folder .. "/j is no folder", true },
      { journals.folder(target, folder .. "/j") })
    assert.truthy(select(2, journals.folder(target, folder .. "/j", "stage")):find("/j is no folder", 1, true))
  end)

  it("starts numbered runs whose start record is there at once", function()
    local journal, run = started()
    assert.are.same({ 1, folder .. "/0001.journal", 1 }, { run.number, run.path, run.start.format })
    assert.are.equal("apply", assert(journals.read(folder, 1)).start.plan)
    journal:close()
    local other, second = started { plan = "revert" }
    other:close()
    assert.are.equal(2, second.number)
    local latest, records = journals.latest(folder)
    assert.are.same({ 2, "revert", "revert" }, { latest.number, latest.start.plan, records[1].plan })
  end)

  it("starts none behind the last number, and says what helps", function()
    assert(files.write_atomic(folder .. "/9998.journal", "", 384))
    local last, run = journals.start(folder, { plan = "apply" })
    last:close()
    assert.are.equal(9999, run.number)
    local journal, message, code = journals.start(folder, { plan = "apply" })
    assert.are.same({ nil, folder .. " holds run 9999, and no further one fits there: move its files away, or name another folder with "
      .. "--journal", "full" }, { journal, message, code })
  end)

  it("takes for a run's number what is one, as it is written", function()
    for word, number in pairs { ["1"] = 1, ["9999"] = 9999, ["00012"] = 12 } do assert.are.equal(number, journals.number(word)) end
    for _, word in ipairs { "", "0", "-1", "+1", "10000", ("9"):rep(400), "1.0", "1e0", "0x1", " 1", "1\n", "one", "nan", "inf" } do
      assert.is_nil(journals.number(word), word)
    end
  end)

  it("goes on with a run where it stood", function()
    local journal = started()
    assert(journal:append '{"type":"intent","step":"sip","argv":["/x"],"part":1,"parts":1,"before":{"mode":"full"}}')
    journal:close()
    local again, run = assert(journals.continue(folder, 1))
    assert.are.same({ "sip", { "sip" }, 0, 1 }, { run.open_intent.step, run.acted, run.torn, run.number })
    again:close()
  end)

  it("knows which custom kernel a run of ours brought, and takes none that was there before", function()
    local function with(baseline, ...)
      local journal = started { plan = "apply", group = "G", baseline = { policy = { coih = baseline } } }
      for _, line in ipairs { '{"type":"intent","step":"kernel","argv":["/x"],"part":1,"parts":1,"before":{}}', ... } do
        assert(journal:append(line))
      end
      journal:close()
    end
    with("theirs", '{"type":"outcome","step":"kernel","verdict":"done","seen":{"coih":"ours"}}')
    with("ours", '{"type":"outcome","step":"kernel","verdict":"done","seen":{"coih":"theirs"}}', '{"type":"close","result":"done"}')
    assert.is_true(journals.installed(folder, "G", "ours"))
    assert.is_true(journals.installed(folder, "G", "theirs"))
    assert.is_false(journals.installed(folder, "OTHER", "ours"))
    assert.is_false(journals.installed(folder, "G", "another"))
    assert.is_false(journals.installed(nil, "G", "ours"))
    with "absent"
    assert.is_true(journals.installed(folder, "G", "made while the last run was cut off"))
  end)

  it("takes no kernel for its own that was there before, or of which nothing was recorded", function()
    for _, baseline in ipairs { { policy = { coih = "there" } }, {} } do
      local journal = started { plan = "apply", group = "G", baseline = baseline }
      for _, line in ipairs { '{"type":"intent","step":"kernel","argv":["/x"],"part":1,"parts":1,"before":{}}',
        '{"type":"outcome","step":"kernel","verdict":"done","seen":{"coih":"there"}}' } do
        assert(journal:append(line))
      end
      journal:close()
      assert.is_false(journals.installed(folder, "G", "there"))
    end
  end)

  it("cuts a torn tail when it goes on, and not when it only reads", function()
    local journal = started()
    journal:close()
    local path = folder .. "/0001.journal"
    local whole = assert(files.read(path))
    local torn = "2 31 0123abcd {\"type\":\"clo"
    assert(files.append(path, torn, 384))
    assert.are.equal(1, assert(journals.read(folder, 1)).records)
    assert.is_true(#assert(files.read(path)) > #whole)
    local again, run = assert(journals.continue(folder, 1))
    again:close()
    assert.are.equal(#torn, run.torn)
    assert.are.equal(whole, files.read(path))
  end)

  it("passes over a file whose run died before its first record", function()
    started():close()
    assert(require("lib_journal").open(folder, 2)):close()
    assert.are.equal(1, assert(journals.latest(folder)).number)
    local journal, run = assert(journals.start(folder, { plan = "revert" }))
    journal:close()
    assert.are.equal(3, run.number)
  end)

  it("understands a run once: who goes on with what was just read gets that, and reads anew where records came since", function()
    local journal = started()
    journal:close()
    local known = assert(journals.current(folder))
    local again, run = assert(journals.continue(folder, 1, known))
    assert.are.equal(known, run)
    assert(again:append '{"type":"close","result":"done"}')
    again:close()
    again, run = assert(journals.continue(folder, 1, known))
    assert.are.same({ false, 2, 1 }, { run == known, run.records, known.records })
    again:close()
  end)

  it("is about the latest that stands, where those after it are undone; where none stands, about the latest", function()
    local function run(result)
      local journal = started()
      assert(journal:append '{"type":"intent","step":"copy","argv":["/x"],"part":1,"parts":1,"before":{}}')
      assert(journal:append('{"type":"close","result":"' .. result .. '"}'))
      journal:close()
    end
    run "undone"
    assert.are.equal(1, assert(journals.current(folder)).number)
    run "done"
    run "undone"
    assert.are.same({ 2, 3 }, { assert(journals.current(folder)).number, assert(journals.latest(folder)).number })
  end)

  it("says of a run that is closed as stopped, or in which nothing acted, that it changed nothing", function()
    for result, wanted in pairs { done = "stands", stopped = "changed nothing", undone = "undone" } do
      assert.are.equal(wanted, journals.standing_of { acted = { "copy" }, closed = { result = result } })
    end
    assert.are.equal("changed nothing", journals.standing_of { acted = {}, closed = { result = "done" } })
    assert.are.equal("open", journals.standing_of { acted = { "copy" } })
  end)

  it("finds the newest run on a group that is open or stands", function()
    local function newest(...)
      local list, index = { ... }, 0
      return journals.newest_standing(function()
        index = index + 1
        return list[index]
      end, "G")
    end
    local G = { group = "G" }
    local open = { start = G, acted = {} }
    local function closed(result, start) return { start = start or G, acted = { "a" }, closed = { result = result } } end
    local stands, undone, stopped, other = closed "done", closed "undone", closed "stopped", closed("done", { group = "H" })
    assert.are.equal(open, newest(undone, open, stands))
    assert.are.equal(stands, newest(stopped, other, { acted = {} }, stands, open))
    assert.is_nil(newest(undone, stopped, other))
  end)

  it("names file and line of a bad record and touches nothing", function()
    local journal = started()
    assert(journal:append '{"type":"close","result":"done"}')
    journal:close()
    local path = folder .. "/0001.journal"
    local spoilt = assert(files.read(path)):gsub("apply", "apqly", 1)
    assert(files.write_atomic(path, spoilt, 384))
    for _, get in ipairs { journals.read, journals.continue } do
      local run, message, code = get(folder, 1)
      assert.is_nil(run)
      assert.are.equal("corrupt", code)
      assert.truthy(message:find("0001.journal:1:", 1, true), message)
    end
    assert.are.equal("corrupt", select(3, journals.latest(folder)))
    assert.are.equal(spoilt, files.read(path))
  end)

  it("does not go on with a file that went away meanwhile, and closes it", function()
    local journal = started()
    assert(files.remove(folder .. "/0001.journal"))
    assert.are.same({ nil, "ENOENT" }, { (journal:records()), select(3, journal:records()) })
    local lib_journal, closed = require "lib_journal", 0
    local real = lib_journal.open
    finally(function() lib_journal.open = real end)
    function lib_journal.open()
      return { close = function() closed = closed + 1 end, records = function() return journal:records() end }
    end
    local run, _, code = journals.continue(folder, 1)
    assert.are.same({ nil, "ENOENT", 1 }, { run, code, closed })
    journal:close()
  end)

  it("refuses records that are no objects, and journals of a later format", function()
    local journal = started()
    assert(journal:append '"text"')
    journal:close()
    assert.are.same({ nil, folder .. "/0001.journal:2: not a JSON object", "corrupt" }, { journals.read(folder, 1) })
    local later = assert(require("lib_journal").open(folder, 2))
    assert(later:append '{"type":"start","format":9}')
    later:close()
    assert.are.same({ nil, folder .. "/0002.journal: record 1: the journal has format 9; this program knows 1", "corrupt" },
      { journals.continue(folder, 2) })
  end)
end)
