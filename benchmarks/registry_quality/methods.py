"""The methods to compare with, in plain matrix arithmetic: each gives a row of scores for one study."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.registry_quality.corpus import Corpus

Scores = Callable[[int], NDArray[np.float32]]


def frequency(counts: csr_array) -> NDArray[np.int64]:
    """In how many rows each column has something."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def tfidf(counts: csr_array, *, most: float = 0.2) -> csr_array:
    """Rows of length 1: (1 + log n) x (log((N + 1) / (df + 1)) + 1), columns in more than `most` dropped."""
    rows, found = counts.shape[0], frequency(counts)
    idf = np.where(found <= most * rows, np.log((rows + 1) / (found + 1)) + 1, 0).astype(np.float32)
    weights = counts.copy()
    weights.data = (1 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    weights.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(weights.indptr)).astype(np.float32)
    return weights


def cosine(rows: csr_array) -> Scores:
    """The cosine with every row."""
    columns = rows.T.tocsr()
    return lambda study: (rows[[study]] @ columns).toarray().ravel()


def bm25(counts: csr_array, asked: csr_array, *, terms: int = 64, k1: float = 1.2, b: float = 0.75) -> Scores:
    """BM25 of every row for the `terms` columns that weigh most in the study's row of `asked`."""
    rows, found = counts.shape[0], frequency(counts)
    idf = np.log(1 + (rows - found + 0.5) / (found + 0.5)).astype(np.float32)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    pivot = np.repeat(k1 * (1 - b + b * lengths / lengths.mean()), np.diff(counts.indptr)).astype(np.float32)
    weights = counts.copy()
    weights.data = idf[counts.indices] * counts.data * (k1 + 1) / (counts.data + pivot)
    columns = weights.tocsc()

    def scores(study: int) -> NDArray[np.float32]:
        inside = slice(asked.indptr[study], asked.indptr[study + 1])
        best = asked.indices[inside][np.argsort(-asked.data[inside], kind="stable")[:terms]]
        return np.asarray(columns[:, best].sum(axis=1)).ravel()

    return scores


def mixed(parts: Sequence[tuple[float, Scores]]) -> Scores:
    """The weighted sum of other methods."""
    return lambda study: sum(np.float32(share) * scores(study) for share, scores in parts)  # type: ignore[return-value]


def fused(parts: Sequence[Scores], *, k: int = 60) -> Scores:
    """Reciprocal rank fusion of other methods."""

    def scores(study: int) -> NDArray[np.float32]:
        total = 0.0
        for part in parts:
            rank = np.empty(0)
            own = part(study)
            rank = np.empty(len(own))
            rank[np.argsort(-own, kind="stable")] = np.arange(1, len(own) + 1)
            total = total + 1 / (k + rank)
        return total  # type: ignore[return-value]

    return scores


def ranked(scores: NDArray[np.float32], numbers: Sequence[str], study: int, depth: int = 20) -> list[str]:
    """The numbers with the greatest scores, the study itself left out; equal ones by number."""
    own = scores.copy()
    own[study] = -np.inf
    top = np.argpartition(-own, depth + 20)[: depth + 20]
    order = sorted(top.tolist(), key=lambda each: (-own[each], numbers[each]))
    return [numbers[each] for each in order[:depth]]


def all_methods(corpus: Corpus) -> dict[str, Scores]:
    """The methods to compare with, by their names in the table. The first is the one others are compared with."""
    rows = tfidf(corpus.whole)
    plain, sites = cosine(rows), cosine(tfidf(corpus.sites))
    structured = cosine(tfidf(corpus.structured, most=1.0))
    return {
        "TF-IDF, whole record": plain,
        "TF-IDF, with all sites": sites,
        "BM25, 64 best terms": bm25(corpus.whole, rows),
        "structured alone": structured,
        "TF-IDF + 0.25 structured": mixed([(1.0, plain), (0.25, structured)]),
        "fused by rank (TF-IDF, structured)": fused([plain, structured]),
    }
