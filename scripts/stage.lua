-- Puts the program, the collection and their manifest onto the Data volume, where recovery finds them.
-- The manifest is written last: whatever stops this before, `apply` refuses what does not match it.

-- Takes a staged file away. One that stood there before does not come back: no file at all is better than old and new ones mixed,
-- which `apply` would have to refuse.
local function take_away(path, what)
  return function(c, before)
    local rung = { file.remove(c[path]), leaves = "no " .. what, exact = before.sha256 == "none" or before.manifest == "none" }
    rung.check = function()
      local _, seen = staging.holds(c, c[path], "")
      return seen.sha256 == "none", seen
    end
    return { rung }
  end
end

return plan "stage" {
  summary = "Put the program, the kernel collection and their checksum file onto the Data volume, for recovery.",
  params = {
    source = param "path", collection = param "path", program = param "path", manifest = param "path",
    folder = param "path", collection_sum = param "word", program_sum = param "word", manifest_text = param "text",
  },

  step "collection" {
    why = "Recovery finds the kernel collection in one fixed place; only root can change it there.",
    where = "macos",
    expected = "the collection, owned by root",
    repeatable = true,
    check = function(c)
      local good, seen = staging.holds(c, c.collection, c.collection_sum)
      return good and "done" or "todo", seen
    end,
    run = function(c) return { file.make_folder(c.folder, "0755"), file.copy(c.source, c.collection, "0644") } end,
    describe = staging.describe,
    undo = take_away("collection", "staged collection"),
  },

  step "program" {
    why = "This program, on the root of the Data volume, where recovery's Terminal can start it.",
    where = "macos",
    expected = "this program, owned by root",
    repeatable = true,
    check = function(c)
      local good, seen = staging.holds(c, c.program, c.program_sum)
      return good and "done" or "todo", seen
    end,
    run = function(c) return file.copy_program(c.program, "0755") end,
    describe = staging.describe,
    undo = take_away("program", "staged program"),
  },

  step "manifest" {
    why = "Names, sizes and checksums of both: in recovery a file that does not match is refused.",
    where = "macos",
    needs = { "collection", "program" },
    expected = "a checksum file of both",
    repeatable = true,
    check = function(c)
      local good, seen = staging.holds_manifest(c, c.manifest, c.manifest_text)
      return good and "done" or "todo", seen
    end,
    run = function(c) return file.write(c.manifest, "0644", c.manifest_text) end,
    describe = function(seen)
      return seen.manifest == "none" and "none" or "a checksum file of the collection with the SHA-256 " .. seen.manifest
    end,
    undo = take_away("manifest", "manifest"),
  },
}
