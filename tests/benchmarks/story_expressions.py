"""The show language at a crowd's size: 200 cues and 500 bound expressions over 1,000 wearers, beside plain numpy."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from installation.cli.bench import Row
from installation.frame import Tick, unknown_body
from installation.show.load import load
from installation.show.model import Show
from installation.story.signals import environment, opening_room
from installation.story.values import evaluate, fresh
from tests.benchmarks.aims import judged
from tests.story.plain import Plain, tree_of

WEARERS, CUES, EXPRESSIONS = 1000, 200, 500
TICKS = 400
BUDGET_MS = 2.0  # of the 16.7 ms of a tick, for everything that the designer wrote
LOADED_S = 1.0  # from a save to the new show, most of it this

SIGNALS = """\
[signals]
tension = "smooth(pantry.shortage_risk, 3s)"
warmth = { value = "smooth(0.35 + 0.65*community.gifts, 3s)", low = 0, high = 1 }
pulse = "smooth(known(quality.heart, 0), 0.5s)"
calm = "1 - smoothstep(70bpm, 100bpm, steady(heart.rate))"
unison = "clamp(1 - spread(breath.swell)*2, 0, 1)"
lively = "attack_release(motion.energy, 0.1s, 1.5s)/(0.2g + mean(motion.energy))"
"""
LEVELS = (
    "(0.1 + {v}*pulse)*(1 - 0.4*tension)",
    "if(quality.heart > {v}, smooth(calm, {t}s), 0.3)",
    "clamp({v} + 0.3*breath.swell*warmth, 0, 1)",
    "ramp(heart.rate > {r}bpm, {t}s)*pulse",
    "curve(skin.arousal, 0, 0.05, {v}, 0.3, 1, 0.9)",
    "hold(rank(motion.energy), {t}s)*0.5 + {v}*unison",
    "lerp({v}, warmth, 0.5 + 0.5*tri(time/{t}s + wearer*0.05))",
    "max({v}*lively, delay(pulse, 0.2s))*0.7",
    "known(skin.arousal, {v})*(1 - noise(time*0.2 + wearer))",
    "pulse(heart.phase + {v}, 0.3)*calm",
)
CONDITIONS = (
    "mean(heart.rate) > {r}bpm for 4s",
    "fraction(heart.rate > {r}bpm) > 60% for 2s",
    "pantry.shortage_risk > {v} and count(motion.raised) >= 3",
    "since(heart.beat) > {t}s",
)


def written(folder: Path) -> Path:
    """Write a show of that size."""
    numbers = count(1)

    def of(texts: tuple[str, ...]) -> str:
        n = next(numbers)
        return texts[n % len(texts)].format(v=f"0.{n:04d}", t=f"{0.3 + n * 0.01:.2f}", r=60 + n * 0.1)

    head = 'title = "Crowd"\nsafe_look = "safe"\n[[room]]\nname = "pantry.shortage_risk"\n'
    head += '[[room]]\nname = "community.gifts"\n'
    wearers = "".join(f'[[wearer]]\nname = "W{n}"\ntable = "t{n % 50}"\n' for n in range(WEARERS))
    strip = (
        '[[kind]]\nname = "sash"\n[[kind.strip]]\nregion = "all over"\npath = [[0, 0, 0], [0.3, 0.1, 0]]\npixels = 20\n'
    )
    sewn = "".join(f'[[garment]]\nname = "w{n}"\nwearer = "W{n}"\nkind = "sash"\n' for n in range(WEARERS))
    cues = "".join(
        f'[[cue]]\nnumber = "{n}"\nlook = "l{n % 60}"\n' + (f'when = "{of(CONDITIONS)}"\n' if n % 2 else "")
        for n in range(1, CUES + 1)
    )
    layer = '  {{ effect = "breath", color = "#4080ff", level = "{0}", depth = "{1}" }},\n'
    looks = "".join(
        f'[[look]]\nname = "l{look}"\nlayers = [\n'
        + "".join(layer.format(of(LEVELS), of(LEVELS)) for _ in range(3 if look % 60 else 1))
        + "]\n"
        for look in range(60)
    )
    looks += '[[look]]\nname = "safe"\nfloor = 0.05\nlayers = [{ effect = "solid", color = "#102030", level = 0.08 }]\n'
    files = {"show": head + wearers + SIGNALS, "garments": strip + sewn, "cues": cues, "looks": looks}
    for name, text in {**files, "scenes": "# none\n", "patch": "# here\n"}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def rows() -> Iterator[Row]:
    """Load and check, then a tick, compiled and plain."""
    with tempfile.TemporaryDirectory() as place:
        folder = written(Path(place))
        loaded_s = []
        for _ in range(5):
            start = time.perf_counter()
            show = load(folder)
            loaded_s.append(time.perf_counter() - start)
    figure = f"{len(show.cues)} cues, {len(show.program)} expressions, {len(show.wearers)} wearers"
    yield judged("expressions", f"load and check: {figure}", statistics.median(loaded_s), "s", aim=f"<= {LOADED_S:g}")
    compiled_ms, operations = _compiled(show), len(show.program.code.operations)
    plain_ms = _plain(show)
    middle, worst = np.percentile(compiled_ms, [50, 95])
    yield judged("expressions", f"tick, median: {figure}", middle, "ms", aim=f"<= {BUDGET_MS:g}", beside=plain_ms)
    yield judged("expressions", f"tick, 95 of 100: {figure}", worst, "ms")
    yield judged(
        "expressions", f"one of its {operations} operations, one wearer", middle * 1e6 / operations / WEARERS, "ns"
    )


def _bodies(show: Show) -> Iterator[tuple[dict[str, object], Tick]]:
    """What a crowd's hearts, breaths and hands say, tick after tick; one in twenty is not known."""
    chance = np.random.default_rng(1)
    body = unknown_body(WEARERS, 0, 50)
    room = opening_room(show)
    for number in count():
        for name in ("heart_rate", "heart_phase", "breath_phase", "arousal", "motion_g", "beat", "raised"):
            given = chance.random(WEARERS) * (120 if name == "heart_rate" else 1)
            getattr(body, name)[:] = given > 0.95 if name in ("beat",) else np.where(given < 0.05, np.nan, given)
        body.quality[:] = chance.random(body.quality.shape)
        yield environment(show, body, room), Tick(number, number / 60, 1 / 60)


def _compiled(show: Show) -> list[float]:
    state, spent_ms = fresh(show.program, WEARERS), []
    for env, tick in _bodies(show):
        start = time.perf_counter()
        state, _ = evaluate(show.program, env, state, tick)
        spent_ms.append((time.perf_counter() - start) * 1e3)
        if tick.number == TICKS:
            return spent_ms[20:]
    raise AssertionError("bodies have no end")


def _plain(show: Show) -> dict[str, float]:
    """The same texts, one numpy call for each sign and function, as a script would compute them."""
    names = {name: tree_of(show.program.signals[name]) for name in show.program.signals}
    trees = {**names, **{f"e{row}": tree_of(text) for row, text in enumerate(show.program.texts)}}
    plain, spent_ms = Plain(WEARERS), []
    for env, tick in _bodies(show):
        start = time.perf_counter()
        plain.tick(trees, env, tick)
        spent_ms.append((time.perf_counter() - start) * 1e3)
        if tick.number == 5:
            return {"plain numpy": statistics.median(spent_ms[2:])}
    raise AssertionError("bodies have no end")
