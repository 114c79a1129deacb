"""`nexus forget`: erase one wearer from a recorded night, and leave the night readable."""

from __future__ import annotations

import argparse
import sys

from installation.record.forget import forget


def run(asked: argparse.Namespace) -> int:
    """Say what was done; 2 where nothing could be."""
    try:
        print(forget(asked.wearer, asked.night))
    except (OSError, ValueError) as wrong:
        print(f"nexus forget: {wrong}", file=sys.stderr)
        return 2
    return 0
