"""The ad-hoc signature: without a valid one an arm64 Mac kills the program when it starts."""

import codesign
import pytest


@pytest.fixture(scope="module", name="signature")
def _signature(macho, image):
    command = macho.code_signature
    assert command.data_offset + command.data_size == len(image), "the signature is the file's end"
    return image[command.data_offset :]


@pytest.fixture(scope="module", name="directory")
def _directory(signature):
    return codesign.directory(signature)


def test_is_ad_hoc_and_made_by_the_linker(directory):
    assert directory["flags"] == codesign.ADHOC | codesign.LINKER_SIGNED
    assert (directory["hash_type"], directory["hash_size"]) == (codesign.SHA256, 32)


def test_is_the_only_blob(signature):
    assert list(codesign.blobs(signature)) == [codesign.DIRECTORY_SLOT]


def test_identifier_is_the_program_name(directory):
    assert directory["identifier"] == "vmq-recovery"


def test_covers_all_up_to_itself(macho, directory):
    assert directory["code_limit"] == macho.code_signature.data_offset
    text = macho.get_segment("__TEXT")
    assert (directory["segment_base"], directory["segment_limit"]) == (text.file_offset, text.file_size)
    assert directory["segment_flags"] == 1, "main binary"


def test_every_page_hash_is_right(image, directory):
    assert codesign.wrong_pages(image, directory) == []


@pytest.mark.parametrize("place", ["first", "code", "data", "last"])
def test_one_flipped_bit_is_caught(image, macho, directory, place):
    offsets = {
        "first": 32,
        "code": macho.get_section("__TEXT", "__text").offset + 1000,
        "data": macho.get_section("__TEXT", "__const").offset + 5000,
        "last": directory["code_limit"] - 1,
    }
    tampered = bytearray(image)
    tampered[offsets[place]] ^= 1
    page = offsets[place] >> directory["page_shift"]
    assert codesign.wrong_pages(bytes(tampered), directory) == [page]
