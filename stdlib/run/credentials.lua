-- Who answers the tools' questions, and with what: the person, or user and password from the command line.
-- Must not show or store a password: it stays in locked memory of C's (runner/child/secret.h), and is wiped at the end.

local refusals = require "run.refusals"

local credentials = {}

local Credentials = {}
Credentials.__index = Credentials

local function sources_of(self)
  local made_up = self.made_up and "typed for you"
  local yes = self.yes and (made_up or "from --yes") or nil
  return { yes = yes, menu = yes, user = self.user and (made_up or "from --user") or nil,
    password = self.secret and (made_up or self.kept and "kept for this run" or "from --password-fd") or nil }
end

--- What is known of the answers before the first question, without reading a password.
-- @return the owner's short name or nil, and where the answers come from (see Credentials:sources)
function credentials.given(invocation)
  local options, rehearsal = invocation.options, invocation.rehearsal
  local user = options.user or rehearsal.user
  return user, sources_of { yes = options.yes, user = user, secret = options.password_fd or rehearsal.password,
    made_up = rehearsal.user ~= nil }
end

--- Gathers what there is to answer with.
-- @param invocation
-- @return credentials { yes, user, person, patience = seconds, secret, refusals = see run.refusals };
--   or nil and why --password-fd cannot be read
function credentials.open(invocation)
  local options, rehearsal = invocation.options, invocation.rehearsal
  local self = setmetatable({ yes = options.yes, user = options.user or rehearsal.user,
    person = invocation.person and not rehearsal.unattended, patience = rehearsal.patience or 10,
    offers = not options.json, made_up = rehearsal.user ~= nil, view = invocation.view }, Credentials)
  self.refusals = refusals.of(invocation.root or "")
  if rehearsal.password then
    self.secret = require("lib_secret").from_text(rehearsal.password)
  elseif options.password_fd then
    local secret, message = require("lib_secret").from_fd(options.password_fd)
    if not secret then return nil, ("--password-fd %d: %s"):format(options.password_fd, message) end
    self.secret = secret
  end
  return self
end

--- Who answers the tools' questions before a run: "given" by the command line, the "person", "unasked" when none will be asked, or
-- nil when nobody does.
function Credentials:who_answers(invocation)
  if invocation.options.user and self.secret then return "given" end
  if invocation.dry_run or invocation.rehearsal.user then return "unasked" end
  return invocation.person and "person" or nil
end

--- What run.prompts needs at one command's prompts.
-- @param names array of the installed systems' volume names
function Credentials:at_prompts(names)
  return { yes = self.yes, user = self.user, secret = self.secret, person = self.person, patience = self.patience, names = names }
end

--- Where the answers come from that nobody types, in words, by kind of question.
function Credentials:sources() return sources_of(self) end

--- The choice to type the password only once: told before the first tool that asks for one, off unless Tab is pressed.
-- @return the secret that takes it, or nil where there is nothing to offer
function Credentials:offer_to_remember()
  if not self.person or self.secret or not self.offers then return nil end
  if not self.offered then
    self.view.text("To type the password once for all of Apple's prompts in this run: press Tab at the password prompt, then "
      .. "type it. It is kept in locked memory, typed only at their prompts, and wiped at the end.")
    self.offered = require("lib_secret").new()
  end
  return self.offered
end

--- The person has typed a password to be remembered.
function Credentials:remember()
  self.secret, self.offered, self.kept = self.offered, nil, true
end

--- A password that was refused is not typed a second time, wherever it came from.
-- @return true when nobody is left who could give another
function Credentials:forget_refused()
  if self.secret then self.secret:wipe() end
  self.secret = nil
  return not self.person
end

--- Wipes what is remembered, and what was typed to be remembered.
function Credentials:wipe()
  if self.secret then self.secret:wipe() end
  if self.offered then self.offered:wipe() end
end

Credentials.__close = Credentials.wipe

return credentials
