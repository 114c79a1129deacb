"""The one door to numba: a typed decorator for hot inner loops, compiled once and cached on disk.

Importing this module imports numba (half a second); only modules with kernels may import it, and
the command line imports those after the safe look is lit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile `function` to machine code at its first call; the cache does not see callees in other files."""
    return cast(F, numba.njit(cache=True, fastmath=False)(function))
