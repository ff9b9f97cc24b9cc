-- The manual's page on `plans`.

return [[
The plans that are inside the program, a line each. A plan's name can be given wherever a FILE is taken:

    vmq-recovery help plans NAME      its steps and its parameters
    vmq-recovery rehearse NAME        plays it on a simulated Mac
    vmq-recovery plan NAME            what it would do on this Mac
    vmq-recovery run NAME             does it; `rollback` undoes it
    vmq-recovery source NAME          prints it

A parameter is given with `--set NAME=VALUE`, before or after the name. A value of the wrong type or beyond its bounds
is refused before anything is done.

Each plan has its way back by itself: `rollback` undoes the newest run that stands, `revert` ends all of them. A plan
refuses to begin (exit 3) where it would take back what another run, or somebody else, has set; it says what comes first.

There is no plan that removes device management, resets a password, or gets round a volume owner: those are used on Macs
that belong to somebody else.
]]
