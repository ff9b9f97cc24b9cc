-- Reads a command line by the table of commands.
-- Must not do a command's work.

local commands = require "cli.table"
local try = require "base.try"

local parse = {}

-- base.text is loaded for mistakes only: it would be a twentieth of the time that a start takes.
local function suggestion(word, names)
  return require("base.text").suggestion(word, names, "`vmq-recovery help` lists them")
end

-- What is wrong with the command line, in one sentence.
local function usage(form, ...) try.throw { mistake = form:format(...) } end

local function option_tables(command)
  local tables = { commands.global_options() }
  if command then tables[2] = command.options or {} else
    for _, each in ipairs(commands.all()) do tables[#tables + 1] = each.options or {} end
  end
  return tables
end

local function find_option(command, field, name)
  for _, options in ipairs(option_tables(command)) do
    for _, option in ipairs(options) do
      if option[field] == name then return option end
    end
  end
end

local function option_names()
  local names = { "--version" }
  for _, options in ipairs(option_tables()) do
    for _, option in ipairs(options) do names[#names + 1] = "--" .. option.name end
  end
  return names
end

local function convert(option, value)
  if value == "" then usage("--%s needs %s, and got nothing", option.name, option.value) end
  if option.form and not value:find(option.form) then usage("--%s takes %s, not %q", option.name, option.value, value) end
  if option.choices and not option.choices[value] then usage("--%s takes %s, not %s", option.name, option.value, value) end
  if not option.integer then return value end
  local low, high = table.unpack(option.integer)
  local number = (value:find("^%d+$") or value:find("^0[xX]%x+$")) and math.tointeger(tonumber(value))
  if not number or number < low or number > high then
    usage("--%s takes a whole number from %d to " .. (high > 9999 and "0x%X" or "%d") .. ", not %s", option.name, low, high, value)
  end
  return number
end

local function keep(parsed, option, value)
  local key = option.name:gsub("%-", "_")
  if option.list then
    parsed.options[key] = parsed.options[key] or {}
    table.insert(parsed.options[key], value)
  elseif parsed.options[key] ~= nil and option.value then
    usage("--%s is given twice", option.name)
  else
    parsed.options[key] = value
  end
  parsed.used[#parsed.used + 1] = option
end

local function take_long(parsed, args, at)
  local name, value = args[at]:match("^%-%-([^=]+)=?(.*)$")
  local has_value = args[at]:find("=", 1, true) ~= nil
  if name == "version" then
    parsed.version = true
    return at
  end
  local option = name and find_option(nil, "name", name)
  if not option then usage("unknown option %s%s", args[at], suggestion(args[at], option_names())) end
  if not option.value then
    if has_value then usage("--%s takes no value", name) end
    keep(parsed, option, true)
    return at
  end
  if not has_value then
    at = at + 1
    value = args[at]
    if not value then usage("--%s needs %s", name, option.value) end
  end
  keep(parsed, option, convert(option, value))
  return at
end

local function take_short(parsed, word)
  for letter in word:sub(2):gmatch(".") do
    local option = find_option(nil, "short", letter)
    if not option then usage("unknown option -%s; `vmq-recovery help` lists them", letter) end
    keep(parsed, option, true)
  end
end

-- A shell that found the program on two volumes hands the second one over as the first word.
local function refuse_second_program(word)
  if not word:find("^/Volumes/[^/]+/.*vmq%-recovery$") then return end
  usage("two volumes have this program, here and %s: type the full path of the one you mean, in single quotes if it has blanks", word)
end

local function take_word(parsed, word)
  if word == "" then usage "one word of the command line is empty (\"\")" end
  if parsed.command then
    parsed.args[#parsed.args + 1] = word
    return
  end
  parsed.command = commands.command(word)
  if not parsed.command then
    refuse_second_program(word)
    usage("unknown command %s%s", word, suggestion(word, commands.suggested(word)))
  end
end

local function check_fit(parsed)
  local command = parsed.command
  for _, option in ipairs(parsed.used) do
    if not find_option(command, "name", option.name) then
      usage("%s has no option --%s; `vmq-recovery help %s` lists its options", command.name, option.name, command.name)
    end
  end
  if #parsed.args < (command.min or 0) then usage("%s needs %s", command.name, command.args) end
  if #parsed.args > (command.max or 0) then
    usage("%s does not take %s", command.name, parsed.args[(command.max or 0) + 1])
  end
end

local function parse_all(args)
  local parsed = { options = {}, used = {}, args = {} }
  local at = 1
  while at <= #args do
    local word = args[at]
    if word == "--" then
      for rest = at + 1, #args do take_word(parsed, args[rest]) end
      break
    elseif word:find("^%-%-") then
      at = take_long(parsed, args, at)
    elseif word:find("^%-.") then
      take_short(parsed, word)
    else
      take_word(parsed, word)
    end
    at = at + 1
  end
  if parsed.command and not parsed.version and not parsed.options.help then check_fit(parsed) end
  return parsed
end

--- Parses arguments (without the program's name).
-- @return { command = entry|nil, args, options, version } or nil, message
function parse.line(args)
  local result = try.catch(parse_all, args)
  if result.mistake then return nil, result.mistake end
  return result
end

return parse
