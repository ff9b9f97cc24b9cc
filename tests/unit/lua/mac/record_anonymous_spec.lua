-- An anonymous record: nothing that only this Mac has can be found in it, in whatever form; what is left can be rehearsed.

local anonymous = require "mac.record_anonymous"
local base64 = require "base.base64"
local mac = require "sim.mac"
local mac_record = require "mac.record"
local recorder = require "tests.unit.lua.support.recorder"

local APPLES = { ["Macintosh HD"] = true, ["Macintosh HD - Data"] = true, Data = true, Preboot = true, Recovery = true, VM = true }

local function add_all(list, ...)
  for _, value in ipairs { ... } do list[#list + 1] = value end
end

local function le_hex(number) return (string.pack("<I8", number):gsub(".", function(b) return ("%02x"):format(b:byte()) end)) end

-- Every name and number that only this Mac has, in each form in which it may stand somewhere.
local function secrets_of(state)
  local list, ecid = {}, tonumber(state.mac.ecid)
  add_all(list, ("%x"):format(ecid), ("%d"):format(ecid), le_hex(ecid), base64.encode(string.pack("<I8", ecid)))
  for _, group in ipairs(state.groups) do
    add_all(list, group.uuid, group.uuid:gsub("%-", ""), APPLES[group.name] and "\0" or group.name)
    for _, tag in ipairs { "lpnh", "rpnh", "ronh", "nsih", "spih", "coih", "auxp", "auxi", "auxr", "kuid" } do
      add_all(list, group.policy[tag] or "\0")
    end
  end
  for _, volume in ipairs(state.volumes) do add_all(list, volume.uuid, APPLES[volume.name] and "\0" or volume.name) end
  for _, owner in ipairs(state.owners) do add_all(list, owner.short, owner.full) end
  add_all(list, state.container.uuid, "02:1a:2B:33:44:55", "22806627")
  return list
end

local function stands_in(text, secret)
  local low, from = text:lower(), 1
  while true do
    local at, to = low:find(secret:lower(), from, true)
    if not at then return false end
    local inside = low:sub(at, at):find("%w") and low:sub(at - 1, at - 1):find("%w")
      or low:sub(to, to):find("%w") and low:sub(to + 1, to + 1):find("%w")
    if not inside then return true end
    from = to + 1
  end
end

-- Words of somebody who wrote everything into the boot arguments.
local function boot_args_of(state)
  local ecid, owner = tonumber(state.mac.ecid), state.owners[1]
  return table.concat({ "-v", "debug=0x14e", "kdk=/Users/" .. owner.short .. "/KDK_1.kdk", "ecid=" .. state.mac.ecid, "n=" .. ecid,
    "le=" .. le_hex(ecid), "u=" .. state.groups[1].uuid:lower(), "m=02:1a:2B:33:44:55", "name=" .. state.groups[1].name:gsub(" ", "%%20"),
    "who=" .. owner.full:upper() }, " ")
end

local CIRCUMSTANCES = { {}, { "macos" }, { "names-with-accents", "several-owners" }, { "hostile-name" }, { "linux-stub" },
  { "two-of-one-name" }, { "custom-kernel-installed" }, { "reduced-with-kexts" }, { "guest" }, { "macos", "kit-installed" },
  { "other-containers" }, { "on-battery" } }

local function check(name, circumstances)
  local state = assert(mac.new(name, circumstances))
  table.insert(state.nvram, { name = "boot-args", value = boot_args_of(state) })
  local _, text = recorder.record(state, anonymous.replace)
  for _, secret in ipairs(secrets_of(state)) do
    assert.is_false(stands_in(text, secret), ("%s %s: %q"):format(name, table.concat(circumstances, " "), secret))
  end
  return text
end

describe("an anonymous record", function()
  for _, name in ipairs(require("sim.catalogue").names()) do
    it("holds no name and no number of its Mac: " .. name, function()
      for index, circumstances in ipairs(CIRCUMSTANCES) do
        if index % 3 == #name % 3 or os.getenv "DEEP" then check(name, circumstances) end
      end
    end)
  end

  it("says so, and can be read and described", function()
    local found = assert(mac_record.read(check("m2-15", { "several-owners", "names-with-accents" })))
    assert.are.equal("replaced", found.names)
    local described = assert(require("command.record_likeness").describe(found))
    assert.are.same({ "Volume 1", "Volume 1 - Data" }, { described.groups[1].name, described.groups[1].data.name })
    assert.are.same({ { short = "owner1", full = "Owner 1" }, { short = "owner2", full = "Owner 2" } }, described.groups[1].owners)
    assert.are.equal(described.default, described.groups[1].uuid)
    assert.truthy(described.nvram[1].value:find("kdk=/Users/owner1/KDK_1.kdk ecid=0xEC1D", 1, true), described.nvram[1].value)
  end)

  it("looks for names in what may print one, and in nothing else that is no property list", function()
    local LIST = "<plist><dict><key>Name</key><string>Garden</string></dict></plist>"
    local SPEAKERS = { ["/usr/sbin/diskutil"] = true, ["/usr/sbin/nvram"] = true, ["/usr/bin/csrutil"] = true,
      ["/usr/bin/bputil"] = false, ["/usr/bin/uname"] = false, ["/usr/sbin/sysctl"] = false }
    local record = { facts = { { name = "owner", "G", "ada", "Ada Lovelace" } }, commands = {
      { argv = { "/usr/sbin/diskutil", "info", "-plist", "/" }, stdout = LIST },
      { argv = { "/usr/sbin/sysctl", "-n", "kern.bootargs" }, stdout = "Garden of ada" },
    } }
    for path in pairs(SPEAKERS) do
      record.commands[#record.commands + 1] = { argv = { path, "x" }, stdout = "Garden of ada", stderr = "Garden" }
    end
    anonymous.replace(record)
    assert.is_nil(record.commands[1].stdout:find("Garden", 1, true))
    assert.are.equal("Volume 1 of owner1", record.commands[2].stdout)
    for index = 3, #record.commands do
      local command = record.commands[index]
      assert.are.equal(SPEAKERS[command.argv[1]] and "Volume 1 of owner1" or "Garden of ada", command.stdout, command.argv[1])
      assert.are.equal("Volume 1", command.stderr)
    end
  end)

  -- What becomes of a text where diskutil has printed this.
  local function beside(listed, text)
    local record = { facts = {}, commands = { { argv = { "/usr/sbin/diskutil" }, stdout = "<plist>" .. listed .. "</plist>" },
      { argv = { "/usr/bin/csrutil" }, stdout = text } } }
    anonymous.replace(record)
    return record.commands[2].stdout
  end

  it("knows the volumes' names wherever diskutil lists them, and nothing else for a name", function()
    local function dict(key, value) return ("<dict><key>%s</key>%s</dict>"):format(key, value) end
    local function list(key, inside) return dict(key, "<array>" .. inside .. "</array>") end
    local name = dict("Name", "<string>Garden</string>")
    for _, listed in ipairs { name, dict("VolumeName", "<string>Garden</string>"), dict("MountPoint", "<string>/Volumes/Garden</string>"),
      list("Containers", list("Volumes", name)), list("Containers", list("VolumeGroups", list("Volumes", name))) } do
      assert.are.equal("Volume 1", beside(listed, "Garden"), listed)
    end
    for _, listed in ipairs { dict("Title", "<string>Garden</string>"), dict("Name", "<true/>"), list("Others", name),
      dict("MountPoint", "<string>/Volumes/Garden/x</string>"), dict("MountPoint", "<string>/System/Volumes/Garden</string>") } do
      assert.are.equal("Garden", beside(listed, "Garden"), listed)
    end
  end)

  it("keeps the names that Apple gives", function()
    for _, name in ipairs { "Macintosh HD", "Macintosh HD - Data", "Data", "Preboot", "Recovery", "VM", "Update", "xART", "Hardware",
      "iSCPreboot", "macOS Base System" } do
      anonymous.tell({ name = function() error(name) end }, { name }, {})
    end
  end)

  it("looks for names in those facts that may hold one", function()
    for fact, wanted in pairs { owner = "Owner 1", trial = "Owner 1", said = "Owner 1", chip = "Ada Lovelace" } do
      local record = { facts = { { name = "owner", "G", "ada", "Ada Lovelace" }, { name = fact, "G", "ada", "Ada Lovelace" } },
        commands = {} }
      anonymous.replace(record)
      assert.are.equal(wanted, record.facts[2][3], fact)
    end
  end)

  it("takes the chip's number from bputil's words and from its JSON, where there is one", function()
    local function told(printed)
      local numbers = {}
      anonymous.tell_chip({ number = function(_, number) numbers[#numbers + 1] = number end }, printed)
      return numbers
    end
    assert.are.same({ { 0xEC1D }, { 0xEC1D }, { 60445 } },
      { told "Unique Chip ID (ECID): 0xEC1D", told "(ECID): 0Xec1d", told '{"ECID" : 60445}' })
    for _, printed in ipairs { "", "(ECID): 0x0", '{"ECID": 0}', "ECID: 0xEC1D" } do assert.are.same({}, told(printed)) end
  end)

  it("takes a battery's number out of what pmset prints", function()
    for path, wanted in pairs { ["/usr/bin/pmset"] = "(id=1)", ["/usr/bin/uname"] = "(id=7)" } do
      local record = { facts = {}, commands = { { argv = { path }, stdout = "(id=7)" } } }
      anonymous.replace(record)
      assert.are.equal(wanted, record.commands[1].stdout)
    end
  end)

  it("replaces names in a property list wherever it begins, and numbers in each word of a command", function()
    local group = "5D0D176D-E8CC-4E8B-815C-444A679390BD"
    local record = { facts = { { name = "owner", group, "ada", "Ada Lovelace" } }, commands = {
      { argv = { "/usr/bin/sw_vers", group, group }, stdout = "<plist><dict><key>Name</key><string>Ada Lovelace</string></dict></plist>" },
    } }
    anonymous.replace(record)
    local command = record.commands[1]
    assert.truthy(command.stdout:find("<string>Owner 1</string>", 1, true), command.stdout)
    assert.are_not.equal(group, command.argv[2])
    assert.are.equal(command.argv[2], command.argv[3])
  end)

  it("takes parts of a full name for a name only where they are longer than two letters", function()
    local told = {}
    anonymous.tell({ name = function(_, name, other) told[name] = other end }, {},
      { { short = "jo", full = "Jo van de Velde" }, { short = "jo", full = "Somebody Else" }, { short = "x" } })
    assert.are.same({ jo = "owner1", ["Jo van de Velde"] = "Owner 1", van = "Owner1", Velde = "Owner1", x = "owner2" }, told)
  end)

  it("numbers volumes from the shortest name on, and calls a Data volume after its system", function()
    local told = {}
    anonymous.tell({ name = function(_, name, other) told[name] = other end },
      { "Work - Data", "Work", "Attic - Data", "Macintosh HD", "Work", "Play", "Macintosh HD - Data" }, {})
    assert.are.same({ Play = "Volume 1", Work = "Volume 2", ["Work - Data"] = "Volume 2 - Data", ["Attic - Data"] = "Volume 3" }, told)
  end)

  it("keeps words that only look like a name", function()
    local state = assert(mac.new("m2pro-14.0"))
    state.owners[1].short, state.owners[1].full = "darwin", "Security Mode"
    local found = recorder.record(state, anonymous.replace)
    assert.truthy(found.commands[1].stdout:find("^Darwin Kernel"))
    assert.is_table(assert(require("command.record_likeness").describe(found)).groups[1].policy)
  end)
end)
