"""The numbers of the GGUF format: value types, tensor types and file types, as published in the format's specification.

A number that is not in a table is shown as itself: the tables are extended often, and a new quantisation is not an error.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType

STRING = 8
ARRAY = 9
BOOL = 7

SCALARS: Mapping[int, str] = MappingProxyType(
    {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
)
"""Value type -> `struct` code."""


def scalar_struct(kind: int, *, big_endian: bool) -> struct.Struct | None:
    """How a scalar of this value type is laid out; None for a type that is not a scalar."""
    code = SCALARS.get(kind)
    return None if code is None else struct.Struct((">" if big_endian else "<") + code)


TENSOR_TYPES: Mapping[int, tuple[str, int, int]] = MappingProxyType(
    {
        0: ("F32", 1, 4),
        1: ("F16", 1, 2),
        2: ("Q4_0", 32, 18),
        3: ("Q4_1", 32, 20),
        6: ("Q5_0", 32, 22),
        7: ("Q5_1", 32, 24),
        8: ("Q8_0", 32, 34),
        9: ("Q8_1", 32, 36),
        10: ("Q2_K", 256, 84),
        11: ("Q3_K", 256, 110),
        12: ("Q4_K", 256, 144),
        13: ("Q5_K", 256, 176),
        14: ("Q6_K", 256, 210),
        15: ("Q8_K", 256, 292),
        16: ("IQ2_XXS", 256, 66),
        17: ("IQ2_XS", 256, 74),
        18: ("IQ3_XXS", 256, 98),
        19: ("IQ1_S", 256, 50),
        20: ("IQ4_NL", 32, 18),
        21: ("IQ3_S", 256, 110),
        22: ("IQ2_S", 256, 82),
        23: ("IQ4_XS", 256, 136),
        24: ("I8", 1, 1),
        25: ("I16", 1, 2),
        26: ("I32", 1, 4),
        27: ("I64", 1, 8),
        28: ("F64", 1, 8),
        29: ("IQ1_M", 256, 56),
        30: ("BF16", 1, 2),
        34: ("TQ1_0", 256, 54),
        35: ("TQ2_0", 256, 66),
        39: ("MXFP4", 32, 17),
    }
)
"""Tensor type -> (name, weights per block, bytes per block)."""

FILE_TYPES: Mapping[int, str] = MappingProxyType(
    {
        0: "F32",
        1: "F16",
        2: "Q4_0",
        3: "Q4_1",
        7: "Q8_0",
        8: "Q5_0",
        9: "Q5_1",
        10: "Q2_K",
        11: "Q3_K_S",
        12: "Q3_K_M",
        13: "Q3_K_L",
        14: "Q4_K_S",
        15: "Q4_K_M",
        16: "Q5_K_S",
        17: "Q5_K_M",
        18: "Q6_K",
        19: "IQ2_XXS",
        20: "IQ2_XS",
        21: "Q2_K_S",
        22: "IQ3_XS",
        23: "IQ3_XXS",
        24: "IQ1_S",
        25: "IQ4_NL",
        26: "IQ3_S",
        27: "IQ3_M",
        28: "IQ2_S",
        29: "IQ2_M",
        30: "IQ4_XS",
        31: "IQ1_M",
        32: "BF16",
        36: "TQ1_0",
        37: "TQ2_0",
    }
)
"""`general.file_type` -> the name quantisers use."""


def tensor_type_name(kind: int) -> str:
    """The type's published name, or `type <n>` for a number that is not in the table."""
    known = TENSOR_TYPES.get(kind)
    return known[0] if known else f"type {kind}"


def file_type_name(number: str) -> str:
    """The name of a `general.file_type` value given as text, or `file type <text>`."""
    known = FILE_TYPES.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 5 else None
    return known or f"file type {number[:32]}"
