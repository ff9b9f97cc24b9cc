-- The manual's page on `check`.

return [[
It loads the plan and checks its fields, types and order. A mistake is told as FILE:LINE: reason, with exit 2. Nothing
on this Mac is started or changed.
]]
