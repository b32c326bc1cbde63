#!/usr/bin/env python3
"""Disks that hang, as network shares do whose server is gone: what needs them waits, all else goes
on, and the daemon can be ended.

usage: hanging_disk_test.py PATH_OF_HYPNOSD PATH_OF_LIBHANGING_DISK [ARGUMENT OF unittest]...
"""

import os
import pathlib
import re
import signal
import sys
import time
import unittest
import urllib.request

HANGING_DISK = os.path.abspath(sys.argv.pop(2))

import clips  # noqa: E402
from hypnosd_case import HYPNOSD, OK, PATIENCE_S, ControlledTest  # noqa: E402

# How long the end waits for a disk; see src/telemetry/README.md.
END_WAITS_S = 10


class HangingDiskTest(ControlledTest):

    def setUp(self):
        if any(name in pathlib.Path(HYPNOSD).read_bytes() for name in [b'__asan_init', b'__tsan_init']):
            self.skipTest('a sanitizer must be loaded before anything else, and so must the hanging disk')
        super().setUp()
        self.disk = self.folder / 'disk'
        self.disk.mkdir()
        self.hangs = self.folder / 'hangs'
        self.addCleanup(self.hangs.unlink, missing_ok=True)
        self.environment = {'LD_PRELOAD': HANGING_DISK, 'HANGING_DISK_SWITCH': str(self.hangs),
                            'HANGING_DISK_FOLDER': str(self.disk)}

    def begin(self, *arguments, **options):
        self.process = self.start('--config', self.config, *arguments, **options)
        self.client = self.connect()
        self.wait_for_frames(self.client)

    def let_it_hang(self):
        """Until somebody waits for it."""
        waits = pathlib.Path(f'{self.hangs}.waits')
        waits.unlink(missing_ok=True)
        self.hangs.touch()
        self.wait_until(waits.exists)

    def status(self):
        return self.client.ask('status')

    def wait_for_new_frames(self, name='door'):
        before = self.frames(name)
        self.wait_until(lambda: self.frames(name) >= before + 50)

    def source(self, name: str):
        return next(source for source in self.status().sources if source.name == name)

    def frames(self, name: str) -> int:
        return self.source(name).frames

    def end(self):
        """What it said; and how long that took, in seconds."""
        asked = time.monotonic()
        self.process.terminate()
        done = self.finish(self.process)
        return done, time.monotonic() - asked


class OfTheHistory(HangingDiskTest):

    def setUp(self):
        super().setUp()
        self.begin('--set', f'history.folder={self.disk}')
        self.wait_until(lambda: self.status().history.written > 0)

    def figures(self) -> int:
        asked = self.client.ask('query_history', series=['asleep'], to=time.time() + 60,
                                most_points=10000)
        return sum(len(one.bucket) for one in asked.series)

    def let_it_hang(self):
        super().let_it_hang()
        self.written = self.status().history.written

    def test_learning_goes_on_and_memory_answers(self):
        self.let_it_hang()
        before = self.figures()
        self.wait_for_new_frames()
        self.wait_until(lambda: self.figures() >= before + 2)
        self.assertEqual(self.status().history.written, self.written, 'the disk does not hang')

    def test_nothing_is_lost_where_it_comes_back(self):
        self.let_it_hang()
        before = self.figures()
        self.wait_until(lambda: self.figures() >= before + 2)
        self.hangs.unlink()
        self.wait_until(lambda: self.status().history.written > self.written)
        self.assertEqual(self.status().history.lost, 0)
        done, _ = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)

    def test_the_end_leaves_it_behind(self):
        self.let_it_hang()
        done, seconds = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertRegex(done.stderr, 'history: .*hangs')
        self.assertGreater(seconds, END_WAITS_S - 1)
        self.assertLess(seconds, END_WAITS_S + 10)


class OfCheckpoints(HangingDiskTest):

    def test_learning_goes_on_and_a_second_signal_ends_it(self):
        self.begin('--set', f'checkpoint.folder={self.disk}', '--set', 'checkpoint.every_seconds=1')
        self.wait_until(lambda: any(self.disk.iterdir()))
        self.let_it_hang()
        self.wait_for_new_frames()
        self.process.terminate()
        time.sleep(2)
        self.assertIsNone(self.process.poll(), 'what was learned is given up')
        self.process.send_signal(signal.SIGTERM)
        done = self.finish(self.process)
        self.assertNotEqual(done.returncode, OK)
        self.hangs.unlink()
        # What was whole stays whole.
        self.control = self.folder / 'again.sock'
        self.begin('--set', f'checkpoint.folder={self.disk}')


class OfASource(HangingDiskTest):

    def watch_both(self, *arguments):
        clips.write_avi(self.disk / 'clip.avi', frames=400, height=32)
        self.watch_sources('{name: door, synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}}',
                           f'{{name: disk, file: {{path: {self.disk}/clip.avi, rounds: 0}}}}')
        self.log = self.folder / 'log'
        with self.log.open('w', encoding='utf-8') as file:
            self.begin(*arguments, stderr=file)
        self.wait_for_new_frames('disk')

    def assert_left_behind(self):
        done, seconds = self.end()
        log = self.log.read_text(encoding='utf-8')
        self.assertEqual(done.returncode, OK, log)
        self.assertRegex(log, 'the source hangs in its library and is left behind')
        self.assertLess(seconds, 30)

    def test_a_network_of_its_own_goes_on(self):
        self.watch_both('--set', 'share=nothing', '--set', 'web.port=0')
        self.let_it_hang()
        # What has been read by now is still watched.
        self.wait_until(lambda: self.source('disk').queued == 0)
        self.wait_for_new_frames('door')
        stands_at = self.frames('disk')
        self.wait_for_new_frames('door')
        self.assertEqual(self.frames('disk'), stands_at, 'the disk does not hang')
        # To wait for the world is to be alive.
        self.assertEqual(self.get('/livez'), 'ok\n')
        self.assert_left_behind()

    def test_files_of_one_network_wait_for_each_other_and_end(self):
        self.watch_both()
        self.let_it_hang()
        self.assert_left_behind()

    def get(self, page: str) -> str:
        address = re.search(r'dashboard: (http://\S+)', self.log.read_text(encoding='utf-8'))
        with urllib.request.urlopen(address[1] + page, timeout=PATIENCE_S) as answer:
            return answer.read().decode()


if __name__ == '__main__':
    unittest.main()
