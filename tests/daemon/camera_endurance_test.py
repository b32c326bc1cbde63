#!/usr/bin/env python3
"""hypnosd before cameras that are killed and come back, fifty times, and one that hangs for a minute.

usage: camera_endurance_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
Takes five minutes, for a camera has to stay for ten seconds before it is let in soon again.
"""

import os
import pathlib
import signal
import time
import unittest

from camera_case import CameraTest
from hypnosd_case import HYPNOSD, OK

CAMERAS, CYCLES = 5, 10
# The first wait before a lost camera is tried again, a fifth longer at most, and what it takes to
# start a process, connect and decode on a busy machine.
BACK_IN_S = 1.2 + 15


class Endurance(CameraTest):

    def states(self) -> set[str]:
        return {source.State.Name(source.state) for source in self.client.ask('status').sources}

    def frames(self) -> list[int]:
        return [source.frames for source in self.client.ask('status').sources]

    def start_cameras(self, ports: list[int]) -> list[int]:
        """At these ports; 0 stands for any."""
        self.cameras = []
        taken = []
        for port in ports:
            taken.append(int(self.start_camera(64, 48, 5, port).split(':')[2].split('/')[0]))
            self.cameras.append(self.camera)
        return taken

    def kill_cameras(self):
        for camera in self.cameras:
            camera.kill()
            self.put_away(camera)

    def resident_kib(self) -> int:
        status = pathlib.Path(f'/proc/{self.process.pid}/status').read_text(encoding='ascii')
        return int(status.split('VmRSS:')[1].split()[0])

    def open_files(self) -> int:
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def test_fifty_losses_leave_nothing_behind(self):
        ports = self.start_cameras([0] * CAMERAS)
        self.watch_sources(*(
            f'{{name: camera {n}, stream: {{url: "rtsp://127.0.0.1:{port}/door"}}}}'
            for n, port in enumerate(ports)))
        self.process = self.start('--config', self.config)
        self.client = self.connect()
        seen = []
        for cycle in range(CYCLES + 1):
            before = self.frames()
            self.wait_until(lambda b=before: all(f > g + 5 for f, g in zip(self.frames(), b)))
            # Long enough to count as back.
            time.sleep(11)
            status = self.client.ask('status')
            self.assertEqual(status.discontinuities.get('reconnect', 0), CAMERAS * cycle)
            for source in status.sources:
                self.assertEqual((source.connections, source.losses), (cycle + 1, cycle))
            seen.append((self.resident_kib(), self.open_files(), len(self.capture_processes())))
            if cycle == CYCLES:
                break
            self.kill_cameras()
            self.wait_until(lambda: self.states() == {'LOST'})
            step = self.client.ask('status').phase.step
            self.start_cameras(ports)
            self.assertEqual(self.client.ask('status').phase.step, step,
                             'something was learned while no camera was there')
            begin = time.monotonic()
            self.wait_until(lambda: self.states() == {'WATCHED'})
            self.assertLess(time.monotonic() - begin, BACK_IN_S)
        print('resident KiB, open files, capture processes:', *seen, sep='\n  ', flush=True)
        memory, files, processes = zip(*seen)
        # The first cycles fill what is kept for later: buffers, the memory of sequences, the heap.
        self.assertEqual(set(files[1:]), {files[1]})
        self.assertEqual(set(processes), {CAMERAS})
        # The address sanitizer keeps what is freed.
        if b'__asan_init' not in pathlib.Path(HYPNOSD).read_bytes():
            self.assertLess(memory[-1] - memory[3], 1024)
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(self.process).returncode, OK)

    def test_one_that_hangs_for_a_minute_is_lost_and_comes_back(self):
        self.start_watching(self.start_camera(64, 48, 10))
        self.wait_for_more_frames()
        self.camera.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        self.wait_for_state('LOST')
        self.wait_until(lambda: not self.capture_processes() or self.state(self.client) != 'LOST')
        step = self.client.ask('status').phase.step
        # Nobody has to be patient meanwhile: it is asked all the time.
        while time.monotonic() < begin + 60:
            self.assertEqual(self.client.ask('status').phase.step, step)
            time.sleep(1)
        self.camera.send_signal(signal.SIGCONT)
        begin = time.monotonic()
        self.wait_for_state('WATCHED')
        # The wait has doubled a few times.
        self.assertLess(time.monotonic() - begin, 1.2 * 60 + 15)
        self.wait_for_more_frames()
        source = self.source()
        self.assertEqual((source.losses, source.connections), (1, 2))
        self.assertEqual(len(self.capture_processes()), 1)
        self.assertEqual(self.end().returncode, OK)


if __name__ == '__main__':
    unittest.main()
