"""The OSCQuery door: one port for HTTP, which tells the tree, and WebSockets, which carry orders and values.

Loaded only where a patch asks for it.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from installation.clock import Clock
from installation.control.gate import MOST_CONNECTIONS, Gate
from installation.control.intake import Intake
from installation.control.listener import Listener
from installation.control.namespace import nodes, tree
from installation.control.orders import Desk
from installation.control.packet import MOST_BYTES, of_receipt
from installation.control.port import Port
from installation.control.query import answer, host_info
from installation.frame import Frame, Health, Receipt
from installation.show.model import Show

if TYPE_CHECKING:
    from installation.control.announce import Announcement

PREFIX = "osc/ws "  # of the source of an order; the rest is the sender's address
OPEN_S = 5.0  # a request has come whole within this, or is hung up on
CLOSE_S = 1.0  # a client that does not say goodbye within this is left

quiet = logging.getLogger("installation.osc.in.websockets")  # of the library, which tells of every hostile byte


class OscQuery:
    """Tells the tree, takes orders, and tells listeners of values; threads of its own do all that may wait."""

    def __init__(self, show: Show, desk: Desk, clock: Clock, osc_port: int) -> None:
        """osc_port: where orders are heard over UDP."""
        quiet.disabled = True
        self._title, self._osc_port, self._announced = show.title, osc_port, show.patch.query_announced
        self._intake = Intake(desk, clock)
        self._tree = tree(nodes(show))
        self._listeners: dict[str, Listener] = {}
        self._frame: Frame | None = None
        self._announcement: Announcement | None = None
        self._gate: Gate | None = None
        self._server: Server | None = None
        patch = show.patch
        self._port = Port("oscquery", patch.control_host, patch.query_port, socket.SOCK_STREAM, self._serve)
        self._port.start()

    @property
    def port(self) -> int:
        """The port where it really listens, once it does."""
        return self._port.port

    def answer(self, receipts: tuple[Receipt, ...]) -> None:
        """Tell the senders of orders what became of them; never waits."""
        for receipt in receipts:
            listener = self._listeners.get(receipt.order.source)
            if listener is not None:
                listener.put(of_receipt(receipt))

    def show(self, frame: Frame) -> None:
        """Keep the newest frame for whoever asks; never waits."""
        self._frame = frame

    def health(self) -> tuple[Health, ...]:
        """How the port does, for the operator's eyes."""
        (health,) = self._port.health(self._intake)
        trouble = self._announcement.trouble if self._announcement is not None else ""
        return (replace(health, text=f"{health.text}; {trouble}") if trouble else health,)

    def close(self) -> None:
        """Hang up on everybody and give the port back."""
        self._port.closed.set()
        if self._gate is not None and self._server is not None:
            self._gate.hang_up()
            self._server.shutdown()
        self._port.close()

    # --- threads ---

    def _serve(self, listening: socket.socket) -> None:
        host, port = listening.getsockname()[:2]
        gate = Gate(listening, self._port.closed, self._refused)
        with serve(
            self._converse,
            sock=gate,
            origins=[None],  # a page in a browser may read, but gives no orders: it could be anybody's page
            compression=None,
            process_request=self._respond,
            server_header="Nexus",
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            max_size=MOST_BYTES,
            logger=quiet,
        ) as server:
            self._gate, self._server = gate, server
            if self._port.closed.is_set():  # before there was a server to be told
                gate.close()
            with self._announcing(host, port):
                server.serve_forever()

    @contextlib.contextmanager
    def _announcing(self, host: str, port: int) -> Iterator[None]:
        if not self._announced:
            yield
            return
        from installation.control.announce import Announcement  # only who asks for it pays for it

        self._announcement = Announcement(self._title, host, port, self._osc_port)
        try:
            yield
        finally:
            self._announcement.close()

    def _refused(self) -> None:
        self._intake.leave_out("one more OSCQuery client", f"{MOST_CONNECTIONS} connections are open already")

    def _respond(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a plain request; None for the beginning of a WebSocket."""
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return None
        host, port = connection.local_address[:2]
        info = host_info(self._title, host, self._osc_port, port)
        status, text = HTTPStatus.METHOD_NOT_ALLOWED, ""
        if request.method == "GET":
            status, text = answer(self._tree, request.path, self._frame, info)
        body = text.encode()
        headers = Headers({"Connection": "close", "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})
        if body:
            headers["Content-Type"] = "application/json"
        if status != 204:
            headers["Content-Length"] = str(len(body))
        return Response(status.value, status.phrase, headers, body)

    def _converse(self, connection: ServerConnection) -> None:
        """Hear one WebSocket until it ends."""
        host, port = connection.remote_address[:2]
        source = f"{PREFIX}{host}:{port}"
        listener = self._listeners[source] = Listener(self._tree, self._intake)
        telling = threading.Thread(target=self._tell, args=(connection, listener), name=source, daemon=True)
        telling.start()
        try:
            for said in connection:
                if isinstance(said, bytes):
                    self._intake.hear(said, source, listener.put)
                    continue
                try:
                    listener.command(said)
                except ValueError as error:
                    self._intake.leave_out(source, str(error))
        except ConnectionClosed:
            return
        finally:
            del self._listeners[source]
            listener.close()

    def _tell(self, connection: ServerConnection, listener: Listener) -> None:
        try:
            for packet in listener.packets(lambda: self._frame):
                connection.send(packet)
        except ConnectionClosed:
            return
