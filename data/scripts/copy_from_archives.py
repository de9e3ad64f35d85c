"""How the files that came as CSV were made: a record that can be run, but not from this repository alone.

It needs three files that are not bundled; put them into one folder:

    islp-0.4.0.tar.gz     pip download --no-deps --no-binary :all: ISLP==0.4.0
    statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl
                          pip download --no-deps statsmodels==0.15.0
    Advertising.csv       data/Advertising.csv of github.com/hampapa/ISLR
                          at 4cd58c66ee4d1d5ac5de7856e9fe0e9b91d98810

    python data/scripts/copy_from_archives.py SOURCE_FOLDER OUTPUT_FOLDER

Hitters.csv and macrodata.csv are copied byte for byte (any other build of statsmodels 0.15.0 holds the same
macrodata.csv). Advertising.csv loses its first column, which numbers the rows and has no name, and its
Windows line ends; no value is changed.
"""

import argparse
import hashlib
import tarfile
import zipfile
from pathlib import Path

# bundled name -> the file it is in, the path in there, the sha256 of what is read
SOURCES = {
    "Hitters.csv": (
        "islp-0.4.0.tar.gz",
        "islp-0.4.0/ISLP/data/Hitters.csv",
        "ebf7b9dff89366b0544fea09c0ac2df9abdbf5b4ce8d96651316c2c12793d952",
    ),
    "macrodata.csv": (
        "statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "statsmodels/datasets/macrodata/macrodata.csv",
        "d93c0d3a7a77ef83c3af14e46032bb1d02ae3a512b22ab94159a8ca226fcf708",
    ),
    "Advertising.csv": (
        "Advertising.csv",
        None,
        "4efa749627f6e438dcd4cdde86010b7a6f450c4960991a69f4623ee21e621870",
    ),
}


def read_source(path: Path, member: str | None) -> bytes:
    """Return a file, or one member of an archive."""
    if member is None:
        return path.read_bytes()
    if path.suffix == ".whl":
        return zipfile.ZipFile(path).read(member)
    with tarfile.open(path) as archive:
        return archive.extractfile(member).read()


def without_row_numbers(text: bytes) -> bytes:
    """Return CSV text without its first column and with Unix line ends."""
    return b"".join(line.split(b",", 1)[1] + b"\n" for line in text.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description="Copy the bundled files that came as CSV")
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    folders = parser.parse_args()
    folders.output.mkdir(parents=True, exist_ok=True)
    for name, (archive, member, digest) in SOURCES.items():
        content = read_source(folders.source / archive, member)
        if hashlib.sha256(content).hexdigest() != digest:
            raise SystemExit(f"{name} in {archive} is not the file that was used: its sha256 differs")
        made = without_row_numbers(content) if name == "Advertising.csv" else content
        (folders.output / name).write_bytes(made)


if __name__ == "__main__":
    main()
