-- Counts the places where a run has an effect on the world, and dies at one of them.
-- Must not know what the effects are: each says itself how it can be cut short.

local points = {}

--- What a run that dies throws. Anything else that is thrown is a fault of the program or of the test.
points.DEATH = { death = true }

--- No death: at this point the person asks to stop.
points.ASKED = "asked"

--- Starts counting.
-- @param target nil to count only, or { point = number, mode = string } to die there
-- @param door true when every act is tried on the C door as well
-- @return counter: { effect = function, seen = array of { kind, about, modes = array of names }, fired = boolean,
--   asked = true once the person has asked to stop }
function points.new(target, door)
  local self = { seen = {}, target = target, fired = false, door = door }
  --- An effect is about to happen.
  -- @param kind, about words for people
  -- @param modes array of names
  -- @param cut function(mode): does as much as is done when the run dies in this way
  -- @param whole function: does it
  function self.effect(kind, about, modes, cut, whole)
    local number = #self.seen + 1
    self.seen[number] = { kind = kind, about = about, modes = modes }
    if self.fired and not self.asked then error(points.DEATH, 0) end -- who is dead has no effect any more
    if target and target.point == number then
      self.fired = true
      self.asked = target.mode == points.ASKED
      if self.asked then return whole() end
      cut(target.mode)
      error(points.DEATH, 0)
    end
    return whole()
  end
  return self
end

return points
