-- What tests want of a precondition's row.
-- Must not make one.

local assert = require "luassert"

local row = {}

--- Wants this verdict and these words in the detail, and what helps with every verdict but ok.
-- @return what helps, or ""
function row.expect(verdict, words, one)
  assert.are.equal(verdict, one.verdict, one.detail)
  assert.truthy(one.detail:find(words, 1, true), one.detail)
  assert.are.equal(verdict ~= "ok", one.cure ~= nil)
  return one.cure or ""
end

return row
