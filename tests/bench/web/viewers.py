#!/usr/bin/env python3
"""What viewers of the page cost the daemon: it learns on one core, all of them live on another.

usage: viewers.py --daemon PATH_OF_HYPNOSD [--viewers N] [--rounds N] [--seconds S]
                  [--clip FILE]

Windows without and with viewers in turns; of each, the daemon's CPU time a step. A viewer asks over
a WebSocket for what the page asks for, as often as it does: pictures with the surprise map, the
activity of units, dreams, goodness, phase, sources. Its machine does nothing with it: how fast a
browser draws is no matter of the daemon's. Prints a table in Markdown.
"""

import argparse
import asyncio
import base64
import os
import pathlib
import socket
import statistics
import struct
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'control'))
import client as control  # pylint: disable=wrong-import-position
import load  # pylint: disable=wrong-import-position

CONFIGURATION = '''
sources:
  - name: clip
    file: {{path: "{clip}", rounds: 0}}
encoding:
  width: 384
  height: 288
  colour: grey
  temporal_difference: true
  patches: {{size: 16}}
network:
  layers:
    - units: 256
    - units: 256
schedule: {{wake_steps: 128, sleep_steps: 32}}
pipeline: {{threads: 1}}
web: {{port: {port}}}
'''
# As src/web/page/src/app.ts has them.
PICTURES_HZ, FIGURES_HZ = 5, 2


class Viewer(control.Client):
    """A client whose bytes go through a WebSocket."""

    @classmethod
    async def view(cls, messages, port: int):
        reader, writer = await asyncio.open_connection('127.0.0.1', port)
        writer.write(f'GET /control HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n'
                     f'Origin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\n'
                     'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                     f'Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n'
                     'Sec-WebSocket-Protocol: hypnos.control.v1\r\n\r\n'.encode('ascii'))
        head = await reader.readuntil(b'\r\n\r\n')
        if b' 101 ' not in head.split(b'\r\n')[0]:
            raise RuntimeError(head.decode('ascii', 'replace'))
        viewer = cls(messages, reader, writer)
        viewer.waiting = b''
        await viewer.send(hello=messages.Hello(oldest_version=1, newest_version=1, client='viewer'))
        await viewer.receive()
        return viewer

    async def send(self, **body):
        self.last_id += 1
        envelope = self.messages.Envelope(version=1, request_id=self.last_id, **body)
        data = envelope.SerializeToString()
        data = struct.pack('>I', len(data)) + data
        size = (bytes([0x80 | len(data)]) if len(data) < 126 else
                struct.pack('>BH', 0xfe, len(data)))
        # Masked, as a client's have to be, by nothing.
        head = b'\x82' + size + bytes(4)
        self.writer.write(head + data)
        await self.writer.drain()

    async def read_frame(self) -> bytes:
        first, size = await self.reader.readexactly(2)
        if size == 126:
            size, = struct.unpack('>H', await self.reader.readexactly(2))
        elif size == 127:
            size, = struct.unpack('>Q', await self.reader.readexactly(8))
        data = await self.reader.readexactly(size)
        return data if first & 0xf in (0, 2) else b''

    async def receive_bytes(self) -> bytes:
        while True:
            if len(self.waiting) >= 4:
                length, = struct.unpack('>I', self.waiting[:4])
                if len(self.waiting) >= 4 + length:
                    message, self.waiting = (self.waiting[4:4 + length],
                                             self.waiting[4 + length:])
                    return message
            self.waiting += await self.read_frame()


class Viewing:

    def __init__(self, messages, port: int, pid: int, options):
        self.messages, self.port, self.options = messages, port, options
        self.load = load.Load(messages, '', pid, options)
        self.bytes = 0

    async def watch(self, viewer):
        while True:
            data = await viewer.read_frame()
            self.bytes += len(data)

    async def open_viewers(self):
        m, viewers = self.messages, []
        for _ in range(self.options.viewers):
            viewer = await Viewer.view(m, self.port)
            for topic in (m.PICTURES, m.UNITS, m.DREAMS):
                await viewer.send(request=m.Request(subscribe=m.SubscribeRequest(
                    topics=[topic], rate_hz=PICTURES_HZ, queue_length=2)))
            for topic in (m.GOODNESS, m.PHASE, m.SOURCES, m.EVENTS):
                await viewer.send(request=m.Request(subscribe=m.SubscribeRequest(
                    topics=[topic], rate_hz=FIGURES_HZ, queue_length=2)))
            viewers.append(viewer)
        return viewers, [asyncio.create_task(self.watch(viewer)) for viewer in viewers]

    async def turns(self, asker):
        alone, among, rate = [], [], 0
        for number in range(self.options.rounds):
            alone.append(await self.load.window(asker))
            viewers, tasks = await self.open_viewers()
            await asyncio.sleep(1)
            before = self.bytes
            among.append(await self.load.window(asker))
            rate = (self.bytes - before) / self.options.seconds
            await self.load.close_clients(viewers, [], tasks)
            await asyncio.sleep(1)
            print(f'viewers: round {number + 1} of {self.options.rounds}: {alone[-1]:.3f} ms '
                  f'alone, {among[-1]:.3f} ms watched', file=sys.stderr)
        return alone, among, rate


async def measure(messages, path: str, port: int, pid: int, options):
    viewing = Viewing(messages, port, pid, options)
    asker = await control.Client.connect(messages, path, 'asker')
    await asyncio.sleep(5)  # the first sleep is over, what is made on first use is made
    alone, among, rate = await viewing.turns(asker)
    await asker.send(request=messages.Request(shutdown=messages.ShutdownRequest()))
    ratios = [b / a for a, b in zip(alone, among)]
    print(f'''
| | |
|---|---|
| CPU time a step alone, ms (median of {len(alone)} windows) | {statistics.median(alone):.3f} |
| with {options.viewers} viewers | {statistics.median(among):.3f} |
| ratio in a round, median (from - to); 1.05 is allowed | {statistics.median(ratios):.3f} \
({min(ratios):.3f} - {max(ratios):.3f}) |
| what they read, MB/s | {rate / 1e6:.1f} |
''')


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--daemon', required=True, help='path of hypnosd')
    parser.add_argument('--clip', default='/usr/share/doc/opencv-doc/examples/data/vtest.avi')
    parser.add_argument('--viewers', type=int, default=50)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=15, help='length of a window')
    options = parser.parse_args()
    port = free_port()
    configuration = CONFIGURATION.format(clip=options.clip, port=port)
    with tempfile.TemporaryDirectory() as name:
        messages = control.load_messages(pathlib.Path(name))
        with load.learning(options.daemon, configuration, pathlib.Path(name)) as (path, pid):
            asyncio.run(measure(messages, path, port, pid, options))


if __name__ == '__main__':
    main()
