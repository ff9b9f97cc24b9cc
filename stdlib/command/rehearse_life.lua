-- The whole life of a raised Mac, for `rehearse life`: kit, build, stage, doctor, recovery, apply, restart, verify, an update, revert.
-- Must not know how a Mac is simulated: it is handed what starts a command and what restarts the Mac.

local exit_code = require "base.exit_code"

local life = {}

--- Circumstances in which it begins: macOS runs, and there is neither kit nor collection. A Mac that is raised already begins in macOS
-- as it is.
function life.circumstances(raised) return raised and { "macos" } or { "macos", "no-collection" } end

-- Chapter by chapter: what a person is told, and the command with its arguments, or something that happens to the Mac.
local CHAPTERS = {
  { "1. In macOS: get Apple's kit of exactly this build.", "kdk", "fetch" },
  { "2. Install it.", "kdk", "install" },
  { "3. Build the kernel collection from it.", "build" },
  { "4. Put the program, the kernel collection and its checksum file onto the Data volume.", "stage" },
  { "5. Is everything ready for recovery?", "doctor" },
  { restart = "paired-recovery" },
  { "6. In recovery, reached by holding the power button, and again in macOS after the restart: apply.", "apply" },
  { "7. In macOS: is everything in force?", "verify" },
  { update = true },
  { "8. A macOS update is ready to be installed: what does status say?", "status" },
  { "9. So revert first.", "revert" },
  { restart = "macos" },
  { "10. Take away what was put on the Data volume.", "unstage", "--kits" },
  { "11. The update may come now. What is left?", "status" },
}

-- What lies behind a Mac that is raised already, in chapters.
local BEHIND = 7

local function play_chapter(play, chapter)
  if chapter.restart then play.restart(chapter.restart)
  elseif chapter.update then play.stage_update()
  else
    play.announce(chapter[1])
    return play.run(chapter[2], { table.unpack(chapter, 3) })
  end
  return exit_code.OK
end

--- Plays it.
-- @param play { announce(line), run(command, args) → exit code, restart(into), stage_update(), raised = it begins where apply is done }
-- @return the last exit code
function life.run(play)
  if play.raised then play.announce "This Mac is raised already: kit, build, stage and apply (1 to 6) lie behind it." end
  for number = play.raised and BEHIND + 1 or 1, #CHAPTERS do
    local code = play_chapter(play, CHAPTERS[number])
    if code ~= exit_code.OK then return code end
  end
  play.announce "That was the whole life of a raised Mac."
  return exit_code.OK
end

return life
