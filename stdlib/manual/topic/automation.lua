-- The manual's page on running without a person.

local automation = { summary = "running without a person: passwords, events, exit codes" }

automation.text = [[
    vmq-recovery apply --yes --user ada --password-fd 3 3< password.txt

`--yes` answers this program's question and the yes/no questions of Apple's tools. It does not answer where something
would be lost for good, or where another user could have written the file: those need a person.

The password is read from the descriptor into locked memory, and typed only at the prompt of csrutil, bputil, kmutil
or diskutil while the terminal shows nothing. It is never in an argument, the environment, the journal or a log. A
refused one is not typed again.

`--json` writes one event a line on standard output; what is for people goes to standard error. `vmq-recovery help
events` explains them and the exit codes.

What a tool says stands behind a bar, in a pipe or a file too (`| `), and a line that is too long for a terminal is
broken. Colours and other sequences that steer a terminal are taken out. The transcript and the events hold its words as
they are.

`-n` goes through everything and starts nothing that changes the Mac. `plan --json` shows the same steps without
asking.

One run at a time: a second one exits 7. A run that was stopped exits 6, and `resume` or `rollback` ends it.

# A whole life, unattended

    exec 3< password.txt
    vmq-recovery apply --yes --user ada --password-fd 3 --detailed-exitcode --json
    case $? in
    8) shutdown -r now ;;       # phase finished: macOS is next
    0) echo done ;;
    6) exec 3< password.txt
       vmq-recovery rollback --yes --user ada --password-fd 3 ;;
    esac
]]

return automation
