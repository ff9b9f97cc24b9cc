-- The manual's page on `step`.

return [[
It shows each step with its command, the questions it asks, the state now and afterwards, and every way back. Then one
key and Enter; Enter alone does nothing.

y :: do this step
n :: leave it out, if no later step needs it
c :: do it, and go on without asking
w :: why this step
p :: the exact command, and every way back
d :: what is expected, and what is there now
u :: undo the last step
l :: a Lua prompt, which only looks
q :: stop here; the journal stays open
? :: this list
]]
