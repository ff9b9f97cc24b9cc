-- `completion bash|zsh|fish`: a script for the shell, made from the table of commands.
-- Must not offer what does not exist.

local commands = require "cli.table"
local complain = require "screen.complain"
local exit_code = require "base.exit_code"
local page = require "manual.page"

local completion = {}

local NAME = "vmq-recovery"
-- What an option or an argument takes, by the word that help has for it.
local FILES, FOLDERS = { FILE = true }, { DIR = true }

-- The words that may stand where help says "[apply|revert|NAME|FILE]", and whether files may.
local function choices_of(args)
  local words, files = {}, false
  for word in (args or ""):gsub("%[[A-Z]+%]", function(rest) return "|" .. rest:sub(2, -2) end):gsub("[%[%]]", ""):gmatch("[^|%s]+") do
    if FILES[word] or FOLDERS[word] then files = true elseif word:find("^%l+$") then words[#words + 1] = word end
  end
  return words, files
end

local function arguments_of(command)
  if command.name ~= "help" then return choices_of(command.args) end
  local words = { table.unpack(page.TOPICS) }
  words[#words + 1] = "options"
  for _, each in ipairs(commands.all()) do words[#words + 1] = each.name end
  return words, false
end

local function options_of(command)
  local options = { table.unpack(commands.global_options()) }
  return table.move(command.options or {}, 1, #(command.options or {}), #options + 1, options)
end

local function value_words(option)
  if option.choices then return option.value:gsub("|", " ") end
  return ""
end

local function flags_of(options)
  local flags = {}
  for _, option in ipairs(options) do
    flags[#flags + 1] = "--" .. option.name
    if option.short then flags[#flags + 1] = "-" .. option.short end
  end
  return flags
end

local function all_options()
  local list, seen = {}, {}
  for _, command in ipairs(commands.all()) do
    for _, option in ipairs(options_of(command)) do
      if not seen[option.name] then list[#list + 1], seen[option.name] = option, true end
    end
  end
  return list
end

local function command_names()
  local names = {}
  for index, command in ipairs(commands.all()) do names[index] = command.name end
  return names
end

-- Words within single quotes of a shell.
local function quoted(words) return "'" .. words:gsub("'", "'\\''") .. "'" end

local shells = {}

-- The options that take a value, by what the value is: patterns of bash's `case`.
local function bash_values(lines)
  local valued = { files = {}, folders = {}, other = {} }
  for _, option in ipairs(all_options()) do
    if option.choices then
      lines[#lines + 1] = ("    --%s) COMPREPLY=($(compgen -W %s -- \"$word\")); return ;;"):format(option.name,
        quoted(value_words(option)))
    elseif option.value then
      local kind = FILES[option.value] and "files" or FOLDERS[option.value] and "folders" or "other"
      table.insert(valued[kind], "--" .. option.name)
    end
  end
  local answers = { files = '_vmq_recovery_paths -f "$word"; return', folders = '_vmq_recovery_paths -d "$word"; return', other = "return" }
  for _, kind in ipairs { "files", "folders", "other" } do
    lines[#lines + 1] = ("    %s) %s ;;"):format(table.concat(valued[kind], "|"), answers[kind])
  end
end

local BASH_HEAD = [[
# bash completion of vmq-recovery; works with bash 3.2, which macOS has.
_vmq_recovery_paths() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
    compopt -o filenames 2>/dev/null
}
_vmq_recovery() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' index
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
]]

-- After which words the next one is an option's value, and not the command.
local function valued_flags()
  local flags = {}
  for _, option in ipairs(all_options()) do
    if option.value then flags[#flags + 1] = "--" .. option.name end
  end
  return table.concat(flags, "|")
end

local function bash_command(command)
  local words, files = arguments_of(command)
  local lines = { ("    %s)"):format(command.name) }
  lines[#lines + 1] = ('        if [[ $word == -* ]]; then COMPREPLY=($(compgen -W %s -- "$word")); return; fi'):format(
    quoted(table.concat(flags_of(options_of(command)), " ")))
  if files then lines[#lines + 1] = '        _vmq_recovery_paths -f "$word"' end
  if #words > 0 then
    lines[#lines + 1] = ('        COMPREPLY+=($(compgen -W %s -- "$word"))'):format(quoted(table.concat(words, " ")))
  end
  lines[#lines + 1] = "        ;;"
  return table.concat(lines, "\n")
end

function shells.bash()
  local lines = { BASH_HEAD .. "            " .. valued_flags() .. ") index=$((index + 1)) ;;", "            -*) ;;",
    "            *) command=${COMP_WORDS[index]}; break ;;", "        esac", "    done", "    case $before in" }
  bash_values(lines)
  lines[#lines + 1] = "    esac\n    case $command in"
  for _, command in ipairs(commands.all()) do lines[#lines + 1] = bash_command(command) end
  lines[#lines + 1] = ("    '') COMPREPLY=($(compgen -W %s -- \"$word\")) ;;"):format(
    quoted(table.concat(command_names(), " ") .. " " .. table.concat(flags_of(commands.global_options()), " ") .. " --version"))
  lines[#lines + 1] = "    esac\n}\ncomplete -F _vmq_recovery " .. NAME
  return table.concat(lines, "\n") .. "\n"
end

-- A colon and brackets mean something in zsh's descriptions.
local function zsh_words(words) return (words:gsub("[%[%]:]", "\\%0")) end

local function zsh_value(option)
  if not option.value then return "" end
  local name = ":" .. zsh_words(option.value) .. ":"
  if option.choices then return name .. "(" .. value_words(option) .. ")" end
  return name .. (FILES[option.value] and "_files" or FOLDERS[option.value] and "_files -/" or " ")
end

local function zsh_options(lines, options)
  for _, option in ipairs(options) do
    local many = option.list and "*" or ""
    lines[#lines + 1] = "        " .. quoted(("%s--%s[%s]%s"):format(many, option.name, zsh_words(option.help), zsh_value(option))) .. " \\"
    if option.short then
      lines[#lines + 1] = "        " .. quoted(("-%s[%s]"):format(option.short, zsh_words(option.help))) .. " \\"
    end
  end
end

local function zsh_command(lines, command)
  local words, files = arguments_of(command)
  lines[#lines + 1] = ("    %s)\n        _arguments \\"):format(command.name)
  zsh_options(lines, options_of(command))
  if #words > 0 then lines[#lines + 1] = ("        %s \\"):format(quoted("1: :(" .. table.concat(words, " ") .. ")")) end
  if files then lines[#lines + 1] = "        '*:file:_files' \\" end
  lines[#lines + 1] = "        && return 0\n        ;;"
end

function shells.zsh()
  local lines = { "#compdef " .. NAME, "# zsh completion of vmq-recovery.", "_vmq_recovery() {", "    local context state state_descr line",
    "    typeset -A opt_args", "    local -a names", "    names=(" }
  for _, command in ipairs(commands.all()) do
    lines[#lines + 1] = "        " .. quoted(command.name .. ":" .. zsh_words(command.help))
  end
  lines[#lines + 1] = "    )\n    _arguments -C \\"
  zsh_options(lines, commands.global_options())
  lines[#lines + 1] = "        '--version[the version]' \\\n        '1: :->command' '*:: :->rest' && return 0"
  lines[#lines + 1] = "    if [[ $state == command ]]; then _describe command names; return; fi\n    case $line[1] in"
  for _, command in ipairs(commands.all()) do zsh_command(lines, command) end
  lines[#lines + 1] = "    esac\n}\ncompdef _vmq_recovery " .. NAME
  return table.concat(lines, "\n") .. "\n"
end

local function fish_option(option, condition)
  local line = ("complete -c %s %s-l %s -d %s"):format(NAME, condition, option.name, quoted(option.help))
  if option.short then line = line .. " -s " .. option.short end
  if not option.value then return line end
  if option.choices then return line .. " -x -a " .. quoted(value_words(option)) end
  if FILES[option.value] then return line .. " -r -F" end
  return line .. (FOLDERS[option.value] and " -x -a '(__fish_complete_directories)'" or " -x")
end

local function fish_command(lines, command)
  local seen = ("-n '__fish_seen_subcommand_from %s' "):format(command.name)
  for _, option in ipairs(command.options or {}) do lines[#lines + 1] = fish_option(option, seen) end
  local words, files = arguments_of(command)
  if #words > 0 then lines[#lines + 1] = ("complete -c %s %s-a %s"):format(NAME, seen, quoted(table.concat(words, " "))) end
  if files then lines[#lines + 1] = ("complete -c %s %s-F"):format(NAME, seen) end
end

function shells.fish()
  local lines = { "# fish completion of vmq-recovery.", ("complete -c %s -f"):format(NAME) }
  local names = table.concat(command_names(), " ")
  for _, command in ipairs(commands.all()) do
    lines[#lines + 1] = ("complete -c %s -n 'not __fish_seen_subcommand_from %s' -a %s -d %s"):format(NAME, names, command.name,
      quoted(command.help))
  end
  for _, option in ipairs(commands.global_options()) do lines[#lines + 1] = fish_option(option, "") end
  lines[#lines + 1] = ("complete -c %s -l version -d 'the version'"):format(NAME)
  for _, command in ipairs(commands.all()) do fish_command(lines, command) end
  return table.concat(lines, "\n") .. "\n"
end

--- `completion SHELL`.
-- @param args array: the shell's name
-- @return exit code
function completion.run(args)
  local make = shells[args[1]]
  if not make then return complain.usage("completion takes bash, zsh or fish, not " .. args[1]) end
  require("lib_terminal").write(1, make())
  return exit_code.OK
end

return completion
