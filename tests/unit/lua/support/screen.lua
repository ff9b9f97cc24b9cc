-- Stands in for the terminal, so that what views write can be read.
-- Must not know what a view is.

local screen = {}

local real = package.loaded.lib_terminal or require "lib_terminal"

--- Puts a terminal of that many columns in place. @return { out(), err(), lines() }
function screen.use(columns)
  local written = { "", "" }
  package.loaded.lib_terminal = setmetatable({
    size = function() return columns, 24 end,
    is_terminal = function() return false end,
    write = function(fd, words)
      written[fd] = written[fd] .. words
      return true
    end,
  }, { __index = real })
  local self = {}
  function self.out() return written[1] end
  function self.err() return written[2] end
  function self.lines()
    local lines = {}
    for line in written[1]:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
    return lines
  end
  function self.clear() written = { "", "" } end
  return self
end

--- Puts the real one back.
function screen.restore() package.loaded.lib_terminal = real end

return screen
