"""Hovering a garment: a quiet sheet beside it that names cue, look, layers and the expressions that light it."""

from __future__ import annotations

import math

import pygame

from installation.watch.window.layout import EDGE, Layout
from installation.watch.window.marks import presence_of
from installation.watch.window.palette import COLORS, PRESENCE_COLORS, mixed
from installation.watch.window.pen import Pen
from installation.watch.window.room import TALL_M, Room
from installation.watch.window.sheet import sheet_of
from installation.watch.window.view import SHAPES, View, quiet
from installation.watch.window.whence import Words, whence

WIDTH, PAD = 320.0, 16.0
OPAQUE = 238  # of 255: the light beneath is still felt


class Hover:
    """Draws the sheet; remembers whose it was while it fades away."""

    def __init__(self) -> None:
        self._wearer = -1

    def draw(self, pen: Pen, boxes: Layout, view: View, place: Room) -> None:
        """Draw the sheet of the hovered wearer, easing in and out."""
        if view.hovered >= 0:
            self._wearer = view.hovered
        shown = view.eases.to("hover", 1.0 if view.hovered >= 0 else 0.0)
        if shown <= 0.02 or self._wearer < 0:
            return
        words = words_of(pen, view, self._wearer)
        height = sum(line.step for line in words) + 2 * PAD - 6
        size = pen.rect((0, 0, WIDTH, height)).size
        sheet = pygame.Surface(size, pygame.SRCALPHA)
        own = pen.on(sheet)
        own.fill((0, 0, WIDTH, height), mixed("trench", "kelp", 0.35), 8)
        y = PAD - 4
        for line in words:
            y += line.step
            taken = own.text(line.beside, WIDTH - PAD, y, 12, quiet(), "mono", "right")
            room = WIDTH - 2 * PAD - (taken + 8 if taken else 0)
            own.text(line.text, PAD, y, line.size, line.color or quiet(), line.face, room=room)
        presence = presence_of(view, self._wearer, 0)
        own.shape(SHAPES[presence], WIDTH - PAD - 6, PAD + 8, 11, COLORS[PRESENCE_COLORS[presence]])
        sheet.set_alpha(round(OPAQUE * shown))
        bottom = sheet_of(boxes, True).box[1] if view.scopes.open else boxes.stage[3]
        x, top = _beside(boxes, place, self._wearer, pen.scale, height, bottom)
        pen.surface.blit(sheet, pen.rect((x, top, 0, 0)).topleft)


def words_of(pen: Pen, view: View, wearer: int) -> list[Words]:
    """The lines of a wearer's sheet."""
    programme, news = view.programme, view.news
    lines = [
        Words(18, programme.wearers[wearer].name, size=18, color=COLORS["foam"], face="strong"),
        *whence(pen, view, wearer, WIDTH - 2 * PAD),
    ]
    playing = None if news.panic_asked else view.newest
    look = playing.look if playing is not None else programme.safe_look
    name, layers = programme.looks[look]
    if view.over:
        lines.append(Words(30, view.over, size=14, color=COLORS["ember"]))
    if playing is not None:
        cue = programme.cues[playing.cue]
        lines.append(Words(30, f"{cue.number}  {cue.name}", f"look {name}", 14, COLORS["foam"]))
    else:
        lines.append(Words(30, "The safe look", f"look {name}", 14, COLORS["foam"]))
    told = playing is view.newest  # levels come of the newest cue's look alone, also under PANIC
    for i, layer in enumerate(layers):
        if wearer not in layer.wearers:
            continue
        lines.append(Words(26, f"{layer.effect} on {layer.region}", size=14, color=COLORS["plankton"]))
        lines.append(Words(18, f"level {layer.level}", _level(view, i, wearer) if told else "", face="mono"))
        lines += [Words(16, f"{parameter} {text}", face="mono") for parameter, text in layer.params]
    garments = [i for i, garment in enumerate(programme.garments) if garment.wearer == wearer]
    if any(news.limiting[i] for i in garments):
        lines.append(Words(24, "The guard softens a change that is too fast.", color=COLORS["ember"]))
    return lines


def _level(view: View, layer: int, wearer: int) -> str:
    """What a layer's level comes to; a level of signals that are not known is not known either."""
    levels = view.news.layer_levels
    level = float(levels[layer, wearer]) if layer < len(levels) else math.nan
    return "not known" if math.isnan(level) else f"{level:.2f}"


def _beside(boxes: Layout, place: Room, wearer: int, scale: float, height: float, bottom: float) -> tuple[float, float]:
    """Where the sheet's corner lies: beside the figure, on the side with more room, above `bottom`."""
    width = boxes.stage[2]
    x, feet = (float(value) / scale for value in place.feet[wearer])
    half = 0.42 * float(place.px_per_m[wearer]) / scale
    left = x + half if x < width / 2 else x - half - WIDTH
    top = feet - TALL_M * float(place.px_per_m[wearer]) / scale
    return min(max(left, EDGE), width - WIDTH - EDGE), max(min(top, bottom - height - EDGE), EDGE)
