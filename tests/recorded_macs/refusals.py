"""What the tools say when a name or a password is not taken (facts 2026-11 A.1, A.5). It asks nothing."""

from . import state as store

REJECTED = ('{tool}: failed to set credential: Error Domain=com.apple.LocalAuthentication Code=-1 "Password rejected '
            '(3)" UserInfo={{NSDebugDescription=Password rejected (3), NSLocalizedDescription=Authentication failure., '
            'NSUnderlyingError=0x6000 {{Error Domain=com.apple.LocalAuthentication Code=-1 "{inner}" UserInfo='
            '{{NSDebugDescription={inner}, NSLocalizedDescription=Authentication failure.}}}}}}')
# field/bputil-other-boot-errors; facts A.1 know it from bless
OWNER = ('Error Domain=BYErrorDomain Code=103 "Owner authentication is required" UserInfo={BYErrorHint='
         "LocalAuthenticationRequired, NSLocalizedDescription=Owner authentication is required}")
USER_NOT_FOUND = "User not found"
# guess: what stands inside after a password that was really mistyped was not seen
MISTYPED = "Authentication failure"


def rejected(tool, inner):
    """The one line of LocalAuthentication, as bputil and csrutil print it (asahi-installer#401)."""
    return REJECTED.format(tool=tool, inner=inner)


def barred(state):
    """Have so many been refused since the start that the Mac unlocks nothing any more (darwin §9)?"""
    limit = state["knobs"]["unlock_limit"]
    return limit is not None and state["refused"] >= limit


def count(tool):
    """A password was refused: a Mac counts them until it is restarted (darwin §9)."""
    with store.Changing(tool.root) as state:
        state["refused"] += 1


def line(tool, state, group, usual):
    """What this Mac's tool says at the end: its `usual` words, or those of LocalAuthentication."""
    if group.get("stale_owners") or state["knobs"]["refusal"] == "user-not-found":
        return rejected(tool.name, USER_NOT_FOUND)
    if state["knobs"]["refusal"] == "owner" and tool.name == "bputil":
        return OWNER
    return rejected(tool.name, MISTYPED) if state["knobs"]["refusal"] == "rejected" else usual
