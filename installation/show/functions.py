"""What the show language can do: its signs and functions by name.  `story/values.py` computes them.

NaN means "not known"; an infinite result counts as not known where it ends up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: how many arguments, one sentence, how many rows each use of it remembers."""

    fewest: int
    most: int
    says: str
    memory: int = 0


SIGNS = ("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "negative", "least", "most")
"""Signs and words of the grammar; `least` and `most` are min and max with one argument."""

CROWD = ("least", "most", "mean", "count", "fraction")
"""Those that look at all wearers and give one number of the room."""

ANY = 1000  # as many arguments as the text has room for

FUNCTIONS = {
    "clamp": Function(3, 3, "clamp(x, low, high): x, held to a range"),
    "lerp": Function(3, 3, "lerp(a, b, t): from a at t = 0 to b at t = 1"),
    "smoothstep": Function(3, 3, "smoothstep(low, high, x): 0 below, 1 above, a soft step between"),
    "if": Function(3, 3, "if(c, a, b): a where c is true, b where it is not"),
    "min": Function(1, ANY, "min(x): the least of all wearers; min(a, b, …): the least of these"),
    "max": Function(1, ANY, "max(x): the most of all wearers; max(a, b, …): the most of these"),
    "abs": Function(1, 1, "abs(x): x without its sign"),
    "sqrt": Function(1, 1, "sqrt(x): square root"),
    "sin": Function(1, 1, "sin(turns): a sine wave, once up and down in a turn"),
    "exp": Function(1, 1, "exp(x): e to the power of x"),
    "pow": Function(2, 2, "pow(x, y): x to the power of y"),
    "known": Function(2, 2, "known(x, default): x, or the default where x is not known"),
    "smooth": Function(2, 2, "smooth(x, 3s): x, following with a time constant", memory=1),
    "hold": Function(2, 2, "hold(x, 5s): the last known x, for so long after it is lost", memory=2),
    "rate": Function(1, 1, "rate(x): how fast x changes, per second", memory=1),
    "noise": Function(1, 1, "noise(x): wanders between 0 and 1, about once for each whole number of x"),
    "pulse": Function(2, 2, "pulse(phase, width): 1 in the first width of every turn, 0 in the rest"),
    "mean": Function(1, 1, "mean(x): the mean over all wearers of whom x is known"),
    "count": Function(1, 1, "count(c): how many wearers it is true of"),
    "fraction": Function(1, 1, "fraction(c): the share of wearers it is true of, 0 to 1"),
}
"""Every function by name: what the language knows, and what its docs are made from."""

OPERATIONS = (*SIGNS, *FUNCTIONS)
"""All of them; the place of each is its number in `Code`."""
