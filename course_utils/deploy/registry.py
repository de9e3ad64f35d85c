"""Models by the hash of their bytes: which one serves, and the way back.

    models/SHA256/model.json        the model; its bytes have to hash to the name of the folder
    models/SHA256/card.md           what a person should know of it
    models/SHA256/pipeline.skops    the same fit as a pipeline, if it was added with one
    current, history.jsonl          which one serves, which did and why: see `history`

Readers need no lock and always find a whole model. Writers wait for each other.
Lesson: notebooks/08_deployment.ipynb
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course_utils.deploy import artifact
from course_utils.deploy.artifact import Artifact, content_hash, to_bytes
from course_utils.deploy.card import model_card
from course_utils.deploy.durable import alone, keep_names, write_whole
from course_utils.deploy.facts import SHA256, Metric, require_hash
from course_utils.deploy.history import Entry, History, RegistryError


@dataclass(frozen=True)
class Registry:
    """The models in a folder, which is made when the first one is added."""

    root: Path

    def folder(self, sha256: str) -> Path:
        """Return the folder of a model, whether it is there or not."""
        return self._models / require_hash(sha256, "the model")

    def models(self) -> list[str]:
        """Return the hashes of all models, sorted."""
        found = self._models.iterdir() if self._models.is_dir() else []
        return sorted(path.name for path in found if SHA256.fullmatch(path.name))

    def load(self, sha256: str) -> Artifact:
        """Return a model; RegistryError if it is not there, ArtifactError if its bytes have changed."""
        try:
            return artifact.load(self.folder(sha256) / "model.json", sha256)
        except FileNotFoundError:
            raise RegistryError(f"there is no model {sha256} in {self.root}") from None

    def add(self, model: Artifact, pipeline: bytes | None = None) -> str:
        """Store a model, and the pipeline file whose hash it states; return its own. Twice is as good as once."""
        data, expected = to_bytes(model), None if pipeline is None else content_hash(pipeline)
        if model.pipeline_sha256 != expected:
            raise RegistryError(
                f"the model states a pipeline file of SHA-256 {model.pipeline_sha256}; {expected} came with it"
            )
        files = {"model.json": data, "card.md": model_card(model).encode()}
        if pipeline is not None:
            files["pipeline.skops"] = pipeline
        sha256 = content_hash(data)
        with alone(Path(self.root)):
            if self.folder(sha256).exists():
                self.load(sha256)
            else:
                self._place(sha256, files)
        return sha256

    def promote(self, sha256: str, *, who: str, when: str, why: str, metrics: Sequence[Metric] = ()) -> Entry:
        """Let a model serve from now on and return the entry; a model whose bytes have changed is refused."""
        with alone(Path(self.root)):
            self.load(sha256)
            last = self.current()
            number, returns_to = (1, None) if last is None else (last.number + 1, last.number)
            if last is not None and last.sha256 == sha256:
                returns_to = last.returns_to  # the way back leads to another model
            return self._history.commit(
                Entry(number, "promote", sha256, returns_to, who, when, why, tuple(metrics))
            )

    def rollback(self, *, who: str, when: str, why: str, metrics: Sequence[Metric] = ()) -> Entry:
        """Let the model serve that served before and return the entry; once more goes one further back."""
        with alone(Path(self.root)):
            last = self.current()
            if last is None or last.returns_to is None:
                raise RegistryError(
                    f"{self.root} has no model that served before: there is nothing to go back to"
                )
            earlier = self.history()[last.returns_to - 1]
            self.load(earlier.sha256)
            told = (who, when, why, tuple(metrics))
            return self._history.commit(
                Entry(last.number + 1, "rollback", earlier.sha256, earlier.returns_to, *told)
            )

    def current(self) -> Entry | None:
        """Return the entry of the model that serves, or None if none was ever promoted."""
        return self._history.current()

    def history(self) -> list[Entry]:
        """Return every promotion and rollback, the first first; RegistryError if one was lost or changed."""
        return self._history.entries()

    def collect_garbage(self, *, keep: Collection[str] = ()) -> list[str]:
        """Remove the models that never served and are not to be kept; return their hashes.

        What stands in the history stays: a prediction of last year can be computed again.
        """
        with alone(Path(self.root)):
            needed = {entry.sha256 for entry in self.history()} | set(keep)
            unneeded = [sha256 for sha256 in self.models() if sha256 not in needed]
            for sha256 in unneeded:
                # it stops being a model in one step, so that half of one is never seen
                os.replace(self.folder(sha256), self._cleared("outgoing"))
            self._cleared("incoming"), self._cleared("outgoing")
        return unneeded

    @cached_property
    def _history(self) -> History:
        return History(Path(self.root))

    @property
    def _models(self) -> Path:
        return Path(self.root) / "models"

    def _place(self, sha256: str, files: dict[str, bytes]) -> None:
        """Write the files of a model aside, then give their folder its name."""
        incoming = self._cleared("incoming")
        incoming.mkdir(parents=True)
        for name, content in files.items():
            write_whole(incoming / name, content)
        os.replace(incoming, self.folder(sha256))
        keep_names(self._models)

    def _cleared(self, name: str) -> Path:
        """Return a folder beside the models that does not exist; one that a killed writer left is removed."""
        path = self._models / name
        if path.exists():
            shutil.rmtree(path)
        return path
