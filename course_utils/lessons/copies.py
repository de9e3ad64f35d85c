"""The learner's own copies of the lessons: laid down, refreshed where untouched, never lost.

A copy counts as touched when its cells say something else than the lesson that was laid down: the
type and the source of the cells, in order, blank cells left out. Outputs, execution counts, cell ids
and metadata do not count, and neither does the blank cell that running the last cell appends: so
opening, running and saving a lesson does not touch it, and one typed letter does. Of other files the
text counts, whatever the line endings.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.lessons import catalogue

MANIFEST = ".course-copies.json"


@dataclass(frozen=True)
class LaidDown:
    """What was laid down: the bytes of the original, and what they say to a reader."""

    original_sha256: str
    content_sha256: str


@dataclass
class Refreshed:
    """What a refresh did, by file name."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # the lesson has changed, and so has the learner's copy
    broken_manifest: Path | None = None  # where an unreadable manifest was put aside


@dataclass(frozen=True)
class Reset:
    """A fresh copy, and where the old one is now (None if there was none, or it was the lesson itself)."""

    fresh: Path
    kept: Path | None


def learner_folder() -> Path:
    """Return the folder of the learner's copies: my_course, or what COURSE_FOLDER names."""
    return Path(os.environ.get("COURSE_FOLDER") or catalogue.ROOT / "my_course")


def originals() -> list[Path]:
    """Return the files that a learner gets: the ready lessons and the pages that they link to."""
    lessons = [lesson.path for lesson in catalogue.ready_lessons()]
    return lessons + sorted(catalogue.NOTEBOOKS.glob("*.md"))


def refresh(folder: Path, sources: list[Path]) -> Refreshed:
    """Lay down what is missing, update what the learner has not touched, and keep the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    refreshed = Refreshed()
    manifest, refreshed.broken_manifest = _read_manifest(folder)
    for source in sources:
        copy, laid = folder / source.name, manifest.get(source.name)
        if not copy.exists():
            manifest[source.name] = _lay_down(source, copy)
            refreshed.new.append(source.name)
        elif laid is not None and laid.original_sha256 == _sha256(source.read_bytes()):
            continue
        elif not _is_touched(copy, laid, source):
            manifest[source.name] = _lay_down(source, copy)
            refreshed.updated.append(source.name)
        elif laid is None or laid.content_sha256 != _content_sha256(source):
            refreshed.kept.append(source.name)
    _write_manifest(folder, manifest)
    return refreshed


def reset(folder: Path, source: Path) -> Reset:
    """Give a fresh copy of one file, and keep the old one beside it under a name that is free."""
    folder.mkdir(parents=True, exist_ok=True)
    copy, kept = folder / source.name, None
    if copy.exists() and copy.read_bytes() != source.read_bytes():
        kept = _free_name(copy, "before-reset")
        copy.rename(kept)
    manifest, _ = _read_manifest(folder)
    manifest[source.name] = _lay_down(source, copy)
    _write_manifest(folder, manifest)
    return Reset(copy, kept)


def trust(folder: Path, sources: list[Path]) -> None:
    """Sign the notebooks that are as we laid them down, so that Jupyter shows their stored HTML."""
    import nbformat
    from nbformat.sign import NotebookNotary

    notary = NotebookNotary()
    for source in sources:
        copy = folder / source.name
        if source.suffix == ".ipynb" and copy.exists() and copy.read_bytes() == source.read_bytes():
            notary.sign(nbformat.read(copy, as_version=4))


def _is_touched(copy: Path, laid: LaidDown | None, source: Path) -> bool:
    content = _content_sha256(copy)
    was_laid_down = laid is not None and content == laid.content_sha256
    return not was_laid_down and content != _content_sha256(source)


def _content_sha256(path: Path) -> str:
    """Digest of what a reader of the file could have changed."""
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(data)["cells"]]
        except (ValueError, KeyError, TypeError):
            return _sha256(data)  # not a notebook any more: whatever it is, it is the learner's
        return _sha256(json.dumps([cell for cell in cells if cell[1].strip()]).encode())
    return _sha256(data.replace(b"\r\n", b"\n"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _lay_down(source: Path, copy: Path) -> LaidDown:
    _write_atomically(copy, source.read_bytes())
    return LaidDown(_sha256(source.read_bytes()), _content_sha256(source))


def _read_manifest(folder: Path) -> tuple[dict[str, LaidDown], Path | None]:
    path = folder / MANIFEST
    if not path.exists():
        return {}, None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {name: LaidDown(**entry) for name, entry in entries.items()}, None
    except (ValueError, TypeError, AttributeError):
        aside = _free_name(path, "broken")
        path.rename(aside)
        return {}, aside


def _write_manifest(folder: Path, manifest: dict[str, LaidDown]) -> None:
    entries = {name: vars(laid) for name, laid in sorted(manifest.items())}
    _write_atomically(folder / MANIFEST, json.dumps(entries, indent=1).encode())


def _write_atomically(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


def _free_name(path: Path, why: str) -> Path:
    candidates = (path.with_name(f"{path.stem}.{why}-{i}{path.suffix}") for i in itertools.count(1))
    return next(name for name in candidates if not name.exists())
