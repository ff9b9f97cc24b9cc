-- The manual's page on files and paths.

local files = { summary = "files and paths: program, collection, journal" }

files.text = [[
On the Data volume, which is /System/Volumes/Data in macOS and lies below /Volumes in recovery:

vmq-recovery :: the program, put there by `stage`
Users/Shared/vmq-recovery/VirtualMachine.kc :: the kernel collection
Users/Shared/vmq-recovery/manifest.json :: its checksum file: size, SHA-256, macOS build and kernel of the collection
private/var/db/vmq-recovery/ :: the journal: a file for each run; only root can read it. `--journal DIR` names another
  folder. Where macOS refuses that place before SIP is off, `kdk`, `build` and `stage` make private/var/root/vmq-recovery/,
  and it is taken from then on.
private/var/db/vmq-recovery/object/ :: copies of what is registered as the kernel, so that nobody changes it meanwhile.
  `apply` and `kernel-debug` take theirs away at the end, the rollback of `boot-object` its own: until then it can be
  put back.
private/var/run/vmq-recovery/lock :: of the system that runs, not of Data: the Mac's one lock, with who has it. Apple's
  tools hold it, too, while they write; it ends with the boot.
Library/Developer/KDKs/ :: installed Kernel Debug Kits; Apple's own place for them

A journal is written before each act and synced to the disk. It holds no password. It must not be edited: a damaged
record is refused, and `revert` works without any journal. `report` tells a run on one page, and `unstage` takes the
other files of this program away.

The program starts only Apple's tools, by their full paths: csrutil, bputil, kmutil, nvram, diskutil and others that
only read. It reads no configuration file.
]]

return files
