-- What was asked for: the command, its options, in front of which Mac, on which screen, and who is there.
-- Must not look at the Mac: mac.target does.

local invocation = {}

-- What takes the place of the real thing in a rehearsal; set once, by the command that rehearses.
local rehearsal = {}

--- From here on everything this process does is a rehearsal.
-- @param fields { view, uid, user, password, unattended = nobody is asked, on_data = the program is taken to lie on Data,
--   kept = the folder of the simulated Mac or nil, where it stays; patience = seconds at an unknown question,
--   silence = seconds a tool may be silent, pause = seconds between two readings that must be alike before
--   what a tool began counts as finished }
function invocation.rehearse(fields) rehearsal = fields end

local configured = false

-- The door is configured once a process: all parts of a rehearsal face the same Mac.
local function configure(root, dry_run, withhold)
  if configured then return end
  require("lib_door").configure { root = root, dry_run = dry_run, withhold = withhold }
  require("lib_signals").install()
  configured = true
end

-- A simulated Mac's state, and one of its tools: a link to this program.
local STATE, TOOL = "/simulated-mac.json", "/usr/bin/csrutil"

--- Is this the folder of a simulated Mac that this user has kept (`rehearse --keep`)? There its owner counts as root.
-- @param root string
function invocation.is_kept(root)
  local files, system = require "lib_file", require "lib_system"
  if root == "" then return false end
  local state, tool, own = files.stat(root .. STATE, true), files.stat(root .. TOOL), files.stat(system.executable())
  return state ~= nil and state.type == "file" and state.uid == system.uid() and tool ~= nil and own ~= nil
    and tool.inode == own.inode and tool.device == own.device
end

local function uid_for(root)
  return rehearsal.uid or invocation.is_kept(root) and 0 or require("lib_system").uid()
end

-- The files that the command line names: beside our own folders, a file act may use these.
local function name_files(root, options)
  for _, option in ipairs { "kc", "output" } do
    if options[option] then require("lib_door").name(require("mac.paths").on_mac(root, options[option])) end
  end
end

-- What lines to be typed take over. A program that lies on that Mac is called as the Mac names it.
local function note_start(root, options)
  local started, program = require "base.started", require("base.started").program()
  local kept = rehearsal.view and (rehearsal.kept or "") or invocation.is_kept(root) and options.root or ""
  if root ~= "" then program = program:sub(1, #root + 1) == root .. "/" and program:sub(#root + 1) or program end
  started.note { program = program, root = kept, volume = options.volume or "" }
end

--- Opens an invocation.
-- @param options from cli.parse
-- @param command string: the command's name, for the event stream
-- @param looks true where nothing is carried out: then, and in a dry run, no tool of a plan's own is started without --allow-tools
-- @return { command, options, root, dry_run, rehearsal, uid, person = somebody is at standard input, view }; or nil, message
function invocation.open(options, command, looks)
  local root = (options.root or ""):gsub("/+$", "")
  if options.root and not require("lib_file").stat(root .. "/") then return nil, "--root " .. options.root .. ": no such folder" end
  configure(root, options.dry_run or false, not options.allow_tools and (looks or options.dry_run) or false)
  if options.no_input then require("screen.question").ask_nobody(true) end
  name_files(root, options)
  note_start(root, options)
  return { command = command, options = options, root = root, dry_run = options.dry_run or false, rehearsal = rehearsal,
    uid = uid_for(root), person = not options.no_input and require("lib_terminal").is_terminal(0),
    view = rehearsal.view or require("screen.open").open(options, command, require("lib_embed").version()) }
end

--- The invocation of one operation of several: on the same screen, whose stream of events has begun.
-- @param self from invocation.open
-- @param options table: its own, besides the command line's
function invocation.part(self, options)
  local view = setmetatable({ start = function() end }, { __index = self.view })
  return setmetatable({ view = view, options = setmetatable(options, { __index = self.options }) }, { __index = self })
end

-- A rehearsal's program is taken to lie where `stage` puts it.
local function program_of(root)
  return function(group)
    local data = rehearsal.on_data and group and group.data
    if data and data.mount then return data.mount .. "/vmq-recovery" end
    return require("mac.paths").on_mac(root, require("lib_system").executable())
  end
end

--- Looks at the Mac that the invocation is about; several systems are a menu where a person can be asked.
-- @param self from invocation.open
-- @param group string or nil: the UUID of the group that was chosen before
-- @return target, see mac.target.look
function invocation.look(self, group)
  local options = self.options
  local may_ask = self.person and not options.yes and not options.json
  require("tool.probe").forget()
  local target = require("mac.target").look(self.root, { volume = group or options.volume, program = program_of(self.root),
    choose = not group and may_ask and require("screen.question").volume or nil })
  require("base.started").note { sudo = target.booted == "macos" }
  return target
end

--- The first line: which program this is. A rehearsal's is no file of that Mac's.
-- @param self from invocation.open
-- @param target see mac.target.look
function invocation.say_program(self, target)
  if self.options.quiet or self.rehearsal.view then return end
  require("screen.first").program(self.view.emit, target, require("lib_embed").version())
end

return invocation
