"""Numbers beside their references: the table that ends every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: What the name of a member on a finer mesh adds to that of the member it refines.
FINER = "_finer"


@dataclass(frozen=True)
class Comparison:
    """A computed number beside a reference.

    Attributes:
        quantity: what it is, with its unit, e.g. "energy of the wall (mJ/m²)".
        computed: number found.
        reference: published or closed-form number; None where there is none.
        source: where the reference is from.
    """

    quantity: str
    computed: float
    reference: float | None = None
    source: str = ""

    @property
    def difference(self) -> float | None:
        """Computed over reference minus one; the plain difference where the reference is zero."""
        if self.reference is None:
            return None
        return self.computed / self.reference - 1.0 if self.reference else self.computed

    def cells(self, digits: int) -> tuple[str, str, str, str]:
        """Quantity, computed, reference and difference as texts."""
        if self.reference is None or self.difference is None:
            return self.quantity, f"{self.computed:.{digits}g}", "–", ""
        difference = f"{100.0 * self.difference:+.2g} %" if self.reference else f"{self.difference:+.2g}"
        return self.quantity, f"{self.computed:.{digits}g}", f"{self.reference:.{digits}g}", difference


def beside(rows: Sequence[Comparison], others: Sequence[Comparison]) -> list[Comparison]:
    """Numbers beside those of another analysis, as of a finer mesh, by their quantities, as far as both have them."""
    found = {other.quantity: other.computed for other in others}
    return [Comparison(row.quantity, row.computed, found[row.quantity]) for row in rows if row.quantity in found]


def beside_finer(rows: Sequence[Comparison]) -> list[Comparison]:
    """Numbers of members beside those of the members named "…_finer": quantities hold the names."""
    finer = [row for row in rows if FINER in row.quantity]
    return beside(rows, [Comparison(row.quantity.replace(FINER, ""), row.computed) for row in finer])


def comparison_table(rows: Sequence[Comparison], reference: str = "published", digits: int = 5) -> str:
    """Lines `quantity  computed  reference  difference  source` under a header that names the `reference`."""
    header = ("", "computed", reference, "difference")
    cells = [header, *(row.cells(digits) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    sources = ["", *(row.source for row in rows)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)), source])
        .rstrip()
        for line, source in zip(cells, sources, strict=True)
    )  # fmt: skip
