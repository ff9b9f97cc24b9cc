-- Checksums that are remembered: summed once, and again as soon as anything about the file is another.

local checksum = require "base.checksum"
local disk = require "tests.unit.lua.support.disk"

after_each(function()
  checksum.forget()
  disk.restore()
end)

describe("checksum.sha256", function()
  it("sums a file once", function()
    local files = disk.use { ["/f"] = "x" }
    local sum = require("lib_file").sha256_text "x"
    assert.are.same({ sum, sum }, { (checksum.sha256 "/f"), (checksum.sha256 "/f") })
    assert.are.equal(1, files.summed)
    checksum.forget()
    assert.are.equal(sum, checksum.sha256 "/f")
    assert.are.equal(2, files.summed)
  end)

  it("sums it again when size, time or the file itself is another", function()
    local about = {}
    local files = disk.use({ ["/f"] = "x" }, { ["/f"] = about })
    checksum.sha256 "/f"
    for number, change in ipairs { { "size", 2 }, { "mtime", 9 }, { "inode", 9 }, { "device", 9 } } do
      about[change[1]] = change[2]
      checksum.sha256 "/f"
      assert.are.equal(number + 1, files.summed, change[1])
    end
  end)

  it("keeps two files apart", function()
    disk.use({ ["/f"] = "x", ["/g"] = "y" }, { ["/g"] = { inode = 1 }, ["/f"] = { inode = 1 } })
    assert.are_not.equal(checksum.sha256 "/f", checksum.sha256 "/g")
  end)

  it("sums no file of holes", function()
    local files = disk.use({ ["/f"] = "x" }, { ["/f"] = { size = checksum.LARGEST + 1 } })
    assert.are.same({ nil, ("/f: %d bytes are too many"):format(checksum.LARGEST + 1), "EFBIG" }, { checksum.sha256 "/f" })
    assert.are.equal(0, files.summed)
  end)

  it("says why it has no answer, and does not remember that", function()
    local contents = {}
    local files = disk.use(contents)
    assert.are.same({ nil, "/f: No such file or directory", "ENOENT" }, { checksum.sha256 "/f" })
    contents["/f"] = "x"
    files.sha256 = function() return nil, "/f: Input/output error", "EIO" end
    assert.are.same({ nil, "/f: Input/output error", "EIO" }, { checksum.sha256 "/f" })
    files.sha256 = function() return "sum" end
    assert.are.equal("sum", checksum.sha256 "/f")
  end)
end)

describe("checksum.sha256 with a text", function()
  it("tells where it stands, also when the sum is remembered", function()
    local files = disk.use { ["/f"] = "--text-text" }
    local sum = require("lib_file").sha256_text "--text-text"
    for _ = 1, 2 do assert.are.same({ sum, { 2, 7 } }, { checksum.sha256("/f", "text", 0) }) end
    assert.are.same({ sum, { 7 } }, { checksum.sha256("/f", "text", 3) })
    assert.are.equal(1, files.summed)
  end)

  it("is what lib_file finds, too", function()
    local files = require "lib_file"
    local path = assert(files.make_scratch()) .. "/f"
    assert(files.write_atomic(path, ("x"):rep(200000) .. "text" .. ("y"):rep(200000) .. "text", 384))
    local sum, places = files.sha256(path, "text", 0)
    assert.are.equal((files.sha256(path)), sum)
    assert.are.same({ 200000, 400004 }, places)
    assert(files.remove_tree(path:match "^(.*)/f$"))
  end)
end)
