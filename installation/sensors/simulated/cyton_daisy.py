"""A simulated OpenBCI Cyton with a Daisy on top: sixteen voltages, see `cyton`."""

from __future__ import annotations

from functools import partial

from installation.sensors.simulated import cyton

device = partial(cyton.device, daisy=True)
