-- What the tools' failures mean: every catalogue entry by the words the reference has for it.

local errors = require "screen.errors"
local random = require "tests.unit.lua.support.random"
local samples = require "tests.unit.lua.support.samples"

local TOOLS = { "csrutil", "bputil", "kmutil", "nvram", "diskutil", "curl", "hdiutil", "installer", "file" }

-- Tool, the tool's words, kind. Words from reference §1.2, §1.3, §1.6 (bputil), §2.2 (csrutil), §3.1 (kmutil), §4.1
-- (nvram).
local KNOWN = {
  { "bputil", 'Error Domain=BYErrorDomain Code=102 "Can\'t continue"', "network" },
  { "bputil", "Can't continue because you are not connected to the Internet", "network" },
  { "csrutil", 'csrutil: Failed to update security configuration for "Macintosh HD": The operation could not be completed.', "refused" },
  { "csrutil", 'csrutil: Failed to update security configuration for "Macintosh HD": Authentication failed', "credentials" },
  { "nvram", "nvram: Error creating CFTypeRef for value x", "value" },
  { "nvram", "Error setting variable - 'boot-args': (iokit/common) invalid argument.", "value" },
  { "csrutil", "csrutil: failed to modify system integrity configuration: Can't continue because you are not connected to the Internet",
    "network" },
  { "bputil", "pairing (17)", "pairing" },
  { "bputil", "SEP error 11: AP boot mode", "pairing" },
  { "bputil", "The tool requires running as root", "root" },
  { "bputil", "bputil is not yet supported on this platform", "platform" },
  { "bputil", "unknown user", "credentials" },
  { "bputil", "authentication token", "credentials" },
  { "bputil", "no admin users authorized for recovery", "owner" },
  { "bputil", "enter recovery key", "owner" },
  { "bputil", 'Error Domain=AMRestoreErrorDomain Code=3194 "Declined to authorize this image on this device for this user."',
    "newer-macos" },
  { "bputil", 'Error Domain=BYErrorDomain Code=401 "Failed to create local policy" UserInfo={NSUnderlyingError=0x6000 {Error '
    .. 'Domain=AMAuthInstallErrorDomain Code=94 "This device isn\'t eligible for the requested build."}}', "newer-macos" },
  { "csrutil", "csrutil: failed to modify system integrity configuration: This device isn't eligible for the requested build.",
    "newer-macos" },
  { "bputil", 'Error Domain=BYErrorDomain Code=401 "Failed to create local policy"', "refused" },
  { "bputil", 'Error Domain=BYErrorDomain Code=602 "The volume is not bootable"', "bootability" },
  { "csrutil", "This tool needs to be executed from Recovery OS.", "place" },
  { "csrutil", "This tool needs to be executed from the Recovery OS.", "place" },
  { "csrutil", "authentication failure", "credentials" },
  { "csrutil", "failed to authenticate", "credentials" },
  { "csrutil", "Failed to authenticate.", "credentials" },
  { "csrutil", "failed to set credential", "credentials" },
  { "csrutil", "incorrect password", "credentials" },
  { "csrutil", "Unknown user - try again!", "credentials" },
  { "csrutil", "no administrator", "owner" },
  { "csrutil", "pairing (17)", "pairing" },
  { "csrutil", "aborted", "declined" },
  { "csrutil", "csrutil: failed to modify system integrity configuration.", "refused" },
  { "kmutil", "Unable to set credentials, possibly wrong name or password", "credentials" },
  { "kmutil", "not a valid admin user for the volume at /Volumes/Preboot/X/", "credentials" },
  { "kmutil", "Boot policy error: Error updating custom os local policy: code pairing (17)", "pairing" },
  { "kmutil", "Error setting third-party kexts tag: pairing 17", "pairing" },
  { "kmutil", "Could not find a SDK or KDK", "kit" },
  { "kmutil", "Could not find: kernel mach-o", "kit" },
  { "kmutil", "a collection without baseKC", "kit" },
  { "kmutil", "Read-only file system", "preboot" },
  { "kmutil", "No space left on device", "preboot" },
  { "csrutil", "csrutil: failed to clear system integrity configuration: The operation could not be completed.", "refused" },
  { "bputil", "Can't get local policy for Volume Group UUID 5D0D176D-E8CC-4E8B-815C-444A679390BD", "no-policy" },
  { "bputil", "Failed to display local policy for volume group 5D0D176D-E8CC-4E8B-815C-444A679390BD", "no-policy" },
  { "bputil", "Could not detect whether selected local policy was BAA signed", "no-policy" },
  { "bputil", "Failed to obtain values from the current local policy", "no-policy" },
  { "kmutil", "One or more binaries has an error which prevented linking.  See other errors.", "link" },
  { "kmutil", "Authenticating extension failed: Bad code signature", "signature" },
  { "nvram", "nvram: Error getting variable - 'boot-args': (iokit/common) data was not found", "absent" },
  { "nvram", "Error setting variable - 'boot-args': (iokit/common) timeout.", "refused" },
  { "nvram", "Error deleting variable - 'boot-args': (iokit/common) timeout (0xe00002d6)", "refused" },
  { "nvram", "(iokit/common) not permitted", "denied" },
  { "nvram", "(iokit/common) privilege violation", "root" },
  { "nvram", "(iokit/common) no space", "length" },
  { "nvram", "(iokit/common) general error", "denied" },
  { "diskutil", "Error: Passphrase incorrect", "credentials" },
  { "diskutil", "incorrect passphrase", "credentials" },
  { "kmutil", 'Error Domain=KMErrorDomain Code=31 "bind failure"', "link" },
  { "kmutil", "Error: Unknown option '--no-variant-extension'", "option" },
  { "kmutil", "Unable to resolve dependencies com.apple.kpi.x", "kit" },
  { "curl", "curl: (6) Could not resolve host: dortania.github.io", "network" },
  { "curl", "curl: (7) Failed to connect to github.com port 443", "network" },
  { "curl", "curl: (28) Connection timed out after 30001 milliseconds", "network" },
  { "curl", "curl: (28) Operation too slow. Less than 1 bytes/sec transferred the last 60 seconds", "network" },
  { "curl", "curl: (18) transfer closed with 12 bytes remaining to read", "network" },
  { "bputil", 'bputil: failed to set credential: Error Domain=com.apple.LocalAuthentication Code=-1 "Password rejected (3)"',
    "credentials" },
  { "csrutil", 'Error Domain=com.apple.LocalAuthentication Code=-1 "User not found"', "credentials" },
  { "kmutil", "kmutil: failed to set credential", "credentials" },
  { "kmutil", "Error Domain=com.apple.LocalAuthentication Code=-5", "credentials" },
  { "kmutil", "Authentication failure.", "credentials" },
  { "diskutil", "Too many recent unlock attempts; unlocking disabled", "wait" },
  { "bputil", 'Error Domain=BYErrorDomain Code=103 "Owner authentication is required"', "owner" },
  { "csrutil", "csrutil: no admin users authorized for recovery", "owner" },
  { "csrutil", 'csrutil: Failed to update security configuration for "Macintosh HD": Manifest verification failed', "refused" },
  { "csrutil", "csrutil: failed to set system integrity configuration in boot policy", "seal" },
  { "csrutil", "csrutil: The OS environment does not allow changing security configuration options.", "place" },
  { "kmutil", "Error: configure-boot can only be run in Recovery Mode", "place" },
  { "kmutil", "configure-boot must be run from macOS Recovery", "place" },
  { "kmutil", "You must move to Reduced Security (using Startup Security Utility) before installing custom boot objects.", "mode" },
  { "kmutil", 'Error Domain=KMErrorDomain Code=71 "Fileset Error: Invalid Mach-O boot properties"', "target" },
  { "curl", "curl: (22) The requested URL returned error: 404", "gone" },
  { "curl", "curl: (23) Failure writing output to destination", "room" },
  { "curl", "curl: (60) SSL certificate problem: certificate is not yet valid", "network" },
  { "hdiutil", "hdiutil: attach failed - image not recognized", "image" },
  { "hdiutil", "hdiutil: attach failed - corrupt image", "image" },
  { "hdiutil", "hdiutil: couldn't eject disk4 - Resource busy", "busy" },
  { "installer", "installer: This package requires authentication to install.", "root" },
  { "installer", "installer: Not enough free space on the volume.", "room" },
  { "file", "cannot write /x: No space left on device", "room" },
  { "file", "cannot write /x: Read-only file system", "room" },
  { "file", "cannot write /x: Permission denied", "root" },
  { "file", "cannot write /x: Operation not permitted", "root" },
}

