-- Opens the view that the options ask for. Both views are fed the same events.
-- Must not know what an event means.

local view = {}

--- @return { emit(event), start(run), after_tool(output), text(words), raw_text(words), paged(make) = a person turns the pages of what
-- make() emits, meanwhile(words) = a line for a person of what is being looked at, until the next words take its place or nil wipes it,
-- leaves_out_plan = true where "plan" events are not shown and need not be made, is_brief = true where checks that are ok are counted,
-- not told }
function view.open(options, command, version)
  local module = options.json and "screen.json" or "screen.human"
  return require(module).open(options, command, version)
end

return view
