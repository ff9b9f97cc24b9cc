-- What the events of --json hold: the manual's words on them, and their JSON Schema, from one table.
-- Must not lose a field, or narrow one: programs depend on them. Fields are only ever added within a format.

local schema = {}

local DIALECT = "https://json-schema.org/draft/2020-12/schema"

-- Types besides JSON's own.
local TYPES = {
  any = {},
  time = { type = "string", pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$" },
  sha256 = { type = "string", pattern = "^[0-9a-f]{64}$" },
  strings = { type = "array", items = { type = "string" } },
  ["lists of strings"] = { type = "array", items = { type = "array", items = { type = "string" } } },
  ["integer or null"] = { type = { "integer", "null" } },
  ["object or null"] = { type = { "object", "null" } },
  ["list of objects"] = { type = "array", items = { type = "object" } },
}

-- A field is { name, type, what it tells, must = true where it is always there, one_of = its values }.
local STEP_OF_PLAN = {
  { "name", "string", "the step", must = true },
  { "why", "string", "what it is for", must = true },
  { "where", "string", "where it runs", must = true, one_of = { "paired-recovery", "recovery", "macos", "any" } },
  { "verdict", "string", "is it done", must = true, one_of = { "done", "todo", "unknown" } },
  { "seen", "any", "what its check saw" },
  { "argv", "strings", "its first command" },
  { "commands", "lists of strings", "all its commands, or the first of each rung", must = true },
  { "prompts", "strings", "what its tools ask" },
  { "usually", "string", "how long its command usually takes" },
  { "settles", "string", "when it counts as done", one_of = { "now", "clean-restart" } },
  { "undo", "list of objects", "ways back: leaves, where, argv", must = true },
  { "ladder", "boolean", "its commands are rungs: the first that works" },
}

--- Every type of event, in the order in which a run has them.
schema.EVENTS = {
  { "start", "The first line.", {
    { "format", "integer", "1", must = true },
    { "version", "string", "of the program", must = true },
    { "command", "string", "what was started", must = true },
    { "run", "integer or null", "the run's number", must = true },
  } },
  { "preflight", "A precondition was looked at.", {
    { "check", "string", "its name", must = true },
    { "verdict", "string", "bad and unknown stop the run", must = true, one_of = { "ok", "bad", "unknown" } },
    { "detail", "string", "what was found", must = true },
    { "cure", "string", "how to fix it" },
  } },
  { "plan", "What would be done.", {
    { "steps", "list of steps", "each step of the plan", must = true },
  } },
  { "step", "Something happened to a step.", {
    { "name", "string", "the step", must = true },
    { "event", "string", "what happened", must = true, one_of = { "skipped", "intent", "started", "ended", "done", "failed", "again" } },
    { "number", "integer", "its place in the plan", must = true },
    { "of", "integer", "steps of the plan", must = true },
    { "argv", "strings", "the command" },
    { "prompts", "strings", "what the tool will ask" },
    { "asks", "string", "the same with what is typed, and where it comes from" },
    { "slow", "boolean", "it takes minutes" },
    { "usually", "string", "how long it usually takes" },
    { "seconds", "number", "how long it took" },
    { "exit", "integer", "the tool's exit status" },
    { "signal", "integer", "the signal that killed it" },
    { "timed_out", "boolean", "it took too long and was stopped" },
    { "silent", "boolean", "it showed nothing for too long and was stopped" },
    { "gave_up", "boolean", "it asked what nobody could answer, and was stopped" },
    { "interrupted", "boolean", "somebody pressed Ctrl-C" },
    { "refused", "boolean", "it was not started" },
    { "message", "string", "why it was not started" },
    { "dry_run", "boolean", "it was not started, as asked (-n)" },
    { "verdict", "string", "as its check reads it", one_of = { "done", "todo", "unknown" } },
    { "seen", "any", "what its check saw" },
    { "seen_text", "string", "the same in words" },
    { "recovered", "boolean", "it was found done after an interruption" },
    { "reason", "string", "why it was skipped, or is done again" },
    { "deferred", "boolean", "it is left to a later step" },
    { "attempt", "integer", "which try it is" },
    { "attempts", "integer", "how many tries there are, where they are counted" },
    { "by", "string", "the step that undid it" },
    { "claimed_success", "boolean", "the tool reported success, but the state says otherwise" },
    { "unchanged", "boolean", "the state is as it was before" },
    { "words", "string", "what the tool said" },
    { "cause", "string", "why it failed" },
    { "cure", "string", "how to fix it" },
    { "unaffected", "string", "what is as it was" },
  } },
  { "prompt", "A tool asks.", {
    { "step", "string", "the step", must = true },
    { "kind", "string", "what it asks for", must = true },
  } },
  { "output", "A tool wrote something.", {
    { "step", "string", "the step", must = true },
    { "text", "string", "its words as they came", must = true },
  } },
  { "undo", "A step was undone, or a way back failed.", {
    { "step", "string", "the step", must = true },
    { "rung", "integer", "which way back; 0: nothing was left to undo" },
    { "leaves", "string", "what it leaves" },
    { "verdict", "string", "what became of it", must = true, one_of = { "done", "lower", "refused", "failed" } },
    { "reason", "string", "why it is not as before" },
    { "words", "string", "what the tool said" },
    { "cure", "string", "how to fix it" },
  } },
  { "phase", "A phase is finished: a restart comes next.", {
    { "next", "string", "where it goes on", must = true },
    { "instructions", "string", "what to do, for a person", must = true },
  } },
  { "status", "The Mac as it is.", {
    { "environment", "string", "paired-recovery, recovery or macos" },
    { "group", "string", "UUID of the volume group" },
    { "volume", "string", "its name" },
    { "build", "string", "its macOS build" },
    { "policy", "object", "the boot policy: mode, sip, ctrr and the rest" },
    { "policy_problem", "string", "why it cannot be read" },
    { "unknown_rows", "strings", "lines of bputil that are not known" },
    { "sip", "string", "the SIP word" },
    { "kernel", "object", "chip, kind and xnu of the kernel that runs" },
    { "boot_args", "string", "as stored" },
    { "boot_args_in_force", "string", "as the kernel got them" },
    { "hypervisor", "string", "1: there is one" },
    { "quota", "integer", "macOS guests allowed by boot-args" },
    { "base_quota", "integer", "the limit in the device tree" },
    { "base_quota_problem", "string", "why it is not known" },
    { "guests", "integer", "running guests" },
    { "guests_problem", "string", "why they are not known" },
    { "update", "object", "an update that waits: version, build" },
    { "update_problem", "string", "why it is not known" },
    { "enrolled", "boolean", "the Mac is managed" },
    { "collection_build", "string", "macOS build of the staged kernel collection" },
    { "journal", "object or null", "run, plan, state and open of the run that is open, else of the newest", must = true },
  } },
  { "kit", "A Kernel Debug Kit.", {
    { "build", "string", "its macOS build" },
    { "version", "string", "its macOS" },
    { "fits", "boolean", "it is of exactly this macOS", must = true },
    { "path", "string", "where it is" },
    { "chips", "strings", "chips with a development kernel" },
    { "state", "string", "is it whole" },
    { "detail", "string", "why, or why not" },
    { "address", "string", "where it can be downloaded" },
    { "size", "integer", "bytes" },
    { "sha256", "sha256", "of its image" },
  } },
  { "mac-record", "A record of this Mac was written.", {
    { "path", "string", "the file", must = true },
    { "bytes", "integer", "its size", must = true },
    { "commands", "integer", "how many commands it holds", must = true },
    { "names", "string", "were names and unique numbers replaced", must = true, one_of = { "kept", "replaced" } },
  } },
  { "collection", "A kernel collection.", {
    { "path", "string", "the file", must = true },
    { "size", "integer", "bytes", must = true },
    { "sha256", "sha256", "of the file", must = true },
    { "kernel", "object", "banner, kind, chip, xnu and uuid", must = true },
    { "uuid", "string", "its own" },
    { "kexts", "integer", "kernel extensions in it" },
  } },
  { "record", "A record of a journal (log).", {
    { "record", "object", "as it stands there", must = true },
  } },
  { "end", "The last line.", {
    { "result", "string", "how it ended, in a word", must = true },
    { "exit", "integer", "the exit code", must = true },
    { "unfired", "strings", "faults asked of a rehearsal that never came" },
  } },
}

local schema_of

local function field_schema(field)
  local kind = field[2]
  local made = { description = field[3], enum = field.one_of }
  if kind == "list of steps" then made.type, made.items = "array", schema_of(STEP_OF_PLAN) end
  for key, value in pairs(TYPES[kind] or (kind ~= "list of steps" and { type = kind } or {})) do made[key] = value end
  return made
end

schema_of = function(fields)
  local made = { type = "object", properties = {}, required = {} }
  for _, field in ipairs(fields) do
    made.properties[field[1]] = field_schema(field)
    if field.must then table.insert(made.required, field[1]) end
  end
  return made
end

local function event_schema(event)
  local made = schema_of(event[3])
  made.description = event[2]
  made.properties.type = { const = event[1] }
  made.properties.time = field_schema { "time", "time", "when, in UTC" }
  table.insert(made.required, "type")
  table.insert(made.required, "time")
  return made
end

-- Every key in the order of the table: the same text each time.
local function key_order()
  local order, seen = {}, {}
  local function add(name)
    if not seen[name] then order[#order + 1], seen[name] = name, true end
  end
  for _, name in ipairs { "$schema", "title", "type", "const", "description", "time" } do add(name) end
  for _, event in ipairs(schema.EVENTS) do
    for _, field in ipairs(event[3]) do add(field[1]) end
  end
  for _, field in ipairs(STEP_OF_PLAN) do add(field[1]) end
  for _, name in ipairs { "pattern", "enum", "items", "properties", "required", "oneOf" } do add(name) end
  return order
end

--- The JSON Schema of one line of the event stream.
function schema.json()
  local made = { ["$schema"] = DIALECT, title = "A line of vmq-recovery --json, format 1", oneOf = {} }
  for index, event in ipairs(schema.EVENTS) do made.oneOf[index] = event_schema(event) end
  return require("base.json").encode(made, key_order()) .. "\n"
end

local function meaning_of(field)
  local choices = field.one_of and ": " .. table.concat(field.one_of, ", ") or ""
  return ("%s%s (%s%s)"):format(field[3], choices, field[2], field.must and "" or ", not always")
end

local function fields_of(fields)
  local list = {}
  for index, field in ipairs(fields) do list[index] = { field[1], meaning_of(field) } end
  return { list = list }
end

--- The same as blocks of a page.
function schema.blocks()
  local blocks = {}
  for _, event in ipairs(schema.EVENTS) do
    blocks[#blocks + 1] = { heading = event[1] }
    blocks[#blocks + 1] = event[2]
    blocks[#blocks + 1] = fields_of(event[3])
    if event[1] == "plan" then
      blocks[#blocks + 1] = "Each step:"
      blocks[#blocks + 1] = fields_of(STEP_OF_PLAN)
    end
  end
  return blocks
end

return schema
