-- route: whether there is a way to the Internet (claims A.6), in the form of public samples of `route -n get default`.

local route = {}

--- Plays `route -n get default`; see `sim.tools.play`. Without a default route it warns and reports success.
function route.route(p)
  if table.concat(p.args, " ") ~= "-n get default" then p.fail(1, "route: only -n get default is simulated\n") end
  p.reads()
  if p.state.no_route then
    p.err("route: writing to routing socket: not in table\n")
    return 0
  end
  p.out("   route to: default\ndestination: default\n       mask: default\n    gateway: 192.168.1.1\n",
    "  interface: en0\n      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>\n",
    " recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire\n",
    "       0         0         0         0         0         0      1500         0 \n")
end

return route
