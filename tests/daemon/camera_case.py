"""What the tests of hypnosd before cameras have in common."""

import math
import os
import pathlib
import subprocess
import time

from hypnosd_case import ControlledTest

RTSP_CAMERA = pathlib.Path(__file__).parent.parent / 'support' / 'rtsp_camera.py'


class CameraTest(ControlledTest):
    """With real cameras on loopback."""

    def start_camera(self, *arguments, **environment: str) -> str:
        """The address of a camera on the network, which is in self.camera."""
        self.camera = subprocess.Popen(
            ['/usr/bin/python3', '-B', RTSP_CAMERA, *map(str, arguments)], stdout=subprocess.PIPE,
            text=True, env=os.environ | environment)
        self.addCleanup(self.put_away, self.camera)
        url = self.camera.stdout.readline().strip()
        self.assertTrue(url, 'the camera does not start')
        return url

    def watch_from_the_beginning(self, name: str, rate: int) -> int:
        """Starts the daemon, with rows of scores, and waits until this camera of so many frames a second is watched
        as they come. How many rows to leave out: what a stream shows while it is being connected to comes at once,
        and its library passes some of that over; how long that takes is up to the machine."""
        begin = time.monotonic()
        self.process = self.start('--config', self.config, '--scores', self.scores)
        self.client = self.connect()
        self.wait_until(lambda: self.of(name).frames > 0)
        at_once = 10 + math.ceil(rate * (time.monotonic() - begin))
        self.wait_until(lambda: self.of(name).frames > at_once)
        return at_once

    def of(self, name: str):
        return next(s for s in self.client.ask('status').sources if s.name == name)

    def assert_without_a_hole(self, frames: list[int]):
        self.assertGreater(len(frames), 15)
        self.assertEqual(frames, list(range(frames[0], frames[0] + len(frames))))

    def start_watching(self, url: str, *settings: str):
        self.watch(f'stream: {{url: "{url}"}}')
        self.process = self.start('--config', self.config,
                                  *(word for setting in settings for word in ['--set', setting]))
        self.client = self.connect()

    def source(self):
        return self.client.ask('status').sources[0]

    def wait_for_state(self, state: str):
        self.wait_until(lambda: self.state(self.client) == state)

    def wait_for_why(self, why: str):
        """It is told between two tries, and so not always."""
        self.wait_until(lambda: why in self.source().why)

    def wait_for_more_frames(self):
        before = self.source().frames
        self.wait_until(lambda: self.source().frames > before)

    def end(self):
        self.process.terminate()
        return self.finish(self.process)

    def capture_processes(self) -> list[int]:
        """Of this daemon."""
        pids = []
        for folder in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                status = (folder / 'stat').read_text(encoding='ascii').rsplit(')', 1)
            except OSError:
                continue
            if 'hypnos-capture' in status[0] and int(status[1].split()[1]) == self.process.pid:
                pids.append(int(folder.name))
        return pids
