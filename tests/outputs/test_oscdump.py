"""The AR state as `oscdump` of liblo prints it: an independent reader of our OSC."""

from __future__ import annotations

import queue
import shutil
import subprocess
import threading

import pytest

from installation.clock import OfflineClock
from installation.outputs.identity import offline_identity
from installation.outputs.send import Outputs
from tests.outputs.fakes import body, ear, engine_at, levels, scene, show, tick

PATIENCE_S = 5.0


def test_oscdump_prints_the_state_its_parameters_and_captions():
    oscdump = shutil.which("oscdump")
    if oscdump is None:
        pytest.skip("oscdump is not installed (Debian: liblo-tools)")
    with ear() as free:
        port = free.port
    reader = subprocess.Popen([oscdump, "-L", str(port)], stdout=subprocess.PIPE, text=True)
    lines: queue.Queue[str] = queue.Queue()
    thread = threading.Thread(target=lambda: [lines.put(line) for line in reader.stdout], daemon=True)
    thread.start()
    of = show(engines=engine_at(port))
    out = Outputs(of, OfflineClock(), offline_identity("Test", 1), live=True)
    told = scene(3, captions={"tr": "Yetti. Buyurun."}, parameters={"tide": 0.25})
    seen = ""
    try:
        for n in range(int(PATIENCE_S / 0.05)):  # oscdump takes a moment to listen; the state is told every second
            out.send(levels(of), told, body(of), (), tick(60 * n))
            try:
                while "/ar/caption" not in seen:
                    seen += lines.get(timeout=0.05)
                break
            except queue.Empty:
                continue
    finally:
        out.close()
        reader.terminate()
        reader.wait(PATIENCE_S)
        thread.join(PATIENCE_S)
        reader.stdout.close()
    printed = [line.split(" ", 1)[1].strip() for line in seen.splitlines()]
    assert printed[0].startswith('/ar/state issifi 7 "shore" "0.5" 3 ')
    assert printed[1:3] == ["/ar/param/tide f 0.250000", '/ar/caption ss "tr" "Yetti. Buyurun."']
