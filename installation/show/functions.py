"""The one table of what the show language can do: signs, functions, their arguments, units, formulas and sources.

The compiler, the checker, its messages and `docs/language.md` are made from it; `story/values.py` computes it.
NaN means "not known"; an infinite result counts as not known where it ends up.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = 1000  # as many arguments as the text has room for
LONGEST_DELAY_S = 10.0  # what is delayed is kept, tick by tick; nobody sees a cause in what was longer ago

SAME, OTHER = "x", "y"
"""Units of arguments that share theirs with all others of the call that say so."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function.

    unit: what it is measured in, `SAME` or `OTHER`, or "" for anything · default: what stands there where it is left
    out, a number as it would be written or the name of an argument before it · fixed: only a number will do, for
    room has to be made for it at load.
    """

    name: str
    unit: str = ""
    default: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    gives: the unit of its result, as in `Argument` · says: one sentence · formula, source: what is computed, and who
    found it · repeats: so many arguments at the end may come again · memory: rows that each use of it remembers ·
    largest: of its fixed argument.
    """

    name: str
    group: str
    arguments: tuple[Argument, ...]
    gives: str
    says: str
    formula: str
    source: str = ""
    repeats: int = 0
    memory: int = 0
    largest: float = 0.0

    @property
    def fewest(self) -> int:
        """How many arguments it needs."""
        return sum(not one.default for one in self.arguments)

    @property
    def most(self) -> int:
        """How many arguments it takes."""
        return ANY if self.repeats else len(self.arguments)

    @property
    def form(self) -> str:
        """How it is written: `smooth(x, time)`, with what may be left out in its default."""
        words = [f"{one.name} = {one.default}" if one.default else one.name for one in self.arguments]
        return f"{self.name}({', '.join(words)}{', …' if self.repeats else ''})"

    def takes(self, arity: int) -> bool:
        """Whether it can be called with so many arguments."""
        over = arity - len(self.arguments)
        return self.fewest <= arity <= self.most and (over <= 0 or over % self.repeats == 0)

    def argument(self, at: int) -> Argument:
        """The argument at a place, also where the last ones come again."""
        over = at - len(self.arguments)
        return self.arguments[at if over < 0 else len(self.arguments) - self.repeats + over % self.repeats]


def _of(words: str) -> tuple[Argument, ...]:
    """Arguments from words such as `x:x time:s`."""
    return tuple(Argument(name, unit) for name, _, unit in (word.partition(":") for word in words.split()))


CASIEZ = "Casiez, Roussel and Vogel, 1€ filter, CHI 2012, doi:10.1145/2207676.2208639"

