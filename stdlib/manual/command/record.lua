-- The manual's page on `record`.

return [[
It looks at this Mac and writes what it saw into one text file of some 30 KiB. `rehearse --like FILE` plays that Mac,
here or on another machine, and such a file says more in a report than a description could.

Nothing is changed, no password is asked for, and nothing is sent. Only root is told the boot policy: without `sudo`
the record says so. The file goes into the folder you are in, in recovery next to the program, or to
`--output FILE`. A file that is there already is never replaced.

# What it reads

uname, sw_vers, sysctl :: kernel, version, model, chip
diskutil :: the volume groups and their volumes
bputil, csrutil :: the boot policy of each system, SIP
nvram :: boot-args, boot-volume, upgrade-boot-volume and auto-boot; no other variable, since some hold account tokens
pmset :: battery or mains
ioreg, route, profiles :: the guest limit of the device tree, is there a network, is the Mac managed; no more of them
files :: macOS version, kernel banner and owners of each system; what is staged; installed kits; an update that waits

No serial number, no host name and no file of yours is read.

# Names

The record holds the names of volumes and owners, UUIDs, the chip's number (ECID) and the hashes of the boot policy.
`--anonymous` replaces them, wherever they stand and in whatever form, by stand-ins: the same name always by the same
one. The names that Apple gives to volumes stay, and so do boot arguments, but for names and numbers in them. The file
is plain text: read it before you send it.

# The file

Line by line: a header, each command with its exit status and output, facts from files, and a checksum. A record that
was changed after it was written, is cut off, or names a command that no record holds is refused, with the line and
the reason. Line ends of Windows, a byte order mark and a missing last line end, as mail and editors leave them, do no
harm. Send it as an attachment: pasted into a mail its lines are broken. Nothing in a record is ever started.
]]
