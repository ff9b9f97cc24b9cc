"""What kmutil leaves in Preboot, and when it opens the file that it was given."""

import hashlib

import pytest

from recorded_macs.talking import KMUTIL, answers, configure, talk


class TestStored:
    """What kmutil leaves in Preboot: the chain from the policy's hash to the object's bytes (darwin §4)."""

    @pytest.mark.parametrize(("form", "equal"), [("plain", True), ("padded", False), ("other", False), ("compressed", False)])
    def test_the_chain(self, build, form, equal):
        """coih is SHA-384 of IM4M, which holds the digest of IM4P, whose octets are the object, or are not."""
        mac = build("m1-12.6", kmutil_stores=form)
        assert configure(mac)[0] == 0
        policy = mac.policy()
        whole = next(mac.preboot().rglob(f"kernelcache.custom.{policy['coih']}")).read_bytes()
        payload, manifest = children(whole)[1:3]
        assert hashlib.sha384(children(manifest)[0]).hexdigest().upper() == policy["coih"]
        assert hashlib.sha384(payload).digest() in manifest
        assert (contents(children(payload)[3]) == mac.collection_path().read_bytes()) is equal
        assert [contents(one) for one in children(payload)[:2]] == [b"IM4P", b"fuos"]
        assert mac.restart("macos") == "macos" and mac.state()["running"]["banner"] == mac.group()["os"]["development"]

    def test_the_object_is_opened_late(self, build):
        """Not when its name is given, but after the password."""
        mac = build("m1-12.6")
        child = talk(mac, KMUTIL, "configure-boot", "-v", "/Volumes/Macintosh HD", "-c",
                     "/" + str(mac.collection_path().relative_to(mac.root)))
        child.expect_exact("(enter y or n) ")
        other = mac.collection_path().read_bytes()[:-8] + b"swapped!"
        mac.collection_path().write_bytes(other)
        child.sendline("y")
        assert answers(child, mac)[0] == 0
        assert other in next(mac.preboot().rglob("kernelcache.custom.*")).read_bytes()


def split(data):
    """A DER element's contents and what follows it."""
    size, at = data[1], 2
    if data[0] == 0xFF:
        at = next(place for place in range(1, 9) if not data[place] & 0x80) + 1
        size, at = data[at], at + 1
    if size & 0x80:
        size, at = int.from_bytes(data[at:at + (size & 0x7F)], "big"), at + (size & 0x7F)
    return data[at:at + size], data[at + size:]


def contents(data):
    """What is inside an element."""
    return split(data)[0]


def children(data):
    """The elements inside an element."""
    found, rest = [], contents(data)
    while rest:
        after = split(rest)[1]
        found.append(rest[:len(rest) - len(after)])
        rest = after
    return found
