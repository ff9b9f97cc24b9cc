-- The three verdicts of a precondition, each with its detail and, unless it is ok, with what helps.
-- Must not decide anything.

local result = {}

--- @param detail string
-- @param remark true where the detail is to be read though it is ok
function result.ok(detail, remark) return { verdict = "ok", detail = detail, remark = remark and true or nil } end

--- @param detail string
-- @param cure string: what helps, in words
function result.bad(detail, cure) return { verdict = "bad", detail = detail, cure = cure } end

--- What could not be read. It never passes for ok.
function result.unknown(detail, cure) return { verdict = "unknown", detail = detail, cure = cure } end

--- What is not ok, and does not stop a run where a person is asked about it.
function result.asks(detail, cure) return { verdict = "unknown", detail = detail, cure = cure, asks = true } end

--- Will a person who has named the target be asked about this one thing?
-- @param asked see preflight.run
function result.will_ask(asked) return asked.options.volume ~= nil and not asked.options.yes end

--- The cure where result.will_ask says no.
result.ASK_FIRST = "name the target with --volume, leave out --yes, and type the word that you are asked for"

return result
