"""Scopes: which signals are watched, of whom, and how they are chosen.

The desk's own keys stay the desk's until Tab gives the keyboard to the list: from then on letters
find a signal and arrows move, but space is GO and escape is PANIC whatever is open.  Tab never gives it
back, so that a second name after a second Tab is not read as orders; Enter does where nothing is pointed at.
"""

from __future__ import annotations

from collections.abc import Sequence

import pygame

from installation.watch.window.catalogue import Entry
from installation.watch.window.sheet import ROWS, Sheet

MOST = 4  # traces: more would be too low to be read
FIRST = ("heart.rate", "quality.heart")  # what is asked for most often; anything else is a key away
LONGEST = 24  # letters typed


class Scopes:
    """The sheet's state.

    open : it is seen · listening : the keyboard is the list's · typed : part of a signal's name ·
    cursor : index into `found` · pointed : an arrow moved it since the last choice · first : of `found` that
    is seen · wearer : whose signals, -1 for all · chosen : names, oldest first
    """

    def __init__(self, entries: Sequence[Entry], wearers: int) -> None:
        self.entries = tuple(entries)
        self.open = self.listening = self.pointed = False
        self.typed = ""
        self.cursor = self.first = 0
        self.wearer = -1
        self.chosen = [entry.name for entry in entries if entry.name in FIRST]
        self._wearers = wearers

    @property
    def found(self) -> tuple[Entry, ...]:
        """The signals whose name holds what was typed."""
        return tuple(entry for entry in self.entries if self.typed in entry.name)

    @property
    def traces(self) -> tuple[Entry, ...]:
        """The chosen signals."""
        return tuple(entry for name in self.chosen for entry in self.entries if entry.name == name)

    def toggle(self) -> None:
        """Open, or close and give the keyboard back."""
        self.open = not self.open
        self.give(False)

    def give(self, to_list: bool) -> None:
        """Give the keyboard to the list or back to the desk; what was typed is over."""
        self.listening, self.pointed, self.typed = to_list, False, ""
        self.step(0)

    def choose(self, name: str) -> None:
        """Watch a signal or leave it; the one that was chosen first makes room."""
        if name in self.chosen:
            self.chosen.remove(name)
        else:
            self.chosen = [*self.chosen, name][-MOST:]

    def step(self, by: int) -> None:
        """Move to another signal of the list; it ends at its ends."""
        self.cursor = min(max(self.cursor + by, 0), max(len(self.found) - 1, 0))
        self.first = min(max(self.first, self.cursor - ROWS + 1), self.cursor)
        self.scroll(0)

    def scroll(self, by: int) -> None:
        """See another part of the list; what lies under the hand stays there when it is pressed."""
        self.first = min(max(self.first + by, 0), max(len(self.found) - ROWS, 0))

    def turn(self, by: int) -> None:
        """Another wearer; past the last one all, and round again."""
        self.wearer = (self.wearer + 1 + by) % (self._wearers + 1) - 1

    def key(self, key: int, letter: str) -> bool:
        """Take a key; False where it is the desk's."""
        if not self.open:
            if key == pygame.K_s:
                self.toggle()
                return True
            return False
        if key in (pygame.K_SPACE, pygame.K_ESCAPE):
            return False
        if key == pygame.K_TAB:
            if not self.listening:
                self.give(True)
        elif key in (pygame.K_LEFT, pygame.K_RIGHT):
            self.turn(1 if key == pygame.K_RIGHT else -1)
        elif self.listening:
            self._listed(key, letter)
        elif key == pygame.K_s:
            self.toggle()
        else:
            return False
        return True

    def press(self, sheet: Sheet, x: float, y: float) -> bool:
        """Take a press of the mouse; False where it is beside the sheet."""
        if sheet.handle_holds(x, y):
            self.toggle()
            return True
        if not self.open or not sheet.holds(x, y):
            return False
        row = sheet.row_at(x, y, len(self.found), self.first)
        if row >= 0:
            self.cursor = row
            self.choose(self.found[row].name)
        elif sheet.who_holds(x, y):
            self.turn(-1 if x < sheet.list_middle else 1)
        elif sheet.typed_holds(x, y):
            self.give(not self.listening)
        return True

    def _listed(self, key: int, letter: str) -> None:
        if key in (pygame.K_UP, pygame.K_DOWN):
            self.step(1 if key == pygame.K_DOWN else -1)
            self.pointed = True
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER):
            self._entered()
        elif key == pygame.K_BACKSPACE:
            self.typed = self.typed[:-1]
            self.step(0)
        elif letter.isprintable() and letter and len(self.typed) < LONGEST:
            self.typed += letter.lower()
            self.step(0)

    def _entered(self) -> None:
        """Choose what is pointed at and be ready for the next name; the keyboard goes back where nothing is."""
        if not self.typed and not self.pointed:
            self.give(False)
            return
        chosen = self.found[self.cursor : self.cursor + 1]  # empty where no name holds what was typed
        self.give(True)
        for entry in chosen:
            self.choose(entry.name)
            self.step(self.entries.index(entry) - self.cursor)
