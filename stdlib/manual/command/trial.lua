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

# Questions that need a change

Does recovery keep boot arguments? Does `csrutil enable` need the network? Such questions are answered by a run on a
spare Mac that is not managed, with a backup, power, a second Mac for DFU, and no newer macOS out: `step` shows each
command, and `log` holds what the tools said. This command never asks them.
]]
