-- How busted tells its results in `make check-lua`: as dots and complaints to read, and as JUnit XML for tests/summary.py.
-- busted has both, but takes one handler only. The XML file's name is busted's option -Xoutput.

return function(options)
  local handlers = {}
  for index, name in ipairs { "plainTerminal", "junit" } do
    handlers[index] = require("busted.outputHandlers." .. name)(options)
  end
  return {
    subscribe = function(_, more)
      for _, handler in ipairs(handlers) do handler:subscribe(more) end
    end,
  }
end
