-- Takes away what stage, build and kdk have left on the Data volume: only files whose SHA-256 our own journals hold, and kits that a run
-- of ours has installed.
-- Each is looked at again right before: one that was changed meanwhile stays.

local function describe(seen) return seen.left == 0 and "none is left" or seen.left .. " left" end

return plan "unstage" {
  summary = "Take away the files that stage, build and kdk have left.",
  params = { files = param "text", kits = param("text", "") },

  step "remove" {
    why = "Removes the files that were listed, one by one. The journals stay.",
    where = "macos",
    expected = "none of the listed files",
    repeatable = true,
    no_way_back = "build and stage make them again",
    check = function(c)
      local left = #staging.still_there(c)
      return left == 0 and "done" or "todo", { left = left }
    end,
    describe = describe,
    run = function(c)
      local commands = {}
      for index, path in ipairs(staging.still_there(c)) do commands[index] = file.remove(path) end
      return commands
    end,
  },

  step "kits" {
    why = "Removes the kits that `kdk install` has installed, and macOS's receipts of them.",
    where = "macos",
    expected = "neither their folders nor their receipts",
    repeatable = true,
    no_way_back = "kdk install installs them again",
    check = function(c)
      local left = #kit_image.still_there(c)
      return left == 0 and "done" or "todo", { left = left }
    end,
    describe = describe,
    run = kit_image.removal,
  },
}
