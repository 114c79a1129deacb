"""Cuts a stream of bytes into lines of text, whatever ends them and wherever the chunks break."""

from __future__ import annotations

LINE_BYTES = 256  # no sensor's line is longer; more is noise or the wrong baud rate


class LineCutter:
    r"""Lines of a stream that ends them with \r\n, \n or \r.

    The first line is dropped unread, since a port is opened in the middle of one.  A line over
    `LINE_BYTES` is dropped to its end and counted in `too_long`; empty lines are no lines.
    """

    def __init__(self) -> None:
        self.too_long = 0
        self._rest = b""
        self._partial = True

    def feed(self, data: bytes) -> list[bytes]:
        """Lines that `data` completes, without their ends and the blanks around them."""
        whole = self._rest + data
        pieces = whole.splitlines()
        self._rest = b""
        if pieces and not whole.endswith((b"\n", b"\r")):
            self._rest = pieces.pop()[: LINE_BYTES + 1]  # one byte over the limit still tells that it is too long
        if pieces and self._partial:
            self._partial = False
            del pieces[0]
        if len(whole) > LINE_BYTES:  # else no line of it can be
            self.too_long += sum(len(piece) > LINE_BYTES for piece in pieces)
            pieces = [piece for piece in pieces if len(piece) <= LINE_BYTES]
        return list(filter(None, map(bytes.strip, pieces)))

    def restart(self) -> None:
        """Drop what was begun: the next bytes come from a port just opened."""
        self._rest = b""
        self._partial = True
