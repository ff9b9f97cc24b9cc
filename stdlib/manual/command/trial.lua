-- The manual's page on `trial`.

return [[
Much of what this program knows about Apple's tools was found in other people's transcripts. Some questions only a real
Mac can answer. This goes through those that looking can answer: it names each, asks, looks, and shows the answer. With
`--yes` all are looked at. Nothing is changed, no password is asked for, and nothing is sent.

The answers are written into a record, as `record` does, with the same options. Send it with a report: then the
simulated Macs learn from yours. Run it in macOS with `sudo`, and in recovery: the answers differ.

# Questions

quota :: the guest limit in the device tree
policy-json :: does bputil print JSON here
environment, virtual :: what this system is
csrutil-status, seal :: does csrutil answer without a question, and does diskutil agree on the seal
missing-variable :: how nvram says that a variable is not there
volumes :: where System and Data are mounted
memory, terminal :: room for temporary files, and the terminal

# Items that change something

`--with-changes` goes on with items that change this Mac for a while. Each says what it shows and what it changes,
asks, runs, and is taken back at once; what Apple's tools print goes into the record, and no password does. It is for a
spare Mac that nobody manages, with a backup, power, the newest macOS, and a second Mac that could bring it back (DFU).
It begins in the Mac's own recovery, at Full Security, and asks for all of that before anything else; `--yes` does not
answer that.

full :: does Apple's server grant Full Security now? If not, nothing else is done
no :: how csrutil and bputil ask, and end, when you answer n
password :: what bputil says to one wrong password, typed on purpose
reduced :: what bputil says when it sets Reduced Security
order :: does a policy made by bputil take back what csrutil opened?
sip :: what csrutil says when SIP is off already, and when it turns it on
guests :: does csrutil take research guests back when it turns SIP off? (macOS 15 and later)
kernel :: does kmutil take a kernel at Full Security, and forget one? (with a staged collection; it is never started)
words :: who keeps a boot argument, over two restarts, and does Full Security come back from macOS?

All but `words` are over before the next question. After a restart that `words` asks for, type the same command again,
in macOS: it continues. Each item is a run with a journal: if you stop in the middle, `rollback` takes it back, and so
does the next `trial --with-changes`.

Practise first: `rehearse --like this --keep DIR`, then `trial --with-changes --root DIR`.

Never done: an update with a custom kernel or SIP off, over-long boot arguments, `nvram -c`, `bputil -r`, `-z` or `-s`,
csrutil authenticated-root, power cuts, a second wrong password. What `kmutil create` names its file, `build` tells.
]]
