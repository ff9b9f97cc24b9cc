-- kmutil create: makes a kernel collection of a kit's kernel and the extensions named (reference §3.2, §3.3).
-- It must not use the program's own readers, and must not judge whether the collection will boot.

local collection = require "sim.collection"
local kexts = require "sim.kexts"
local kits = require "sim.kits"
local place = require "sim.place"

local kmutil_create = {}

-- Long and short form of each option with a value; those of `many` may come again.
local VALUES = {
  ["-a"] = "arch", ["--arch"] = "arch", ["-V"] = "variant", ["--variant-suffix"] = "variant", ["-k"] = "kernel",
  ["--kernel"] = "kernel", ["-B"] = "boot", ["--boot-path"] = "boot", ["-S"] = "system", ["--system-path"] = "system",
  ["-A"] = "auxiliary", ["--auxiliary-path"] = "auxiliary", ["-r"] = "repository", ["--repository"] = "repository",
  ["-R"] = "root", ["--volume-root"] = "root", ["--build"] = "build", ["--sdk"] = "sdk", ["--kdk"] = "kdk",
  ["-f"] = "filter", ["--filter"] = "filter", ["-F"] = "filter", ["--filter-all"] = "filter",
  ["-b"] = "id", ["--bundle-identifier"] = "id", ["--optional-identifier"] = "optional",
  ["--elide-identifier"] = "elide", ["-p"] = "path", ["--bundle-path"] = "path",
  ["-s"] = "strip", ["--strip"] = "strip",
  ["-m"] = "manifest", ["--manifest"] = "manifest", ["--img4-encode"] = "encode", ["-n"] = "new", ["--new"] = "new",
}
local MANY = { repository = true, id = true, optional = true, elide = true, path = true, filter = true, new = true }

local FLAGS = {
  ["-z"] = "no_authorization", ["--no-authorization"] = "no_authorization",
  ["-v"] = "verbose", ["--verbose"] = "verbose",
  ["-x"] = "explicit", ["--explicit-only"] = "explicit", ["-L"] = "all", ["-Z"] = "no_authentication",
  ["--authentication"] = "authentication", ["--no-authentication"] = "no_authentication", ["--compress"] = "compress",
  ["--emit-macho-with-ext"] = "extension", ["--split-ro-rx-tags"] = "split", ["-M"] = "missing",
  ["--allow-missing-collections"] = "missing", ["--no-variant-extension"] = "no_extension", ["-u"] = "update",
  ["--update-all"] = "update", ["--force"] = "force", ["--allow-missing-kdk"] = "no_kit",
  ["--include-volume-kexts"] = "volume_kexts",
}

local function usage(p, text) p.fail(64, "Error: ", text, "\nUsage: kmutil create <options>\n") end

local function keep(options, name, value)
  if not MANY[name] then options[name] = value
  else table.insert(options[name], value) end
end

-- Swift's parser takes `--name=value` as well, and words up to the next option for --new.
local function take(p, options, index)
  local word, joined = p.args[index], nil
  if FLAGS[word] then options[FLAGS[word]] = true return index end
  if word:match("^%-%-[%w-]+=") then word, joined = word:match("^(.-)=(.*)$") end
  local name = VALUES[word] or usage(p, ("Unknown option '%s'"):format(word))
  if joined then keep(options, name, joined) return index end
  local value = p.args[index + 1] or usage(p, ("Missing value for '%s'"):format(word))
  keep(options, name, value)
  index = index + 1
  while name == "new" and p.args[index + 1] and p.args[index + 1]:match("^%l+$") do
    index = index + 1
    keep(options, name, p.args[index])
  end
  return index
end

local function parse(p)
  local options, index = {}, 2
  for name in pairs(MANY) do options[name] = {} end
  while index <= #p.args do index = take(p, options, index) + 1 end
  if #options.new == 0 then usage(p, "Missing expected argument '--new <new> ...'") end
  if options.new[1] ~= "boot" or #options.new > 1 then usage(p, "Only a boot collection is simulated") end
  if not options.boot then usage(p, "Missing expected argument '--boot-path <boot-path>'") end
  if options.arch and options.arch ~= "arm64e" then
    usage(p, ("The value '%s' is invalid for '--arch <arch>'"):format(options.arch)) -- guess: wording
  end
  return options
end

local function has_build(p, folder, build)
  local text = p.files.read(folder .. "/System/Library/CoreServices/SystemVersion.plist") or ""
  return text:match("<key>ProductBuildVersion</key>%s*<string>([^<]*)</string>") == build
end

-- --allow-missing-kdk did not help `create` (§3.3), so it does not here.
local function need_kit(p, options)
  local build = options.build or place.booted(p.state).build
  if options.kdk and has_build(p, options.kdk, build) then return end
  for _, name in ipairs(options.kdk and {} or p.files.list(kits.FOLDER) or {}) do
    if name:match("%.kdk$") and has_build(p, kits.FOLDER .. "/" .. name, build) then return end
  end
  p.fail(71, "DeveloperTools Error: Could not find a SDK or KDK installed that matches system's build version ", build,
    "\n")
end

local function read_kernel(p, options, failed)
  local path = options.kernel or "//System/Library/Kernels/kernel." .. (options.variant or "release")
  return collection.read_kernel(p.files, path) or failed(p, "Could not find: kernel mach-o at " .. path)
