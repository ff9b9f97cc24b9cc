-- pmset: whether the Mac runs on its battery (claims A.6), in the form of public samples of `pmset -g batt`.

local pmset = {}

local ID = 22806627

local function battery(p)
  local now = p.state.battery
  if not now then return "100%; charged; 0:00 remaining" end
  return ("%d%%; discharging; %d:%02d remaining"):format(now.percent, now.percent * 5 // 60, now.percent * 5 % 60)
end

--- Plays `pmset -g batt`; see `sim.tools.play`. A Mac without a battery prints the first line alone.
function pmset.pmset(p)
  local words = table.concat(p.args, " ")
  if words ~= "-g batt" and words ~= "-g ps" then p.fail(1, "pmset: only -g batt and -g ps are simulated\n") end
  p.reads()
  local on_battery = p.state.mac.battery and p.state.battery
  p.out("Now drawing from '", on_battery and "Battery" or "AC", " Power'\n")
  if not p.state.mac.battery then return 0 end
  p.out(" -InternalBattery-0 (id=", ID, ")\t", battery(p), " present: true\n")
end

return pmset
