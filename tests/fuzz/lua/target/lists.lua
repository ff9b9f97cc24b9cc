-- Inputs for tools that print lines, and for lists and notes in JSON.
-- Must judge by the input alone.

local answers = require "tests.unit.lua.support.answers"
local build_result = require "kernel.build_result"
local catalogue = require "kernel.kit_catalogue"
local fileset = require "tests.unit.lua.support.fileset"
local kmutil = require "tool.kmutil"
local manifest = require "kernel.manifest"
local pkgutil = require "tool.pkgutil"
local pmset = require "tool.pmset"
local profiles = require "tool.profiles"
local ps = require "tool.ps"
local route = require "tool.route"
local shape = require "tests.fuzz.lua.shape"
local sysctl = require "tool.sysctl"

local function check_bundles(text)
  answers.use { ["/usr/bin/kmutil inspect -V release --no-header"] = text }
  local bundles, message = kmutil.bundles()
  local why = shape.answer_fault({ each = { id = "string", path = "string" } }, bundles, message)
  for _, bundle in ipairs(not why and bundles or {}) do
    if not text:find(bundle.id, 1, true) or not text:find(bundle.path, 1, true) then return "an extension that nobody named" end
    if bundle.path:sub(1, 1) ~= "/" or bundle.id == "" then return "no extension" end
  end
  return why
end

local function check_files(text)
  answers.use { ["/usr/sbin/pkgutil --files p"] = text }
  local files, message = pkgutil.files "p"
  return shape.answer_fault({ each = "string" }, files, message)
end

local function check_signature(text)
  for exit = 0, 1 do
    answers.use { ["/usr/sbin/pkgutil --check-signature /p"] = answers.of(text, exit) }
    local kind, status = pkgutil.signature "/p"
    local why = shape.answer_fault("string", kind, status)
    if why then return why end
    if kind == "apple" and exit ~= 0 then return "Apple's, though pkgutil failed" end
    for word in (kind == "apple" and text or ""):gmatch("[\r\n][ \t\v\f]*Status: ([^\r\n]*)") do
      if word ~= "signed Apple Software" then return "Apple's, and the text says " .. word end
    end
    if kind == "apple" and not text:find("Status: signed Apple Software", 1, true) then return "Apple's, without a word of it" end
  end
end

local function check_enrolled(text)
  answers.use { ["/usr/bin/profiles status -type enrollment"] = text }
  local enrolled, message = profiles.enrolled()
  local why = shape.answer_fault("boolean", enrolled, message)
  if why then return why end
  for _, label in ipairs { "MDM enrollment: ", "Enrolled via DEP: " } do
    local told = text:match(label .. "(%a*)")
    if enrolled == false and told ~= "No" then return ("not managed, and %s%s"):format(label, tostring(told)) end
  end
  if enrolled and not text:find(": Yes", 1, true) then return "managed, and nothing says so" end
end

local function check_guests(text)
  answers.use { ["/bin/ps -axo comm="] = text }
  local guests, message = ps.guests()
  local why = shape.answer_fault("integer", guests, message)
  if why then return why end
  local _, mentioned = text:gsub("com%.apple%.Virtualization%.VirtualMachine", "")
  if guests and (guests < 0 or guests > mentioned) then return guests .. " guests of " .. mentioned end
end

local function check_power(text)
  answers.use { ["/usr/bin/pmset -g batt"] = text }
  local power, message = pmset.power()
  local why = shape.answer_fault({ source = "string", percent = "integer?" }, power, message)
  if why or not power then return why end
  if not text:find("Now drawing from '" .. power.source .. " Power'", 1, true) then return power.source .. " has no ground" end
  if power.percent and (power.percent < 0 or power.percent > 100) then return "a charge of " .. power.percent end
end

local function check_route(text)
  for exit = 0, 1 do
    answers.use { ["/sbin/route -n get default"] = answers.of(text, exit) }
    local there, message = route.default()
    local why = shape.answer_fault("boolean", there, message)
    if why then return why end
    if there and (exit ~= 0 or not text:find("interface: ", 1, true)) then return "a way out of nothing" end
    if there == false and not text:find("not in table", 1, true) then return "no way, though nobody says so" end
  end
end

local function check_product(text)
  answers.use { ["/usr/bin/sw_vers"] = text }
  return shape.answer_fault({ version = "string", build = "string" }, sysctl.product())
end

