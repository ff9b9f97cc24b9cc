-- How this program was started: what a line to be typed begins with, so that it works exactly as it is shown.
-- Must not find out anything: cli.main and run.invocation say it once.

local text = require "base.text"

local started = {}

local how = { program = "vmq-recovery" }

--- Notes how it was started; later fields replace earlier ones.
-- @param fields { program = its name as it was typed, root = "" or --root as it was typed, where a simulated Mac is kept, volume = "" or
--   what --volume says, sudo = true in macOS, where this program's work needs root }
function started.note(fields)
  for name, value in pairs(fields) do how[name] = value end
end

local function option(name)
  local value = how[name] or ""
  return value ~= "" and (" --%s %s"):format(name, text.quote(value)) or ""
end

--- A line to be typed that is about no Mac.
function started.line_of_no_mac(rest) return text.quote(how.program) .. " " .. rest end

--- The program's name as it was typed.
function started.program() return how.program end

--- Is this a simulated Mac that was kept? There every line goes to that folder, and not to the Mac that this program runs on.
function started.is_kept() return (how.root or "") ~= "" end

--- The options that every line takes over: "" or " --root DIR --volume NAME".
function started.options() return option "root" .. option "volume" end

--- A line to be typed.
-- @param rest string: what follows the program's name
function started.line(rest) return text.quote(how.program) .. started.options() .. " " .. rest end

--- The line that restarts a simulated Mac that was kept; nil on any other.
-- @param into "recovery" | "macos"
function started.restart(into)
  if not started.is_kept() then return nil end
  return ("%s rehearse --keep %s restart %s"):format(text.quote(how.program), text.quote(how.root), into)
end

-- Commands that look at no Mac, or make their own.
local OF_NO_MAC = { help = true, rehearse = true, source = true, plans = true, check = true }

-- @param rest string: what follows the program's name
-- @param sudo true where the text itself says that root is needed
local function in_prose(rest, sudo)
  if OF_NO_MAC[rest:match("^%w+")] then return started.line_of_no_mac(rest) end
  return ((sudo or how.sudo) and not started.is_kept() and "sudo " or "") .. started.line(rest)
end

--- Prose with every line to be typed as this program was started: `vmq-recovery …`, or `sudo vmq-recovery …`, stands for it.
function started.said(words)
  return (words:gsub("`([^`\n]+)`", function(line)
    local rest = line:match "^vmq%-recovery (.+)$"
    local as_root = not rest and line:match "^sudo vmq%-recovery (.+)$"
    return (rest or as_root) and "`" .. in_prose(rest or as_root, not rest) .. "`" or nil
  end))
end

return started
