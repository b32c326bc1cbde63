#!/usr/bin/env python3
"""hypnosd records what it learns from, and learns it again from the recording, bit for bit.

usage: session_log_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

HYPNOSCTL = os.path.abspath(sys.argv.pop(2))

from hypnosd_case import (CONFIGURATION, IO_ERROR, NO_INPUT, OK, PATIENCE_S, TRY_AGAIN,  # noqa: E402
                          ControlledTest, HypnosdTest)

DATA = 65
RECORD = '''
record: {{enabled: true, folder: '{folder}', {more}}}
'''


class Recorded:
    """What a test of either kind needs to record and replay."""

    sessions = None

    def record(self, more: str = ''):
        self.sessions = self.sessions or self.folder / 'sessions'
        text = self.config.read_text(encoding='utf-8').split('\nrecord:')[0]
        self.config.write_text(text + RECORD.format(folder=self.sessions, more=more),
                               encoding='utf-8')

    def session(self) -> pathlib.Path:
        session, = self.sessions.iterdir()
        return session

    @staticmethod
    def weights(done) -> str:
        return re.search(r'^Weights: xxh3 ([0-9a-f]{16})\.$', done.stdout, re.MULTILINE).group(1)

    def replay(self, *arguments, session=None):
        return self.run_program('--replay', session or self.session(), *arguments)

    def assert_replays_to(self, weights: str):
        for threads in [1, 2, 5]:
            done = self.replay('--threads', threads)
            self.assert_ends(done, OK)
            self.assertIn('the weights are those of the recording, bit for bit', done.stderr)
            self.assertEqual(self.weights(done), weights)

    def ctl(self, *arguments) -> subprocess.CompletedProcess:
        return subprocess.run([HYPNOSCTL, *map(str, arguments)], capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)

    def verdict(self, session=None) -> dict:
        done = self.ctl('session', 'verify', session or self.session(), '--json')
        return json.loads(done.stdout)


class SessionLogTest(Recorded, HypnosdTest):

    def setUp(self):
        super().setUp()
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 120}')
        self.record()

    def test_one_source_leads_to_the_same_weights_and_scores(self):
        done = self.run_to_end()
        self.assert_ends(done, OK)
        self.assert_replays_to(self.weights(done))
        recorded = self.scores.read_bytes()
        self.replay('--scores', self.scores)
        self.assertEqual(self.scores.read_bytes(), recorded)

    def test_recording_changes_nothing(self):
        self.run_to_end()
        recorded = self.scores.read_bytes()
        self.run_to_end('--set', 'record.enabled=false', '--set', 'record.folder=' +
                        '/var/lib/hypnos/sessions')
        self.assertEqual(self.scores.read_bytes(), recorded)

    def test_stopped_while_it_waits_at_the_end(self):
        # Probes are scored at the end, and what they say is decided by when it is told to stop.
        process = self.start('--config', self.config, '--set', 'probe.interval_frames=8',
                             '--scores', self.scores)
        self.wait_until(lambda: self.scores.exists() and
                        self.scores.read_bytes().count(b'\n') == 121)
        time.sleep(1)
        process.terminate()
        done = self.finish(process)
        self.assert_ends(done, OK)
        self.assert_replays_to(self.weights(done))

    def test_several_sources_with_sleep(self):
        self.watch_sources('{name: a, synthetic: {scene: glyphs, width: 32, height: 32, frames: 90}}',
                           '{name: b, synthetic: {width: 32, height: 32, frames: 70}}')
        self.record('segment_minutes: 0.001')
        done = self.run_program('--config', self.config, '--until-end')
        self.assert_ends(done, OK)
        self.assertGreater(int(re.search(r'slept (\d+) times', done.stdout).group(1)), 3)
        self.assert_replays_to(self.weights(done))

    def test_texts(self):
        (self.folder / 'fables.txt').write_text('the fox saw grapes ' * 20, encoding='utf-8')
        self.watch('text: {path: fables.txt}')
        text = self.config.read_text(encoding='utf-8')
        self.config.write_text(text.replace('patches: {size: 8}', 'text: {readers: 3}') +
                               RECORD.format(folder=self.sessions, more=''), encoding='utf-8')
        done = self.run_program('--config', self.config, '--until-end')
        self.assert_ends(done, OK)
        self.assert_replays_to(self.weights(done))

    def test_with_a_disk_budget_the_oldest_go(self):
        # Noise, which cannot be compressed.
        noise, frames = random.Random(1), self.folder / 'frames'
        frames.mkdir()
        for i in range(240):
            (frames / f'{i:03}.pgm').write_bytes(b'P5 500 500 255\n' + noise.randbytes(500 * 500))
        self.watch(f'folder: {{path: {frames}}}')
        # A segment is longer by what is compressed at once.
        self.record('segment_megabytes: 8, budget_megabytes: 40')
        done = self.run_program('--config', self.config, '--until-end', '--set',
                                'encoding.width=32', '--set', 'encoding.height=32')
        self.assert_ends(done, OK)
        size = sum(file.stat().st_size for file in self.session().iterdir())
        self.assertLessEqual(size, 40_000_000)
        self.assertGreater(size, 8_000_000)
        verdict = self.verdict()
        self.assertFalse(verdict['summary']['from_the_start'])
        self.assertIn('its beginning is no longer there', verdict['inexact'])
        done = self.replay()
        self.assertEqual(done.returncode, DATA)
        self.assertIn('cannot be replayed to the same weights', done.stderr)

    def test_a_session_can_be_watched_as_a_source(self):
        done = self.run_to_end()
        weights = self.weights(done)
        recorded = self.scores.read_bytes()
        session = self.session()
        self.sessions = self.folder / 'again'
        self.watch(f"session: {{path: '{session}'}}")
        self.record()
        done = self.run_to_end()
        self.assert_ends(done, OK)
        # Without commands, and by the same network, it comes to the same.
        self.assertEqual(self.weights(done), weights)
        self.assertEqual(self.scores.read_bytes(), recorded)

    def test_what_is_masked_is_not_recorded(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 20}\n'
                   '    masks: [{width: 0.5}]')
        self.record()
        self.assert_ends(self.run_to_end(), OK)
        # As a source that is masked no more, its left half is black all the same: what follows from
        # it is what followed from the masked one.
        recorded = self.scores.read_bytes()
        session = self.session()
        self.sessions = self.folder / 'again'
        self.watch(f"session: {{path: '{session}'}}")
        self.record()
        self.assert_ends(self.run_to_end(), OK)
        self.assertEqual(self.scores.read_bytes(), recorded)

    def test_another_configuration_may_be_tried(self):
        self.run_to_end()
        done = self.replay('--set', 'learning.rate=0.0001')
        self.assert_ends(done, OK, 'the configuration is not that of the recording: the weights '
                         'will differ')
        self.assertIn('not those of the recording, as the configuration is not', done.stderr)

    def test_a_damaged_recording_is_told_and_ends_the_replay(self):
        self.run_to_end()
        segment, = self.session().iterdir()
        data = bytearray(segment.read_bytes())
        data[len(data) // 2] ^= 1
        segment.write_bytes(data)
        done = self.replay()
        self.assert_ends(done, DATA, 'up to here the replay was exact; .* is damaged at byte .*')
        self.assertFalse(self.verdict()['sound'])
        self.assertEqual(self.ctl('session', 'verify', self.session()).returncode, 74)

    def test_one_that_is_damaged_at_once_is_told(self):
        self.run_to_end()
        segment, = self.session().iterdir()
        data = bytearray(segment.read_bytes())
        data[-20] ^= 1
        segment.write_bytes(data)
        self.assertEqual(self.replay().returncode, DATA)

    def test_what_is_no_session_is_refused(self):
        self.assert_ends(self.replay(session=self.folder / 'nowhere'), NO_INPUT,
                         '--replay: cannot list folder .*')
        self.run_to_end()
        self.assert_ends(self.replay(session=self.sessions), NO_INPUT,
                         f'--replay: .* holds no segment .*{self.session().name}')

    def test_a_folder_that_cannot_be_used_is_told_at_the_start(self):
        self.sessions.write_text('a file', encoding='utf-8')
        done = self.run_program('--config', self.config, '--until-end')
        self.assert_ends(done, IO_ERROR, 'record.folder: cannot make folder .*')

    def test_a_folder_that_vanishes_is_made_again_and_learning_goes_on(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 0, frame_rate_hz: 50}'
                   '\n    pace: realtime')
        self.record()
        daemon = self.start('--config', self.config)
        self.wait_until(lambda: self.sessions.exists() and any(self.session().iterdir()))
        time.sleep(0.5)
        self.sessions.rename(self.folder / 'gone')
        self.wait_until(lambda: self.sessions.exists() and any(self.session().iterdir()))
        daemon.send_signal(signal.SIGTERM)
        done = self.finish(daemon)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn('is gone; learning goes on', done.stderr)
        self.assertIn('could not be recorded', done.stderr)
        self.assertGreater(int(self.verdict()['frames_missing']), 0)

    def test_no_password_is_recorded(self):
        self.watch_sources('{name: a, synthetic: {width: 32, height: 32, frames: 30}}',
                           '{name: b, stream: {url: "rtsp://me:hush@127.0.0.1:9/s?token=hush2"}}')
        self.record()
        daemon = self.start('--config', self.config)
        # The folder is there before the session in it.
        self.wait_until(lambda: any(self.sessions.glob('*/*')))
        time.sleep(2)
        daemon.send_signal(signal.SIGTERM)
        self.finish(daemon)
        printed = self.run_program('--replay', self.session(), '--print-config')
        self.assertIn('rtsp://***@127.0.0.1:9/s?token=***', printed.stdout)
        self.assertNotIn('hush', printed.stdout)

    def test_sessions_are_listed(self):
        self.run_to_end()
        done = self.ctl('session', 'list', self.sessions)
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertIn(self.session().name, done.stdout)
        self.assertIn('sound', self.ctl('session', 'verify', self.session()).stdout)
        verdict = self.verdict()
        self.assertEqual(verdict['frames'], '120')
        self.assertEqual(verdict['inexact'], [])


class CommandedTest(Recorded, ControlledTest):
    """With somebody who disturbs it."""

    def setUp(self):
        super().setUp()
        self.watch_sources(
            '{name: a, synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}}',
            '{name: b, synthetic: {width: 32, height: 32, frames: 0, frame_rate_hz: 100}, '
            'pace: realtime}')
        self.record()

    def disturb(self, client):
        """All that changes what is learned, at whatever moment it comes."""
        def wait():
            seen = client.ask('status').frames
            self.wait_until(lambda: client.ask('status').frames > seen + 7)

        # Before that there is nothing to dream of.
        self.wait_until(lambda: client.ask('status').frames > 40)
        client.ask('sleep_now', steps=20)
        wait()
        client.ask('set_learning', on=False)
        wait()
        client.ask('set_learning', on=True)
        client.ask('sleep_now', steps=1000)
        client.ask('wake')
        wait()
        client.ask('pause_source', name='a')
        time.sleep(0.1)
        client.ask('resume_source', name='a')
        wait()
        client.ask('add_source', yaml='{name: c, synthetic: {width: 32, height: 32, frames: 50}}')
        wait()
        client.ask('sleep_now', steps=1000)
        client.ask('abort_sleep')
        client.ask('remove_source', name='b')
        wait()

    def test_commands_are_replayed_where_they_came(self):
        daemon = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.disturb(client)
        # What is written is counted when it has reached the file.
        self.wait_until(lambda: client.ask('status').session_log.frames > 30)
        status = client.ask('status').session_log
        self.assertTrue(status.exact)
        self.assertEqual(status.failing, '')
        client.ask('shutdown')
        done = self.finish(daemon)
        self.assertEqual(done.returncode, OK, done.stderr)
        verdict = self.verdict()
        self.assertEqual(verdict['inexact'], [])
        self.assertGreater(int(verdict['events']) - int(verdict['frames']), 10)
        self.control = ''
        self.assert_replays_to(self.weights(done))

    def keep(self, *arguments):
        return self.start('--config', self.config, '--set',
                          f'checkpoint.folder={self.folder / "kept"}', *arguments)

    def stop(self, daemon) -> str:
        """Its weights."""
        daemon.terminate()
        done = self.finish(daemon)
        self.assertEqual(done.returncode, OK, done.stderr)
        return self.weights(done)

    def test_what_goes_on_from_a_checkpoint_is_replayed_from_there(self):
        for number in [signal.SIGTERM, signal.SIGKILL]:
            daemon = self.keep('--set', 'checkpoint.every_seconds=0.05')
            client = self.connect()
            self.wait_until(lambda c=client: c.ask('status').checkpoints.saved > 3)
            daemon.send_signal(number)
            self.finish(daemon)
            client.close()
        shutil.rmtree(self.sessions)
        daemon = self.keep()
        client = self.connect()
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 60)
        weights = self.stop(daemon)
        self.assertEqual(self.verdict()['inexact'], [])
        self.control = ''
        # What it went on from is in the session.
        shutil.rmtree(self.folder / 'kept')
        self.assert_replays_to(weights)
        state = self.session() / 'state-000000.safetensors'
        damaged = bytearray(state.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        state.write_bytes(damaged)
        done = self.replay()
        self.assertEqual(done.returncode, DATA)
        self.assertIn('state-000000.safetensors', done.stderr)
        state.unlink()
        self.assertIn('it goes on from a checkpoint, and what it was then is not there',
                      ' '.join(self.verdict()['inexact']))
        self.assertEqual(self.replay().returncode, DATA)

    def test_a_checkpoint_that_was_restored_is_restored_again(self):
        daemon = self.keep()
        client = self.connect()
        self.wait_for_frames(client)
        saved = client.ask('save_checkpoint').checkpoint
        self.wait_until(lambda: client.ask('status').frames > saved.frames + 60)
        client.ask('restore_checkpoint', name=saved.name)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        client.ask('import_checkpoint', name=saved.name)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        weights = self.stop(daemon)
        self.assertEqual(self.verdict()['inexact'], [])
        self.assertEqual(len(list(self.session().glob('state-*.safetensors'))), 2)
        self.control = ''
        self.assert_replays_to(weights)

    def test_two_daemons_do_not_share_a_folder(self):
        daemon = self.start('--config', self.config)
        self.wait_for_frames(self.connect())
        done = self.run_program('--config', self.config, '--control', '')
        self.assert_ends(done, TRY_AGAIN, "record.folder: another hypnosd writes to '.*': give each "
                         'a record.folder of its own')
        self.stop(daemon)
        done = self.run_program('--replay', self.session(), '--set', 'record.enabled=true')
        self.assert_ends(done, CONFIGURATION, "record.folder: '.*' holds the session that is replayed.*")
        other = self.folder / 'others'
        other.mkdir()
        done = self.run_program('--replay', self.session(), '--set', 'record.enabled=true',
                                '--set', f'record.folder={other}')
        self.assert_ends(done, OK)
        again, = other.iterdir()
        self.control = ''
        done = self.replay(session=again)
        self.assertIn('the weights are those of the recording, bit for bit', done.stderr)

    def test_stopped_asleep(self):
        daemon = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.wait_until(lambda: client.ask('status').frames > 40)
        client.ask('sleep_now', steps=100000000)
        time.sleep(0.3)
        daemon.send_signal(signal.SIGTERM)
        done = self.finish(daemon)
        self.control = ''
        self.assert_replays_to(self.weights(done))

    def test_who_was_killed_leaves_what_can_be_replayed(self):
        daemon = self.start('--config', self.config)
        client = self.connect()
        self.wait_for_frames(client)
        self.wait_until(lambda: client.ask('status').session_log.frames > 40)
        daemon.kill()
        daemon.wait()
        self.control = ''
        done = self.replay()
        self.assert_ends(done, OK, 'the recording has no end, as where the daemon was killed.*')
        self.assertGreaterEqual(int(re.search(r'Saw (\d+) frames', done.stdout).group(1)), 40)

    def test_a_replay_can_be_looked_at_and_not_disturbed(self):
        daemon = self.start('--config', self.config)
        client = self.connect()
        self.wait_until(lambda: client.ask('status').frames > 2000)
        client.ask('shutdown')
        weights = self.weights(self.finish(daemon))
        replay = self.start('--replay', self.session(), '--control', self.control)
        client = self.connect()
        self.assertTrue(client.ask('status').replaying)
        with self.assertRaises(Exception) as refused:
            client.ask('set_learning', on=False)
        self.assertEqual(refused.exception.args[0], 'REPLAYING')
        client.ask('list_layers')
        done = self.finish(replay)
        self.assertEqual(self.weights(done), weights)


if __name__ == '__main__':
    unittest.main()
