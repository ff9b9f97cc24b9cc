-- Which commands write what a Mac boots with: it matters that one of them goes on without the run that started it.
-- Must not start anything.

local writers = {}

--- Apple's tools that write the boot policy or NVRAM, or mount and unlock: path → true.
writers.TOOLS = { ["/usr/bin/csrutil"] = true, ["/usr/bin/bputil"] = true, ["/usr/bin/kmutil"] = true, ["/usr/sbin/nvram"] = true,
  ["/usr/sbin/diskutil"] = true }

--- Those of them that write the boot policy: path → true.
writers.POLICY = { ["/usr/bin/csrutil"] = true, ["/usr/bin/bputil"] = true, ["/usr/bin/kmutil"] = true }

--- Is this a command of theirs that writes? kmutil does by configure-boot alone.
-- @param argv array, or anything that a journal may hold in its place
function writers.is_one(argv)
  if type(argv) ~= "table" or not writers.TOOLS[argv[1]] then return false end
  return argv[1] ~= "/usr/bin/kmutil" or argv[2] == "configure-boot"
end

return writers
