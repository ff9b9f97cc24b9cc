-- What unstage may take away: by the journals' own sums, in our own places, and nothing that was changed.

local files = require "lib_file"
local leftovers = require "run.leftovers"
local life_module = require "tests.unit.lua.support.life"
local staging = require "kernel.staging"
local write = require "tests.unit.lua.support.put"

local PLACE = "/Volumes/Data/Users/Shared/vmq-recovery"

local life
before_each(function() life = life_module.new() end)
after_each(function() life:over() end)

local function sum(bytes) return files.sha256_text(bytes) end

-- A run of `stage` on record.
local function staged(params, group)
  assert(files.make_directory(life:folder "stage", 448))
  local start = { plan = "stage", plan_hash = "h", group = group or life_module.GROUP, params = params, baseline = {} }
  assert(require("run.journals").start(life:folder "stage", start)):close()
end

local function look(options)
  local found = leftovers.look(life.target, options or {})
  local paths = {}
  for index, one in ipairs(found.remove) do paths[index] = one.path end
  return paths, found.stay, found.trouble
end

local function put(path, bytes)
  write(life.root .. path, bytes)
  return path
end

describe("leftovers", function()
  it("are files with a sum of ours, of any run of this system", function()
    local path, other = put(PLACE .. "/VirtualMachine.kc", "second"), put("/Volumes/Data/vmq-recovery", "program")
    assert.are.same({ {}, {} }, { look() })
    staged { collection = path, collection_sum = sum "first", program = other, program_sum = sum("program"):upper() }
    assert.are.same({ { other }, { path .. " was changed since it was put there" } }, { look() })
    staged { collection = path, collection_sum = sum "second" }
    assert.are.same({ { path, other }, {} }, { look() })
    assert.are.equal(staging.line(path, sum "second"), leftovers.text { leftovers.look(life.target, {}).remove[1] })
  end)

  it("are not another system's, nor in another place, nor what a journal says nonsense about", function()
    local path, far = put(PLACE .. "/VirtualMachine.kc", "k"), put("/Volumes/Data/Users/ada/thesis", "t")
    staged({ collection = path, collection_sum = sum "k" }, "0A0A0A0A-0000-0000-0000-000000000000")
    staged { collection = far, collection_sum = sum "t", program = 1, program_sum = sum "t", manifest = path, manifest_text = 7 }
    staged { collection = path, collection_sum = "", program = "vmq-recovery/x", program_sum = "%" }
    assert.are.same({ {}, {} }, { look() })
  end)

  it("are no links, no folders and nothing that others can write", function()
    local path = put(PLACE .. "/VirtualMachine.kc", "k")
    staged { collection = path, collection_sum = sum "k", program = PLACE .. "/folder", program_sum = sum "" }
    assert(files.make_directory(life.root .. PLACE .. "/folder", 448))
    assert(os.execute(("chmod 666 '%s'"):format(life.root .. path)))
    assert.are.same({ {}, { path .. " can be written by others", PLACE .. "/folder is no file" } }, { look() })
  end)

  it("name what a run that was cut off has left, and leave it", function()
    local folder = "/Volumes/Data/private/var/db/vmq-recovery/"
    local work, output = put(folder .. "build/new/k.kc", "half"), put(folder .. "build/k.kc", "whole")
    local part, copy = put(folder .. "kits/k.dmg.part", "half"), put(PLACE .. "/VirtualMachine.kc.vmq-recovery.new", "half")
    local start = { plan = "build", plan_hash = "h", group = life_module.GROUP, baseline = {}, params = { work = work, output = output } }
    assert(files.make_directory(life:folder "build", 448))
    local journal = assert(require("run.journals").start(life:folder "build", start))
    local function record(fields) assert(require("run.journals").append(journal, fields)) end
    record { type = "intent", step = "create", part = 1, parts = 1, argv = { "x" }, before = {} }
    record { type = "outcome", step = "create", verdict = "done", seen = { made = sum "whole" } }
    journal:close()
    start.plan, start.params = "kdk-fetch", { part = part, image = folder .. "kits/k.dmg", sha256 = sum "image" }
    assert(files.make_directory(life:folder "kdk-fetch", 448))
    assert(require("run.journals").start(life:folder "kdk-fetch", start)):close()
    staged { collection = PLACE .. "/VirtualMachine.kc", collection_sum = sum "k" }
    local function left(path) return path .. " is left of work that was cut off" end
    assert.are.same({ { output }, { left(work), left(part), left(copy) } }, { look { kits = true } })
  end)

  it("are copies of what a plan has registered as the kernel, under the name that Data has now", function()
    for _, plan in ipairs { "apply", "kernel-debug", "boot-object" } do
      local path = put(("/Volumes/Data/private/var/db/vmq-recovery/object/%s.kc"):format(plan), plan)
      local params = { copy = path:gsub("^/Volumes/Data", "/Volumes/HD - Data"), collection_sum = sum(plan) }
      local start = { plan = plan, plan_hash = "h", group = life_module.GROUP, baseline = {}, params = params }
      assert(files.make_directory(life:folder(), 448))
      assert(require("run.journals").start(life:folder(), start)):close()
      local found = look()
      assert.are.equal(path, found[#found])
    end
  end)

  it("name the file, whatever is wrong with its folder", function()
    local path = put(PLACE .. "/VirtualMachine.kc", "k")
    staged { collection = path, collection_sum = sum "k" }
    assert(os.execute(("chmod 777 '%s%s'"):format(life.root, PLACE)))
    assert.are.same({ {}, { ("%s, as %s can be written by others"):format(path, PLACE) } }, { look() })
  end)

  it("are kits that a run of ours has installed, by their folders' names, with --kits only", function()
    local kits = { "KDK_14.0_23A344.kdk", "KDK_14.1_23B74.kdk", "KDK_x.kdk", "other" }
    for _, name in ipairs(kits) do put("/Library/Developer/KDKs/" .. name .. "/x", "x") end
    assert(files.make_directory(life:folder "kdk-install", 448))
    local function installed(build, before)
      local start = { plan = "kdk-install", plan_hash = "h", group = life_module.GROUP, baseline = {}, params = { build = build,
        folder = "/Volumes/Data/private/var/db/vmq-recovery/image" } }
      local journal = assert(require("run.journals").start(life:folder "kdk-install", start))
      assert(require("run.journals").append(journal, { type = "intent", step = "install", part = 1, parts = 1, argv = { "x" },
        before = before }))
      journal:close()
    end
    for _ = 1, 2 do installed("23A344", { kit = "absent" }) end
    installed("23A344", { kit = "incomplete" })
    installed("23B74", { kit = "incomplete" })
    installed("x", "absent")
    put("/Volumes/Data/private/var/db/vmq-recovery/image/k.pkg", "x")
    local found = leftovers.look(life.target, { kits = true }).kits
    assert.are.same({ "23A344 /Library/Developer/KDKs/KDK_14.0_23A344.kdk\n", 1 }, { leftovers.kits_text(found), #found })
    assert.are.same({}, { table.unpack(leftovers.look(life.target, {}).kits) })
    assert.are.same({ "/Volumes/Data/private/var/db/vmq-recovery/image shows a mounted image until the next restart" },
      leftovers.look(life.target, { kits = true }).stay)
  end)

  it("are small files that hold what a run has written there", function()
    assert(files.make_directory(life:folder "stage", 448))
    local start = { plan = "stage", plan_hash = "h", group = life_module.GROUP, params = {}, baseline = {} }
    local journal = assert(require("run.journals").start(life:folder "stage", start))
    local same, changed = put(PLACE .. "/manifest.json", "{}"), put(PLACE .. "/other.json", "{ }")
    for _, path in ipairs { same, changed } do
      assert(require("run.journals").append(journal, { type = "intent", step = "manifest", part = 1, parts = 1, before = {},
        argv = { "write", path, "0644", "{}" } }))
    end
    journal:close()
    assert.are.same({ same }, (look()))
  end)

  it("are none where there is no place for journals", function()
    life.target.group.data = nil
    assert.are.same({ {}, {} }, { look() })
  end)

  it("need journals that can be read", function()
    staged { collection = "/x", collection_sum = "1" }
    write(life:folder "stage" .. "/0001.journal", "1 2 00000000 {}\n{}\n")
    local _, _, trouble = look()
    assert.truthy(trouble:find("0001.journal", 1, true))
  end)

  it("are looked at again before each is taken away", function()
    local path = put(PLACE .. "/VirtualMachine.kc", "k")
    local c = { root = life.root, files = staging.line(path, sum "k") .. staging.line(PLACE .. "/none", sum "") }
    assert.are.same({ path }, staging.still_there(c))
    put(path, "changed")
    assert.are.same({}, staging.still_there(c))
  end)
end)