local function check_kernel(text)
  answers.use { ["/usr/bin/uname -v"] = text, ["/usr/sbin/sysctl -n x"] = text }
  local value, message = sysctl.read "x"
  local why = shape.answer_fault("string", value, message)
  if why then return why end
  if value:find("%s$") or text:sub(1, #value) ~= value then return "not what sysctl printed" end
  local kernel, problem = sysctl.kernel()
  if kernel and not text:find(kernel.xnu, 1, true) then return "a version that is not there" end
  return shape.answer_fault({ banner = "string", chip = "string", kind = "string", xnu = "string" }, kernel, problem)
end

local ENTRY = { build = "string", version = "string", url = "string", fileSize = "integer", sha256sum = "string" }

local function entry_fault(entry)
  local plain = {}
  for key in pairs(ENTRY) do plain[key] = entry[key] end
  local why = shape.fault(plain, ENTRY, "an entry")
  if why then return why end
  if not entry.url:find("^https://[%w%.%-]+/") or entry.url:find("%s") then return "an unsafe address" end
  if not entry.sha256sum:find("^%x+$") or #entry.sha256sum ~= 64 then return "an unsound checksum" end
  if catalogue.file_name(entry):find("[/%z%s]") then return "an unsafe file name" end
  if catalogue.build_of(catalogue.file_name(entry)) ~= entry.build then return "a name that does not tell the build" end
end

local function check_catalogue(text)
  local list, message = catalogue.parse(text)
  if not list then return shape.answer_fault("nil", nil, message) end
  for _, entry in ipairs(list) do
    local why = entry_fault(entry)
    if why then return why end
  end
  local near = catalogue.near(list, "14.1")
  return near and not near.version:find("^14") and "near is not near" or nil
end

local function check_manifest(text)
  local found, message, code = manifest.read("/m", fileset.files { ["/m"] = text })
  if not found then
    if code ~= "bad" then return "the refusal's code is " .. tostring(code) end
    return shape.answer_fault("nil", nil, message)
  end
  for _, field in ipairs { "build", "chip", "version", "macos", "created" } do
    local why = shape.fault(found[field], "string?", field)
    if why then return why end
  end
  for _, file in ipairs { found.collection, found.program } do
    local why = shape.fault(file.sha256, "string", "sha256") or shape.fault(file.size, "integer", "size")
    if why then return why end
  end
  if not manifest.same(found, found) then return "not the same as itself" end
end

local function check_record(text)
  local real = package.loaded.lib_file
  package.loaded.lib_file = { read = function() return text end }
  local fine, sum = xpcall(build_result.recorded, debug.traceback, { root = "", record = "/r", inputs = "abc" })
  package.loaded.lib_file = real
  if not fine then error(sum, 0) end
  return shape.fault(sum, "string?", "the sum")
end

local MANIFEST = manifest.text { version = "1.0.0", created = "2026-01-01T00:00:00Z", macos = "14.0", build = "23A344", chip = "t6020",
  collection = { name = "VirtualMachine.kc", size = 100, sha256 = ("ab"):rep(32), kernel = "x", kernel_uuid = "y" },
  program = { name = "vmq-recovery", size = 7, sha256 = ("cd"):rep(32) } }
local BANNER = "Darwin Kernel Version 24.6.0: Mon; root:xnu-11417.140.69~1/RELEASE_ARM64_T6041\n"

return {
  { name = "kmutil", check = check_bundles, seeds = { "com.apple.kpi.bsd\t23.0\t/System/Library/Extensions/System.kext\n"
    .. "org.example.driver  2  /Library/Extensions/My Driver.kext\n" } },
  { name = "pkgutil-files", check = check_files, seeds = { "System\nSystem/Library/Kernels/kernel.development.t6020\n" } },
  { name = "pkgutil-signature", check = check_signature, words = { "Status: signed Apple Software", "Status: no signature" },
    seeds = { "Package \"KernelDebugKit.pkg\":\n   Status: signed Apple Software\n   Certificate Chain:\n    1. Software Signing\n",
      "Package \"x.pkg\":\n   Status: no signature\n" } },
  { name = "profiles", check = check_enrolled, words = { "Yes", "No" },
    seeds = { "Enrolled via DEP: No\nMDM enrollment: No\n", "Enrolled via DEP: Yes\nMDM enrollment: Yes (User Approved)\n" } },
  { name = "ps", check = check_guests, seeds = { "/sbin/launchd\n/System/Library/Frameworks/Virtualization.framework/Versions/A/XPCServices"
    .. "/com.apple.Virtualization.VirtualMachine.xpc/Contents/MacOS/com.apple.Virtualization.VirtualMachine\n/usr/libexec/x\n" } },
  { name = "pmset", check = check_power, words = { "AC", "Battery", "UPS" }, seeds = { "Now drawing from 'AC Power'\n",
    "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t93%; discharging; 6:12 remaining present: true\n" } },
  { name = "route", check = check_route, seeds = { "   route to: default\n    gateway: 192.168.1.1\n  interface: en0\n",
    "route: writing to routing socket: not in table\n" } },
  { name = "sw-vers", check = check_product, seeds = { "ProductName:\t\tmacOS\nProductVersion:\t\t15.6\nBuildVersion:\t\t24G84\n" } },
  { name = "sysctl", check = check_kernel, seeds = { BANNER, "development\n", "recoveryos\n" } },
  { name = "kit-catalogue", check = check_catalogue, seeds = { '[{"build":"23A344","version":"14.0",'
    .. '"url":"https://example.org/a/K_23A344.dmg",'
    .. '"fileSize":100,"sha256sum":"' .. ("aB"):rep(32) .. '","seen":"x"},{"build":"23B74","version":"14.1",'
    .. '"url":'
    .. '"https://example.org/b.dmg","fileSize":7,"sha256sum":"' .. ("01"):rep(32) .. '"}]' } },
  { name = "manifest", check = check_manifest, seeds = { MANIFEST } },
  { name = "build-record", check = check_record, seeds = { '{"inputs":"abc","sha256":"' .. ("ab"):rep(32) .. '"}' } },
}
