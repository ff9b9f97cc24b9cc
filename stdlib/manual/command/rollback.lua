-- The manual's page on `rollback`.

return [[
Before its question it shows what is now, what will be afterwards and what you will type; `d` shows its commands. It
undoes the steps in reverse order, down to the state that was recorded before the first one. Then it compares the
Mac with that state field by field: security mode, SIP, sealed volume, CTRR, boot-args filter, kernel extensions,
kernel, boot-args. Each difference is named with both values. It says that the Mac is as it was before only where
there is none.

Boot arguments of others that were lost while ours were written are put back. If they do not stay, it exits 5; if the
security is lower than it was, 9.

Three things cannot be restored: another custom kernel that was there before, a sealed volume that was off, and a set
of SIP parts that your `csrutil` cannot write. They are told before you agree to a run.

A run is named by its number, as `log` tells it. An older one is refused (exit 3) while a newer one stands, which may
rest on what the older one changed: roll the newer one back first, or `revert`, which ends all of them.

For Full Security, whatever was there before, use `revert`.
]]
