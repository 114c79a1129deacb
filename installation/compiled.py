"""The one door to numba: a typed decorator for hot inner loops, compiled once and cached on disk.

numba's cache looks at a kernel's own file alone, but a kernel keeps the constants that its file imports, and with
another array size than it was compiled for it would write past the end.  So a folder's kernels are compiled anew when
any file of that folder has changed, or one of those that all rooms share.

Importing this module imports numba (half a second); only modules with kernels may import it, and
the command line imports those after the safe look is lit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

HERE = Path(__file__).parent
SHARED = (Path(__file__), HERE / "frame.py", *sorted((HERE / "show").glob("*.py")))
STAMP = "kernels.stamp"


def compiled(function: F) -> F:
    """Compile `function` to machine code at its first call; the cache does not see callees in other files.

    A division by zero gives inf or NaN, as numpy's does, and never an error: one wearer's odd number must not cost the
    room its tick.
    """
    forget_stale(Path(inspect.getfile(function)).parent)
    return cast(F, numba.njit(cache=True, fastmath=False, error_model="numpy")(function))


@cache
def forget_stale(folder: Path) -> None:
    """Throw away the cached kernels of a folder whose files are not those that they were compiled from."""
    files = [*SHARED, *sorted(folder.glob("*.py"))]
    stamp = "\n".join(f"{file.name} {file.stat().st_mtime_ns} {file.stat().st_size}" for file in files)
    kept = folder / "__pycache__" / STAMP
    with suppress(OSError):  # where nothing can be written, numba keeps its cache elsewhere
        if kept.is_file() and kept.read_text() == stamp:
            return
        for stale in [*kept.parent.glob("*.nbi"), *kept.parent.glob("*.nbc")]:
            stale.unlink(missing_ok=True)
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(stamp)
