"""The rehearsal window: a process of its own, started as `python -m installation.watch.window`."""
