-- The manual's page on `help`.

return [[
The pages are inside the program, so they can be read in recovery. On a terminal a long page is shown by screenfuls:
space goes on, b goes back, q leaves.

`--mdoc` prints a page in the language of man(1); `make man` writes them all. `help events --schema` prints the JSON
Schema of the events.
]]
