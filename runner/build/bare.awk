# Prints a Lua source without its comments and without indentation. Every line stays a line: an error names the same one.
# Must not change a string of several lines.

closing != "" {
    if (index($0, closing)) closing = ""
    print
    next
}

# The second: a comment behind code. With a quote in it, it might be the rest of a string, and stays.
{ sub(/^ *(--.*)?/, ""); sub(/ +-- [^]"']*$/, "") }

match($0, /\[=*\[/) {
    closing = "]" substr($0, RSTART + 1, RLENGTH - 2) "]"
    if (index(substr($0, RSTART + RLENGTH), closing)) closing = ""
}

{ print }
