-- The firmware's variables (NVRAM) of a simulated Mac: those in force, and those that the chip has kept.
-- It must not know who may write one; that is for `sim.tool.nvram`.

local variables = {}

local function copy_list(list) return table.move(list, 1, #list, 1, {}) end

--- The variable of this name and its place in the list, or nil.
function variables.find(state, name)
  for index, variable in ipairs(state.nvram) do
    if variable.name == name then return variable, index end
  end
end

--- Puts a variable { name, value, data = true|nil } in place of the one of its name.
function variables.put(state, variable)
  local _, index = variables.find(state, variable.name)
  state.nvram[index or #state.nvram + 1] = variable
end

--- Takes a variable away, if it is there.
function variables.drop(state, name)
  local _, index = variables.find(state, name)
  if index then table.remove(state.nvram, index) end
end

--- The boot arguments as they are stored; "" when there are none.
function variables.boot_args(state)
  local variable = variables.find(state, "boot-args")
  return variable and variable.value or ""
end

--- The most bytes that boot-args may have, by the version of macOS (facts-2026-11 B.4).
function variables.boot_args_limit(version)
  return tonumber(version:match("^%d+")) < 14 and 607 or 1023
end

--- Writes what is held in memory to the chip. What recovery is going to lose is not written.
function variables.sync(state)
  if state.environment ~= "macos" and state.circumstances["nvram-lost"] then return end
  state.nvram_saved = copy_list(state.nvram)
end

-- The boot arguments are again those that the Mac had when it was new.
local function lose_boot_args(state)
  variables.drop(state, "boot-args")
  for _, variable in ipairs(state.nvram_first) do
    if variable.name == "boot-args" then variables.put(state, variable) end
  end
end

--- What a restart leaves of them: a clean shutdown writes all, an unclean one brings back what was written (§4.1).
function variables.restart(state, clean)
  if clean then variables.sync(state) end
  state.nvram = copy_list(state.nvram_saved)
  if not clean and state.circumstances["boot-args-lost"] then lose_boot_args(state) end
  state.nvram_saved = copy_list(state.nvram)
end

return variables
