-- Knows the questions Apple's tools ask and what may be typed at each. Forms: reference §1.3, §2.2, §3.1.
-- Must not type anything at a question it does not know, and a password only where the terminal does not echo.

local prompts = {}

-- Order matters: "Enter password for user X:" is about a password, though it names a user.
local FORMS = {
  { kind = "menu", "Pick a macOS installation", "[Ss]elect .*installation.*%(%d+%.%.%d+%)" },
  { kind = "yes-no", "%[[yY]/[nN]%]:?%s*$", "%([yY]/[nN]%)[:%?]?%s*$", "%(enter y or n%)%s*$", "%(yes/no%)[:%?]?%s*$" },
  { kind = "password", "[Pp]assword%s*:%s*$", "[Pp]assword for user .-:%s*$", "[Pp]assword for .-:%s*$",
    "[Pp]assphrase.-:%s*$" },
  { kind = "user", "[Aa]uthorized user:%s*$", "[Uu]ser ?name%s*:%s*$", "username of an authorized user:%s*$",
    "^%s*[Uu]ser:%s*$" },
}

--- Which known question an unfinished line is.
-- @return "menu" | "yes-no" | "password" | "user", or nil
function prompts.kind(line)
  for _, form in ipairs(FORMS) do
    for _, pattern in ipairs(form) do
      if line:find(pattern) then return form.kind end
    end
  end
end

--- Could this unfinished line be a question at all? Progress lines such as "please wait..." are not.
function prompts.is_question(line)
  return line:find("[:%?%]%)>]%s*$") ~= nil and not line:find("%.%.%.%s*$")
end

-- The number of the line that names the volume, among the menu lines printed so far ("  1: Macintosh HD (…)").
local function menu_number(output, volume_name)
  local found
  for number, label in output:gmatch("\n?%s*(%d+)[:%)%.]%s*([^\r\n]+)") do
    local at = label:find(volume_name, 1, true)
    if at then
      if found and found ~= number then return nil end
      found = number
    end
  end
  return found
end

-- csrutil names the system it is about to change: anything but ours is refused (reference §2.2).
local function names_other_system(output, os_name)
  local named
  for name in output:gmatch('for OS "([^"\r\n]+)"') do named = name end
  return os_name and named and named ~= os_name
end

local function answer_yes_no(command, credentials, output)
  if not credentials.yes or not command.yes_no then return nil end
  if names_other_system(output, command.os_name) then return "n\n" end
  return command.yes_no .. "\n"
end

--- Makes the answering function for one command.
-- @param command { yes_no = "y"|nil, os_name = string|nil }
-- @param credentials { yes = boolean, user = string|nil, secret = userdata|nil, person = boolean, patience = seconds }
-- @param heard function() → everything the tool has printed so far (a bounded tail)
-- @param told function(kind) called when a prompt is seen
-- @return function(line, echo) → string to type, secret, nil to leave it to the person, a number of seconds to be asked
--   again if nothing happens, or false to give up
function prompts.answerer(command, credentials, heard, told)
  local asked, waited = {}, {}
  return function(line, echo)
    local kind = prompts.kind(line)
    if kind and told then told(kind) end
    local answer
    if kind == "yes-no" then answer = answer_yes_no(command, credentials, heard()) end
    if kind == "menu" and credentials.yes and command.os_name then
      local number = menu_number(heard(), command.os_name)
      answer = number and number .. "\n"
    end
    if kind == "user" and credentials.user then answer = credentials.user .. "\n" end
    if kind == "password" and not echo then answer = credentials.secret end
    asked[kind or line] = (asked[kind or line] or 0) + 1
    -- The same question three times over: what was typed is not what it wants.
    if answer and asked[kind or line] <= 3 then return answer end
    if credentials.person then return nil end
    if kind then return false end
    if not prompts.is_question(line) then return nil end
    if waited[line] then return false end
    waited[line] = true
    return credentials.patience
  end
end

return prompts
