-- The manual's page on `doctor`.

return [[
It answers for the next thing to do. In macOS that is to fetch, build and stage, and then to go to recovery; in
recovery it is `apply`. It exits 0 when all is ready, and says what comes next; it exits 3 when something would be
refused.

ok :: fine
bad :: must be fixed first; the line below says how
unknown :: could not be read. It counts as bad: what is not known is never taken for fine.

On a terminal one line says which check is being made. Then a long list is shown by pages, and what to do comes
below it.
]]
