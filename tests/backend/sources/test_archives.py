"""Unpacking what anyone may have made: nothing lands outside, nothing is larger than allowed."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.errors import InvalidRequestError
from backend.sources import archives, members
from backend.sources.archives import unpack

LIMIT = 10_000
FILES = {"a/config.json": b"{}", "a/b/weights": bytes(range(256)) * 20, "empty": b""}


def zipped(path: Path, files: dict[str, bytes], **mode: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = mode.get("mode", 0o644 | stat.S_IFREG) << 16
            archive.writestr(entry, content)
    return path


def entry_of(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.linkname = kind, size, "/etc/passwd"
    return entry


def tarred(path: Path, files: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as archive:
        for name, content in files.items():
            archive.addfile(entry_of(name, size=len(content)), io.BytesIO(content))
        for entry in more:
            archive.addfile(entry)
    return path


def content_of(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "inside"
    folder.mkdir(parents=True)
    return folder


def refusal(archive: Path, inside: Path, limit: int = LIMIT) -> str:
    """The refusal of an archive, which wrote nothing outside the folder."""
    before = {path for path in inside.parent.parent.rglob("*") if inside not in path.parents}
    with pytest.raises(InvalidRequestError) as caught:
        unpack(archive, inside, limit)
    after = {path for path in inside.parent.parent.rglob("*") if inside not in path.parents}
    assert after == before
    assert caught.value.remedy
    assert archive.name in caught.value.detail
    return caught.value.detail


MAKERS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "it.zip": zipped,
    "it.tar": tarred,
    "it.tar.gz": tarred,
}


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_packed_is_unpacked(tmp_path: Path, inside: Path, name: str) -> None:
    unpack(MAKERS[name](tmp_path / name, FILES), inside, LIMIT)
    assert content_of(inside) == FILES


def test_archives_are_known_by_their_content(tmp_path: Path, inside: Path) -> None:
    unpack(tarred(tmp_path / "it.tar.gz", FILES).rename(tmp_path / "it.zip"), inside, LIMIT)
    assert content_of(inside) == FILES
    (tmp_path / "text.zip").write_text("no archive")
    assert "no archive" in refusal(tmp_path / "text.zip", inside)


@pytest.mark.parametrize("archive", MAKERS)
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../escaped", "'..'"),
        ("a/../../escaped", "'..'"),
        ("/tmp/escaped", "absolute"),
        ("..\\escaped", "backslash"),
        ("C:escaped", "colon"),
        ("line\nbreak", "control"),
        ("/".join(["deep"] * 400), "too long"),
        ("n" * 256, "too long"),
    ],
)
def test_a_name_that_leads_elsewhere(
    tmp_path: Path, inside: Path, archive: str, name: str, rule: str
) -> None:
    detail = refusal(MAKERS[archive](tmp_path / archive, {"first": b"", name: b"x"}), inside)
    assert repr(name) in detail
    assert rule in detail


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (tarfile.SYMTYPE, "symbolic link"),
        (tarfile.LNKTYPE, "hard link"),
        (tarfile.CHRTYPE, "special file"),
        (tarfile.FIFOTYPE, "special file"),
        (tarfile.GNUTYPE_SPARSE, "sparse file"),
    ],
)
def test_links_and_devices_in_a_tar(tmp_path: Path, inside: Path, kind: bytes, rule: str) -> None:
    detail = refusal(tarred(tmp_path / "it.tar", FILES, entry_of("odd", kind)), inside)
    assert f"'odd' is a {rule}" in detail


@pytest.mark.parametrize(("mode", "rule"), [(0o120777, "symbolic link"), (0o020666, "special")])
def test_links_and_devices_in_a_zip(tmp_path: Path, inside: Path, mode: int, rule: str) -> None:
    assert rule in refusal(zipped(tmp_path / "it.zip", {"odd": b"/etc"}, mode=mode), inside)


def test_a_file_through_a_link_of_the_same_archive(tmp_path: Path, inside: Path) -> None:
    archive = tarred(
        tmp_path / "it.tar", {}, entry_of("out", tarfile.SYMTYPE), entry_of("out/passwd")
    )
    assert "'out'" in refusal(archive, inside)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_contradict_each_other(tmp_path: Path, inside: Path) -> None:
    twice = tarred(tmp_path / "twice.tar", {"a": b"1"}, entry_of("a"))
    assert "twice" in refusal(twice, inside)
    (inside / "a").unlink()
    below = tarred(tmp_path / "below.tar", {"a": b"1"}, entry_of("a/b"))
    assert "which is a file" in refusal(below, inside)


@pytest.mark.parametrize("name", MAKERS)
def test_a_bomb_is_stopped_early(tmp_path: Path, inside: Path, name: str) -> None:
    bomb = MAKERS[name](tmp_path / name, {"small": bytes(LIMIT - 1), "zeros": bytes(5_000_000)})
    detail = refusal(bomb, inside)
    assert "'zeros'" in detail
    assert f"{LIMIT:,}" in detail
    assert sum(map(len, content_of(inside).values())) <= LIMIT


def test_a_bomb_that_lies_about_its_size(tmp_path: Path, inside: Path) -> None:
    honest = zipped(tmp_path / "it.zip", {"zeros": bytes(5_000_000)}).read_bytes()
    size = (5_000_000).to_bytes(4, "little")
    (tmp_path / "it.zip").write_bytes(honest.replace(size, (100).to_bytes(4, "little")))
    refusal(tmp_path / "it.zip", inside)
    assert sum(map(len, content_of(inside).values())) <= LIMIT


@pytest.mark.parametrize("name", MAKERS)
def test_too_many_members(
    tmp_path: Path, inside: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MEMBERS", 2)
    assert "'empty'" in refusal(MAKERS[name](tmp_path / name, FILES), inside)


def test_a_header_that_would_fill_the_memory(
    tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "LARGEST_READ", 100_000)
    long_name = tarred(tmp_path / "it.tar.gz", {"n" * 200_000: b""})
    assert "100,000" in refusal(long_name, inside)
    many = zipped(tmp_path / "it.zip", {f"{number:060}": b"" for number in range(1000)})
    assert "100,000" in refusal(many, inside)


@pytest.mark.parametrize("name", MAKERS)
def test_every_cut_is_noticed(tmp_path: Path, inside: Path, name: str) -> None:
    whole = MAKERS[name](tmp_path / name, FILES).read_bytes()
    end = len(whole)
    if name == "it.tar":  # what follows the first empty block says nothing
        end -= len(whole) - len(whole.rstrip(b"\0")) - 100
    for number, length in enumerate([100, 600, end // 2, end - 2000, end - 600, end - 30]):
        if not 0 < length < end:
            continue
        folder = inside / str(number)
        folder.mkdir()
        (tmp_path / name).write_bytes(whole[:length])
        refusal(tmp_path / name, folder)


def test_damage_within_is_noticed(tmp_path: Path, inside: Path) -> None:
    content = bytearray(zipped(tmp_path / "it.zip", FILES).read_bytes())
    content[content.index(b"weights") + 10] ^= 0xFF
    (tmp_path / "it.zip").write_bytes(content)
    assert "damaged" in refusal(tmp_path / "it.zip", inside)
    with gzip.open(tmp_path / "it.tar.gz", "wb") as file:
        file.write(b"no tar at all" * 100)
    assert "damaged" in refusal(tmp_path / "it.tar.gz", inside)


def test_a_zip_that_names_places_before_its_beginning(tmp_path: Path, inside: Path) -> None:
    content = bytearray(zipped(tmp_path / "it.zip", FILES).read_bytes())
    content[content.index(b"PK\5\6") + 17] += 4  # the directory of members, 1024 bytes on
    (tmp_path / "it.zip").write_bytes(content)
    assert "before its beginning" in refusal(tmp_path / "it.zip", inside)


def test_a_member_of_a_zip_without_a_name(tmp_path: Path, inside: Path) -> None:
    content = bytearray(zipped(tmp_path / "it.zip", {"a": b"1"}).read_bytes())
    content[content.index(b"PK\1\2") + 46] = 0
    (tmp_path / "it.zip").write_bytes(content)
    assert r"member '\x00' has" in refusal(tmp_path / "it.zip", inside)


def test_an_encrypted_zip(tmp_path: Path, inside: Path) -> None:
    content = bytearray(zipped(tmp_path / "it.zip", {"a": b"1"}).read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "it.zip").write_bytes(content)
    assert "encrypted" in refusal(tmp_path / "it.zip", inside)
