-- Builds the program's own acts on files: copy, move, write, make-folder, remove, remove-kit. The door does them (runner/file_act.h).
-- Must not touch a file: these are commands like any other, and dry run, journal and log see the same words.

local file = {}

--- The names of the acts.
file.ACTS = { copy = true, ["copy-program"] = true, move = true, write = true, ["make-folder"] = true, remove = true,
  ["remove-kit"] = true }

local function command(...)
  return { argv = { ... }, tool = "file" }
end

--- Command: a durable copy in place of another file. Everything but its target is left as it is.
-- @param source string: a path
-- @param target string: a path
-- @param mode string: octal, such as "0644"; never writable for others
function file.copy(source, target, mode) return command("copy", source, target, mode) end

--- Command: the same of the program that runs.
function file.copy_program(target, mode) return command("copy-program", target, mode) end

--- Command: rename, durably, within one volume.
function file.move(source, target) return command("move", source, target) end

--- Command: a small file with this text.
function file.write(target, mode, text) return command("write", target, mode, text) end

--- Command: a folder and its parents; one that is there must be root's, and nobody else may write in it.
function file.make_folder(path, mode) return command("make-folder", path, mode) end

--- Command: take a file away; one that is not there is fine.
function file.remove(path) return command("remove", path) end

--- Command: take the folder of a Kernel Debug Kit away, with all that is in it.
function file.remove_kit(path) return command("remove-kit", path) end

--- What their failures mean.
file.errors = {
  { pattern = "No space left", kind = "room", cause = "the disk is full",
    cure = "free some space, then run this again", unaffected = "what was in that place before" },
  { pattern = "Read%-only file system", kind = "room", cause = "the volume is mounted read-only",
    cure = "choose a place on the Data volume", unaffected = "what was in that place before" },
  { pattern = "Permission denied", kind = "root", cause = "this needs more rights",
    cure = "put sudo before the command", unaffected = "what was in that place before" },
  { pattern = "Operation not permitted", kind = "root", cause = "macOS protects this place, or this needs more rights",
    cure = "put sudo before the command; for Desktop, Documents and Downloads allow Terminal in Privacy settings",
    unaffected = "what was in that place before" },
}

return file
