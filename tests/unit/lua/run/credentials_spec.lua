-- Who answers the tools' questions: given, typed once, refused and forgotten, wiped.

local credentials_module = require "run.credentials"
local read_only = require "tests.unit.lua.support.read_only"

local real, secrets, said
before_each(function()
  real, secrets, said = package.loaded.lib_secret or false, {}, {}
  local function new(kind)
    return function(value)
      if value == 9 then return nil, "cannot read: Bad file descriptor" end
      local secret = { kind = kind, value = value, wiped = 0 }
      function secret:wipe() self.wiped = self.wiped + 1 end
      secrets[#secrets + 1] = secret
      return secret
    end
  end
  package.loaded.lib_secret = { new = new "empty", from_fd = new "fd", from_text = new "text" }
end)
after_each(function() package.loaded.lib_secret = real or nil end)

local function invocation_of(options, more)
  local made = { options = options or {}, rehearsal = {}, person = false, dry_run = false, root = "" }
  for name, value in pairs(more or {}) do made[name] = value end
  made = read_only(made)
  return setmetatable({ view = { text = function(words) said[#said + 1] = words end } }, { __index = made })
end

local function open(options, more)
  local invocation = invocation_of(options, more)
  local credentials = assert(credentials_module.open(invocation))
  return credentials, credentials:who_answers(invocation)
end

describe("credentials.open", function()
  it("reads the password from the descriptor that was named", function()
    local credentials, who = open { user = "ada", password_fd = 5, yes = true }
    assert.are.same({ "given", "fd", 5 }, { who, credentials.secret.kind, credentials.secret.value })
  end)

  it("says why it cannot be read", function()
    assert.are.same({ nil, "--password-fd 9: cannot read: Bad file descriptor" },
      { credentials_module.open(invocation_of { password_fd = 9 }) })
  end)

  it("takes a rehearsal's in place of the person's", function()
    local credentials = open({ password_fd = 9 }, { rehearsal = { password = "made up", user = "eva", patience = 1, unattended = true },
      person = true })
    assert.are.same({ { yes = nil, user = "eva", secret = credentials.secret, person = false, patience = 1, names = { "HD" } }, "text" },
      { credentials:at_prompts { "HD" }, credentials.secret.kind })
  end)

  it("hands out what answers the prompts", function()
    local credentials = open({ user = "ada", yes = true }, { person = true })
    assert.are.same({ yes = true, user = "ada", secret = nil, person = true, patience = 10, names = {} }, credentials:at_prompts {})
  end)
end)

describe("who answers", function()
  it("is nobody, the person, what was given, or nobody is asked", function()
    for _, case in ipairs {
      { nil, {}, {} }, { "person", {}, { person = true } }, { "unasked", {}, { dry_run = true } },
      { "unasked", {}, { rehearsal = { user = "eva" } } }, { nil, { user = "ada" }, {} }, { nil, { password_fd = 5 }, {} },
      { "given", { user = "ada", password_fd = 5 }, { person = true, dry_run = true } },
      { "person", { user = "ada" }, { person = true } },
    } do
      assert.are.equal(case[1], select(2, open(case[2], case[3])))
    end
  end)
end)

describe("where the answers come from", function()
  it("is the command line, what was kept, or the rehearsal", function()
    local given = { yes = true, user = "ada", password_fd = 5 }
    assert.are.same({ yes = "from --yes", menu = "from --yes", user = "from --user", password = "from --password-fd" },
      (open(given)):sources())
    local typed = open({}, { person = true })
    typed:offer_to_remember()
    assert.are.same({}, typed:sources())
    typed:remember()
    assert.are.same({ password = "kept for this run" }, typed:sources())
    local made_up = open({ yes = true }, { rehearsal = { user = "eva", password = "made up" } })
    assert.are.same({ "typed for you", "typed for you", "typed for you" },
      { made_up:sources().yes, made_up:sources().user, made_up:sources().password })
  end)

  it("is known before the password is read", function()
    local user, sources = credentials_module.given(invocation_of { user = "ada", password_fd = 9 })
    assert.are.same({ "ada", { user = "from --user", password = "from --password-fd" } }, { user, sources })
    assert.are.same({ nil, {} }, { credentials_module.given(invocation_of {}) })
    user, sources = credentials_module.given(invocation_of({ yes = true }, { rehearsal = { user = "eva", password = "x" } }))
    assert.are.same({ "eva", "typed for you" }, { user, sources.password })
  end)
end)

describe("a password to be typed once", function()
  it("is offered in words once, and taken by the same secret until it is typed", function()
    local credentials = open({}, { person = true })
    local first = credentials:offer_to_remember()
    assert.are.same({ "empty", true, 1 }, { first.kind, rawequal(first, credentials:offer_to_remember()), #said })
    assert.truthy(said[1]:find("press Tab at the password prompt", 1, true))
    assert.is_nil(credentials:at_prompts({}).secret)
  end)

  it("is remembered and offered no more", function()
    local credentials = open({}, { person = true })
    local secret = credentials:offer_to_remember()
    credentials:remember()
    assert.are.same({ true, nil }, { rawequal(secret, credentials:at_prompts({}).secret), credentials:offer_to_remember() })
  end)

  it("is not offered where there is nobody, nothing to offer, or no screen for it", function()
    for _, case in ipairs { { {}, {} }, { { password_fd = 5 }, { person = true } }, { { json = true }, { person = true } },
      { {}, { person = true, rehearsal = { unattended = true } } } } do
      assert.is_nil((open(case[1], case[2])):offer_to_remember())
    end
    assert.are.same({}, said)
  end)

  it("that is refused is wiped, forgotten and offered again", function()
    local credentials = open({}, { person = true })
    local secret = credentials:offer_to_remember()
    credentials:remember()
    credentials:forget_refused()
    assert.are.same({ 1, nil }, { secret.wiped, credentials:at_prompts({}).secret })
    assert.are_not.equal(secret, credentials:offer_to_remember())
    assert.are.equal(2, #said)
  end)

  it("that came from the command line and was refused is not typed again, and nobody is left to give another", function()
    local credentials = open { user = "ada", password_fd = 5 }
    assert.is_true(credentials:forget_refused())
    assert.are.same({ 1, nil }, { secrets[1].wiped, credentials:at_prompts({}).secret })
    assert.is_false(open({ user = "ada", password_fd = 5 }, { person = true }):forget_refused())
  end)
end)

describe("credentials", function()
  it("are wiped: what was given, what was typed, and what was offered", function()
    local given = open { password_fd = 5 }
    given:wipe()
    local typed = open({}, { person = true })
    typed:offer_to_remember()
    typed:wipe()
    typed:remember()
    typed:wipe()
    open({}):wipe()
    assert.are.same({ 1, 2 }, { secrets[1].wiped, secrets[2].wiped })
  end)

  it("are wiped where they go out of sight", function()
    do
      local held <close> = open { password_fd = 5 } -- luacheck: ignore
    end
    assert.are.equal(1, secrets[1].wiped)
  end)
end)
