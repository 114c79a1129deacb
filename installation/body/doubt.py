"""How a measure becomes a doubt: none from one number on, complete at another."""

from __future__ import annotations

from installation.compiled import compiled


@compiled
def sure(measured: float, doubts: tuple[float, float]) -> float:
    """1 at or beyond the first of `doubts`, 0 at the second, smooth between; 0 for NaN."""
    along = (measured - doubts[1]) / (doubts[0] - doubts[1])
    along = min(1.0, along) if along > 0.0 else 0.0
    return float(along * along * (3.0 - 2.0 * along))
