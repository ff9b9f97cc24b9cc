"""What XNU and dyld ask of a program (reference §9), read from the finished file.

Nothing here says that it runs on a Mac: only that nothing known speaks against it.
"""

import os
import re
import sys
from pathlib import Path

import lief

BUDGET = 1536 * 1024
GIBIBYTE = 1 << 30
FILE = lief.MachO.Header.FILE_TYPE
FLAG = lief.MachO.Header.FLAGS
COMMAND = lief.MachO.LoadCommand.TYPE
PLATFORMS = {COMMAND.BUILD_VERSION, COMMAND.VERSION_MIN_MACOSX, COMMAND.VERSION_MIN_IPHONEOS,
             COMMAND.VERSION_MIN_TVOS, COMMAND.VERSION_MIN_WATCHOS}
WRITE, EXECUTE = 2, 4
SYMBOLS = Path(__file__).with_name("macos-12-symbols.txt")


def commands(macho, *wanted):
    return [command for command in macho.commands if command.command in wanted]


def imports(macho):
    return {symbol.name for symbol in macho.imported_symbols}


def test_is_one_arm64_executable(macho):
    assert macho.header.cpu_type == lief.MachO.Header.CPU_TYPE.ARM64
    assert macho.header.cpu_subtype == 0, "subtype ALL: arm64e of third parties is refused"
    assert macho.header.file_type == FILE.EXECUTE


def test_file_may_be_executed(program):
    assert os.access(program, os.X_OK)


def test_is_position_independent(macho):
    for flag in (FLAG.PIE, FLAG.DYLDLINK, FLAG.TWOLEVEL, FLAG.NOUNDEFS):
        assert macho.header.has(flag), flag


def test_starts_through_lc_main(macho):
    assert len(commands(macho, COMMAND.MAIN)) == 1
    assert not commands(macho, COMMAND.UNIXTHREAD, COMMAND.THREAD)
    text = macho.get_section("__TEXT", "__text")
    assert text.virtual_address <= macho.entrypoint < text.virtual_address + text.size


def test_linker_is_the_one_that_is_allowed(macho):
    assert [command.name for command in commands(macho, COMMAND.LOAD_DYLINKER)] == ["/usr/lib/dyld"]


def test_names_one_platform_macos_12(macho):
    assert len(commands(macho, *PLATFORMS)) == 1
    assert macho.build_version.platform == lief.MachO.BuildVersion.PLATFORMS.MACOS
    assert macho.build_version.minos == [12, 0, 0]


def test_needs_only_libsystem(macho):
    assert [library.name for library in macho.libraries] == ["/usr/lib/libSystem.B.dylib"]
    assert [library.command for library in macho.libraries] == [COMMAND.LOAD_DYLIB]
    assert not commands(macho, COMMAND.RPATH, COMMAND.DYLD_ENVIRONMENT)


def test_page_zero_is_hard_and_4_gib(macho):
    zero = macho.get_segment("__PAGEZERO")
    assert (zero.virtual_address, zero.virtual_size, zero.file_size) == (0, 4 * GIBIBYTE, 0)
    assert (zero.init_protection, zero.max_protection) == (0, 0)


def test_no_segment_is_writable_and_executable(macho):
    for segment in macho.segments:
        assert segment.init_protection & (WRITE | EXECUTE) != WRITE | EXECUTE, segment.name


def test_needs_no_symbol_that_macos_12_lacks(macho):
    lines = [line.split() for line in SYMBOLS.read_text().splitlines() if not line.startswith("#")]
    for name, since in lines:
        assert since == "-" or tuple(map(int, since.split("."))) <= (12, 0), name
    unknown = imports(macho) - {name for name, _ in lines}
    assert not unknown, f"not in {SYMBOLS.name}: look at the release in their headers: {sorted(unknown)}"


def test_stack_protector_and_fortify_are_on(macho):
    assert {"___stack_chk_fail", "___stack_chk_guard"} <= imports(macho)
    assert any(re.fullmatch(r"___\w+_chk", name) for name in imports(macho) - {"___stack_chk_fail"})


def test_no_symbols_are_left_but_imports(macho):
    # The linker names the stub through which an import is called after it.
    left = {symbol.name.removesuffix("__thunk") for symbol in macho.symbols} - imports(macho)
    unexpected = left - {"__mh_execute_header", "___dso_handle", "_embed_count", "_embed_index", "_embed_dictionary",
                         "_embed_dictionary_length"}
    assert not unexpected, f"{len(unexpected)} symbols, such as {sorted(unexpected)[:5]}"


def test_no_path_of_this_machine_is_inside(image):
    places = {str(Path.cwd()), sys.prefix, "ziglang", "site-packages", "build/macos", "build/sources"}
    if Path.home() != Path("/root"):  # `/var/root` is the Mac's own
        places.add(str(Path.home()))
    assert not [place for place in places if place.encode() in image]


def test_size_is_within_the_budget(image):
    assert len(image) <= BUDGET, f"{len(image)} bytes, budget {BUDGET}"
