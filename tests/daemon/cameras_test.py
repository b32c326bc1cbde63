#!/usr/bin/env python3
"""hypnosd before real cameras on the network, which come, go, hang and lie.

usage: cameras_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
Runs alone: a machine that is busy with something else drops frames, as it should.
"""

import contextlib
import os
import pathlib
import signal
import socket
import time
import unittest

import ports
from camera_case import CameraTest
from hypnosd_case import CONFIGURATION, OK, TRY_AGAIN

class Cameras(CameraTest):
    """Cameras and streams that come and go."""

    def test_scores_of_a_camera(self):
        url = self.start_camera()
        self.watch(f'stream: {{url: "{url}"}}')
        self.process = self.start('--config', self.config, '--scores', self.scores)
        self.wait_until(lambda: self.scores.exists() and self.scores.stat().st_size > 2000)
        done = self.end()
        self.assert_ends(done, OK)
        self.assertGreaterEqual(len(self.rows()), 10)
        self.assertIn("stream 'rtsp://127.0.0.1", done.stderr)

    def test_a_camera_that_lost_its_signal(self):
        self.start_watching(self.start_camera(64, 48, 20, 0, 'black'))
        self.wait_until(lambda: self.source().placeholder_frames > 20)
        source = self.source()
        self.assertEqual(self.state(self.client), 'WATCHED')
        self.assertGreaterEqual(source.placeholder_frames, source.frames)
        self.assertEqual(self.client.ask('status').phase.step, 0)
        result = self.end()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("source 'door' shows a single colour: such pictures are kept back", result.stderr)

    def test_a_camera_that_hangs(self):
        # The checkers stand still.
        self.start_watching(self.start_camera(64, 48, 20, 0, 'checkers-8'),
                            'sources.0.gate.frozen_seconds=1')
        self.wait_until(lambda: self.source().frozen_frames > 5)
        source = self.source()
        # However few pictures a busy machine sees in a second: two are too few to call it frozen.
        self.assertGreaterEqual(source.duplicate_frames, 2)
        self.assertEqual(source.stale_frames, 0)
        result = self.end()
        self.assertIn("source 'door' is frozen: its pictures are kept back from learning", result.stderr)

    def test_a_camera_that_is_killed_and_comes_back(self):
        port = ports.hold()
        self.start_watching(self.start_camera(64, 48, 20, port))
        self.wait_for_more_frames()
        self.camera.kill()
        self.camera.wait()
        self.wait_until(lambda: (source := self.source()).state == source.LOST and source.why and
                        source.retry_in_seconds > 0)
        seen = self.client.ask('status')
        # Nothing is learned in between, and another size and rate is no reason to give up.
        self.start_camera(48, 64, 10, port)
        self.wait_for_state('WATCHED')
        self.wait_for_more_frames()
        status = self.client.ask('status')
        self.assertEqual(status.discontinuities['reconnect'], 1)
        self.assertEqual(seen.discontinuities.get('reconnect', 0), 0)
        self.assertEqual((self.source().connections, self.source().losses), (2, 1))
        kinds = self.client.protocol.Event
        events = self.client.ask('query_events', source='door').events
        self.assertEqual([event.kind for event in events],
                         [kinds.SOURCE_LIVE, kinds.SOURCE_LOST, kinds.SOURCE_LIVE])
        self.assertIn("source 'door' is lost", events[1].message)
        done = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertRegex(done.stderr, "warning source 'door' is lost: .*; trying again in")
        self.assertEqual(done.stderr.count("source 'door' is live"), 2)

    def test_a_camera_that_falls_silent(self):
        url = self.start_camera()
        self.start_watching(url)
        self.wait_for_more_frames()
        before = self.capture_processes()
        self.assertEqual(len(before), 1)
        stalls = self.source().stalls
        self.camera.send_signal(signal.SIGSTOP)
        # Its counts stay; its states pass, and may do so unseen.
        self.wait_until(lambda: self.source().stalls > stalls)
        self.wait_until(lambda: self.source().losses == 1)
        # Its process is ended and reaped, when it is tried again at the latest.
        self.wait_until(lambda: before[0] not in self.capture_processes())
        self.camera.send_signal(signal.SIGCONT)
        self.wait_for_state('WATCHED')
        self.assertEqual(self.source().losses, 1)
        self.assertEqual(self.end().returncode, OK)

    def test_waits_for_a_camera_that_is_not_there_yet(self):
        port = ports.hold()
        self.start_watching(f'rtsp://me:hunter2@127.0.0.1:{port}/door')
        self.wait_for_why('cannot be opened')
        self.start_camera(64, 48, 20, port)
        self.wait_for_state('WATCHED')
        done = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertNotIn('hunter2', done.stderr + done.stdout)

    def test_a_camera_that_hangs_holds_up_nothing(self):
        with socket.create_server(('127.0.0.1', 0)) as silent:
            self.start_watching(f'rtsp://127.0.0.1:{silent.getsockname()[1]}/door',
                                'sources.0.stall_seconds=60')
            self.wait_for_state('CONNECTING')
            self.wait_until(self.capture_processes)
            begin = time.monotonic()
            self.assertEqual(self.end().returncode, OK)
            # Far less than it would be waited for.
            self.assertLess(time.monotonic() - begin, 30)

    def test_a_capture_process_that_is_killed_is_started_anew(self):
        self.start_watching(self.start_camera())
        self.wait_for_more_frames()
        child, = self.capture_processes()
        os.kill(child, signal.SIGKILL)
        self.wait_until(lambda: self.source().connections == 2)
        self.wait_for_more_frames()
        self.assertNotIn(child, self.capture_processes())
        self.assertIn('was ended by signal 9', self.end().stderr)

    def test_a_pause_of_the_machine_costs_no_frame(self):
        self.watch_sources(
            f'{{name: door, queue_frames: 100, stream: {{url: "{self.start_camera()}"}}}}')
        skipped = self.watch_from_the_beginning('door', 20)
        child, = self.capture_processes()
        for _ in range(3):
            os.kill(child, signal.SIGSTOP)
            time.sleep(1)
            os.kill(child, signal.SIGCONT)
            self.wait_for_more_frames()
        before = self.source().frames
        self.wait_until(lambda: self.source().frames > before + 40)
        self.assertEqual((self.source().dropped_slow, self.source().connections), (0, 1))
        self.end()
        self.assert_without_a_hole([int(row['frame']) for row in self.rows()][skipped:])

    def test_a_camera_that_is_killed_costs_another_no_frame(self):
        # What waits for a frame of the other one would make more frames wait than there is room for;
        # what is merely slow on a busy machine does not.
        kept = self.start_camera(64, 48, 5)
        kept_camera = self.camera
        lost = self.start_camera()
        self.watch_sources(f'{{name: kept, queue_frames: 20, stream: {{url: "{kept}"}}}}',
                           f'{{name: lost, stream: {{url: "{lost}"}}}}')
        skipped = self.watch_from_the_beginning('kept', 5)
        self.wait_until(lambda: self.of('lost').frames > 20)
        self.camera.kill()
        self.camera.wait()
        self.wait_until(lambda: self.of('lost').losses == 1)
        before = self.of('kept').frames
        self.wait_until(lambda: self.of('kept').frames > before + 15)
        kept_now = self.of('kept')
        self.assertEqual((kept_now.dropped_slow, kept_now.losses), (0, 0))
        self.client.ask('remove_source', name='lost')
        self.wait_until(lambda: len(self.capture_processes()) == 1)
        self.end()
        self.columns.append('source')
        frames = [int(row['frame']) for row in self.rows() if row['source'] == 'kept']
        self.assert_without_a_hole(frames[skipped:])
        self.assertIsNone(kept_camera.poll())

    def test_no_capture_process_outlives_its_daemon(self):
        self.start_watching(self.start_camera())
        self.wait_for_more_frames()
        child, = self.capture_processes()
        self.process.kill()
        self.process.wait()
        self.wait_until(lambda: not pathlib.Path(f'/proc/{child}').exists())

    def login_file(self, text: str, mode: int = 0o600) -> pathlib.Path:
        path = self.folder / 'login'
        path.write_text(text, encoding='utf-8')
        path.chmod(mode)
        return path

    def test_a_camera_that_wants_a_password_which_is_changed(self):
        passwords = ['wrong@hunter2', 'p@ss:/?#% hunter3']
        url = self.start_camera(RTSP_CAMERA_LOGIN=f'me:{passwords[1]}')
        login = self.login_file(f'me\n{passwords[0]}\n')
        self.start_watching(url, f'sources.0.stream.credentials_file={login}')
        self.wait_for_why('refuses the login')
        said = str(self.client.ask('status'))
        # Without a restart.
        self.login_file(f'me:{passwords[1]}\n')
        self.wait_for_state('WATCHED')
        self.wait_for_more_frames()
        said += str(self.client.ask('status'))
        processes = [self.process.pid, *self.capture_processes()]
        self.assertEqual(len(processes), 2)
        for pid in processes:
            said += pathlib.Path(f'/proc/{pid}/environ').read_text(encoding='utf-8')
        for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
            with contextlib.suppress(OSError):
                said += path.read_bytes().decode('utf-8', 'replace')
        done = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        said += done.stderr + done.stdout
        self.assertIn("source 'door' is lost: refuses the login", said)
        self.assertIn("source 'door' is live", said)
        self.assertNotRegex(said, r'hunter[23]')

    def test_a_login_in_the_environment_stays_in_the_daemon(self):
        url = self.start_camera(RTSP_CAMERA_LOGIN='me:hunter2')
        self.watch('stream: {url: "rtsp://192.0.2.1/"}')
        with_login = url.replace('rtsp://', 'rtsp://me:hunter2@')
        self.environment['HYPNOS_SOURCES__0__STREAM__URL'] = with_login
        self.process = self.start('--config', self.config)
        self.client = self.connect()
        self.wait_for_state('WATCHED')
        self.wait_for_more_frames()
        child, = self.capture_processes()
        self.assertNotIn('hunter2',
                         pathlib.Path(f'/proc/{child}/environ').read_text(encoding='utf-8'))
        said = str(self.client.ask('status'))
        done = self.end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertNotIn('hunter2', said + done.stderr + done.stdout)

    def test_until_end_gives_up_a_camera_that_refuses_the_login(self):
        url = self.start_camera(RTSP_CAMERA_LOGIN='me:hunter2')
        self.watch(f'stream: {{url: "{url}", credentials_file: login}}')
        self.login_file('me:hunter3')
        self.assert_refused(self.run_to_end(), CONFIGURATION,
                            f"source 'door': stream '{url}' refuses the login: it wants a user and "
                            'a password, or other ones; see stream.credentials_file')
        self.login_file('me:hunter2', 0o644)
        self.assert_refused(self.run_to_end(), CONFIGURATION,
                            "source 'door': credentials file 'login' is open to everybody .*")

    def test_a_camera_over_udp(self):
        url = self.start_camera(RTSP_CAMERA_TRANSPORT='udp')
        for transport in ['auto', 'udp']:
            self.start_watching(url, f'sources.0.stream.transport={transport}')
            self.wait_for_state('WATCHED')
            self.wait_for_more_frames()
            self.assertEqual(self.end().returncode, OK)
        self.start_watching(url, 'sources.0.stream.transport=tcp')
        self.wait_for_why('cannot be opened')
        self.assertEqual(self.end().returncode, OK)

    def test_a_camera_that_is_faster_than_wanted(self):
        url = self.start_camera(64, 48, 50)
        begin = time.monotonic()
        self.start_watching(url, 'sources.0.max_frame_rate_hz=5')
        self.wait_until(lambda: self.source().dropped_over_rate > 90)
        source = self.source()
        self.assertEqual(source.losses, 0)
        # The camera itself is slower on a busy machine.
        self.assertLessEqual(source.frames, 5 * (time.monotonic() - begin) + 2)
        self.assertEqual(self.end().returncode, OK)

    def test_until_end_does_not_wait_for_ever(self):
        url = self.start_camera()
        self.watch(f'stream: {{url: "{url}"}}')
        process = self.start('--config', self.config, '--until-end')
        client = self.connect()
        self.wait_until(lambda: client.ask('status').frames > 0)
        self.camera.kill()
        done = self.finish(process)
        self.assertEqual(done.returncode, TRY_AGAIN, done.stderr)
        self.assertIn("source 'door': stream 'rtsp://127.0.0.1", done.stderr)


if __name__ == '__main__':
    unittest.main()
