"""Nexus, a controller for interactive installations that people wear.

Guests' hearts, skin, breath and movement drive the light of their garments and the scenes of an
augmented-reality story, cue by cue, live.  Read `loop.py` first: it calls every stage in order, and
`frame.py` holds what passes between them.
"""

__version__ = "0.1.0"
