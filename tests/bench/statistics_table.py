"""Samples in, a table out: median, 95th percentile, and the ratio to Docker where there is one."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Samples = Mapping[str, Sequence[float]]  # engine's name to its figures, turn by turn


@dataclass(frozen=True)
class Row:
    """One line: what, in which unit, and each engine's samples in the same order of turns."""

    what: str
    unit: str
    samples: Samples


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the sample below which `share` (0 to 1) of all lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def ratio(row: Row, engine: str, to: str) -> float | None:
    """Return the median of turn-by-turn ratios (a busy machine disturbs it least), or None."""
    if engine not in row.samples or to not in row.samples:
        return None
    pairs = zip(row.samples[engine], row.samples[to], strict=True)
    return statistics.median(own / other for own, other in pairs if other)


def in_short(row: Row) -> str:
    """Return a row's medians on one line, for those who watch."""
    medians = ", ".join(f"{name} {_text(statistics.median(row.samples[name]))}" for name in row.samples)
    return f"{row.what}: {medians} {row.unit}"


def format_table(rows: Sequence[Row], engine: str, beside: str | None) -> str:
    """Return the rows as aligned text."""
    head = ["", "unit", "n", f"{engine} median", "p95"]
    if beside:
        head += [f"{beside} median", "p95", "ratio"]
    lines = [head]
    for row in rows:
        cells = [row.what, row.unit, str(len(row.samples[engine])), *_figures(row.samples[engine])]
        if beside:
            known = row.samples.get(beside)
            of_all = ratio(row, engine, beside)
            cells += [*_figures(known), f"x{of_all:.2f}"] if known and of_all is not None else ["-"] * 3
        lines.append(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _figures(samples: Sequence[float]) -> list[str]:
    return [_text(statistics.median(samples)), _text(percentile(samples, 0.95))]


def _text(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
