"""Levels and scene state in, datagrams out: one file per protocol, and none of them waits."""
