-- What the tools print is kept beside the journal, each command up to a limit, and never stops a run.

local files = require "lib_file"
local read_only = require "tests.unit.lua.support.read_only"
local transcript = require "run.transcript"

describe("transcript", function()
  local folder, path
  before_each(function()
    folder = assert(files.make_scratch())
    path = transcript.path(folder, { number = 12 })
  end)
  after_each(function() files.remove_tree(folder) end)

  it("lies beside the journal of its run", function() assert.are.equal(folder .. "/0012.transcript", path) end)

  it("holds each command and what it prints, in order, for its owner alone", function()
    local first = transcript.of_command(path, read_only { "/usr/bin/csrutil", "disable", "a b" })
    first "one\n"
    first "two"
    transcript.of_command(path, { "/sync" }) "three"
    assert.are.equal("\n$ /usr/bin/csrutil disable 'a b'\none\ntwo\n$ /sync\nthree", files.read(path))
    assert.are.equal(tonumber("600", 8), files.stat(path).mode & 511)
  end)

  it("keeps 256 KiB of a command, and says that more is left out, once", function()
    local add, most = transcript.of_command(path, { "/x" }), 256 * 1024
    assert.is_false(add(("a"):rep(most - 1)))
    assert.is_true(add "bc")
    assert.is_true(add "d")
    add(("e"):rep(10))
    local text = assert(files.read(path, 1 << 20))
    assert.are.equal("\n$ /x\n" .. ("a"):rep(most - 1) .. "b\n[the rest of this output is left out]\n", text)
    transcript.of_command(path, { "/y" }) "again"
    assert.truthy(files.read(path, 1 << 20):find("again$"))
  end)

  it("says nothing of a rest before there is one", function()
    local add = transcript.of_command(path, { "/x" })
    add(("a"):rep(256 * 1024))
    assert.is_nil(files.read(path, 1 << 20):find("left out", 1, true))
    add "b"
    add "c"
    assert.truthy(files.read(path, 1 << 20):find("[^\n]a\n%[the rest of this output is left out%]\n$"))
    assert.are.equal(1, select(2, files.read(path, 1 << 20):gsub("left out", "")))
  end)

  it("is read again by its commands, the last from its end", function()
    local a, b = { "/a", "x y" }, { "/b" }
    for number, argv in ipairs { a, b, a } do transcript.of_command(path, argv)(number .. "\n") end
    assert.are.same({ "1\n", "2\n", "3\n" }, transcript.outputs(path, { a, b, a }))
    assert.are.same({ false, "3\n" }, transcript.outputs(path, { { "/c" }, a }))
    assert.are.same({ "1\n", "2\n" .. "\n$ /a 'x y'\n3\n" }, transcript.outputs(path, { a, b }))
    assert.are.same({ false }, transcript.outputs(folder .. "/none", { a }))
    assert.are.same({}, transcript.outputs(path, {}))
  end)

  it("is let go where it cannot be written, or is not wanted", function()
    transcript.of_command(folder .. "/nowhere/0001.transcript", { "/x" }) "lost"
    transcript.of_command(nil, { "/x" }) "lost"
    assert.are.same({}, { table.unpack(files.list(folder), 2) }) -- the scratch folder's own mark
  end)
end)
