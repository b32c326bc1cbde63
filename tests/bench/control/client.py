"""Clients of the control socket, many in one event loop. The messages are made by protoc."""

import asyncio
import importlib
import pathlib
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def load_messages(folder: pathlib.Path):
    """Lets protoc write the messages into the folder; returns their module."""
    subprocess.run(['protoc', f'--proto_path={ROOT}', f'--python_out={folder}',
                    'proto/control.proto', 'proto/telemetry.proto'], check=True)
    sys.path.insert(0, str(folder))
    return importlib.import_module('proto.control_pb2')


class Client:
    """One connection, which has gone through the greeting."""

    def __init__(self, messages, reader, writer):
        self.messages = messages
        self.reader = reader
        self.writer = writer
        self.last_id = 0

    @classmethod
    async def connect(cls, messages, path: str, name: str):
        # The smallest buffer of its own: who does not read shall not read by way of asyncio.
        reader, writer = await asyncio.open_unix_connection(path, limit=1)
        client = cls(messages, reader, writer)
        await client.send(hello=messages.Hello(oldest_version=1, newest_version=1, client=name))
        await client.receive()
        return client

    async def send(self, **body):
        self.last_id += 1
        envelope = self.messages.Envelope(version=1, request_id=self.last_id, **body)
        data = envelope.SerializeToString()
        self.writer.write(struct.pack('>I', len(data)) + data)
        await self.writer.drain()

    async def receive_bytes(self) -> bytes:
        length, = struct.unpack('>I', await self.reader.readexactly(4))
        return await self.reader.readexactly(length)

    async def receive(self):
        envelope = self.messages.Envelope.FromString(await self.receive_bytes())
        if envelope.HasField('error'):
            raise RuntimeError(envelope.error.message)
        return envelope

    async def ask(self, **kind):
        await self.send(request=self.messages.Request(**kind))
        return (await self.receive()).response

    async def subscribe(self, topics, rate_hz: float, queue_length: int = 0):
        await self.ask(subscribe=self.messages.SubscribeRequest(
            topics=topics, rate_hz=rate_hz, queue_length=queue_length))

    def close(self):
        self.writer.close()
