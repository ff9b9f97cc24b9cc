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

--- Could this unfinished line be a question at all? Progress lines such as "please wait..." are not. The relay has a rule of its own for
-- when a person is there (looks_like_question in runner/child/relay_question.c).
function prompts.is_question(line)
  return line:find("[:%?%]%)>]%s*$") ~= nil and not line:find("%.%.%.%s*$")
end

-- Whose menu line this is: the longest volume name in it ("Macintosh HD 2" holds "Macintosh HD" as well).
local function longest_name(label, names)
  local longest
  for _, name in ipairs(names or {}) do
    if label:find(name, 1, true) and (not longest or #name > #longest) then longest = name end
  end
  return longest
end

-- The number of the line that names the volume, among the menu lines printed so far ("  1: Macintosh HD (…)"); nil when
-- none or several do.
local function menu_number(output, volume_name, names)
  local found
  for number, label in output:gmatch("\n?%s*(%d+)[:%)%.]%s*([^\r\n]+)") do
    if longest_name(label, names) == volume_name then
      if found and found ~= number then return nil end
      found = number
    end
  end
  return found
end

-- csrutil names the system it is about to change: anything but ours is refused (reference §2.2).
local function names_other_system(output, os_name)
  local last
  for behind in output:gmatch 'for OS "()' do last = behind end
  return os_name and last and output:sub(last, last + #os_name) ~= os_name .. '"'
end

local function answer_yes_no(command, credentials, output)
  if not credentials.yes or not command.yes_no then return nil end
  if names_other_system(output, command.os_name) then return "n\n" end
  return command.yes_no .. "\n"
end

-- What to type at a known question, or nil when it is the person's to answer.
local function answer_for(kind, command, credentials, heard, echo)
  if kind == "yes-no" then return answer_yes_no(command, credentials, heard()) end
  if kind == "menu" and credentials.yes and command.os_name then
    local number = menu_number(heard(), command.os_name, credentials.names)
    return number and number .. "\n"
  end
  if kind == "user" and credentials.user then return credentials.user .. "\n" end
  if kind == "password" and not echo then return credentials.secret end
end

-- Nobody is there and nothing can be typed: wait a little where it may be no question after all, then give up.
local function without_a_person(kind, line, credentials, waited)
  if kind then return false end
  if not prompts.is_question(line) then return nil end
  if waited[line] then return false end
  waited[line] = true
  return credentials.patience
end

-- Questions that are answered with an echo: they may end in a newline and still wait (reference §3.1). After a password
-- the line before stands there finished too, and must not be answered again.
local ECHOED = { ["yes-no"] = true, menu = true }

-- A tool that asks the same thing again does not take what is typed. Credentials are typed once a start: whether to try
-- again is the engine's to say, which counts.
local MOST_ANSWERS = { password = 1, user = 1 }
local MOST_OTHERS = 3

--- Makes the answering function for one command.
-- @param command { yes_no = "y"|nil, os_name = string|nil }
-- @param credentials { yes = boolean, user = string|nil, secret = userdata|nil, person = boolean, patience = seconds,
--   names = array of the installed systems' volume names }
-- @param heard function() → everything the tool has printed so far (a bounded tail)
-- @param report function(kind, hidden) called when a prompt is seen: hidden lines were typed without echo before it; it answers
--   false where the tool is to be given up
-- @return function(line, echo, finished, hidden) → string to type, secret, true when it is a question left to the person, nil when
--   it may be none, a number of seconds after which to ask again, or false to give up
function prompts.answerer(command, credentials, heard, report)
  local asked, waited = {}, {}
  return function(line, echo, finished, hidden)
    local kind = prompts.kind(line)
    if finished and not ECHOED[kind] then return nil end
    if kind and report(kind, hidden) == false then return false end
    local answer = answer_for(kind, command, credentials, heard, echo)
    asked[kind or line] = (asked[kind or line] or 0) + 1
    if answer and asked[kind or line] <= (MOST_ANSWERS[kind] or MOST_OTHERS) then return answer end
    if credentials.person then return kind ~= nil or nil end
    return without_a_person(kind, line, credentials, waited)
  end
end

return prompts
