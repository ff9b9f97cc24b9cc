-- Lua 5.4. Plans get only what stdlib/plan/sandbox.lua gives them, so nothing else may be named there. Its spec holds these
-- two lists against it.
max_line_length = 140

stds.plan = {
  read_globals = {
    "plan", "step", "param", "probe", "command",
    -- the library, as everybody's plans see it
    "boot_args", "boot_object", "bputil", "csrutil", "diskutil", "file", "kernel_object", "kmutil", "nvram", "policy", "sysctl",
    -- Lua's pure functions
    "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type",
    "string", "table", "math", "utf8",
  },
}

-- What only the plans inside the program see besides.
stds.embedded = { read_globals = { "part", "build_result", "curl", "hdiutil", "installer", "kit_image",
  "staging" } }

std = "lua54"
files["scripts/*.lua"] = { std = "plan+embedded" }
files["scripts/part/*.lua"] = { std = "plan+embedded" }
files["tests/**/plans/*.lua"] = { std = "plan" }
files["tests/**/*_spec.lua"] = { std = "lua54+busted" }
