-- The lock of a Mac: who is refused at once, who is waited for, and who is named.

local errors = require "screen.errors"
local files = require "lib_file"
local lock = require "lib_lock"
local mac_lock = require "run.mac_lock"
local system = require "lib_system"
local try = require "base.try"

local GONE = 2147483646 -- no system has so many processes

local root, waited
before_each(function() root, waited = assert(files.make_scratch()), {} end)
after_each(function() files.remove_tree(root) end)

local function folder() return root .. "/private/var/run/vmq-recovery" end

local function text() return assert(files.read(folder() .. "/lock")) end

local function hold(words)
  assert(files.make_directory(folder(), 448))
  return assert(lock.take(folder(), words))
end

-- @return the lock or nil, and the ending
local function take(more, wait)
  local invocation, held = { root = root, command = "rollback", uid = 0 }, nil
  for name, value in pairs(more or {}) do invocation[name] = value end
  local ended = try.catch(function()
    held = mac_lock.take(invocation, wait or function(what) waited[#waited + 1] = what error("waits", 0) end)
  end)
  return held, ended
end

describe("the lock", function()
  it("says who has it, and since when", function()
    local held = take()
    assert.truthy(text():find(("^pid %d, rollback, since %%d%%d%%d%%d%%-%%S+Z$"):format(system.pid())), text())
    held:release()
  end)

  it("says which tool is at work", function()
    local held = take()
    local note = mac_lock.noter(held, "rollback")
    assert.is_true(note "/usr/bin/kmutil")
    assert.truthy(text():find("^pid %d+, rollback, since %S+; tool %?, /usr/bin/kmutil, since %S+Z$"), text())
    assert.is_true(note("/usr/bin/kmutil", 13))
    assert.truthy(text():find("; tool 13, /usr/bin/kmutil, since %S+Z$"), text())
    held:release()
    assert.is_false((pcall(note, "/usr/bin/kmutil", 13)))
    assert.is_nil(mac_lock.noter(nil, "rollback"))
  end)

  it("is not waited for while the program lives that has it", function()
    for _, tool in ipairs { "", "; tool 13, /usr/bin/kmutil, since noon" } do
      local other = hold(("pid %d, apply, since noon%s"):format(system.pid(), tool))
      local held, ended = take()
      assert.are.same({ 7, "locked", { ("Another run is at work: pid %d, apply, since noon"):format(system.pid()),
        "Fix: " .. errors.ours("locked").cure .. "." } }, { ended.code, ended.result, ended.lines })
      assert.are.same({ 0 }, { #waited, held })
      other:release()
    end
  end)

  it("is waited for when a tool alone has it, which is named", function()
    local other = hold(("pid %d, apply, since noon; tool 13, /usr/bin/kmutil, since one"):format(GONE))
    local held, ended = take(nil, function(what)
      waited[#waited + 1] = what
      if #waited == 3 then other:release() end
    end)
    assert.is_nil(ended)
    assert.are.same({ 3, "A tool of an earlier run is still at work: kmutil (process 13), since one." }, { #waited, waited[1] })
    held:release()
  end)

  it("is waited for without a name where what is written of the tool cannot be read", function()
    local other = hold(("pid %d, apply, since noon; tool 13"):format(GONE))
    local held, ended = take(nil, function(what)
      waited[#waited + 1] = what
      other:release()
    end)
    assert.is_nil(ended)
    assert.are.same({ "A tool of an earlier run is still at work." }, waited)
    held:release()
  end)

  it("that cannot be taken at all is no other run's", function()
    local real = package.loaded.lib_lock
    package.loaded.lib_lock = { take = function() return nil, "lock: Input/output error", "EIO" end }
    local held, ended = take()
    package.loaded.lib_lock = real
    assert.are.same({ 3, { "The lock cannot be taken, so nothing was changed: lock: Input/output error" } }, { ended.code, ended.lines })
    assert.are.same({ 0 }, { #waited, held })
  end)

  it("is not taken in a folder that somebody else has put there", function()
    assert(files.make_directory(root .. "/private/var/run/other", 448))
    assert(files.link("other", folder()))
    local held, ended = take()
    assert.are.same({ 3, { "The lock cannot be taken, so nothing was changed: its folder cannot be believed: "
      .. "/private/var/run/vmq-recovery is a link" } }, { ended.code, ended.lines })
    assert.is_nil(held)
  end)

  it("lies in a folder for its owner alone", function()
    take():release()
    assert.are.equal(448, files.stat(folder()).mode & 511)
  end)

  it("is not waited for where nothing says that a tool has it", function()
    for _, words in ipairs { "", "pid x", ("pid %d, apply, since noon"):format(GONE), ("; tool %d, x, since noon"):format(GONE) } do
      local other = hold(words)
      assert.are.equal(7, select(2, take()).code)
      other:release()
    end
    assert.are.same({}, waited)
  end)

  it("is none of a dry run, nor of who is not root", function()
    local other = hold "pid 1, apply, since noon"
    for _, who in ipairs { { dry_run = true }, { uid = 501 } } do
      local held, ended = take(who)
      assert.is_nil(held)
      assert.is_nil(ended)
    end
    other:release()
  end)
end)
