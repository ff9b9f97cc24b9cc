-- The manual's page on `revert`.

return [[
Run it before each macOS update, or to end the experiment. It needs no earlier run of this program: it takes our boot
arguments out, and goes down this list until one is reached and read back:

1. Full Security :: Needs Internet. Apple refuses it when a newer macOS is out: update first, then run revert again.
2. Reduced Security :: Apple's kernel, and SIP on. Works without a network.
3. Apple's kernel :: The policy stays as low as it was; only the custom kernel is forgotten.
4. by hand :: The steps for Startup Security Utility are printed.

It says which one was reached and why the better ones were refused, and exits 9 if it was not Full Security.

Full Security may also drop what was there before: approved kernel extensions must be approved again, and a macOS
whose sealed volume was changed on purpose may not start. Both are told before the question.

To undo what one run did, and no more, use `rollback`.
]]
