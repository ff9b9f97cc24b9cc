-- The manual's page on `console`.

return [[
It knows the words that plans are written with; Tab completes them. It only looks: a command that it makes cannot be
started from here.

    policy()                     the boot policy, as a table
    status()                     what `status` shows
    nvram.get "boot-args"        one variable
    probe { "/usr/bin/csrutil", "status" }
    help()

Leave it with Ctrl-D. `vmq-recovery help writing` lists every function.
]]
