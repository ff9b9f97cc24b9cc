-- Lua 5.4. Plans get only what stdlib/plan/load.lua gives them, so nothing else may be named there.
max_line_length = 140

stds.plan = {
  read_globals = {
    "plan", "step", "param", "probe", "command",
    -- the library
    "boot_args", "boot_object", "bputil", "build_result", "csrutil", "curl", "diskutil", "file", "hdiutil", "installer",
    "kit_image", "kmutil", "nvram", "policy", "staging", "sysctl",
    -- Lua's pure functions
    "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type",
    "string", "table", "math", "utf8",
  },
}

std = "lua54"
files["scripts/*.lua"] = { std = "plan" }
files["tests/**/plans/*.lua"] = { std = "plan" }
files["tests/**/*_spec.lua"] = { std = "lua54+busted" }
