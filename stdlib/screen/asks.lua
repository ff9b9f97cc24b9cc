-- Says what a tool asks and what to type there: for all tools together before a run, and above each tool's start.
-- Must not guess at a question that it does not know: that one is told in the plan's own words.

local asks = {}

-- The one whose name is typed, as far as that is known.
local function person(who)
  local owners = who.owners or {}
  return who.user or #owners == 1 and owners[1] or nil
end

local function possessive(who, otherwise)
  local name = person(who)
  return name and name .. "'s " or otherwise
end

local function yes() return { words = "y", brief = "y", kind = "yes" } end

local function perhaps(answer)
  answer.maybe = true
  return answer
end

local function owner_name(who)
  local name, owners = person(who), table.concat(who.owners or {}, " or ")
  local words = name and "user name " .. name or "an owner's user name" .. (owners ~= "" and (" (%s)"):format(owners) or "")
  return { words = words, brief = name or "name", kind = "user" }
end

-- csrutil: one owner's name it may ask for or not, on old and new releases (recovery-tools §2.2, facts-2026-11 A.5).
local function name_of_several(who)
  local answer = owner_name(who)
  return #(who.owners or {}) > 1 and answer or perhaps(answer)
end

-- By what the builders of Apple's tools call their questions (a test holds them against this): what is typed at each, or nil where it is
-- not asked on this Mac.
local KNOWN = {
  ["which macOS, if several are installed (a number)"] = function(who)
    if who.systems < 2 then return nil end
    return { words = ("the number of %s"):format(who.volume), brief = "a number", kind = "menu" }
  end,
  ["whether to go on (y or n)"] = yes,
  ["whether to lower security (y or n)"] = yes,
  ["perhaps whether to go on (y or n)"] = function() return perhaps(yes()) end,
  ["short name of a volume owner"] = owner_name,
  ["short name of a volume owner, if there are several"] = name_of_several,
  ["that user's password"] = function(who)
    return { words = possessive(who, "that user's ") .. "login password", brief = possessive(who, "") .. "password", kind = "password" }
  end,
}

--- Is this one of the questions that are known here?
function asks.knows(prompt) return KNOWN[prompt] ~= nil end

--- Who answers on this Mac, and what is known of that.
-- @param target see mac.target.look
-- @param user string or nil: the owner's short name, where it was given
-- @param sources table: where the answers come from that nobody types: yes, menu, user, password, each a few words
function asks.who(target, user, sources)
  local group, owners = target.group or {}, nil
  for index, owner in ipairs(group.owners or {}) do
    owners = owners or {}
    owners[index] = owner.short
  end
  return { owners = owners, user = user, systems = #(target.groups or {}), volume = group.name or group.group,
    sources = sources or {} }
end

-- What is typed at each of a tool's questions.
local function answers_at(prompts, who)
  local answers = {}
  for _, prompt in ipairs(prompts) do
    local known = KNOWN[prompt]
    if known then answers[#answers + 1] = known(who) else answers[#answers + 1] = { words = prompt, brief = prompt } end
  end
  return answers
end

-- Where all answers come from, if that is one place.
local function only_source(answers, who)
  local source = answers[1] and who.sources[answers[1].kind]
  for _, answer in ipairs(answers) do
    if who.sources[answer.kind] ~= source then return nil end
  end
  return #answers > 1 and source or nil
end

local function told(answer, source)
  local remark = answer.maybe and source and "if it asks; " .. source or answer.maybe and "if it asks" or source
  return remark and ("%s (%s)"):format(answer.words, remark) or answer.words
end

--- What a tool asks and what to type, with the owner's name where it is known: "y, then an owner's user name, then that user's login
-- password".
-- @param prompts array of what it asks, in words
-- @param who from asks.who; without sources where nothing is typed for this tool
-- @return string, or nil where it asks nothing
function asks.words(prompts, who)
  local answers, parts = answers_at(prompts, who), {}
  local source = only_source(answers, who)
  for index, answer in ipairs(answers) do parts[index] = told(answer, not source and who.sources[answer.kind] or nil) end
  if #parts == 0 then return nil end
  return table.concat(parts, ", then ") .. (source and "; all " .. source or "")
end

--- Is one of these questions a password that a person types?
function asks.wants_password(prompts, who)
  if who.sources.password then return false end
  for _, answer in ipairs(answers_at(prompts, who)) do
    if answer.kind == "password" then return true end
  end
  return false
end

-- The answers that a person types, and how many there are at least.
local function left_to_type(entry, who)
  local briefs, least = {}, 0
  for _, answer in ipairs(answers_at(entry.prompts, who)) do
    if not who.sources[answer.kind] then
      briefs[#briefs + 1] = (answer.maybe and not entry.covered and "perhaps " or "") .. answer.brief
      least = least + ((answer.maybe or entry.covered) and 0 or 1)
    end
  end
  return briefs, least
end

local function count_words(least, most, what)
  if least == most then return ("%d %s%s"):format(most, what, most == 1 and "" or "s") end
  return ("%d %s %d %ss"):format(least, most - least == 1 and "or" or "to", most, what)
end

-- Tools whose questions can be taken in at once, one by one.
local MOST_TOOLS = 2

local ORDER = { "menu", "yes", "user", "password" }

-- The same in short: how many tools ask, and what they ask at most.
local function in_short(entries, who, least, most)
  local briefs, others, parts = {}, {}, {}
  for _, entry in ipairs(entries) do
    for _, answer in ipairs(answers_at(entry.prompts, who)) do
      local is_new = not who.sources[answer.kind] and not briefs[answer.kind or answer.brief]
      if is_new and not answer.kind then others[#others + 1] = answer.brief end
      if is_new then briefs[answer.kind or answer.brief] = answer.brief end
    end
  end
  for _, kind in ipairs(ORDER) do parts[#parts + 1] = briefs[kind] end
  table.move(others, 1, #others, #parts + 1, parts)
  return ("Apple's tools ask %s: %s. A line above each says which"):format(count_words(least, most, "time"), table.concat(parts, ", "))
end

--- Everything that has to be typed: how many answers, and what they are, a tool after the other.
-- @param entries array of { prompts, covered = an earlier step may do its work as well }
-- @param who from asks.who
-- @return string without its full stop, or nil where no tool asks anything
function asks.summary(entries, who)
  local groups, least, most, asked, tools = {}, 0, 0, false, 0
  for _, entry in ipairs(entries) do
    local briefs, sure = left_to_type(entry, who)
    asked = asked or #answers_at(entry.prompts, who) > 0
    least, most = least + sure, most + #briefs
    tools = tools + (sure > 0 and 1 or 0)
    if #briefs > 0 then groups[#groups + 1] = (entry.covered and "perhaps " or "") .. table.concat(briefs, ", ") end
  end
  if not asked then return nil end
  if most == 0 then return "You will type nothing: what Apple's tools ask is answered for you" end
  if #groups > MOST_TOOLS then return in_short(entries, who, tools, #groups) end
  return ("You will type %s: %s"):format(count_words(least, most, "answer"), table.concat(groups, "; "))
end

return asks
