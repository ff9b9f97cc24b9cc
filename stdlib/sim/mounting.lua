-- Mounts and unmounts single volumes of a simulated Mac while it runs.
-- It must not decide what is mounted at a start; that is `sim.boot`.

local place = require "sim.place"

local mounting = {}

--- Mounts a volume. `files`: the files port, or nil. Preboot comes back writable when it is mounted again (§6.3).
function mounting.attach(state, volume, files)
  if volume.role == "Preboot" then volume.writable = true end
  volume.mount = (place.in_recovery(state) and "/Volumes/" or "/System/Volumes/") .. volume.name
  if files then files.attach(volume.mount, place.storage(volume)) end
end

--- Unmounts a volume.
function mounting.detach(volume, files)
  if files then files.detach(volume.mount) end
  volume.mount = nil
end

return mounting
