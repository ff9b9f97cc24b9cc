-- The three verdicts of a precondition, each with its detail and, unless it is ok, with what helps.
-- Must not decide anything.

local verdict = {}

--- @param detail string
function verdict.ok(detail) return { verdict = "ok", detail = detail } end

--- @param detail string
-- @param cure string: what helps, in words
function verdict.bad(detail, cure) return { verdict = "bad", detail = detail, cure = cure } end

--- What could not be read. It never passes for ok.
function verdict.unknown(detail, cure) return { verdict = "unknown", detail = detail, cure = cure } end

return verdict
