"""How the files from R packages were made: a record that can be run, but not from this repository alone.

It needs three files that are not bundled, and the package `rdata` (pip install "rdata==1.1.0"), which is
not a dependency of the course:

    data/prostate.RData     from github.com/cran/ElemStatLearn  at 253e54016d004ac67879b594311651be3debbed4
    data/ames_raw.rda       from github.com/cran/AmesHousing    at cfccdc622031170989e4bcb7281b66b92256890b
    data/riboflavin.RData   from github.com/cran/hdi            at 3eb71fb52b3c0f5213b1283d5f0317b91f6a133a

    python data/scripts/extract_from_r_packages.py SOURCE_FOLDER OUTPUT_FOLDER

The text of the CSV files equals that of the bundled ones; ames_raw.csv.gz may differ in its compressed
bytes: gzip stores a time, and its versions compress differently, and so may riboflavin.npz. No value is
changed on the way, but those of riboflavin.npz are rounded to 32 bits (by at most 5e-7).
"""

import argparse
import gzip
import hashlib
from pathlib import Path

import numpy as np
import rdata

SOURCES = {
    "prostate.RData": "152ce4df9f6d4598da8952550c05a1b925d54285d043029eb46eea24c4a0ff41",
    "ames_raw.rda": "ca0a3c2e6d35f9bef9ebcb1c5926154853f9ff68843d83eb53ab57255367247c",
    "riboflavin.RData": "ff5c2257a46367992cfb329041ffb5fef77663761811fef8c55043c274d8d2c5",
}


def read_checked(source: Path, **options):
    """Return the one object in an R data file, whose sha256 must be the recorded one."""
    if hashlib.sha256(source.read_bytes()).hexdigest() != SOURCES[source.name]:
        raise SystemExit(f"{source} is not the file that was used: its sha256 differs")
    return rdata.read_rda(source, **options)[source.stem]


def as_csv(source: Path) -> bytes:
    return read_checked(source).to_csv(index=False, lineterminator="\n").encode()


def read_riboflavin(source: Path) -> dict[str, np.ndarray]:
    """Return the matrix of expressions, the target and the names of the genes, in 32 bits."""

    def as_it_is(value, _attributes):
        return value  # a data frame whose second column is a matrix is none that pandas knows

    classes = rdata.conversion.DEFAULT_CLASS_MAP | {"data.frame": as_it_is, "AsIs": as_it_is}
    frame = read_checked(source, constructor_dict=classes)
    return {
        "X": np.asarray(frame["x"], dtype=np.float32),
        "y": np.asarray(frame["y"], dtype=np.float32),
        "names": np.array(list(frame["x"].coords["dim_1"].values)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Extract the bundled files that come from R packages")
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    folders = parser.parse_args()
    folders.output.mkdir(parents=True, exist_ok=True)
    (folders.output / "prostate.csv").write_bytes(as_csv(folders.source / "prostate.RData"))
    compressed = gzip.compress(as_csv(folders.source / "ames_raw.rda"), mtime=0)
    (folders.output / "ames_raw.csv.gz").write_bytes(compressed)
    riboflavin = read_riboflavin(folders.source / "riboflavin.RData")
    np.savez_compressed(folders.output / "riboflavin.npz", **riboflavin)


if __name__ == "__main__":
    main()
