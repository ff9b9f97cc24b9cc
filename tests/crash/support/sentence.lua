-- Holds the last words of a run against the Mac, read by the enumerator's own eyes.
-- Must not use the program's own reading or comparing of a Mac.

local judge = require "support.judge"
local world_module = require "support.world"

local sentence = {}

local function on_off(flag) return function(now) return now[flag] and "off" or "on" end end
local function allowed(flag) return function(now) return now[flag] and "allowed" or "not allowed" end end

local function sip(now)
  local bits = now.sip0 or 0
  if bits == 0 then return "on" end
  return ("%s (%x)"):format(bits & 0x7f == 0x7f and "off" or "custom", bits)
end

-- What a line of differences says of each field. Values: as they are to be printed.
local TEXTS = {
  security = function(now) return now.mode:sub(1, 1):upper() .. now.mode:sub(2) end,
  SIP = sip, ["sealed system volume"] = on_off "sip1", ["kernel CTRR"] = on_off "sip2", ["boot-args filter"] = on_off "sip3",
  ["third-party kexts"] = allowed "smb2", ["kexts by MDM"] = allowed "smb3", ["kexts by enrolled MDM"] = allowed "smb4",
  ["approved kexts"] = function(now)
    return (now.auxp or now.auxi or now.auxr) and "some" or "none: approve them again in System Settings"
  end,
  kernel = function(now) return now.coih and "custom " .. now.coih:sub(1, 12) .. "…" or "Apple's" end,
}

-- Each field of a Mac in words.
local function texts_of(world)
  local now, texts = world_module.group(world).policy, {}
  for name, text in pairs(TEXTS) do texts[name] = text(now) end
  local words = world_module.boot_args(world)
  texts["boot-args"] = words == "" and "(empty)" or '"' .. words .. '"'
  return texts
end

local function nonce(world) return world_module.group(world).policy.lpnh end

-- Each of these returns nil when it is so, or a sentence that says what is not.

local function reads_as(world, other)
  local now, wanted = texts_of(world), texts_of(other)
  for name, text in pairs(wanted) do
    if now[name] ~= text then return ("%s is %s, not %s"):format(name, now[name], text) end
  end
end

local function is_untouched_since(world, other)
  if nonce(world) ~= nonce(other) then return "the policy was written" end
  return reads_as(world, other)
end

local function was_written_since_and_reads_as(world, other)
  if nonce(world) == nonce(other) then return "the policy was not written" end
  return reads_as(world, other)
end

-- The lines of differences: each is so, and none is missing.
local function tells_all_differences(world, base, lines)
  local now, before, told = texts_of(world), texts_of(base), {}
  for _, line in ipairs(lines) do
    local name, one, other = tostring(line):match("^  ([^:]+): (.*) before, (.*) now$")
    if name and (before[name] ~= one or now[name] ~= other) then return "told otherwise than it is: " .. line end
    if name then told[name] = true end
  end
  for name, text in pairs(before) do
    if now[name] ~= text and not told[name] then return ("%s is %s, before %s, and nobody says so"):format(name, now[name], text) end
  end
end

local function is_raised(about)
  local now, wanted = world_module.group(about.world).policy, about.scenario.wanted
  if wanted then return (now.mode ~= (wanted.mode or "permissive") or now.sip0 ~= wanted.sip0) and "the policy is not as wanted" or nil end
  if now.mode ~= "permissive" or now.sip0 ~= 0x7f or not now.sip3 or not now.coih then return "the policy is not raised" end
end

local function has_words(about)
  local words, wanted = " " .. world_module.boot_args(about.world) .. " ", about.scenario.wanted
  local ours = wanted and wanted.words or "hv_apple_isa_vm_quota=0xFF"
  return not words:find((" %s "):format(ours), 1, true) and "boot-args lack our words" or nil
end

local function is_full(world)
  local now = world_module.group(world).policy
  if now.mode ~= "full" or now.sip0 or now.sip3 or now.coih then return "not full security with Apple's kernel" end
end

local function is_on_a_rung(world)
  if not is_full(world) then return "it is full security" end
  return world_module.group(world).policy.coih and "the custom kernel is still there" or nil
