-- The three verdicts of a precondition, each with its detail and, unless it is ok, with what helps.
-- Must not decide anything.

local result = {}

--- @param detail string
function result.ok(detail) return { verdict = "ok", detail = detail } end

--- @param detail string
-- @param cure string: what helps, in words
function result.bad(detail, cure) return { verdict = "bad", detail = detail, cure = cure } end

--- What could not be read. It never passes for ok.
function result.unknown(detail, cure) return { verdict = "unknown", detail = detail, cure = cure } end

return result
