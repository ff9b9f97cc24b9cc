"""What of this tree is inside the program, and how."""

import re
import subprocess


def documented(tree):
    """The modules that `help writing` tells of, which go in whole with their comments."""
    words = re.search(r"local PUBLIC = \{(.*?)\n\}", (tree / "stdlib/plan/sandbox.lua").read_text("utf-8"), re.DOTALL).group(1)
    return {"stdlib/plan/schema.lua"} | {f"stdlib/{module.replace('.', '/')}.lua" for module in re.findall(r'"([\w.]+)"', words)}


def text(name, tree):
    """The bytes of tree/name as they are in the program."""
    if name.startswith("scripts/") or name in documented(tree):
        return (tree / name).read_bytes()
    return subprocess.run(["awk", "-f", "runner/build/bare.awk", name], cwd=tree, check=True, capture_output=True).stdout
