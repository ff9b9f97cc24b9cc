-- The manual's page on `run`.

return [[
A name without a slash and without `.lua` at its end is a plan inside the program; everything else is a file. It gets
everything that `apply` has: checks first, one question, the journal, reading back, rollback, dry run.

Read a plan before you run it as root. Its author says which of its tools only read; `check FILE` lists them and
starts none.

`vmq-recovery help writing` explains how to write one.
]]
