-- Lua 5.4; the library's modules are locals, plans get a few names from their environment.
std = "lua54"
max_line_length = 125

files["scripts"] = {
  -- What stdlib/plan.lua puts into a plan's environment.
  read_globals = { "plan", "step", "param" },
}
files["tests/unit/**/*_spec.lua"] = { std = "+busted" }
files["tests/unit/*_spec.lua"] = { std = "+busted" }
