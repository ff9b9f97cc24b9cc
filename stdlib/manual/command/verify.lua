-- The manual's page on `verify`.

return [[
Run it in macOS after the restart. It checks the policy, the kernel that runs, the boot arguments in force, the
hypervisor and the quota, and exits 3 if one of them is not as it should be. Then it tells what else to know: an
update that waits, running guests, management.
]]
