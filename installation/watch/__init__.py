"""Those who look on: the feed to watcher processes, the rehearsal window, the terminal's status line."""