-- The catalogue's own words for each kind of trouble that a password has nothing to do with.
local function innocent()
  local list = {}
  for _, known in ipairs(KNOWN) do
    if known[3] ~= "credentials" then list[#list + 1] = known end
  end
  return list
end

-- Whole lines that the collection of facts quotes of the four tools that act, walked to the end: none may be new to this program.
local QUOTED = {
  csrutil = { -- recovery-tools §2.2, facts-2026-11 A.5, darwin-2026-11 §10, field
    "csrutil: failed to modify system integrity configuration. This tool needs to be executed from Recovery OS.",
    "csrutil: failed to modify system integrity configuration. This tool needs to be executed from the Recovery OS.",
    "failed to clear system integrity configuration: Failed to authenticate.", "authentication failure", "Authentication failed",
    "failed to set credential", "no administrator was found", "incorrect password", "Unknown user - try again!", "aborted",
    "csrutil: no admin users authorized for recovery", "csrutil: failed to set system integrity configuration in boot policy",
    "csrutil: Failed to update security configuration for \"Macintosh HD\": Manifest verification failed",
    "csrutil: The OS environment does not allow changing security configuration options.",
  },
  bputil = { -- recovery-tools §1.2, §1.3, §1.5, §1.6, facts-2026-11 A.1
    "The tool requires running as root", "bputil is not yet supported on this platform", "unknown user", "enter recovery key",
    "no admin users authorized for recovery", "authentication token", "Failed to create local policy",
    "Can't get local policy for Volume Group UUID X", "Failed to display local policy for volume group X",
    "Could not detect whether selected local policy was BAA signed", "Failed to obtain values from the current local policy",
    "Error Domain=BYErrorDomain Code=102 \"Can't continue because you are not connected to the Internet\"",
    "Error Domain=BYErrorDomain Code=103 \"Owner authentication is required\"", "BYServiceErrorDomain Code=602 \"(null)\"",
    "Error Domain=com.apple.bootpolicy Code=17 \"pairing (17)\"", "AP boot mode",
  },
  kmutil = { -- recovery-tools §3.1, §3.3, facts-2026-11 A.3, C, darwin-2026-11 §10, field
    "Boot policy error: Error updating custom os local policy: code pairing (17)",
    "Boot policy error: Error setting 3rd party kexts tag: code pairing (17)", "Error setting third-party kexts tag: pairing 17",
    "not a valid admin user for the volume at /Volumes/Preboot/X/", "Unable to set credentials, possibly wrong name or password",
    "DeveloperTools Error: Could not find a SDK or KDK installed that matches system's build version 26A428",
    "Could not find: kernel mach-o at //System/Library/Kernels/kernel.development", "Code=30 \"Read-only file system\"",
    "Code=31 \"Cannot build pageableKC/auxKC without baseKC\"", "configure-boot must be run from macOS Recovery",
    "Error Domain=KMErrorDomain Code=71 \"Fileset Error: Invalid Mach-O boot properties\"", "can only be run in Recovery Mode",
    "You must move to Reduced Security (using Startup Security Utility) before installing custom boot objects.",
    "One or more binaries has an error which prevented linking.  See other errors.",
    "Unable to resolve dependencies: 'a' names a dependency on 'b', which was not found.",
    "Authenticating extension failed: Bad code signature",
  },
  nvram = { -- recovery-tools §4.1, facts-2026-11 B.1, B.3, B.4
    "nvram: Error getting variable - 'boot-args': (iokit/common) data was not found",
    "Error setting variable - 'boot-args': (iokit/common) not permitted.",
    "Error setting variable - 'boot-args': (iokit/common) privilege violation.",
    "Error setting variable - 'boot-args': (iokit/common) general error.",
    "Error setting variable - 'boot-args': (iokit/common) invalid argument.",
    "Error setting variable - 'boot-args': (iokit/common) no space for data.", "nvram: Error creating CFTypeRef for value x",
    "Error deleting variable - 'X': (iokit/common) data was not found (0xe00002f0)",
  },
}

-- The failure of a tool that exited with status 1 and printed this.
local function failed(tool, output)
  return errors.explain(tool, { output = output, exit = 1 })
end

describe("errors.explain", function()
  for _, known in ipairs(KNOWN) do
    it(("calls %s's \"%s\" %s"):format(known[1], known[2], known[3]), function()
      local meaning = failed(known[1], "Progress ...\n  " .. known[2] .. "\r\n")
      assert.are.same({ known[3], known[2] }, { meaning.kind, meaning.words })
      for _, field in ipairs { "cause", "cure", "unaffected" } do assert.is_string(meaning[field], field) end
    end)
  end

  it("knows every failure that is quoted anywhere", function()
    for tool, lines in pairs(QUOTED) do
      for _, line in ipairs(lines) do assert.are_not.equal("unknown", failed(tool, line .. "\n").kind, tool .. ": " .. line) end
    end
  end)

  it("knows the recorded failures", function()
    for name, kind in pairs {
      ["aiss50-12/bputil-pairing.txt"] = "pairing", ["brain-15.7/bputil-full-offline.txt"] = "network",
      ["brain-15.7/bputil-not-root.txt"] = "root", ["brain-15.7/kmutil-pairing.txt"] = "pairing",
      ["brain-15.7/kmutil-kexts-pairing.txt"] = "pairing", ["brain-15.7/kmutil-not-admin.txt"] = "credentials",
      ["brain-15.7/kmutil-password.txt"] = "credentials", ["pomme-26.6.2/csrutil-aborted.txt"] = "declined",
      ["s30840096530-13/csrutil-outside-recovery.txt"] = "place",
      ["s30840096530-13/csrutil-outside-recovery-older.txt"] = "place",
      ["nvramc-26.5.2/nvram-denied.stderr.txt"] = "denied", ["nvramc-26.5.2/nvram-denied-older.stderr.txt"] = "denied",
      ["nvramc-26.5.2/nvram-general.stderr.txt"] = "denied", ["nvramc-26.5.2/nvram-privilege.stderr.txt"] = "root",
    } do
      assert.are.equal(kind, failed(name:match("/(%l+)"), samples.read(name)).kind, name)
    end
  end)

  it("reaches every entry of every catalogue", function()
    local reached = {}
    for _, known in ipairs(KNOWN) do
      local entries = { table.unpack(require "tool.apple_errors") }
      table.move(require("tool." .. known[1]).errors, 1, 99, #entries + 1, entries)
      for _, entry in ipairs(entries) do
        if known[2]:find(entry.pattern) then
          reached[entry] = true
          break
        end
      end
    end
    for _, entry in ipairs(require "tool.apple_errors") do assert.is_true(reached[entry], entry.pattern) end
    for _, tool in ipairs(TOOLS) do
      for _, entry in ipairs(require("tool." .. tool).errors) do
        assert.is_true(reached[entry], ("%s: %s"):format(tool, entry.pattern))
      end
    end
  end)

  it("calls no dialogue without a failure a password error", function()
    for _, name in ipairs { "s28265119556-12/csrutil-disable.txt", "s28265119556-12/csrutil-enable.txt",
      "brain-15.7/kmutil-configure-boot.txt", "pomme-26.6.2/bputil-prompts.txt", "silo-26/csrutil-prompts.txt",
      "kolide-12.1/bputil.stderr.txt", "silo-26/csrutil-already.txt", "pomme-26.6.2/csrutil-clear.txt" } do
      assert.are.equal("unknown", failed(name:match("/(%l+)"), samples.read(name)).kind, name)
    end
  end)

  it("calls nothing a password error that a password has nothing to do with, prompts before it or not", function()
    local dialogue = "Authorized user: ada\nPassword       : \nEnter password for user ada: \nUsername: ada\nPassword:\n"
    for _, known in ipairs(innocent()) do
      local meaning = failed(known[1], dialogue .. known[2] .. "\n")
      assert.are.equal(known[3], meaning.kind, known[2])
      assert.is_nil(meaning.cause:lower():find("password", 1, true), known[2])
    end
  end)

  it("goes by what the tool says last: a name mistyped on the way is not why it failed", function()
    local mistyped = "Authorized user: bob\nUnknown user - try again!\nAuthorized user: ada\nPassword       : \n"
    for _, known in ipairs(innocent()) do
      if known[1] == "csrutil" or known[1] == "bputil" then
        assert.are.equal(known[3], failed(known[1], mistyped .. known[2] .. "\n").kind, known[2])
      end
    end
    assert.are.equal("credentials", failed("csrutil", "pairing (17)\nFailed to authenticate.\n").kind)
  end)

  it("quotes the whole message of a failure nobody knows, and not what was asked before it", function()
    local message = "Error Domain=X Code=9 {\na=1\n}\nlast: words"
    for _, question in ipairs { "Password:", "Really? [y/n]: y", "Are you sure you want to do this? (enter y or n) y",
      "Authorized user: ada", "Enter a username of an authorized user: ada", "Do you want to continue?" } do
      assert.are.equal(message, failed("kmutil", "warning\n" .. question .. "\n" .. message .. "\n").words, question)
    end
    assert.are.equal(12, select(2, (failed("kmutil", ("line\n"):rep(40)).words .. "\n"):gsub("\n", "")))
  end)

  it("quotes the last words of a failure nobody knows", function()
    assert.are.same({ kind = "unknown", words = "first\nsecond?",
      cause = "this program does not know this error",
      cure = "read what Apple's tool said above; `vmq-recovery status` shows the Mac as it is now" },
      failed("bputil", "first\n  second\27 \n\n"))
    assert.are.equal("(it said nothing)", failed("kmutil", " \n\n").words)
    assert.are.equal(1000, #failed("kmutil", ("x"):rep(5000)).words)
  end)

  it("is quick, whatever a tool prints", function()
    local begun = os.clock()
    for _, odd in ipairs { "x" .. (" "):rep(60000) .. "y", ("\255"):rep(262144), ("pairing (17)"):rep(5000),
      (" \n"):rep(30000) } do
      failed("csrutil", odd)
      failed("csrutil", "pairing (17)" .. odd)
    end
    assert.is_true(os.clock() - begun < 2, ("%.1f s"):format(os.clock() - begun))
  end)

  it("knows no catalogue for a plan's own tool, nor for a name that is no tool's", function()
    for _, tool in ipairs { "mytool", "bputil_layout", "../engine" } do
      assert.are.equal("unknown", failed(tool, "incorrect password\npairing (17)").kind)
    end
  end)

  it("takes the kind from who knows better", function()
    local meaning = errors.explain("kmutil", { output = "Password:", refused_credentials = true, exit = 0 })
    assert.are.same({ "credentials", "Password:", "nothing was changed" },
      { meaning.kind, meaning.words, meaning.unaffected })
    assert.truthy(meaning.cure:find("short name", 1, true))
  end)

  it("never calls random output a password error", function()
    local r = random.new(51)
    for _ = 1, 2000 do
      local tool = r.pick(TOOLS)
      if failed(tool, r.bytes(r.int(0, 200))).kind ~= "unknown" then error("random bytes were understood") end
    end
  end)
end)

-- This program's own entries: what reaches each. Some are the engine's and the journal's: their words are printed by the
-- commands, and tests/end_to_end makes them.
describe("an ending without known words", function()
  for kind, outcome in pairs {
    silent = { timed_out = true, signal = 15 }, question = { gave_up = true, exit = 1 }, killed = { signal = 9 },
    claimed = { exit = 0 }, ["not-started"] = { refused = true }, unknown = { exit = 71 },
  } do
    it("is " .. kind, function()
      outcome.output = "odd words\n"
      local meaning, own = errors.explain("kmutil", outcome), errors.ours(kind)
      assert.are.same({ kind, "odd words", own.cause, own.cure, own.unaffected },
        { meaning.kind, meaning.words, meaning.cause, meaning.cure, meaning.unaffected })
    end)
  end

  it("is silent too when it only stopped talking", function()
    assert.are.equal("silent", errors.explain("bputil", { silent = true, signal = 15 }).kind)
    assert.are.equal("(it said nothing)", errors.explain("bputil", { silent = true }).words)
  end)

  it("counts for less than the tool's own words", function()
    for _, outcome in ipairs { { exit = 0 }, { signal = 9 }, { gave_up = true }, { timed_out = true } } do
      outcome.output = "Failed to authenticate.\n"
      assert.are.equal("credentials", errors.explain("csrutil", outcome).kind)
    end
  end)

  it("counts for less than what the program itself saw of the credentials", function()
    assert.are.equal("credentials", errors.explain("kmutil", { output = "pairing (17)", refused_credentials = true }).kind)
  end)
end)

describe("errors.all", function()
  local OURS = { "silent", "question", "killed", "claimed", "not-started", "journal", "corrupt", "locked", "at-work", "attempts",
    "barred", "undone",
    "neither", "unknown" }

  it("holds every pattern of every tool, and this program's own, each with cause and cure", function()
    local listed = 0
    for _, part in ipairs(errors.all()) do
      assert.truthy(part.title:find(" says$"))
      for _, entry in ipairs(part.entries) do
        listed = listed + #entry.texts
        for _, field in ipairs { "cause", "cure" } do assert.is_string(entry.meaning[field], entry.texts[1]) end
      end
    end
    local known = #OURS + #require "tool.apple_errors"
    for _, tool in ipairs(TOOLS) do known = known + #require("tool." .. tool).errors end
    assert.are.equal(known, listed)
  end)

  it("knows of its own entries those that tests reach, no other", function()
    local parts = errors.all()
    assert.are.equal(#OURS, #parts[#parts].entries)
    for _, kind in ipairs(OURS) do assert.is_string(errors.ours(kind).text, kind) end
  end)

  it("writes patterns as words", function()
    for _, part in ipairs(errors.all()) do
      for _, entry in ipairs(part.entries) do
        for _, words in ipairs(entry.texts) do assert.is_nil(words:find("[%%%[%]^?]"), words) end
      end
    end
  end)
end)

describe("a tool that did nothing", function()
  it("was not answered with y, where its question shows that", function()
    local function cause(output) return errors.explain("kmutil", { exit = 0, output = output }).cause end
    local claimed = errors.ours("claimed").cause
    for output, declined in pairs { ["Are you sure? (enter y or n)(not kept)\n"] = true, ["Sure? [y/n]: n\n"] = true,
      ["Sure? [y/n]: n\nSure? [y/n]: y\n"] = false, ["Are you sure? (enter y or n) Y\n"] = false, ["Sure? [y/n]: \n"] = false,
      ["done\n"] = false } do
      assert.are.equal(declined and "the tool's question was not answered with y, so it did nothing" or claimed, cause(output), output)
    end
    local failure = failed("kmutil", "Sure? [y/n]: n\nAborting.\n")
    assert.are.same({ "unknown", "Aborting.", "the tool's question was not answered with y, so it did nothing" },
      { failure.kind, failure.words, failure.cause })
    assert.are.equal(errors.ours("unknown").cause, failed("kmutil", "Sure? [y/n]: y\nOdd words.\n").cause)
  end)
end)
