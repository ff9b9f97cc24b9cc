-- The whole life of a raised Mac, for `rehearse life`: kit, build, stage, recovery, apply, restart, verify, an update, revert.
-- Must not know how a Mac is simulated: it is handed what starts a command and what restarts the Mac.

local exit_code = require "base.exit_code"

local life = {}

--- Circumstances in which it begins: macOS runs, and there is neither kit nor collection.
life.circumstances = { "macos", "no-collection" }

-- Chapter by chapter: what a person is told, and the command with its arguments, or something that happens to the Mac.
local CHAPTERS = {
  { "1. In macOS: get Apple's kit of exactly this build.", "kdk", "fetch" },
  { "2. Install it.", "kdk", "install" },
  { "3. Build the kernel collection from it.", "build" },
  { "4. Put the program, the kernel collection and its checksum file onto the Data volume.", "stage" },
  { restart = "paired-recovery" },
  { "5. In recovery, reached by holding the power button, and again in macOS after the restart: apply.", "apply" },
  { "6. In macOS: is everything in force?", "verify" },
  { update = true },
  { "7. A macOS update is ready to be installed: what does status say?", "status" },
  { "8. So revert first.", "revert" },
  { restart = "macos" },
  { "9. Take away what was put on the Data volume.", "unstage", "--kits" },
  { "10. The update may come now. What is left?", "status" },
}

--- Plays it.
-- @param play { announce(line), run(command, args) → exit code, restart(into), stage_update() }
-- @return the last exit code
function life.run(play)
  for _, chapter in ipairs(CHAPTERS) do
    if chapter.restart then
      play.restart(chapter.restart)
    elseif chapter.update then
      play.stage_update()
    else
      play.announce(chapter[1])
      local code = play.run(chapter[2], { table.unpack(chapter, 3) })
      if code ~= exit_code.OK then return code end
    end
  end
  play.announce "That was the whole life of a raised Mac."
  return exit_code.OK
end

return life
