"""Simulated people: each lives through an evening of their own, in every organ.

A person depends on the seed, their number and the time alone: not on how many others there are, nor on who asks
for what when, unless they follow a wearer's body or the crowd's dial is up.  `People` is the door; the other files
say how a heart beats, lungs fill, skin answers and bodies move.
"""

from installation.sensors.people.living import ADC_MAX, ADC_REST, LINES_HZ, People
from installation.sensors.people.waves import FELT_S, SYSTOLE_S

__all__ = ["ADC_MAX", "ADC_REST", "FELT_S", "LINES_HZ", "SYSTOLE_S", "People"]
