"""A slow line between a client and a server of this machine: what either says arrives later by a delay with
jitter, in its order, and not at all for as long as the line stalls.
"""

import asyncio
import random
import threading


class SlowRelay:
    """Of a server's port, at a port of its own. `stall_every_s` 0: it never does. All of it may be changed
    while it runs."""

    def __init__(self, to_port: int, delay_s: float = 0.0, jitter_s: float = 0.0, stall_s: float = 0.0,
                 stall_every_s: float = 0.0, seed: int = 1, listen: str = '127.0.0.1'):
        self.to_port, self.delay_s, self.jitter_s = to_port, delay_s, jitter_s
        self.stall_s, self.stall_every_s = stall_s, stall_every_s
        self.random = random.Random(seed)
        self.listen = listen
        self.port = 0
        self.started = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.started.wait()

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.connected, self.listen, 0))
        self.port = server.sockets[0].getsockname()[1]
        self.started.set()
        self.loop.run_forever()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    def end(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def connected(self, reader, writer):
        to_reader, to_writer = await asyncio.open_connection('127.0.0.1', self.to_port)
        await asyncio.gather(self.carry(reader, to_writer), self.carry(to_reader, writer), return_exceptions=True)

    def arrival(self, now: float) -> float:
        arrives = now + self.delay_s + self.random.uniform(-self.jitter_s, self.jitter_s)
        if self.stall_every_s and arrives % self.stall_every_s < self.stall_s:
            arrives += self.stall_s - arrives % self.stall_every_s
        return arrives

    async def carry(self, reader, writer):
        queue: asyncio.Queue = asyncio.Queue()

        async def deliver():
            last = 0.0
            try:
                while (piece := await queue.get()) is not None:
                    last = max(last, piece[0])
                    await asyncio.sleep(max(0.0, last - self.loop.time()))
                    writer.write(piece[1])
                    await writer.drain()
            except ConnectionError:
                pass
            writer.close()
        delivering = asyncio.ensure_future(deliver())
        try:
            while data := await reader.read(1 << 20):
                queue.put_nowait((self.arrival(self.loop.time()), data))
        except ConnectionError:
            pass
        queue.put_nowait(None)
        await delivering
