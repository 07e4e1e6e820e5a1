"""Scrambling of 64-bit words, for hashes and random numbers that do not depend on order or rank."""

from __future__ import annotations

import numpy as np


def mix(words: np.ndarray) -> np.ndarray:
    """Scrambled uint64 words by SplitMix64 (Steele, Lea, Flood, doi 10.1145/2660193.2660195)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def integers(values: np.ndarray, step: float) -> np.ndarray:
    """Real values as uint64 words: their nearest multiple of `step`."""
    return np.rint(values / step).astype(np.int64).view(np.uint64)