FUNCTIONS = {
    one.name: one
    for one in (
        Function(
            "clamp", "shaping", _of("x:x low:x high:x"), SAME,
            "`x`, held to a range",
            "min(max(x, low), high)",
        ),
        Function(
            "lerp", "shaping", _of("a:x b:x t"), SAME,
            "from `a` at `t` = 0 to `b` at `t` = 1, and straight on",
            "a + (b - a)*t",
        ),
        Function(
            "smoothstep", "shaping", _of("low:x high:x x:x"), "",
            "0 below `low`, 1 above `high`, a soft step between",
            "t*t*(3 - 2*t), t = clamp((x - low)/(high - low), 0, 1)",
        ),
        Function(
            "curve", "shaping", _of("x:x x1:x y1:y x2:x y2:y"), OTHER,
            "straight lines through points; flat before the first and after the last",
            "y1 + (y2 - y1)*clamp((x - x1)/(x2 - x1), 0, 1) + …, and a step where x2 = x1",
            repeats=2,
        ),
        Function(
            "deadband", "shaping", _of("x:x width:x"), SAME,
            "0 while `x` is within `width` of 0, outside how far beyond it is",
            "x - clamp(x, -width, width)",
        ),
        Function("pow", "shaping", _of("x y"), "", "`x` to the power of `y`", "x**y"),
        Function("exp", "shaping", _of("x"), "", "e to the power of `x`", "e**x"),
        Function("sqrt", "shaping", _of("x"), "", "square root; not known below 0", "x**0.5"),
        Function("abs", "shaping", _of("x:x"), SAME, "`x` without its sign", "max(x, -x)"),
        Function(
            "if", "choice", _of("c a:x b:x"), SAME,
            "`a` where `c` is true, `b` where it is not; not known where `c` is not",
            "a, where c is not 0; b, where it is",
        ),
        Function(
            "known", "choice", _of("x:x default:x"), SAME,
            "`x` where it is known, elsewhere the default",
            "x, or default where x is not known",
        ),
        Function(
            "smooth", "time", _of("x:x time:s"), SAME,
            "`x`, followed with a time constant; starts at the first known `x`, goes on after a gap from where it was",
            "level += (x - level)*(1 - exp(-dt/time))",
            memory=1,
        ),
        Function(
            "steady", "time", (*_of("x:x"), Argument("cutoff", "1/s", "1Hz"), Argument("beta", "", "1")), SAME,
            "`x` without its jitter: slow while `x` rests, quick while it moves; `beta` is how much quicker, in Hz for "
            "each unit of `x` a second",
            "level += (x - level)*(1 - exp(-2π dt (cutoff + beta*abs(slope)))), "
            "slope += (rate(x) - slope)*(1 - exp(-2π dt 1Hz))",
            source=CASIEZ + ", with the step for any dt in place of theirs for a constant one, and the slope of `x` "
            "itself, so that it does not depend on the rate",
            memory=3,
        ),
        Function(
            "attack_release", "time", _of("x:x attack:s release:s"), SAME,
            "`x`, followed with one time constant upwards and another downwards",
            "level += (x - level)*(1 - exp(-dt/(attack if x > level, or release)))",
            memory=1,
        ),
        Function(
            "hold", "time", _of("x:x time:s"), SAME,
            "the last known `x`, for so long after it is lost",
            "x, or the last known x while it is no older than time",
            memory=2,
        ),
        Function(
            "rate", "time", _of("x"), "",
            "how fast `x` changes, per second; not known until two neighbouring ticks are",
            "(x - x one tick ago)/dt",
            memory=1,
        ),
        Function(
            "delay", "time", (*_of("x:x time:s"), Argument("most", "s", "time", fixed=True)), SAME,
            "`x` as it was some time ago, not known before that; a time that is no plain number, such as "
            f"`0.1s*wearer`, needs its `most`, at most {LONGEST_DELAY_S:g} s",
            "x at the newest tick that is at least clamp(time, 0, most) old",
            largest=LONGEST_DELAY_S,
        ),
        Function(
            "since", "time", _of("c"), "s",
            "seconds since `c` was last true: 0 while it is, not known before; `since(not c)` is how long it has been",
            "0 where c, otherwise what it was plus dt",
            memory=1,
        ),
        Function(
            "ramp", "time", (*_of("c up:s"), Argument("down", "s", "up")), "",
            "rises evenly from 0 to 1 within `up` while `c` is true, falls within `down` while it is not, and stays "
            "where that is not known",
            "level + dt/up or level - dt/down, held to 0..1",
            memory=1,
        ),
        Function(
            "sin", "rhythm", _of("turns"), "",
            "a sine wave between -1 and 1, once up and down in a turn",
            "sin(2π turns)",
        ),
        Function(
            "tri", "rhythm", _of("turns"), "",
            "a triangle wave between -1 and 1, in step with `sin`",
            "1 - 4*abs(t - floor(t) - 1/2), t = turns + 1/4",
        ),
        Function(
            "pulse", "rhythm", _of("phase width"), "",
            "1 in the first `width` of every turn, 0 in the rest",
            "phase - floor(phase) < width",
        ),
        Function(
            "noise", "rhythm", _of("x"), "",
            "wanders between 0 and 1, with another value for each whole number of `x`; the same `x` gives the same",
            "hash(floor(x)) eased into hash(floor(x) + 1) by smoothstep",
            source="hash: Steele, Lea and Flood, SplitMix64, OOPSLA 2014, doi:10.1145/2660193.2660195",
        ),
        Function(
            "min", "crowd", _of("x:x"), SAME,
            "the least of all wearers of whom `x` is known; of several things the least, for each wearer",
            "min over wearers, or of the arguments",
            repeats=1,
        ),
        Function(
            "max", "crowd", _of("x:x"), SAME,
            "the most of all wearers of whom `x` is known; of several things the most, for each wearer",
            "max over wearers, or of the arguments",
            repeats=1,
        ),
        Function("mean", "crowd", _of("x:x"), SAME, "the mean over all wearers of whom `x` is known", "sum(x)/n"),
        Function(
            "spread", "crowd", _of("x:x"), SAME,
            "how far apart they are: the standard deviation over all wearers of whom `x` is known",
            "sqrt(sum((x - mean)**2)/n)",
        ),
        Function("count", "crowd", _of("c"), "", "how many wearers it is true of", "sum(c is true)"),
        Function("fraction", "crowd", _of("c"), "", "the share of all wearers that it is true of", "count(c)/wearers"),
        Function(
            "rank", "crowd", _of("x"), "",
            "each wearer's place among those of whom `x` is known: 0 for the least, 1 for the most, 0.5 for one alone; "
            "equals share theirs",
            "(how many have less + half of how many others have the same)/(n - 1)",
        ),
    )
}  # fmt: skip
"""Every function by name."""

SIGNS = ("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "negative")
"""Signs and words of the grammar."""

INNER = ("least", "most", "step", "give")
"""What the compiler makes of others: min and max over wearers, one stretch of a curve, and where a value ends up."""

OPERATIONS = (*SIGNS, *INNER, *FUNCTIONS)
"""All that can be computed; the place of each is its number in `Code`."""

TO_ROOM = ("least", "most", "mean", "spread", "count", "fraction")
"""Those that look at all wearers and give one number of the room."""

GROUPS = {
    "shaping": "Shaping",
    "choice": "Choice, and the unknown",
    "time": "Time",
    "rhythm": "Rhythm",
    "crowd": "The crowd",
}

BEGIN, END = "<!-- functions: written by installation.show.functions -->", "<!-- end of functions -->"


def described() -> str:
    """The tables of functions in `docs/language.md`."""
    lines = [BEGIN]
    for group, title in GROUPS.items():
        members = [one for one in FUNCTIONS.values() if one.group == group]
        lines += ["", f"### {title}", "", "| function | what it gives | formula |", "|---|---|---|"]
        lines += [f"| `{one.form}` | {one.says} | `{one.formula}` |" for one in members]
        lines += [f"\n`{one.name}`: {one.source}." for one in members if one.source]
    return "\n".join((*lines, "", END))


if __name__ == "__main__":
    print(described())
