-- The manual's page on `source`.

return [[
The text is exactly what the program runs. `vmq-recovery source scripts/boot-args.lua` is a good example of a plan;
what it shares with others is in `scripts/part/boot-args.lua`.
]]
