"""The one door to numba: a typed decorator for hot inner loops, compiled once and cached on disk.

numba's cache looks at a kernel's own file alone, but a kernel keeps the constants that its file imports, and with
another array size than it was compiled for it would write past the end.  So a folder's kernels are compiled anew when
any file of that folder has changed, or one of those that all rooms share.

Importing this module imports numba (half a second); only modules with kernels may import it, and
the command line imports those after the safe look is lit.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

HERE = Path(__file__).parent
SHARED = (Path(__file__), HERE / "frame.py", *sorted((HERE / "show").glob("*.py")))
STAMP = "kernels.stamp"
ELSEWHERE = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")


def compiled(function: F) -> F:
    """Compile `function` to machine code at its first call; the cache does not see callees in other files.

    A division by zero gives inf or NaN, as numpy's does, and never an error: one wearer's odd number must not cost the
    room its tick.
    """
    place = fresh_cache(Path(inspect.getfile(function)).parent)
    cast(Any, numba.config).CACHE_DIR = place or ""
    return cast(F, numba.njit(cache=place is not None, fastmath=False, error_model="numpy")(function))


@cache
def fresh_cache(folder: Path) -> str | None:
    """Where the kernels of a folder are cached, with none that were compiled from other files than it has now.

    "" beside the files themselves; a folder of this user's where nothing can be written there, as in an installed
    wheel; None where there is none either.
    """
    files = [*SHARED, *sorted(folder.glob("*.py"))]
    stamp = "\n".join(f"{file.name} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files)
    kept = folder / "__pycache__" / STAMP
    try:
        if not (kept.is_file() and kept.read_text() == stamp):
            for stale in [*kept.parent.glob("*.nbi"), *kept.parent.glob("*.nbc")]:
                stale.unlink(missing_ok=True)
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(stamp)
        return "" if os.access(kept.parent, os.W_OK) and not os.environ.get("NUMBA_CACHE_DIR") else _of_this_user(stamp)
    except OSError:
        return _of_this_user(stamp)


def _of_this_user(stamp: str) -> str | None:
    """A folder for kernels of just these files; None where the user has no place to write."""
    try:
        place = Path(ELSEWHERE or Path.home() / ".cache") / "nexus-kernels" / sha256(stamp.encode()).hexdigest()[:16]
        place.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return str(place)
