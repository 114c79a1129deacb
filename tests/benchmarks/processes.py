"""Processes that are measured: started afresh, bounded in time, ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
ENDS_WITHIN_S = 10.0  # after it was asked to: the safe look, the goodbye, slow threads; then it is killed


@contextlib.contextmanager
def started(command: list[str], env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run `command` at the repository's root, text on its stdin and stdout, until the block ends.

    Raises RuntimeError with its last words where it ended by itself with an error.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            yield process
        except BaseException as raised:
            if process.poll():
                stderr.seek(0)
                raise RuntimeError(f"{' '.join(command)} failed:\n{stderr.read()[-2000:]}") from raised
            raise
        finally:
            _end(process)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this checkout with this Python."""
    return [sys.executable, "-m", module, *arguments]


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):  # what was not yet written goes nowhere now
                stream.close()


def threads_here() -> int:
    """Threads of this process: the system's count on Linux, elsewhere only those that Python started."""
    import threading

    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()
