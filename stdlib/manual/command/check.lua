-- The manual's page on `check`.

return [[
It loads the plan and checks its fields, types and order. Then it calls the plan's functions once, on a simulated Mac:
what throws, does not end, or answers what it may not is a mistake. What that Mac lacks, such as a tool that the plan
declares, is named as not tried. A mistake is told as FILE:LINE: reason, with exit 2. Nothing on this Mac is started or
changed.
]]
