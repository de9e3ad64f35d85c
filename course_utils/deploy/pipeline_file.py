"""The scikit-learn pipeline behind a model, in a skops file: to be fitted again, not to be served.

A skops file names the types it holds, and nothing but the types of scikit-learn and NumPy that skops knows to be
harmless is made of it; a pickle would run whatever its author wished. A pipeline of another version of scikit-learn
loads and predicts, and breaks when it is fitted: it is refused here, where scikit-learn only warns.
Needs skops, of the extra "deploy".
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import warnings
from pathlib import Path
from zipfile import BadZipFile

from course_utils.deploy.artifact import require_content
from course_utils.deploy.facts import ArtifactError

LARGEST_PIPELINE = 256 * 2**20  # bytes


def pipeline_to_bytes(pipeline) -> bytes:
    """Return the content of a pipeline's file; ArtifactError if what it holds would not be loaded again.

    skops writes addresses of memory into it: two files of one pipeline differ, and so do their hashes.
    """
    io = _skops_io()
    data = io.dumps(pipeline)
    _require_known_types(io, data)
    return data


def load_pipeline(path: Path, sha256: str):
    """Return the pipeline in a file, to be fitted again.

    Raises
    ------
    ArtifactError
        Other bytes than expected, of which nothing is read; a type that skops does not know; another version of
        scikit-learn; or skops is not installed.
    OSError
        There is no such file.
    """
    io = _skops_io()
    from sklearn.exceptions import InconsistentVersionWarning

    with Path(path).open("rb") as file:
        data = file.read(LARGEST_PIPELINE + 1)
    require_content(data, sha256, LARGEST_PIPELINE)
    _require_known_types(io, data)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return io.loads(data, trusted=[])
        except InconsistentVersionWarning as skew:
            raise ArtifactError(
                f"the pipeline was made by scikit-learn {skew.original_sklearn_version} and this is "
                f"{skew.current_sklearn_version}; it would break when it is fitted. Build it anew"
            ) from None


def _require_known_types(io, data: bytes) -> None:
    try:
        unknown = io.get_untrusted_types(data=data)
    except (BadZipFile, KeyError, ValueError) as error:
        raise ArtifactError(f"this is no skops file: {type(error).__name__}") from None
    if unknown:
        raise ArtifactError(f"the pipeline holds {', '.join(unknown)[:200]}, which may run code when loaded")


def _skops_io():
    try:
        import skops.io
    except ModuleNotFoundError:
        raise ArtifactError(
            'skops is not installed; it comes with the extra "deploy" of this package'
        ) from None
    return skops.io
