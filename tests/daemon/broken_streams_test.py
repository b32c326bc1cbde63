#!/usr/bin/env python3
"""hypnosd before streams that are all broken in a way of their own, and beside one that is sound.

usage: broken_streams_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
Needs ffmpeg, which makes the streams.
"""

import contextlib
import http.server
import random
import signal
import subprocess
import threading
import unittest

import ports
from camera_case import CameraTest
from hypnosd_case import OK, PATIENCE_S

# Frames a second of the sound one.
RATE = 5
PICTURES = ['ffmpeg', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10']
SOUND = ['ffmpeg', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'sine']
TRANSPORT_STREAM = ['-c:v', 'mpeg2video', '-g', '10', '-f', 'mpegts', '-']
# What ffmpeg writes, and of which type that is.
STREAMS = {
    '/good.mjpeg': ([*PICTURES, '-f', 'mpjpeg', '-'], 'multipart/x-mixed-replace;boundary=ffmpeg'),
    '/good.ts': ([*PICTURES, *TRANSPORT_STREAM], 'video/mp2t'),
    '/corrupt.ts': ([*PICTURES, *TRANSPORT_STREAM], 'video/mp2t'),
    '/sound.ts': ([*SOUND, '-f', 'mpegts', '-'], 'video/mp2t'),
}


def spoil(data: bytes, chance: random.Random) -> bytes:
    """With a byte in about five hundred replaced: a packet in two or three."""
    spoiled = bytearray(data)
    for _ in range(max(1, len(data) // 500)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


class Handler(http.server.BaseHTTPRequestHandler):

    def do_GET(self):
        if self.path in STREAMS:
            self.send_stream(*STREAMS[self.path])
        elif self.path == '/page.html':
            self.send(b'<!DOCTYPE html><html><body>Log in first.</body></html>', 'text/html')
        else:
            self.send(self.server.cut_clip, 'video/mp4')

    def send(self, body: bytes, kind: str):
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.end_headers()
        self.wfile.write(body)

    def send_stream(self, command: list[str], kind: str):
        chance = random.Random(1)
        self.send(b'', kind)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as ffmpeg:
            with contextlib.suppress(OSError):
                sent = 0
                while data := ffmpeg.stdout.read1(1 << 16):
                    # The beginning is sound, or it would be no stream at all.
                    sound = self.path != '/corrupt.ts' or sent < 20_000
                    self.wfile.write(data if sound else spoil(data, chance))
                    sent += len(data)
            ffmpeg.kill()

    def log_message(self, *arguments):
        pass


class BrokenStreams(CameraTest):

    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        server.daemon_threads = True
        server.cut_clip = self.make_clip()[:-2000]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.http = f'http://127.0.0.1:{server.server_port}'

    def make_clip(self) -> bytes:
        path = self.folder / 'clip.mp4'
        subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10',
                        '-t', '4', '-c:v', 'mpeg4', '-movflags', '+faststart', path],
                       check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()

    def watch_beside_a_sound_one(self, stall_seconds: int = PATIENCE_S, **urls: str):
        """No stream of which nothing else is said falls silent, however slow the machine is."""
        sound = self.start_camera(64, 48, RATE)
        streams = [f'{{name: {name}, stall_seconds: {stall_seconds}, stream: {{url: "{url}"}}}}'
                   for name, url in urls.items()]
        # What waits for another one would make more frames wait than there is room for.
        self.watch_sources(f'{{name: sound, queue_frames: {RATE * stall_seconds // 2}, stall_seconds: {PATIENCE_S}, '
                           f'stream: {{url: "{sound}"}}}}', *streams)
        self.columns.append('source')
        self.rows_before = self.watch_from_the_beginning('sound', RATE)

    def assert_the_sound_one_goes_on(self):
        before = self.of('sound').frames
        self.wait_until(lambda: self.of('sound').frames > before + 20)

    def assert_the_sound_one_missed_nothing(self):
        self.assert_the_sound_one_goes_on()
        sound = self.of('sound')
        self.assertEqual((sound.dropped_slow, sound.losses, sound.connections), (0, 0, 1))
        done = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        frames = [int(row['frame']) for row in self.rows() if row['source'] == 'sound']
        self.assert_without_a_hole(frames[self.rows_before:])

    def test_each_says_what_is_wrong_and_another_misses_nothing(self):
        login = self.start_camera(RTSP_CAMERA_LOGIN='me:hunter2')
        self.watch_beside_a_sound_one(
            mjpeg=f'{self.http}/good.mjpeg', transport=f'{self.http}/good.ts',
            page=f'{self.http}/page.html', cut=f'{self.http}/cut.mp4', mute=f'{self.http}/sound.ts',
            corrupt=f'{self.http}/corrupt.ts', login=login)
        for name in ['mjpeg', 'transport', 'corrupt']:
            self.wait_until(lambda n=name: self.of(n).frames > 20)
        for name, why in [('page', 'cannot be opened'), ('mute', 'cannot be opened'),
                          ('login', 'refuses the login'), ('cut', 'no more pictures come')]:
            self.wait_until(lambda n=name, w=why: w in self.of(n).why)
        # It is shown, and not learned from.
        self.wait_until(lambda: self.of('corrupt').concealed_frames > 10)
        for name in ['mjpeg', 'transport']:
            self.assertEqual(self.of(name).concealed_frames, 0)
        for name in ['page', 'mute', 'login']:
            self.assertEqual((self.of(name).connections, self.of(name).frames), (0, 0))
        # Its frames come all at once, so that a slow network sees a few of each connection's.
        self.wait_until(lambda: self.of('cut').losses > 0 and self.of('cut').frames > 10)
        for name in ['mjpeg', 'transport']:
            self.assertEqual((self.of(name).losses, self.of(name).connections), (0, 1))
        self.assert_the_sound_one_missed_nothing()

    def test_one_that_hangs_and_comes_back_with_another_size_and_rate(self):
        port = ports.hold()
        url = self.start_camera(64, 48, 20, port)
        camera = self.camera
        self.watch_beside_a_sound_one(door=url, stall_seconds=10)
        self.wait_until(lambda: self.of('door').frames > 20)
        stalls = self.of('door').stalls
        camera.send_signal(signal.SIGSTOP)
        # Its counts stay, when it is tried again.
        self.wait_until(lambda: self.of('door').losses > 0)
        self.assertEqual(self.of('door').losses, 1)
        self.assertGreater(self.of('door').stalls, stalls)
        self.assert_the_sound_one_goes_on()
        before = self.of('door').frames
        camera.kill()
        camera.wait()
        self.start_camera(96, 64, 10, port)
        self.wait_until(lambda: self.of('door').frames > before + 10)
        self.assertEqual(self.client.ask('status').discontinuities['reconnect'], 1)
        self.assert_the_sound_one_missed_nothing()


if __name__ == '__main__':
    unittest.main()
