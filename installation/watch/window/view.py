"""What the panels draw from: the newest news, and what the window itself remembers between two drawings."""

from __future__ import annotations

from dataclasses import dataclass, field

from installation.frame import Playing, Presence
from installation.watch.news import News
from installation.watch.programme import Programme
from installation.watch.window.answers import Answers
from installation.watch.window.ease import Eases
from installation.watch.window.hands import Hands, Seen
from installation.watch.window.palette import Color, mixed
from installation.watch.window.pen import Shape
from installation.watch.window.presences import Presences
from installation.watch.window.scopes import Scopes

STALE_S = 1.0  # without a frame for so long, what is shown is no longer what is

SECOND_RANK = 0.68  # of foam: 7:1 on a panel, and still quieter than the first rank
SHAPES: dict[int, Shape] = {
    Presence.REAL: "real",
    Presence.HELD: "held",
    Presence.SIMULATED: "simulated",
    Presence.REPLAYED: "replayed",
}


@dataclass(slots=True)
class View:
    """One moment of the window.

    age_s: seconds since the news came · now_s: the window's own clock · hovered: wearer under the pointer, -1
    for none · page: of the strip, where not everybody fits · presences, answers, scopes: what each of those
    panels remembers.
    """

    programme: Programme
    news: News
    hands: Hands
    presences: Presences
    scopes: Scopes
    answers: Answers
    eases: Eases = field(default_factory=Eases)
    now_s: float = 0.0
    age_s: float = 0.0
    hovered: int = -1
    page: int = 0

    @property
    def stale(self) -> bool:
        """Whether the news is too old to be taken for the present."""
        return self.age_s > STALE_S

    @property
    def seen(self) -> Seen:
        """What the operator sees, and so means when they press GO or BLACKOUT."""
        standby = self.programme.cues[self.news.standby].number if self.news.standby >= 0 else ""
        return Seen(standby, self.news.blackout_asked)

    @property
    def over(self) -> str:
        """What an operator's hand holds over the cues, for as long as it does; PANIC releases BLACKOUT."""
        if self.news.panic_asked:
            return "PANIC: the safe look holds"
        return "BLACKOUT: nothing is lit" if self.news.blackout_asked else ""

    @property
    def newest(self) -> Playing | None:
        """The cue that was taken last, where one gives light."""
        return self.news.playing[-1] if self.news.playing else None


def quiet(under: str = "trench") -> Color:
    """The second rank of text."""
    return mixed(under, "foam", SECOND_RANK)
