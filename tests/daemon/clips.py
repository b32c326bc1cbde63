"""Small clips made on the spot: a bright square that wanders over a ground that is never twice the
same."""

import pathlib
import random
import struct


def picture(number: int, width: int, height: int) -> bytes:
    """Grey values, row by row from the top."""
    noise = random.Random(number)
    left, top = 2 * number % (width - 6), number % (height - 6)
    return bytes((200 if left <= x < left + 6 and top <= y < top + 6 else 60) + noise.randrange(16)
                 for y in range(height) for x in range(width))


def flickering(number: int, width: int, height: int) -> bytes:
    """As `picture`; in frames 320 to 344, something flickers beside the square."""
    grey = bytearray(picture(number, width, height))
    noise = random.Random(number)
    for y in range(8, 16) if 320 <= number < 345 else []:
        for x in range(16, 24):
            grey[y * width + x] = noise.choice([0, 255])
    return bytes(grey)


def write_avi(path: pathlib.Path, frames: int, width=32, height=24, rate=10, shows=picture):
    """Uncompressed, which everyone reads."""
    size = 3 * width * height
    # Uncompressed pictures are stored from the bottom row up.
    stored = []
    for number in range(frames):
        grey = shows(number, width, height)
        rows = [grey[y * width:(y + 1) * width] for y in reversed(range(height))]
        stored.append(_chunk(b'00db', b''.join(bytes([v, v, v]) for row in rows for v in row)))
    index = b''.join(struct.pack('<4sIII', b'00db', 0x10, 4 + n * (size + 8), size)
                     for n in range(frames))
    main = struct.pack('<14I', 1_000_000 // rate, size * rate, 0, 0x10, frames, 0, 1, size, width,
                       height, 0, 0, 0, 0)
    stream = struct.pack('<4s4sIHHIIIIIIIIhhhh', b'vids', b'DIB ', 0, 0, 0, 0, 1, rate, 0, frames,
                         size, 0xFFFFFFFF, 0, 0, 0, width, height)
    bitmap = struct.pack('<IiiHHIIiiII', 40, width, height, 1, 24, 0, size, 0, 0, 0, 0)
    header = _list(b'hdrl', _chunk(b'avih', main),
                   _list(b'strl', _chunk(b'strh', stream), _chunk(b'strf', bitmap)))
    body = b'AVI ' + header + _list(b'movi', *stored) + _chunk(b'idx1', index)
    path.write_bytes(_chunk(b'RIFF', body))


def write_pgm(path: pathlib.Path, number: int, width=32, height=24):
    path.write_bytes(b'P5 %d %d 255\n' % (width, height) + picture(number, width, height))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack('<I', len(data)) + data + b'\0' * (len(data) % 2)


def _list(name: bytes, *chunks: bytes) -> bytes:
    return _chunk(b'LIST', name + b''.join(chunks))
