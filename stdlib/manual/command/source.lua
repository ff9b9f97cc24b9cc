-- The manual's page on `source`.

return [[
The text is exactly what the program runs. `vmq-recovery source scripts/apply.lua` is a good example of a plan.
]]
