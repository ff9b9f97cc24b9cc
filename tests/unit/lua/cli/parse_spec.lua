-- The command line: where options may stand, what they take, and which mistake is answered with which hint.

local commands = require "cli.table"
local parse = require "cli.parse"

local function parsed(...) return assert(parse.line { ... }) end

local function complaint(...)
  local result, message = parse.line { ... }
  assert.is_nil(result)
  return message
end

describe("parse.line", function()
  it("takes options before and after the command, and between its arguments", function()
    for _, args in ipairs { { "--root", "/r", "-n", "plan", "apply" }, { "plan", "apply", "-n", "--root=/r" },
      { "plan", "--root=/r", "apply", "--dry-run" }, { "-n", "plan", "--root", "/r", "--", "apply" } } do
      local result = assert(parse.line(args))
      assert.are.same({ "plan", { "apply" }, { root = "/r", dry_run = true } },
        { result.command.name, result.args, result.options })
    end
  end)

  it("takes short options singly and together", function()
    assert.are.same({ dry_run = true, yes = true, quiet = true }, parsed("status", "-nyq").options)
    assert.are.same({ verbose = true, help = true }, parsed("-v", "status", "-h").options)
  end)

  it("takes values with = and in the next word", function()
    assert.are.equal("a=b c", parsed("status", "--volume=a=b c").options.volume)
    assert.are.equal("--odd", parsed("status", "--volume", "--odd").options.volume)
    assert.are.equal(7, parsed("status", "--password-fd", "7").options.password_fd)
  end)

  it("collects repeatable options in order", function()
    assert.are.same({ "-v", "debug=0x8" }, parsed("apply", "--boot-arg", "-v", "--boot-arg=debug=0x8").options.boot_arg)
    assert.are.same({ "a=1", "b=" }, parsed("run", "f", "--set=a=1", "--set", "b=").options.set)
  end)

  it("leaves words after -- alone", function()
    assert.are.same({ "-n" }, parsed("check", "--", "-n").args)
  end)

  it("knows no command, --version and --help", function()
    assert.is_nil(parsed().command)
    assert.is_true(parsed("--version").version)
    assert.is_true(parsed("run", "--help").options.help)
    assert.is_nil(parsed("--json").command)
  end)

  it("keeps --quota within its bounds", function()
    for text, value in pairs { ["1"] = 1, ["255"] = 255, ["0xFF"] = 255, ["0X10"] = 16, ["2147483647"] = 0x7FFFFFFF,
      ["0x7fffffff"] = 0x7FFFFFFF, ["007"] = 7 } do
      assert.are.equal(value, parsed("apply", "--quota", text).options.quota, text)
    end
    for _, text in ipairs { "0", "-1", "2147483648", "0x80000000", "1.5", "1e3", "ten", " 7", "7 ", "0x",
      "99999999999999999999",
      "0xFFFFFFFFFFFFFFFF1" } do
      assert.are.equal("--quota takes a whole number from 1 to 0x7FFFFFFF, not " .. text,
        complaint("apply", "--quota=" .. text), text)
    end
    assert.are.equal("--password-fd takes a whole number from 0 to 1023, not 1024",
      complaint("status", "--password-fd=1024"))
  end)

  it("keeps --color to its words", function()
    for _, word in ipairs { "auto", "always", "never" } do
      assert.are.equal(word, parsed("status", "--color", word).options.color)
    end
    assert.are.equal("--color takes auto|always|never, not red", complaint("status", "--color=red"))
  end)

  it("refuses words that would never be one boot argument, or no parameter", function()
    for _, word in ipairs { "a b", "a\tb", "a\nb", " " } do
      assert.truthy(complaint("apply", "--boot-arg", word):find("^%-%-boot%-arg takes WORD, not "), word)
    end
    for _, word in ipairs { "x", "=1", "a b=1" } do
      assert.truthy(complaint("run", "f", "--set", word):find("^%-%-set takes NAME=VALUE, not "), word)
    end
  end)

  it("refuses empty values: an unset variable must not mean this Mac", function()
    for _, name in ipairs { "root", "volume", "journal", "user", "color", "password-fd" } do
      for _, args in ipairs { { "status", "--" .. name .. "=" }, { "status", "--" .. name, "" } } do
        local result, message = parse.line(args)
        assert.is_nil(result)
        assert.truthy(message:find(("^%%-%%-%s needs .+, and got nothing$"):format((name:gsub("%-", "%%-")))), message)
      end
    end
    assert.truthy(complaint("apply", "--kc="):find("got nothing", 1, true))
    assert.truthy(complaint("apply", "--boot-arg="):find("got nothing", 1, true))
  end)

  it("names the nearest command and option", function()
    assert.are.equal("unknown command aply; the nearest is apply", complaint "aply")
    assert.are.equal("unknown command rollbak; the nearest is rollback", complaint "rollbak")
    for _, path in ipairs { "/Volumes/B/vmq-recovery", "/Volumes/My B/Users/Shared/vmq-recovery/vmq-recovery" } do
      assert.are.equal(("two volumes have this program, here and %s: type the full path of the one you mean, in single quotes if it "
        .. "has blanks"):format(path), complaint(path, "apply"))
    end
    assert.are.equal("unknown option --qouta; the nearest is --quota", complaint("apply", "--qouta"))
    assert.are.equal("unknown option --jsno; the nearest is --json", complaint "--jsno")
    assert.are.equal("unknown option -x; `vmq-recovery help` lists them", complaint("status", "-x"))
    assert.are.equal("unknown option -x; `vmq-recovery help` lists them", complaint("status", "-nx"))
  end)

  it("names none where none is within two letters, and never revert", function()
    local lists = "; `vmq-recovery help` lists them"
    for _, word in ipairs { "-", "zz", "rever", "revrt", ("a"):rep(100000) } do
      assert.are.equal("unknown command " .. word .. lists, complaint(word), word:sub(1, 20))
    end
    for _, word in ipairs { "--=x", "--quotient", "--zzz" } do
      assert.are.equal("unknown option " .. word .. lists, complaint("status", word), word)
    end
  end)

  it("says which option another command has", function()
    assert.are.equal("status has no option --quota; `vmq-recovery help status` lists its options",
      complaint("status", "--quota", "7"))
    assert.truthy(complaint("apply", "--mac", "x"):find("^apply has no option %-%-mac; "))
  end)

  it("counts arguments", function()
    assert.are.equal("run needs NAME|FILE", complaint "run")
    assert.are.equal("status does not take now", complaint("status", "now"))
    assert.are.equal("plan does not take b", complaint("plan", "a", "b"))
    for _, words in ipairs { { "" }, { "plan", "" }, { "--", "" } } do
      assert.are.equal('one word of the command line is empty ("")', complaint(table.unpack(words)))
    end
  end)

  it("refuses values given wrongly", function()
    assert.are.equal("--volume needs NAME|UUID", complaint("status", "--volume"))
    assert.are.equal("--json takes no value", complaint("status", "--json=yes"))
    assert.are.equal("--root is given twice", complaint("status", "--root=/a", "--root=/b"))
    assert.is_true(parsed("status", "--json", "--json").options.json)
  end)
end)

describe("the table of commands", function()
  it("holds every command of the design, each with words for help", function()
    local names = {}
    for index, command in ipairs(commands.all()) do
      names[index] = command.name
      assert.is_string(command.help, command.name)
    end
    for _, name in ipairs { "apply", "revert", "step", "resume", "rollback", "plan", "status", "doctor", "plans", "run", "check",
      "rehearse", "record", "trial", "console", "log", "report", "source", "build", "kdk", "kc", "stage", "unstage", "verify",
      "completion", "help" } do
      assert.is_table(commands.command(name), name)
    end
    assert.are.equal(26, #names)
    assert.is_nil(commands.command "nothing")
  end)

  it("names modules that exist, and no option twice for one command", function()
    for _, command in ipairs(commands.all()) do
      local module = commands.module(command)
      assert.is_function(require(module).run, module)
      local seen = {}
      for _, options in ipairs { commands.global_options(), command.options or {} } do
        for _, option in ipairs(options) do
          assert.is_nil(seen[option.name], command.name .. " --" .. option.name)
          seen[option.name] = true
        end
      end
    end
  end)
end)
