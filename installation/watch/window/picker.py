"""The sheet of the scopes: the list to choose from, and beside it the traces; it slides in from below."""

from __future__ import annotations

from installation.watch.window.layout import EDGE, Layout
from installation.watch.window.palette import COLORS, mixed
from installation.watch.window.pen import Pen
from installation.watch.window.scopes import Scopes
from installation.watch.window.sheet import HANDLE, HEAD, LIST, ROW, ROWS, Sheet, sheet_of
from installation.watch.window.traces import draw_traces
from installation.watch.window.trails import TRAIL_S, Trails
from installation.watch.window.view import View, quiet


def draw_scopes(pen: Pen, boxes: Layout, view: View, trails: Trails) -> None:
    """Draw the sheet as far as it has come in, or the word that opens it."""
    scopes = view.scopes
    shown = view.eases.to("scopes", 1.0 if scopes.open else 0.0)
    at_rest = sheet_of(boxes, scopes.open)
    _handle(pen, view, at_rest)
    if shown <= 0.01:
        return
    left, top, width, height = at_rest.box
    place = Sheet((left, top + (1.0 - shown) * height, width, height), at_rest.handle)
    pen.surface.set_clip(pen.rect((left, 0, width, top + height)))
    pen.fill(place.box, COLORS["trench"])
    _who(pen, view, place)
    _typed(pen, view, place)
    _list(pen, view, place)
    _head(pen, scopes, place)
    draw_traces(pen, place.traces, view, scopes, trails)
    pen.surface.set_clip(None)
    if scopes.open:
        _handle(pen, view, at_rest)


def _handle(pen: Pen, view: View, place: Sheet) -> None:
    left, top, _, _ = place.handle
    under = view.hands.at is not None and place.handle_holds(*view.hands.at)
    color = mixed("trench", "foam", view.eases.to("touch scopes", 1.0 if under else 0.68))
    words = "close" if view.scopes.open else "scopes"
    said = pen.text("s", left + HANDLE, top + 20, 12, color, "mono", "right")
    pen.text(words, left + HANDLE - said - 8, top + 20, 12, color, align="right")


def _who(pen: Pen, view: View, place: Sheet) -> None:
    """Whose signals: a name between two arrows."""
    left, top, _, _ = place.box
    wearer = view.scopes.wearer
    name = view.programme.wearers[wearer].name if wearer >= 0 else "everybody"
    pen.text("‹", left + EDGE, top + 26, 18, quiet())
    pen.text("›", left + EDGE + LIST, top + 26, 18, quiet(), align="right")
    pen.text(name, place.list_middle, top + 26, 14, COLORS["foam"], "strong", "center", room=LIST - 40)


def _typed(pen: Pen, view: View, place: Sheet) -> None:
    left, top, _, _ = place.box
    scopes = view.scopes
    lit = view.eases.to("scopes listen", 1.0 if scopes.listening else 0.0)
    pen.fill((left + EDGE, top + HEAD - 6, LIST, 2), mixed("kelp", "plankton", lit), 1)
    if scopes.typed:
        pen.text(scopes.typed, left + EDGE, top + HEAD - 14, 12, COLORS["foam"], "mono", room=LIST)
    else:
        words = "type a part of a name" if scopes.listening else "tab: keys choose signals"
        pen.text(words, left + EDGE, top + HEAD - 14, 12, quiet(), room=LIST)


def _list(pen: Pen, view: View, place: Sheet) -> None:
    left, top, _, _ = place.box
    scopes, found = view.scopes, view.scopes.found
    pointed = -1
    if view.hands.at is not None:
        pointed = place.row_at(*view.hands.at, len(found), scopes.first)
    for i, entry in enumerate(found[scopes.first : scopes.first + ROWS]):
        row, y = scopes.first + i, top + HEAD + i * ROW
        under = (scopes.listening and row == scopes.cursor) or row == pointed
        if under:
            pen.fill((left + EDGE - 8, y, LIST + 8, ROW), mixed("trench", "kelp", 0.6), 4)
        chosen = entry.name in scopes.chosen
        if chosen:
            pen.fill((left + EDGE, y + 6, 2, 8), COLORS["plankton"], 1)
        color = COLORS["foam"] if chosen or under else quiet()
        said = pen.text(entry.unit, left + EDGE + LIST - 8, y + 14, 12, quiet(), align="right")
        pen.text(entry.name, left + EDGE + 10, y + 14, 12, color, "mono", room=LIST - 26 - said)
    if not found:
        pen.text("no signal is called so", left + EDGE + 10, top + HEAD + 14, 12, quiet())


def _head(pen: Pen, scopes: Scopes, place: Sheet) -> None:
    """What the signal under the cursor says, or what the keys do."""
    left, top, width, _ = place.traces
    room = width - HANDLE - 16
    if scopes.listening and scopes.found:
        entry = scopes.found[min(scopes.cursor, len(scopes.found) - 1)]
        words = f"{entry.name}: {entry.says}. Enter shows or hides it; once more gives the keys back to the desk."
    else:
        words = f"the last {TRAIL_S:.0f} s"
    pen.text(words, left, top - 10, 12, quiet(), room=room)
