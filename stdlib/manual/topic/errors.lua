-- The manual's page on failures: made from the program's own catalogue.

local errors = { summary = "what failures mean: cause, fix, what is not affected" }

local function meaning_of(entry)
  local lines, meaning = {}, entry.meaning
  for _, pair in ipairs { { "Cause", meaning.cause }, { "Fix", meaning.cure }, { "Not affected", meaning.unaffected } } do
    if pair[2] then lines[#lines + 1] = ("%s: %s."):format(pair[1], pair[2]) end
  end
  return table.concat(lines, "\n")
end

local function list_of(entries)
  local list = {}
  for index, entry in ipairs(entries) do list[index] = { table.concat(entry.texts, ", "), meaning_of(entry) } end
  return { list = list }
end

--- The page.
function errors.blocks()
  local blocks = {}
  for _, part in ipairs(require("screen.errors").all()) do
    blocks[#blocks + 1] = { heading = part.title }
    blocks[#blocks + 1] = list_of(part.entries)
  end
  return blocks
end

return errors
