"""Unpacking an archive that anyone may have made.

What is written are plain files and folders below the folder given, and nothing else. Refused are
names that lead out of it (absolute ones, `..`, backslashes, drives), links, devices, encrypted and
sparse files, names that come twice, more than `MEMBERS` members, and more bytes than allowed. Bytes
are counted as they are written, whatever the archive says of itself. Python's `tarfile.data_filter`
is not used: it repairs some names where they are to be refused, lets links inside through, and
knows only tar.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import IO

from backend.errors import InvalidRequestError
from backend.sources.members import PIECE, Member, damaged, opened_archive

MEMBERS = 10_000
"""Files and folders of an archive; a checkpoint has a dozen."""
LONGEST_NAME = 1000
"""Characters, folders included."""


def unpack(archive: Path, folder: Path, limit: int, shown: str | None = None) -> None:
    """Writes what an archive holds into a folder.

    Args:
        archive: .zip, .tar or .tar.gz.
        folder: empty; what was written until an error stays for the caller to remove.
        limit: of bytes unpacked.
        shown: the archive's name in messages; None takes the file's.

    Raises:
        InvalidRequestError: the archive is damaged, or a member breaks a rule; the member, the rule
            and the remedy are named.
    """
    shown = archive.name if shown is None else shown
    left = limit
    with opened_archive(archive, shown) as members:
        for number, member in enumerate(members, start=1):
            if number > MEMBERS:
                raise _refused(
                    member, shown, f"is one more than the {MEMBERS:,} that an archive may have"
                )
            target = folder / _place(member, shown)
            if member.kind == "folder":
                _make_folder(target, folder, member, shown)
                continue
            _make_folder(target.parent, folder, member, shown)
            if target.exists():
                raise _refused(member, shown, "comes twice")
            if member.size > left:
                raise _too_much(member, shown, limit)
            with member.open() as content, target.open("xb") as file:
                written = _copy(content, file, left, member, shown, limit)
            if written != member.size:
                raise damaged(shown, f"{member.name!r} has {written} bytes of {member.size}")
            left -= written


def _place(member: Member, shown: str) -> PurePosixPath:
    """Where a member goes, below the folder.

    Raises:
        InvalidRequestError: it must not go anywhere.
    """
    name, path = member.name, PurePosixPath(member.name)
    if member.kind not in ("file", "folder"):
        raise _refused(member, shown, f"is a {member.kind}: only plain files and folders may be")
    if path.is_absolute():
        raise _refused(member, shown, "has an absolute path: it would be written outside")
    if ".." in path.parts:
        raise _refused(member, shown, "has '..' in its path: it could be written outside")
    if any(character in name for character in "\\:\0") or not name.isprintable():
        raise _refused(member, shown, "has a backslash, colon or control character in its name")
    if len(name) > LONGEST_NAME or any(len(part.encode()) > 255 for part in path.parts):
        raise _refused(member, shown, "has too long a name")
    if member.kind == "file" and not path.parts:
        raise _refused(member, shown, "has no name")
    return path


def _make_folder(path: Path, root: Path, member: Member, shown: str) -> None:
    for parent in (path, *path.parents):
        if parent == root:
            break
        if parent.is_file():
            raise _refused(member, shown, f"lies in {parent.name!r}, which is a file")
    path.mkdir(parents=True, exist_ok=True)


def _copy(
    content: IO[bytes], file: IO[bytes], left: int, member: Member, shown: str, limit: int
) -> int:
    written = 0
    while piece := content.read(PIECE):
        written += len(piece)
        if written > left:
            raise _too_much(member, shown, limit)
        file.write(piece)
    return written


def _too_much(member: Member, shown: str, limit: int) -> InvalidRequestError:
    return InvalidRequestError(
        f"The archive {shown!r} is refused: with its member {member.name!r} it would unpack to "
        f"more than {limit:,} bytes.",
        remedy="Leave out what is no part of the checkpoint, or raise the limit with "
        "CIRCUIT_EXPLORER_UNPACKED_LIMIT if the checkpoint is that large.",
    )


def _refused(member: Member, shown: str, why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The archive {shown!r} is refused: its member {member.name!r} {why}.",
        remedy="Pack the checkpoint's folder anew, with plain files and relative names only.",
    )
