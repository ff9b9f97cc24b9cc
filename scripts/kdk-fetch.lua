-- Downloads a kit's image: into a part file, which may be gone on with, and under its own name only when its SHA-256 is right.

return plan "kdk-fetch" {
  summary = "Download a Kernel Debug Kit (KDK) that the public list names.",
  params = { address = param "text", build = param "word", size = param "integer", sha256 = param "word", part = param "path",
    image = param "path", folder = param "path" },

  step "download" {
    why = "Fetches the image. A download that was broken off continues from there.",
    where = "macos",
    expected = "the whole image with the SHA-256 that the list names",
    repeatable = true,
    check = function(c)
      local there = kit_image.is_whole(c, c.image)
      local part = kit_image.part(c)
      return (there or part == "whole") and "done" or "todo", { image = there and "whole" or part }
    end,
    run = function(c)
      local commands = { file.make_folder(c.folder, "0755"), curl.download(c.address, c.part) }
      if kit_image.part(c) == "other" then table.insert(commands, 2, file.remove(c.part)) end
      return commands
    end,
    -- A part is kept for the next try; what can never become the image is not.
    undo = function(c)
      if kit_image.part(c) ~= "wrong" then return "what has come of the download, for the next try" end
      return { { file.remove(c.part), leaves = "nothing of the download: its checksum was wrong", exact = true,
        goal = { image = "none" },
        check = function() return kit_image.part(c) == "none", {} end } }
    end,
  },

  step "image" {
    why = "Gives the image its name, now that it is whole.",
    where = "macos",
    needs = { "download" },
    repeatable = true,
    no_way_back = "the image can be deleted",
    check = function(c)
      local whole = kit_image.is_whole(c, c.image)
      return whole and "done" or "todo", { image = whole and "whole" or "none" }
    end,
    run = function(c) return file.move(c.part, c.image) end,
  },
}
