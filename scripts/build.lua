-- Builds the development kernel collection from Apple's kit: kmutil links it in a work folder, it is inspected, then put in place.
-- A build that fails or is stopped leaves no half file, and what was in that place before stays until the new one is whole.

local function lines(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do list[#list + 1] = line end
  return list
end

local function create(c)
  return kmutil.create { kernel = c.kernel, repositories = lines(c.repositories), output = c.work, bundles = lines(c.bundles),
    build = c.kit_build ~= "" and c.kit_build or nil, strip = c.strip ~= "" and c.strip or nil }
end

local function clear(c) return { file.remove(c.work), file.remove(c.work .. ".development") } end

return plan "build" {
  summary = "Build the development kernel collection from Apple's Kernel Debug Kit (KDK).",
  params = {
    kernel = param "path", kernel_banner = param "text", inputs = param "word", work = param "path", output = param "path",
    record = param "path", repositories = param "text", bundles = param "text", kit_build = param("text", ""),
    strip = param("text", ""),
  },

  step "create" {
    why = "Links the kit's development kernel with this macOS's kernel extensions. It takes minutes.",
    where = "macos",
    expected = "one whole collection whose kernel is the kit's",
    repeatable = true,
    check = function(c)
      local made, why = build_result.made(c)
      local ours = made and (c.tried or made.sha256 == build_result.recorded(c))
      return (ours or build_result.vouched(c)) and "done" or "todo", { made = made and made.sha256 or why }
    end,
    run = function(c)
      local folder, commands = c.work:match("^(.*)/"), clear(c)
      table.insert(commands, 1, file.make_folder(folder, "0700"))
      commands[#commands + 1] = create(c)
      return commands
    end,
    undo = function(c)
      local rung = clear(c)
      rung.leaves, rung.exact, rung.goal = "no half file", true, { made = "none" }
      rung.check = function() return build_result.cleared(c), {} end
      return { rung }
    end,
  },

  step "record" {
    why = "Notes what the new collection was made from, so that the same build need not be done twice.",
    where = "macos",
    needs = { "create" },
    repeatable = true,
    check = function(c)
      local sum, made = build_result.recorded(c), build_result.made(c)
      local fits = sum and (made and made.sha256 == sum or build_result.vouched(c))
      return fits and "done" or "todo", { recorded = sum or "none" }
    end,
    run = function(c) return file.write(c.record, "0644", build_result.record_text(c, (build_result.made(c)))) end,
    undo = function(c)
      return { { file.remove(c.record), leaves = "no record", exact = true, goal = { recorded = "none" },
        check = function() return build_result.recorded(c) == nil, {} end } }
    end,
  },

  step "place" {
    why = "Puts the new collection where `stage` looks for it, or where you asked for it.",
    where = "macos",
    needs = { "record" },
    repeatable = true,
    no_way_back = "the collection can be deleted; build makes it again",
    check = function(c)
      local placed = build_result.placed(c)
      local whole = build_result.vouched(c) and build_result.cleared(c)
      return whole and "done" or "todo", { output = placed and placed.sha256 or "none" }
    end,
    run = function(c)
      if build_result.vouched(c) then return clear(c) end -- a run that was cut off had only that left to do
      local made = build_result.made(c)
      local from = made and made.path or c.work
      return { file.copy(from, c.output, "0644"), file.remove(from) }
    end,
  },
}
