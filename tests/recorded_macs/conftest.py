"""The one fixture of the tests of the fakes: it builds the Mac that a test is about."""

import pytest

from recorded_macs.builder import Mac


@pytest.fixture(name="build")
def _build(tmp_path, request):
    """Builds a Mac as `Mac.build` does; what a file's tests do not say themselves stands in its USUAL."""
    def build(*arguments, **more):
        told = dict(zip(("machine", "environment"), arguments, strict=False))
        return Mac.build(tmp_path / "mac", **{**getattr(request.module, "USUAL", {}), **told, **more})
    return build