end

-- A state told as a whole: each of its fields is named, as it is.
local function tells_state(line, world)
  local texts = texts_of(world)
  for _, name in ipairs { "security", "SIP", "boot-args filter", "kernel", "boot-args" } do
    local words = ("%s %s"):format(name, texts[name])
    if not line:find(words, 1, true) then return words .. " is not told" end
  end
end

local function nothing_is_claimed() end

-- What a line says, and what has to be so then: function(about, line).
-- about: { world, start = the Mac when the program was started, base = before the run,
-- scenario, lines }
local CLAIMS = {
  { "the Mac is as it was before this run", function(about) return reads_as(about.world, about.base) end },
  { "^Nothing was changed; read back and compared", function(about) return is_untouched_since(about.world, about.base) end },
  { "^Nothing was changed", function(about) return is_untouched_since(about.world, about.start) end },
  { "The boot policy was written meanwhile, by a tool of this run or",
    function(about) return was_written_since_and_reads_as(about.world, about.base) end },
  { "the Mac reads as it did before this run", function(about) return reads_as(about.world, about.base) end },
  { "Everything this run did is undone%.$", function(about) return tells_all_differences(about.world, about.base, about.lines) end },
  { "undone, but not all the way", function(about) return tells_all_differences(about.world, about.base, about.lines) end },
  { "^Done: the development kernel runs and allows", function(about) return judge.is_new(about.world, about.base, about.scenario) end },
  { "^Done: full security and Apple's kernel", function(about) return is_full(about.world) end },
  { "^Reverted, but not to full security", function(about) return is_on_a_rung(about.world) end },
  { "^This part is finished and read back", is_raised },
  { "^Boot arguments saved", function(about) return is_raised(about) or has_words(about) end },
  { "^Done: macOS runs with", function(about) return judge.is_as_wanted(about.world, about.base, about.scenario) end },
  { "^Done: the %w+ kernel runs with these", function(about) return judge.is_as_wanted(about.world, about.base, about.scenario) end },
  { "^Done: these kernel extensions are loaded", function(about) return judge.is_as_wanted(about.world, about.base, about.scenario) end },
  { "^Done: the boot object is registered", function(about) return judge.is_as_wanted(about.world, about.base, about.scenario) end },
  { "^Not all of these extensions are loaded yet", nothing_is_claimed },
  { "^Done: the kernel was given", function(about) return judge.is_as_wanted(about.world, about.base, about.scenario) end },
  { "Going back did not work for every step", nothing_is_claimed },
  { "Boot arguments of others were lost", function(about) return tells_all_differences(about.world, about.base, about.lines) end },
  { "The rest of the way back can only be done in recovery", nothing_is_claimed },
  { "left the Mac in a state this program does not recognise", nothing_is_claimed },
  { "^Stopped: ", nothing_is_claimed },
  { "^This item is done", nothing_is_claimed }, -- its command was started; whatever that did is the answer
  { "^Only what step [%w, -]+ prepared is kept", nothing_is_claimed },
  { "^The Mac now: ", function(about, line) return tells_state(line, about.world) end },
  { "back to how it was before this run", function(about, line) return tells_state(line, about.base) end },
  { "not in force yet", nothing_is_claimed },
  { "^No way to a safer policy worked", function(about) return is_untouched_since(about.world, about.start) end },
}

-- The first claim that a line makes.
local function claim_of(line)
  for _, claim in ipairs(CLAIMS) do
    if type(line) == "string" and line:find(claim[1]) then return claim[2] end
  end
end

--- Is all so that the lines say?
-- @param about { world, start, base, scenario, lines }
-- @return nil, or what is wrong; lines of which none is known are wrong, too: nobody would hold them against anything
function sentence.check(about)
  local known = false
  for _, line in ipairs(about.lines) do
    local claim = claim_of(line)
    known = known or claim ~= nil
    local wrong = claim and claim(about, line)
    if wrong then return ("said %q, but %s"):format(line, wrong) end
  end
  return not known and ("nobody knows what %q claims"):format(tostring(about.lines[1])) or nil
end

return sentence
