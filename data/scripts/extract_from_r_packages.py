"""How the bundled CSV files were made: a record that can be run, but not from this repository alone.

It needs two files that are not bundled, and the package `rdata` (pip install "rdata==1.1.0"), which is not
a dependency of the course:

    data/prostate.RData   from github.com/cran/ElemStatLearn  at 253e54016d004ac67879b594311651be3debbed4
    data/ames_raw.rda     from github.com/cran/AmesHousing    at cfccdc622031170989e4bcb7281b66b92256890b

    python data/scripts/extract_from_r_packages.py SOURCE_FOLDER OUTPUT_FOLDER

The text of both results equals that of the bundled files. ames_raw.csv.gz may differ in its compressed
bytes: gzip stores a time, and its versions compress differently. No value is changed on the way.
"""

import argparse
import gzip
import hashlib
from pathlib import Path

import rdata

SOURCES = {
    "prostate.RData": "152ce4df9f6d4598da8952550c05a1b925d54285d043029eb46eea24c4a0ff41",
    "ames_raw.rda": "ca0a3c2e6d35f9bef9ebcb1c5926154853f9ff68843d83eb53ab57255367247c",
}


def read_frame(source: Path):
    """Return the one data frame in an R data file, whose sha256 must be the recorded one."""
    if hashlib.sha256(source.read_bytes()).hexdigest() != SOURCES[source.name]:
        raise SystemExit(f"{source} is not the file that was used: its sha256 differs")
    return rdata.read_rda(source)[source.stem]


def main() -> None:
    parser = argparse.ArgumentParser(description="Extract the bundled CSV files from two R packages")
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    folders = parser.parse_args()
    folders.output.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        text = read_frame(folders.source / name).to_csv(index=False, lineterminator="\n").encode()
        if name == "ames_raw.rda":
            (folders.output / "ames_raw.csv.gz").write_bytes(gzip.compress(text, mtime=0))
        else:
            (folders.output / "prostate.csv").write_bytes(text)


if __name__ == "__main__":
    main()
