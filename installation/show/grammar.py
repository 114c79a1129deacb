"""The grammar of the show language: a text becomes postfix steps, or an error that points at a letter.

    or-list     and-list ("or" and-list)*
    and-list    denial ("and" denial)*
    denial      "not" denial | comparison
    comparison  sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum]
    sum         product (("+" | "-") product)*
    product     sign (("*" | "/") sign)*
    sign        "-" sign | number [unit] | "true" | "false" | name | name "(" or-list, … ")" | "(" or-list ")"

There is no evaluation of foreign text here or anywhere: names and functions are looked up in tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, NamedTuple, NoReturn

LONGEST_TEXT = 2000  # a page of arithmetic; more is a mistake, or mischief
DEEPEST = 64  # brackets within brackets: no hand writes more, and Python's stack carries ten times as many
LONGEST_HOLD_S = 3600.0  # a trigger that must hold for more than an hour is a slip of a unit

UNITS = {
    "s": (1.0, "s"),
    "ms": (0.001, "s"),
    "min": (60.0, "s"),
    "bpm": (1.0, "1/min"),
    "Hz": (1.0, "1/s"),
    "%": (0.01, "%"),
    "g": (1.0, "g"),
    "µS": (1.0, "µS"),
}
"""What a number is multiplied by when a unit stands against it, and the unit that it has then."""

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
WORDS = ("and", "or", "not", "true", "false", "for")

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<unit>[A-Za-zµμ%]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<mark><=|>=|==|!=|[-+*/<>(),])"
)
_SPACE = re.compile(r"[ \t\r\n]*")


class ExpressionError(ValueError):
    """What is wrong with an expression, as the end of a sentence that begins with whose it is.

    `position` counts letters of the expression's text from 0.
    """

    def __init__(self, text: str, position: int = 0) -> None:
        super().__init__(text)
        self.position = position


class Token(NamedTuple):
    """One word of the language, with the letters of the text that it covers."""

    kind: Literal["number", "name", "word", "mark", "end"]
    text: str
    value: float
    unit: str
    start: int
    end: int


class Step(NamedTuple):
    """One step of a postfix program: push a number, push a name's value, or apply a sign or call to the top `arity`.

    name: of a number, its unit · position and end: letters of the text that the step's own word covers.
    """

    kind: Literal["number", "name", "sign", "call"]
    name: str
    value: float
    arity: int
    position: int
    end: int


def tokens(text: str) -> list[Token]:
    """Split a text into its words, the last of which is the end."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(f"has an expression of {len(text)} letters; at most {LONGEST_TEXT} fit")
    found: list[Token] = []
    at = _skip(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(_stray(text, at), at)
        end = match.end()
        if match["number"] is not None:
            found.append(Token("number", match[0], *_number(match, at), at, end))
        elif match["name"] is not None:
            found.append(Token("word" if match[0] in WORDS else "name", match[0], 0.0, "", at, end))
        else:
            found.append(Token("mark", match[0], 0.0, "", at, end))
        at = _skip(text, end)
    found.append(Token("end", "the end", 0.0, "", len(text), len(text)))
    return found


@lru_cache(maxsize=4096)  # a text is read when it is checked, when signals are put in order, and when it is bound
def parse(text: str) -> tuple[Step, ...]:
    """Turn a text into postfix steps."""
    parser = _Parser(tokens(text))
    parser.either()
    parser.expect_end()
    return tuple(parser.steps)


def split_when(text: str) -> tuple[str, float]:
    """Split the `when` of a cue, `EXPR for 4s`, into the expression's text and the seconds it must hold."""
    words = tokens(text)
    at = next((i for i, token in enumerate(words) if token.kind == "word" and token.text == "for"), None)
    if at is None:
        return text.strip(), 0.0
    hold = words[at + 1]
    if hold.kind != "number" or hold.unit not in ("", "s"):
        raise ExpressionError('has "for" without a time after it; write: for 4s', hold.start)
    if words[at + 2].kind != "end":
        raise ExpressionError(f'goes on after "for {hold.text}", which ends a when', words[at + 2].start)
    if hold.value > LONGEST_HOLD_S:
        raise ExpressionError(f'waits "for {hold.text}"; at most an hour would do', hold.start)
    return text[: words[at].start].strip(), hold.value


def sides(text: str) -> tuple[str, str] | None:
    """Give the two sides of a plain comparison such as `a > 0.6`, or None for anything else."""
    depth = 0
    compared: list[Token] = []
    for token in tokens(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "mark" else 0
        if depth == 0 and token.kind == "word" and token.text in ("and", "or", "not"):
            return None
        if depth == 0 and token.text in COMPARISONS:
            compared.append(token)
    if len(compared) != 1:
        return None
    return text[: compared[0].start].strip(), text[compared[0].end :].strip()


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _number(match: re.Match[str], at: int) -> tuple[float, str]:
    """Its value, and its unit."""
    written = match["unit"].replace("μ", "µ")  # the Greek letter of some keyboards, the micro sign of others
    if written and written not in UNITS:
        raise ExpressionError(
            f'has a number with the unit "{written}"; known are {" ".join(UNITS)}', match.start("unit")
        )
    factor, unit = UNITS.get(written, (1.0, ""))
    value = float(match["number"]) * factor
    if value > 1e30:  # far past any signal, and far from the end of float32
        raise ExpressionError(f'has the number "{match[0][:20]}", which is too large', at)
    return value, unit


def _stray(text: str, at: int) -> str:
    letter = text[at]
    hints = {
        "%": "a percent sign stands against its number, as in 30%",
        "=": "to compare, write ==",
        "&": "write: and",
        "|": "write: or",
        "!": "write: not",
        "^": "write pow(x, y)",
        '"': "names stand without quotes",
        "'": "names stand without quotes",
    }
    hint = hints.get(letter, "")
    shown = letter if letter.isprintable() else f"U+{ord(letter):04X}"
    return f'has a stray "{shown}" at letter {at + 1}' + (f"; {hint}" if hint else "")


class _Parser:
    """Recursive descent, one method for each line of the grammar; leaves postfix steps behind."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0
        self.steps: list[Step] = []

    def either(self) -> None:
        self._chain(("or",), self._both)

    def _both(self) -> None:
        self._chain(("and",), self._denial)

    def _denial(self) -> None:
        if token := self._take("not"):
            self._deeper(token, self._denial)
            self._apply("not", 1, token)
        else:
            self._comparison()

    def _comparison(self) -> None:
        self._sum()
        if token := self._take(*COMPARISONS):
            self._sum()
            self._apply(token.text, 2, token)
            if again := self._take(*COMPARISONS):
                raise ExpressionError("compares twice in a row; write: a < b and b < c", again.start)

    def _sum(self) -> None:
        self._chain(("+", "-"), self._product)

    def _product(self) -> None:
        self._chain(("*", "/"), self._sign)

    def _chain(self, marks: tuple[str, ...], part: Callable[[], None]) -> None:
        part()
        while token := self._take(*marks):
            part()
            self._apply(token.text, 2, token)

    def _sign(self) -> None:
        if token := self._take("-"):
            self._deeper(token, self._sign)
            self._apply("negative", 1, token)
        else:
            self._atom()

    def _atom(self) -> None:
        token = self.words[self.at]
        self.at += 1
        if token.kind == "number":
            self.steps.append(Step("number", token.unit, token.value, 0, token.start, token.end))
        elif token.kind == "word" and token.text in ("true", "false"):
            self.steps.append(Step("number", "", float(token.text == "true"), 0, token.start, token.end))
        elif token.kind == "name":
            if self._take("("):
                self._call(token)
            else:
                self.steps.append(Step("name", token.text, 0.0, 0, token.start, token.end))
        elif token.text == "(":
            self._deeper(token, self.either)
            self._close(token)
        else:
            self._unexpected(token, "a number, a name or a bracket")

    def _call(self, name: Token) -> None:
        arity = 0
        if not self._take(")"):
            self._deeper(name, self.either)
            arity = 1
            while self._take(","):
                self._deeper(name, self.either)
                arity += 1
            self._close(name)
        self.steps.append(Step("call", name.text, 0.0, arity, name.start, self.words[self.at - 1].end))

    def _deeper(self, token: Token, part: Callable[[], None]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(
                f"is nested more than {DEEPEST} deep; a part of it under a name in [signals] would do", token.start
            )
        part()
        self.depth -= 1

    def _take(self, *texts: str) -> Token | None:
        token = self.words[self.at]
        if token.kind in ("mark", "word") and token.text in texts:
            self.at += 1
            return token
        return None

    def _close(self, opened: Token) -> None:
        if not self._take(")"):
            what = f'"{opened.text}("' if opened.kind == "name" else "a bracket"
            self._unexpected(self.words[self.at], f'")" to close {what}')

    def _apply(self, name: str, arity: int, token: Token) -> None:
        self.steps.append(Step("sign", name, 0.0, arity, token.start, token.end))

    def expect_end(self) -> None:
        if self.words[self.at].kind != "end":
            self._unexpected(self.words[self.at], "an operator or the end")

    def _unexpected(self, token: Token, wanted: str) -> NoReturn:
        if token.kind == "end" and len(self.words) == 1:
            raise ExpressionError("is empty; a number or an expression would do")
        if token.kind == "end":
            raise ExpressionError(f"ends where {wanted} belongs", token.start)
        raise ExpressionError(
            f'has "{token.text[:40]}" at letter {token.start + 1}, where {wanted} belongs', token.start
        )
