-- `console`: a Lua prompt with the library, in front of this Mac.
-- Must not change anything.

return function(_, options, stand_in)
  local work = require "run.lifecycle"
  local session, code = work.open(options, "console", stand_in)
  if not session then return code end
  session.view.start(nil)
  require("run.console").run(session, "Leave: Ctrl-D.")
  return work.finish(session, "done", require("base.exit_code").OK)
end
