"""Talks to a daemon's control socket with nothing but Debian's python3-protobuf and protoc."""

import importlib
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = 1


def load_protocol():
    """The module of proto/control.proto. ImportError where a Debian package is missing."""
    try:
        importlib.import_module('google.protobuf')
    except ImportError:
        # Another Python than Debian's own may come first.
        sys.path.append('/usr/lib/python3/dist-packages')
        importlib.import_module('google.protobuf')
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(['protoc', f'--proto_path={ROOT}', f'--python_out={folder}',
                            'proto/control.proto', 'proto/telemetry.proto'], check=True)
        except FileNotFoundError as error:
            raise ImportError('there is no protoc') from error
        sys.path.insert(0, folder)
        try:
            return importlib.import_module('proto.control_pb2')
        finally:
            sys.path.remove(folder)


class Refused(Exception):
    """An error of the daemon's; args: reason and sentence."""


class Client:

    def __init__(self, protocol, path, patience_s: float = 60):
        self.protocol = protocol
        self.last_id = 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(patience_s)
        try:
            self.socket.connect(str(path))
            self.ask_envelope('hello', protocol.Hello(oldest_version=VERSION,
                                                      newest_version=VERSION))
        except BaseException:
            self.socket.close()
            raise

    def close(self):
        self.socket.close()

    def ask(self, name: str, /, **fields):
        """`ask('pause_source', name='door')`: the response of the same name, or Refused."""
        request = self.protocol.Request()
        # Set, also where it has no fields.
        getattr(request, name).SetInParent()
        for field, value in fields.items():
            if isinstance(value, list):
                getattr(getattr(request, name), field).extend(value)
            else:
                setattr(getattr(request, name), field, value)
        return getattr(self.ask_envelope('request', request).response, name)

    def ask_envelope(self, kind: str, body):
        self.last_id += 1
        envelope = self.protocol.Envelope(version=VERSION, request_id=self.last_id, **{kind: body})
        message = envelope.SerializeToString()
        self.socket.sendall(struct.pack('>I', len(message)) + message)
        return self.next_envelope()

    def next_envelope(self):
        size, = struct.unpack('>I', self.receive(4))
        answer = self.protocol.Envelope.FromString(self.receive(size))
        if answer.HasField('error'):
            raise Refused(answer.error.reason, answer.error.message)
        return answer

    def next_update(self):
        """Of a subscription; Refused where it has ended."""
        return self.next_envelope().update

    def receive(self, size: int) -> bytes:
        data = b''
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionError('the daemon has closed the connection')
            data += part
        return data
