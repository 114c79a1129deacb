"""The pack: what a gateway sends that carries many wearers, in packets of records.

A gateway gathers what its wearers' nodes send by radio, and passes it on over USB, every 20 to 50 ms.  All
numbers are little-endian.

    packet   at  bytes
              0   2    0x4E 0x58, "NX"
              2   1    version, 1
              3   1    gateway, 0..255: for the maker's own use
              4   2    length: bytes of all records together, at most `LONGEST`
              6   2    the same with every bit turned over (~length)
              8   2    number, one more with each packet, 0 after 65535
             10   4    time: the gateway's clock in µs, 0 after 2^32 - 1
             14        records, one behind the other
              …   4    CRC-32 of all before it (that of zlib, PNG and Ethernet: 0xEDB88320 reflected, from and xor ~0)

    record    0   2    wearer, 0..65535: `slot` in patch.toml
              2   1    channel, 0..15: 0 ppg, 1 ecg, 2 eda, 3 resp, 4..6 acc x y z, 7..15 as the patch says
              3   1    samples, 1..127; with 128 added they are float32, otherwise int16
              4   1    exponent, -128..127 signed: a sample is worth 10^exponent
              5   1    age in ms, 0..255: how long before the packet's time the newest sample was taken
              6   2    step between two samples in units of 10 µs
              8        samples, the oldest first

Channels are in µV (ecg), µS (eda) and g (acc), once the exponent has done its work; ppg and resp in any unit.

2,000 wearers with 4 channels at 50 samples a second through 4 gateways, two samples in a record, are 2.4 MB a
second, 600 kB through each: native USB carries it, a UART bridge of 2 Mbit/s a third of it.  Twenty wearers
fit one UART at 460,800 baud.

A packet is believed where its length, its copy and its CRC are right, so that each fault costs the packet
that it hits: the search for the next goes on within it.  A wrong length can't hold up what follows, since a
wrong copy tells it at once.  Heads that look right but are not, one after the other, would each cost a CRC of
4 kB: a stream has so many bytes of failed CRC to spend, and earns two with each byte that is done with; where
they are spent, what such a head would have for its packet is skipped.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from installation.compiled import compiled
from installation.frame import Bytes, Floats, Samples
from installation.sensors.wires.sequence import Numbers
from installation.show.wires import FORMATS

VERSION = 1
LONGEST = 4096  # bytes of records: a gateway sends so many at least every 20 ms, so that none wait longer
CHANNELS = len(FORMATS["pack"].names)  # that a wearer may have
WEARERS = 1 << 16
FLOAT = 128  # of the byte of samples
STEP_S, AGE_S, TIME_S = 1e-5, 1e-3, 1e-6  # units of the step, the age and the time
GAP_STEPS = 2.5  # between two samples: one at least is missing
SPENT = 4 * LONGEST  # bytes of CRC that may fail at a stretch: four of the longest packets, 50 µs
EARNED = 2  # more of them with each byte that is done with: a packet of any length that is hit has earned its own
LEAST_S = 1e-6  # by which time rises at least in each channel: ages are rounded to milliseconds

HEAD = struct.Struct("<2sBBHHHI")
RECORD = struct.Struct("<HBBbBH")
MAGIC, HEAD_BYTES, RECORD_BYTES, CRC_BYTES = b"NX", HEAD.size, RECORD.size, 4
NUMBER_BITS, TURN = FORMATS["pack"].number_bits, 1 << 32


class Record(NamedTuple):
    """Samples of one channel of one wearer, the oldest first; they are float32 where `exponent` is None.

    age_s: how long before the packet's time the newest was taken · step_s: between two.
    """

    wearer: int
    channel: int
    values: Sequence[float]
    step_s: float
    exponent: int | None = 0
    age_s: float = 0.0


def encode(gateway: int, number: int, time_s: float, records: Sequence[Record]) -> bytes:
    """The packet of some records; `time_s` on the gateway's clock."""
    body = b"".join(map(_record, records))
    turned = len(body) ^ 0xFFFF
    time_us = round(time_s / TIME_S) % TURN
    packet = HEAD.pack(MAGIC, VERSION, gateway, len(body), turned, number % (1 << NUMBER_BITS), time_us) + body
    return packet + zlib.crc32(packet).to_bytes(CRC_BYTES, "little")


