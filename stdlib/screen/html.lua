-- Lays the notes of a report out as one HTML page that needs nothing else: light, dark and printed.
-- Must not let through anything that a browser could take for more than text: all of it may come from a tool or a disk.

local text = require "base.text"

local html = {}

local STYLE = [[
:root { color-scheme: light dark; --line: #bbb; --soft: #f2f2f2; }
@media (prefers-color-scheme: dark) { :root { --line: #555; --soft: #222; } }
body { font: 16px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem; break-after: avoid; }
table { border-collapse: collapse; margin: .5rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; unicode-bidi: isolate; }
p { margin: .4rem 0; unicode-bidi: isolate; }
pre { font: 14px/1.4 ui-monospace, monospace; white-space: pre-wrap; margin: .4rem 0; padding: .5rem .7rem; background: var(--soft);
  unicode-bidi: isolate; }
pre.command { border: 1px solid var(--line); }
pre.tool { border-left: .3rem solid var(--line); }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } pre { font-size: 9pt; } tr { break-inside: avoid; } }
]]

local HEAD = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
  .. '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
  .. [[<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">]]
  .. "\n<title>%s</title>\n<style>\n%s</style>\n</head>\n<body>\n"

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

-- Code points that stand for no character: a validator refuses them.
local function is_no_character(code) return code & 0xFFFE == 0xFFFE or code >= 0xFDD0 and code <= 0xFDEF end

--- Text as it stands in a page.
function html.escape(words)
  local shown = text.printable(words):gsub("[&<>\"']", ENTITIES)
  return (shown:gsub("[\xEF\xF0-\xF4][\x80-\xBF]+", function(character)
    if utf8.len(character) == 1 and is_no_character(utf8.codepoint(character)) then return "?" end
  end))
end

local escape = html.escape

local function cells(tag, words, scope)
  local made = {}
  for index, one in ipairs(words) do
    local of_row = index == 1 and tag == "td"
    made[index] = of_row and ('<th scope="row">%s</th>'):format(escape(one)) or ("<%s%s>%s</%s>"):format(tag, scope or "", escape(one), tag)
  end
  return "<tr>" .. table.concat(made) .. "</tr>\n"
end

local function table_of(heads, rows)
  local made = { "<table>\n" }
  if heads then made[2] = "<thead>" .. cells("th", heads, ' scope="col"') .. "</thead>\n" end
  made[#made + 1] = "<tbody>\n"
  for _, row in ipairs(rows) do made[#made + 1] = cells("td", row) end
  made[#made + 1] = "</tbody>\n</table>\n"
  return table.concat(made)
end

local function line(words)
  if type(words) == "string" then return words ~= "" and "<p>" .. escape(words) .. "</p>\n" or "" end
  return words.command and ('<pre class="command">%s</pre>\n'):format(escape(words.command))
    or ('<pre class="tool">%s</pre>\n'):format(escape(words.quoted))
end

--- A page. Its first note's title is that of the whole.
-- @return { emit(note), text() → the page }
function html.open()
  local pieces, page, title = {}, {}, nil
  local function add(piece) pieces[#pieces + 1] = piece end
  function page.emit(note)
    if note.title then add(("<h%d>%s</h%d>\n"):format(title and 2 or 1, escape(note.title), title and 2 or 1)) end
    title = title or note.title
    for _, words in ipairs(note.lines or {}) do add(line(words)) end
    if note.changes then add(table_of(note.heads, note.changes)) end
    if note.rows then add(table_of(nil, note.rows)) end
  end
  function page.text()
    return HEAD:format(escape(title or ""):gsub("%s+", " "), STYLE) .. table.concat(pieces) .. "</body>\n</html>\n"
  end
  return page
end

return html
