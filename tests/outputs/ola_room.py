"""Run inside a network namespace of its own: OLA hears one second of our light, and says what it heard as JSON.

Usage: ola_room.py FOLDER.  Everything it starts, it ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from installation.clock import RealClock
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from tests.outputs.fakes import body, levels, scene, show, tick

HERE = "10.31.0.1"  # OLA listens to no loopback interface
TICKS = 60
OTHERS = """
    artnet dummy espnet ftdidmx gpio karate kinet milinst nanoleaf opendmx openpixelcontrol osc pathport renard
    sandnet shownet spi stageprofi uartdmx usbdmx usbserial
"""
STEPS = (
    "ip link set lo up",
    "ip link add light type veth peer name far",
    f"ip addr add {HERE}/24 dev light",
    "ip link set far up",
    "ip link set light up",
)


def wait_for(log: Path, words: str) -> None:
    """Until OLA says so, for five seconds at most."""
    for _ in range(100):
        if words in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise SystemExit(f"OLA never said {words!r}:\n{log.read_text(errors='replace')}")


def main(folder: Path) -> None:
    """Build the room, play, listen, tell."""
    for step in STEPS:
        subprocess.run(step.split(), check=True)
    for plugin in OTHERS.split():
        (folder / f"ola-{plugin}.conf").write_text("enabled = false\n")
    (folder / "ola-e131.conf").write_text(f"enabled = true\nip = {HERE}\ninput_ports = 1\noutput_ports = 0\n")
    for file in (folder, *folder.iterdir()):
        os.chown(file, 65534, 65534)
    log = folder / "log"
    log.touch()
    command = ["olad", "-c", str(folder), "--no-http", "--no-register-with-dns-sd", "-l", "3"]
    with log.open("w") as heard:
        olad = subprocess.Popen(command, stderr=heard, stdout=heard, user=65534, group=65534, extra_groups=[])
    recorder = None
    try:
        wait_for(log, "Started E1.31")
        subprocess.run(["ola_patch", "-d", "1", "-p", "0", "-i", "-u", "1"], check=True, timeout=5)
        recorder = subprocess.Popen(["ola_recorder", "-r", str(folder / "show"), "-u", "1"], stdout=subprocess.DEVNULL)
        wait_for(log, "Added sink client")
        of = show(sacn_host=HERE, sacn_port=5568)
        clock = RealClock()
        out = Outputs(of, clock, offline_identity("Test", 1), live=True)
        for n in range(TICKS):
            out.send(levels(of, n), scene(), body(of), (), tick(n))
            clock.sleep_s((n + 1) / 60 - clock.now_s())
        out.goodbye(tick(TICKS))
        out.close()
        wait_for(log, "sent a termination for universe 1")
        recorder.send_signal(signal.SIGINT)
        recorder.wait(5)
        frames = [line.split()[1] for line in (folder / "show").read_text().splitlines() if line.startswith("1 ")]
        print(json.dumps({"frames": frames, "log": log.read_text()}))
    finally:
        for started in (recorder, olad):
            if started is not None and started.poll() is None:
                started.kill()
                started.wait(5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