end

-- Bundle ids of the extensions that lie in a folder as files, at any depth.
local function add_files(p, folder, found)
  for _, name in ipairs(p.files.list(folder) or {}) do
    local path = folder .. "/" .. name
    if name == "Info.plist" then
      local id = (p.files.read(path) or ""):match("<key>CFBundleIdentifier</key>%s*<string>([^<]*)</string>")
      if id then found[id] = true end
    elseif not name:find(".dSYM", 1, true) then add_files(p, path, found) end
  end
end

local function available(p, options)
  local found, group = {}, place.booted(p.state)
  for _, repository in ipairs(options.repository) do
    local folder = repository:gsub("(.)/+$", "%1")
    add_files(p, folder, found)
    if not place.in_recovery(p.state) then
      for id in pairs(kexts.below(group, folder)) do found[id] = true end
    end
  end
  return found
end

-- guess: both sentences; the man page only says "Return an error if not found" (§3.3).
local function not_found(p, id, failed)
  if p.state.wording.create_refuses then failed(p, "Could not find: bundle with identifier " .. id) end
  failed(p, ("No kext with bundle identifier '%s' was found in the given repositories"):format(id))
end

local function chosen(p, options, failed)
  local found, ids, elided = available(p, options), {}, {}
  for _, id in ipairs(options.elide) do elided[id] = true end
  for _, id in ipairs(options.id) do
    if not found[id] then not_found(p, id, failed) end
    if not elided[id] then ids[#ids + 1] = id end
  end
  for _, id in ipairs(options.optional) do
    if found[id] then ids[#ids + 1] = id end
  end
  return ids
end

-- Known words (field: kmutil-resolve-dependencies); where in its work kmutil finds out is a guess.
local function resolve(p, ids, failed)
  local group, chosen_ids = place.booted(p.state), {}
  for _, id in ipairs(ids) do chosen_ids[id] = true end
  for _, id in ipairs(ids) do
    local kext = kexts.find(group, id)
    if kext and kext.needs and not chosen_ids[kext.needs] then
      failed(p, ("Unable to resolve dependencies: '%s' names a dependency on '%s', which was not found."):format(id,
        kext.needs))
    end
  end
end

local SEE_OTHERS = "One or more binaries has an error which prevented linking.  See other errors."

local function unbound(kext)
  return ("Failed to bind '%s' in '%s' (at offset 0x740 in __DATA_CONST, __auth_got) as could not find a kext which "
    .. "exports this symbol"):format(kext.lacks, kext.id)
end

-- The message has many lines, and names the extension only behind the first (field: kmutil-link-error-many-lines).
local function tell_unlinked(p, list)
  local lines = { "Error occurred while building a collection:", "    1: " .. SEE_OTHERS }
  for index, kext in ipairs(list) do
    lines[#lines + 1] = ("    %d: Could not use '%s' because: %s"):format(index + 1, kext.id, unbound(kext))
  end
  for _, kext in ipairs(list) do
    lines[#lines + 1] = kext.id .. " specific:"
    lines[#lines + 1] = "    1: " .. unbound(kext)
  end
  local text = table.concat(lines, "\n") .. "\n"
  p.err(SEE_OTHERS, '\nError Domain=KMErrorDomain Code=31 "', text, '" UserInfo={NSLocalizedDescription=', text, "}\n")
  p.leave(31)
end

local function link_all(p, ids)
  local group, unlinked = place.booted(p.state), {}
  for _, id in ipairs(ids) do
    local kext = kexts.find(group, id)
    if kext and kext.lacks then unlinked[#unlinked + 1] = kext end
  end
  if #unlinked > 0 then tell_unlinked(p, unlinked) end
end

local function output_path(p, options, failed)
  local ignores = p.state.wording.create_extension
  local extension = options.variant and options.variant ~= "release" and (ignores or not options.no_extension)
  local path = options.boot .. (extension and "." .. options.variant or "")
  if p.files.stat(path) and p.state.wording.create_refuses and not options.force then
    failed(p, ("The file already exists: %s"):format(path)) -- guess: that it refuses, and its words
  end
  return path
end

-- What is there half-way stays: kmutil writes in place. guess: its words when it cannot.
local function steps(p, path, bytes, failed)
  local middle = #bytes // 2
  return { function()
    if not p.files.write(path, bytes:sub(1, middle)) then failed(p, "Could not write to " .. path) end
    if p.circumstance("slow-kmutil") then p.sleep(2) end
    if p.circumstance("disk-full") then failed(p, "No space left on device") end
    if p.is_broken("half-file") then failed(p, "Failed to write the collection: Input/output error") end
  end, function() assert(p.files.append(path, bytes:sub(middle + 1))) end }
end

--- Plays `kmutil create --new boot`. `failed(p, text, code)`: how kmutil tells an error and leaves.
-- guess: the order in which the needs are checked. Without --explicit-only nothing more is put in.
function kmutil_create.create(p, failed)
  local options = parse(p)
  p.changes()
  need_kit(p, options)
  local content = read_kernel(p, options, failed)
  content.ids = chosen(p, options, failed)
  resolve(p, content.ids, failed)
  link_all(p, content.ids)
  local path = output_path(p, options, failed)
  p.change(steps(p, path, collection.make(content), failed), function() failed(p, "Internal error") end)
end

return kmutil_create
