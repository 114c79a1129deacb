"""Which devices of the patch come by network, and how each is reached."""

from __future__ import annotations

from installation.clock import Clock
from installation.sensors.devices import Device
from installation.sensors.port import Source


def network_source(device: Device, clock: Clock) -> Source | None:
    """What reads a device of the network, on a thread; None where the patch finds it on a cable."""
    patch = device.patch
    if patch.udp:
        from installation.sensors.door import Door

        return Door(device.name, device.identity, (patch.bind, patch.udp), clock, patch.allow, patch.wire == "osc")
    if patch.device or patch.host:
        from installation.sensors.emotibit import EmotiBitLink

        return EmotiBitLink(device.name, device.identity, clock, patch.device, patch.host)
    return None
