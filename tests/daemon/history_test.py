#!/usr/bin/env python3
"""What hypnosd remembers of how its figures went, from outside: it answers from memory and from disk,
goes on after a kill, and learns on whatever becomes of the disk.

usage: history_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

HYPNOSCTL = os.path.abspath(sys.argv.pop(2))

import control_client  # noqa: E402
from hypnosd_case import CONFIGURATION, ENDLESS, OK, PATIENCE_S, TRY_AGAIN, ControlledTest  # noqa: E402

DAY = 86400


class HistoryTest(ControlledTest):

    def setUp(self):
        super().setUp()
        self.kept = self.folder / 'history'

    def begin(self, *arguments, on_disk=False):
        """Started, and somebody who talks to it."""
        folder = ['--set', f'history.folder={self.kept}'] if on_disk else []
        process = self.start('--config', self.config, *folder, *arguments)
        return process, self.connect()

    def history(self, client, *series, **how):
        return client.ask('query_history', series=list(series), **how)

    def count(self, client, series='asleep', **how) -> int:
        """In how many buckets, which are seconds where nothing else is asked for, there is a figure."""
        how = {'to': time.time() + 60, 'most_points': 10000, **how}
        return sum(len(one.bucket) for one in self.history(client, series, **how).series)

    def wait_for_seconds(self, client, seconds: int, **how):
        self.wait_until(lambda: self.count(client, **how) >= seconds)

    def wait_until_written(self, client, more=1):
        before = client.ask('status').history.written
        self.wait_until(lambda: client.ask('status').history.written >= before + more)

    def rows(self, query: str):
        with contextlib.closing(sqlite3.connect(self.kept / 'history.sqlite')) as database:
            return database.execute(query).fetchall()

    def ctl(self, *arguments) -> str:
        done = subprocess.run([HYPNOSCTL, '--socket', self.control, *arguments], text=True,
                              capture_output=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


class InMemory(HistoryTest):

    def test_figures_phases_and_names(self):
        _, client = self.begin()
        self.wait_for_frames(client)
        self.wait_for_seconds(client, 2, series='goodness_dream/2')
        history = self.history(client, 'goodness_*', 'frames_per_second@*')
        self.assertEqual([one.name for one in history.series],
                         ['frames_per_second@door', 'goodness_dream/1', 'goodness_dream/2',
                          'goodness_real/1', 'goodness_real/2'])
        for one in history.series:
            self.assertEqual(len(one.bucket), len(one.mean))
            for least, mean, largest in zip(one.min, one.mean, one.max):
                self.assertLessEqual(least, mean)
                self.assertLessEqual(mean, largest)
        self.assertGreater(history.series[0].max[-1], 0)
        for name in ['asleep', 'p_real/1', 'prediction_error@door']:
            self.assertIn(name, history.names)
        self.assertEqual(history.incomplete, '')
        self.assertEqual(client.ask('status').history.folder, '')
        self.assertTrue(history.phases)
        awake, asleep = 1, 2
        self.assertTrue({awake, asleep} & {phase.state for phase in history.phases})
        for before, after in zip(history.phases, list(history.phases)[1:]):
            self.assertAlmostEqual(before.to, after.__getattribute__('from'))

    def test_for_people_and_for_programs(self):
        _, client = self.begin()
        self.wait_for_frames(client)
        self.wait_for_seconds(client, 2, series='goodness_real/1')
        self.assertIn('goodness_real/1\n', self.ctl('history'))
        table = self.ctl('history', 'goodness_real/1', 'asleep', '--since', '1m')
        self.assertRegex(table, r'(?m)^from +asleep +goodness_real/1\n\d{4}-')
        rows = list(csv.DictReader(io.StringIO(self.ctl('history', '*', '--csv'))))
        self.assertEqual(list(rows[0]), ['time', 'series', 'min', 'mean', 'max'])
        self.assertIn('prediction_error@door', {row['series'] for row in rows})
        answer = json.loads(self.ctl('history', 'asleep', '--json'))
        self.assertEqual(answer['series'][0]['name'], 'asleep')
        self.assertIn('series, of the last hour, in memory', self.ctl('status'))

    def test_for_browsers(self):
        with self.config.open('a', encoding='utf-8') as file:
            file.write('web: {port: 0}\n')
        with (self.folder / 'log').open('w', encoding='utf-8') as log:
            self.start('--config', self.config, stderr=log)
        client = self.connect()
        self.wait_for_seconds(client, 2, series='goodness_real/1')
        found = re.search(r'http://127\.0\.0\.1:\d+', (self.folder / 'log').read_text())
        where = f'{found.group()}/history.csv'
        with urllib.request.urlopen(f'{where}?series=goodness_real%2F*&points=60', timeout=30) as answer:
            rows = list(csv.DictReader(io.TextIOWrapper(answer, encoding='utf-8', newline='')))
        self.assertEqual({row['series'] for row in rows}, {'goodness_real/1', 'goodness_real/2'})
        self.assertLessEqual(len(rows), 2 * 60)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f'{where}?from=9&to=3', timeout=30)
        self.assertEqual(refused.exception.code, 400)
        refused.exception.close()

    def test_what_cannot_be_asked(self):
        _, client = self.begin()
        for how, reason in [({'from': 20, 'to': 10}, 'NO_SPAN'),
                            ({'most_points': 10001}, 'TOO_MANY_POINTS'),
                            ({'series': ['x'] * 101}, 'TOO_MANY_PATTERNS')]:
            with self.assertRaises(control_client.Refused) as refused:
                client.ask('query_history', **how)
            self.assertEqual(refused.exception.args[0], reason)

    def test_nothing_is_remembered_where_that_is_switched_off(self):
        _, client = self.begin('--set', 'history.enabled=false')
        with self.assertRaises(control_client.Refused) as refused:
            self.history(client, '*')
        self.assertEqual(refused.exception.args[0], 'NO_HISTORY')
        self.assertFalse(client.ask('status').HasField('history'))

    def test_of_networks_of_their_own(self):
        self.watch_sources(f'{{name: door, {ENDLESS}}}', f'{{name: yard, {ENDLESS}}}')
        _, client = self.begin('--set', 'share=nothing')
        self.wait_for_seconds(client, 2, series='goodness_real/1@yard')
        history = self.history(client, '*')
        self.assertIn('asleep@door', history.names)
        self.assertNotIn('asleep', history.names)
        self.assertEqual({phase.source for phase in history.phases}, {'door', 'yard'})
        self.assertGreater(client.ask('status').history.series, 10)
        client.ask('remove_source', name='yard')
        end = time.time()
        self.wait_until(lambda: self.count(client, 'asleep@yard', **{'from': end + 1}) == 0 and
                        self.count(client, 'asleep@door', **{'from': end + 1}) > 0)
        self.wait_until(lambda: all(phase.to < end + 2 for phase in self.history(client).phases
                                    if phase.source == 'yard'))

    def test_changes_no_score(self):
        rows = []
        for setting in [f'history.folder={self.kept}', 'history.enabled=false']:
            self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 3000}')
            done = self.run_to_end('--set', setting)
            self.assertEqual(done.returncode, OK, done.stderr)
            rows.append(self.scores.read_text(encoding='utf-8'))
            self.scores.unlink()
        self.assertEqual(*rows)
        self.assertGreater(self.rows('SELECT count(*) FROM points')[0][0], 0)


class OnDisk(HistoryTest):

    def test_goes_on_after_a_kill(self):
        known = 0
        for number in [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGKILL]:
            process, client = self.begin(on_disk=True)
            self.wait_until_written(client, 2)
            now = self.count(client)
            self.assertGreater(now, known)
            process.send_signal(number)
            self.finish(process)
            # What was written a few seconds ago at the latest.
            known = max(known, now - 6)
        self.assertEqual(self.rows('PRAGMA integrity_check'), [('ok',)])
        self.assertFalse((self.kept / 'history.damaged.sqlite').exists())
        # While nobody watched there was no phase.
        states = [state for state, in self.rows('SELECT state FROM changes ORDER BY time, id')]
        self.assertGreaterEqual(states.count(-1), 3)

    def test_answers_of_long_ago(self):
        process, client = self.begin(on_disk=True)
        self.wait_until_written(client)
        process.terminate()
        self.finish(process)
        now = int(time.time())
        with contextlib.closing(sqlite3.connect(self.kept / 'history.sqlite')) as database, database:
            series, = database.execute("SELECT id FROM series WHERE name = 'asleep'").fetchone()
            for day in range(200):
                time_then = (now - day * DAY) // 600 * 600
                database.execute('INSERT INTO points VALUES(3, ?, ?, 0, 0.25, 1, 600)',
                                 (series, time_then - DAY))
        process, client = self.begin(on_disk=True)
        history = self.history(client, 'asleep', most_points=50, **{'from': now - 300 * DAY})
        asleep, = history.series
        self.assertGreater(len(asleep.bucket), 30)
        self.assertAlmostEqual(asleep.mean[0], 0.25)
        self.assertEqual(asleep.max[0], 1)
        self.wait_until(lambda: client.ask('status').history.oldest_time < now - 190 * DAY)

    def test_two_daemons_do_not_share_a_folder(self):
        self.begin(on_disk=True)
        self.control = ''
        done = self.run_program('--config', self.config, '--set', f'history.folder={self.kept}')
        self.assert_ends(done, TRY_AGAIN, "history.folder: another hypnosd writes to '.*': give each "
                         'a history.folder of its own')

    def test_nor_is_it_shared_with_checkpoints(self):
        done = self.run_program('--config', self.config, '--set', f'history.folder={self.kept}',
                                '--set', f'checkpoint.folder={self.kept}')
        self.assert_ends(done, CONFIGURATION, '.*checkpoints are kept there, too.*')

    def test_a_damaged_one_is_set_aside(self):
        self.kept.mkdir()
        (self.kept / 'history.sqlite').write_bytes(b'x' * 5000)
        process, client = self.begin(on_disk=True)
        self.wait_until_written(client)
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertRegex(done.stderr, "error history: '.*': file is not a database: it is damaged; it "
                         "was set aside as 'history.damaged.sqlite', and a new one is begun")
        self.assertEqual((self.kept / 'history.damaged.sqlite').read_bytes(), b'x' * 5000)
        self.assertGreater(self.rows('SELECT count(*) FROM points')[0][0], 0)


class Disks(HistoryTest):
    """Whatever becomes of one, no frame waits, and the last hour is there."""

    def assert_recovers(self, process, client, harm, mend, sentence: str):
        self.wait_for_frames(client)
        self.wait_until_written(client)
        harm()
        self.assert_lives(process, client, mend, sentence)

    def assert_lives(self, process, client, mend, sentence: str):
        """With a disk that is of no use, until it is mended."""
        self.wait_until(lambda: client.ask('status').history.failing)
        self.assertRegex(client.ask('status').history.why, sentence)
        frames, seconds = client.ask('status').frames, self.count(client)
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        self.wait_for_seconds(client, seconds + 1)
        mend()
        self.wait_until(lambda: not client.ask('status').history.failing)
        process.terminate()
        done = self.finish(process)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn('history: it is written again', done.stderr)
        self.assertEqual(done.stderr.count(' error history: '), 1, done.stderr)

    def test_one_that_vanishes(self):
        process, client = self.begin(on_disk=True)
        away = self.folder / 'away'
        self.assert_recovers(process, client, lambda: self.kept.rename(away),
                             lambda: away.rename(self.kept), 'the folder .* is not there')

    def test_one_whose_files_are_removed(self):
        process, client = self.begin(on_disk=True)
        self.wait_until_written(client)
        shutil.rmtree(self.kept)
        self.kept.mkdir()
        self.wait_until_written(client)
        process.terminate()
        self.assertEqual(self.finish(process).returncode, OK)
        self.assertGreater(self.rows('SELECT count(*) FROM points')[0][0], 0)

    def test_one_that_takes_nothing_more(self):
        process, client = self.begin(on_disk=True)

        def limit(size):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        self.assert_recovers(process, client, lambda: limit(1000),
                             lambda: limit(resource.RLIM_INFINITY), 'disk I/O error|full')

    def begin_on_a_disk_of_its_own(self, then='true'):
        """Of 4 MB, which nobody else sees. `then`: what is done with it before."""
        name_space = ['unshare', '--map-root-user', '--mount', 'sh', '-c']
        self.kept.mkdir()
        if subprocess.run([*name_space, 'mount -t tmpfs none "$0"', self.kept], check=False,
                          stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest('no file system can be mounted here')
        self.starter = [*name_space, f'mount -t tmpfs -o size=4m none "$0" && {then} && exec "$@"',
                        self.kept]
        return self.begin(on_disk=True)

    def test_one_that_is_full(self):
        process, client = self.begin_on_a_disk_of_its_own()
        filler = pathlib.Path(f'/proc/{process.pid}/root{self.kept}/filler')

        def fill():
            with contextlib.suppress(OSError), filler.open('wb', buffering=0) as file:
                while True:
                    file.write(bytes(4096))

        self.assert_recovers(process, client, fill, filler.unlink, 'database or disk is full')

    def test_one_that_is_read_only_at_first(self):
        process, client = self.begin_on_a_disk_of_its_own('mount -o remount,ro "$0"')
        self.wait_for_frames(client)

        def mend():
            subprocess.run(['nsenter', '--target', str(process.pid), '--user', '--mount',
                            '--preserve-credentials', 'mount', '-o', 'remount,rw', self.kept],
                           check=True)

        self.assert_lives(process, client, mend, 'unable to open|readonly')


if __name__ == '__main__':
    unittest.main(verbosity=2)