def _record(one: Record) -> bytes:
    count, step, age = len(one.values), round(one.step_s / STEP_S), round(one.age_s / AGE_S)
    if one.exponent is None:
        return RECORD.pack(one.wearer, one.channel, count | FLOAT, 0, age, step) + struct.pack(
            f"<{count}f", *one.values
        )
    steps = [round(value * 10.0**-one.exponent) for value in one.values]
    return RECORD.pack(one.wearer, one.channel, count, one.exponent, age, step) + struct.pack(f"<{count}h", *steps)


class Alike(NamedTuple):
    """A channel that many wearers send alike: `samples` of each, `step_s` apart, worth 10^exponent for each step."""

    channel: int
    samples: int
    step_s: float
    exponent: int


def encode_crowd(
    first: int, number: int, time_s: float, alike: Sequence[Alike], ages_ms: Bytes, steps: NDArray[np.int16]
) -> tuple[bytes, int]:
    """The packets of one moment of wearers who send alike, and how many they are; `number` is the first one's.

    first: slot of the first wearer · ages_ms (wearers, channels) · steps (wearers, samples): those of each channel
    in its turn.
    """
    table = np.array([(one.channel, one.samples, round(one.step_s / STEP_S), one.exponent) for one in alike], np.int64)
    record = int((RECORD_BYTES + 2 * table[:, 1]).sum())
    packets = -(-len(steps) // (LONGEST // record))
    data = np.empty(len(steps) * record + packets * (HEAD_BYTES + CRC_BYTES), np.uint8)
    _pack(first, number, round(time_s / TIME_S) % TURN, table, ages_ms, steps, LONGEST // record, CRC_TABLE, data)
    return data.tobytes(), packets


def _crc_table() -> NDArray[np.uint32]:
    """CRC-32 of every byte after nothing."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(0xEDB88320), table >> np.uint32(1))
    return table.astype(np.uint32)


CRC_TABLE = _crc_table()
POWERS: Floats = np.array([float(f"1e{exponent}") for exponent in range(-128, 128)])

PACKET = np.dtype([("first", "i8"), ("past", "i8"), ("number", "i8"), ("time_us", "i8")], align=True)
"""Where the records of a packet are in the bytes, its number and its time."""

LAST = np.dtype([("time_s", "f8"), ("column", "i4"), ("channel", "i4")], align=True)
"""Of each channel of a carried slot: time of the newest sample, its column (-1: nobody asked) and channel number."""


@compiled
def _u16(data: Bytes, at: int) -> int:
    return int(np.int64(data[at]) | np.int64(data[at + 1]) << 8)


@compiled
def _u32(data: Bytes, at: int) -> int:
    return _u16(data, at) | _u16(data, at + 2) << 16


@compiled
def _put(data: Bytes, at: int, size: int, number: int) -> int:
    """Write a number of `size` bytes; where the next one goes."""
    for n in range(size):
        data[at + n] = number >> 8 * n & 255
    return at + size


@compiled
def _crc(data: Bytes, table: NDArray[np.uint32], first: int, past: int) -> int:
    crc = np.uint32(0xFFFFFFFF)
    for place in range(first, past):
        crc = table[(crc ^ data[place]) & np.uint32(255)] ^ (crc >> np.uint32(8))
    return int(np.int64(crc) ^ 0xFFFFFFFF)


@compiled
def _pack(
    first: int,
    number: int,
    time_us: int,
    alike: NDArray[np.int64],
    ages_ms: Bytes,
    steps: NDArray[np.int16],
    most: int,
    table: NDArray[np.uint32],
    data: Bytes,
) -> None:
    """Write packets of up to `most` wearers each; alike: channel, samples, step and exponent of each channel."""
    at, wearers = 0, len(steps)
    for begin in range(0, wearers, most):
        end = min(wearers, begin + most)
        length = 0
        for c in range(len(alike)):
            length += (end - begin) * (RECORD_BYTES + 2 * alike[c, 1])
        head = at
        data[at], data[at + 1], data[at + 2], data[at + 3] = 0x4E, 0x58, VERSION, 0
        at = _put(data, at + 4, 2, length)
        at = _put(data, at, 2, length ^ 0xFFFF)
        at = _put(data, at, 2, number + begin // most)
        at = _put(data, at, 4, time_us)
        for w in range(begin, end):
            sample = 0
            for c in range(len(alike)):
                at = _put(data, at, 2, first + w)
                data[at], data[at + 1] = alike[c, 0], alike[c, 1]
                data[at + 2], data[at + 3] = alike[c, 3] & 255, ages_ms[w, c]
                at = _put(data, at + 4, 2, alike[c, 2])
                for _ in range(alike[c, 1]):
                    at = _put(data, at, 2, steps[w, sample])
                    sample += 1
        at = _put(data, at, CRC_BYTES, _crc(data, table, head, at))


@compiled
def _find(data: Bytes, table: NDArray[np.uint32], found: NDArray[Any], counts: NDArray[np.int64]) -> int:
    """Write the packets of `data` to `found`; give how many there are.

    counts: bytes that are done with, bytes since the last good packet (-1 before the first), bad packets, bytes
    of failed CRC that are left to spend.
    """
    n, at, skipped, bad, left, end = 0, 0, counts[1], counts[2], counts[3], len(data)
    while at + HEAD_BYTES + CRC_BYTES <= end and n < len(found):
        length, done = -1, 1
        if data[at] == 0x4E and data[at + 1] == 0x58 and data[at + 2] == VERSION:
            length = _u16(data, at + 4)
            if length ^ 0xFFFF != _u16(data, at + 6) or length > LONGEST:
                length = -1
        if length >= 0:
            past = at + HEAD_BYTES + length
            if past + CRC_BYTES > end:
                break
            if _crc(data, table, at, past) == _u32(data, past):
                p = found[n]
                p.first, p.past = at + HEAD_BYTES, past
                p.number, p.time_us = _u16(data, at + 8), _u32(data, at + 10)
                n += 1
                left = min(SPENT, left + EARNED * (past + CRC_BYTES - at))
                at = past + CRC_BYTES
                skipped = 0
                continue
            left -= past - at
            if left < 0:
                done = past + CRC_BYTES - at
        if skipped == 0:
            bad += 1
        if skipped >= 0:
            skipped += done
        at += done
        left = min(SPENT, left + EARNED * done)
    counts[0], counts[1], counts[2], counts[3] = at, skipped, bad, left
    return n


@compiled
def _unpack(
    data: Bytes,
    packets: NDArray[Any],
    times_s: Floats,
    rows: NDArray[np.int32],
    last: NDArray[Any],
    powers: Floats,
    time_s: Floats,
    column: NDArray[np.int32],
    channel: NDArray[np.int32],
    value: Floats,
    gap: NDArray[np.bool_],
) -> tuple[int, int]:
    """Write the samples of somebody's records as rows; give how many there are, and how many packets end amiss."""
    n, amiss = 0, 0
    for p in range(len(packets)):
        at, past = packets[p].first, packets[p].past
        while at + RECORD_BYTES <= past:
            count, real = np.int64(data[at + 3] & 127), data[at + 3] >= FLOAT
            after = at + RECORD_BYTES + (4 if real else 2) * count
            if after > past:
                break
            place = np.int64(data[at + 2])
            row = rows[_u16(data, at)]
            if place < CHANNELS and row >= 0:
                s = last[row, place]
                if s.column >= 0:
                    step_s = _u16(data, at + 6) * STEP_S
                    newest_s = times_s[p] - data[at + 5] * AGE_S
                    scale = powers[128 + np.int8(data[at + 4])]
                    for k in range(count):
                        if real:
                            bits = np.uint32(_u32(data, at + RECORD_BYTES + 4 * k))
                            sample = float(np.uint32(bits).view(np.float32))
                        else:
                            sample = scale * np.int16(_u16(data, at + RECORD_BYTES + 2 * k))
                        if not np.isfinite(sample):
                            continue
                        now_s = newest_s - (count - 1 - k) * step_s
                        gap[n] = step_s > 0.0 and now_s - s.time_s > GAP_STEPS * step_s
                        s.time_s = now_s if not now_s < s.time_s + LEAST_S else s.time_s + LEAST_S
                        time_s[n], column[n], channel[n], value[n] = s.time_s, s.column, s.channel, sample
                        n += 1
            at = after
        amiss += at != past
    return n, amiss


class Pack:
    """Bytes of one gateway to rows of many columns."""

    def __init__(self) -> None:
        self._rows = np.full(WEARERS, -1, np.int32)  # of `_last`, for each slot; -1 for those that nobody asked for
        self._last = np.empty((0, CHANNELS), LAST)
        self._numbers = Numbers(NUMBER_BITS)
        self._amiss = 0
        self._turns = 0
        self._time_us = -1  # of the newest packet; none yet
        self._counts = np.zeros(4, np.int64)
        self._rest = b""
        self.rows(self.packets(encode(0, 0, 0.0, [])))  # so that nothing is compiled or loaded in the middle of a show
        self._time_us = -1
        self.restart()

    @property
    def dropped(self) -> int:
        """Packets that could not be read, wholly or to their end."""
        return int(self._counts[2]) + self._amiss

    @property
    def lost(self) -> int:
        """Packets that never came whole, told from the numbers of those that did."""
        return self._numbers.lost

    def add(self, slot: int, column: int, carried: Mapping[int, int]) -> None:
        """Let a slot be a column's; `carried` gives the channel number of each channel of the pack."""
        row = np.full((1, CHANNELS), np.array((np.nan, -1, -1), LAST))
        for code, channel in carried.items():
            row[0, code] = (np.nan, column, channel)
        self._rows[slot] = len(self._last)
        self._last = np.concatenate((self._last, row))

    def packets(self, data: bytes) -> list[float]:
        """The gateway's seconds at each packet that `data` completes; `rows` then gives what is in them."""
        self._data = np.frombuffer(self._rest + data, np.uint8)
        found = np.empty(len(self._data) // (HEAD_BYTES + CRC_BYTES), PACKET)
        self._packets = found[: _find(self._data, CRC_TABLE, found, self._counts)]
        self._rest = self._data[self._counts[0] :].tobytes()
        return [self._dated(number, us) for _, _, number, us in self._packets.tolist()]

    def rows(self, times_s: Sequence[float]) -> Samples:
        """The rows of the packets just found; `times_s` is when each was made up, in the house's time."""
        most = len(self._data) // 2
        time_s, value, gap = np.empty(most), np.empty(most), np.empty(most, np.bool_)
        column, channel = np.empty(most, np.int32), np.empty(most, np.int32)
        known = np.array(times_s, np.float64), self._rows, self._last, POWERS
        n, amiss = _unpack(self._data, self._packets, *known, time_s, column, channel, value, gap)
        self._amiss += amiss
        return Samples(time_s[:n], column[:n], channel[:n], value[:n], gap[:n])

    def restart(self) -> None:
        """Forget half a packet; what comes next stands after a gap."""
        self._data = np.empty(0, np.uint8)
        self._packets = np.empty(0, PACKET)
        self._rest = b""
        self._counts[1], self._counts[3] = -1, SPENT
        self._numbers.restart()
        heard = np.isfinite(self._last["time_s"])
        self._last["time_s"][heard] = -np.inf

    def _dated(self, number: int, time_us: int) -> float:
        """The packet's seconds; a gateway that began anew counts from there."""
        ahead = (time_us - self._time_us) % TURN
        if self._time_us < 0 or ahead >= TURN // 2:
            self._turns = 0
            self._numbers.restart()
        elif time_us < self._time_us:
            self._turns += 1
        self._time_us = time_us
        self._numbers.take([number])
        return (self._turns * TURN + time_us) * TIME_S
