#!/usr/bin/env python3
"""`hypnosctl top` on a terminal: what it draws, what its keys do, and how it leaves the terminal.

usage: top_test.py PATH_OF_HYPNOSCTL PATH_OF_FAKE_DAEMON PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import unittest

from outside import HYPNOSCTL, PATIENCE_S, OutsideTest

HYPNOSD = os.path.abspath(sys.argv.pop(1))
CTRL_C = b'\x03'


class TopOnTerminal(OutsideTest):

    def setUp(self):
        super().setUp()
        self.environment['TERM'] = 'xterm'
        self.drawn = b''

    def start_top(self, *arguments: str):
        self.ours, theirs = pty.openpty()
        self.addCleanup(os.close, self.ours)
        # Kept open, so that what the program left behind can be looked at.
        self.theirs = theirs
        self.addCleanup(os.close, theirs)
        self.resize(30, 100)
        self.before = termios.tcgetattr(theirs)
        # Its controlling terminal, so that Ctrl-C becomes a signal.
        self.top = self.start([HYPNOSCTL, 'top', '--rate', '20', *arguments], stdin=theirs,
                              stdout=theirs, stderr=theirs, start_new_session=True,
                              preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0))

    def resize(self, rows: int, columns: int):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def press(self, keys: bytes):
        os.write(self.ours, keys)

    def wait_for(self, what: str):
        """Until it is drawn after what was waited for before."""
        deadline = time.monotonic() + PATIENCE_S
        while what.encode() not in self.drawn:
            self.assertLess(time.monotonic(), deadline, f'{what} is not drawn')
            self.assertTrue(select.select([self.ours], [], [], PATIENCE_S)[0],
                            f'{what} is not drawn: {self.drawn!r}')
            self.drawn += os.read(self.ours, 65536)
        self.drawn = self.drawn.split(what.encode(), 1)[1]

    def end(self) -> int:
        """The exit code; reads what is still drawn, so that it can end."""
        while self.top.poll() is None:
            if select.select([self.ours], [], [], 0.01)[0]:
                self.drawn += os.read(self.ours, 65536)
        while select.select([self.ours], [], [], 0)[0]:
            self.drawn += os.read(self.ours, 65536)
        return self.top.returncode

    def assert_terminal_in_order(self):
        self.assertEqual(termios.tcgetattr(self.theirs), self.before)
        self.assertIn(b'\x1b[?1049l', self.drawn, 'the alternate screen is left')


class TopTest(TopOnTerminal):

    def test_q_ends_it_and_leaves_the_terminal_as_it_was(self):
        self.start_daemon()
        self.start_top()
        self.wait_for('the name')
        self.wait_for('q quit')
        self.press(b'q')
        self.assertEqual(self.end(), 0)
        self.assert_terminal_in_order()

    def test_keys_tell_the_daemon_what_to_do(self):
        self.start_daemon()
        self.start_top()
        self.wait_for('the name')
        for key, request, outcome in [(b'p', 'pause_source', 'is paused'),
                                      (b's', 'sleep_now', 'falls asleep'),
                                      (b'w', 'wake', 'wakes up'),
                                      (b'c', 'save_checkpoint', 'saved')]:
            self.press(key)
            self.assertIn(request, self.next_request())
            self.wait_for(outcome)

    def test_ctrl_c_ends_it_by_the_signal_with_the_terminal_in_order(self):
        self.start_daemon()
        self.start_top()
        self.wait_for('the name')
        self.press(CTRL_C)
        self.assertEqual(self.end(), -signal.SIGINT)
        self.assert_terminal_in_order()

    def test_the_end_of_the_daemon_is_told_after_the_screen_is_left(self):
        self.start_daemon()
        self.start_top()
        self.wait_for('the name')
        self.daemon.stdin.close()
        self.assertEqual(self.end(), 69)
        self.assert_terminal_in_order()
        self.assertIn(b'hypnosctl: ', self.drawn.split(b'\x1b[?1049l')[-1])
        self.daemon.wait()
        self.daemon.stdin = None

    def test_a_smaller_terminal_is_drawn_anew(self):
        self.start_daemon()
        self.start_top()
        self.wait_for('q quit')
        self.resize(3, 30)
        # Cut where the terminal ends.
        self.wait_for('p pause or resume   s sleep\x1b')
        self.press(b'q')
        self.assertEqual(self.end(), 0)

    def test_a_daemon_without_events_shows_all_the_rest(self):
        self.start_daemon('without-events')
        self.start_top()
        self.wait_for('the name')
        self.wait_for('not offered by this daemon')

    def test_without_utf8_it_draws_in_ascii(self):
        self.environment['LC_ALL'] = 'C'
        self.start_daemon()
        self.start_top()
        self.wait_for('q quit')
        self.press(b'q')
        self.assertEqual(self.end(), 0)
        self.assertTrue(self.drawn.isascii())

    def test_without_a_terminal_it_says_what_does_without(self):
        self.start_daemon()
        done = self.run_ctl('top')
        self.assertEqual((done.returncode, done.stdout), (64, ''))
        self.assertIn('hypnosctl watch', done.stderr)
        self.assertEqual(self.run_ctl('top', '--json').returncode, 64)

    def test_a_terminal_that_is_not_known_is_an_error_and_no_crash(self):
        self.environment['TERM'] = 'of-nobody'
        # What newterm() had set aside when it failed, ncurses keeps: no leak of ours.
        self.environment['LSAN_OPTIONS'] = 'detect_leaks=0'
        self.start_daemon()
        self.start_top()
        self.assertEqual(self.end(), 64)


class TopWithHypnosdTest(TopOnTerminal):

    def test_keys_change_what_a_real_daemon_does(self):
        config = self.folder / 'endless.yaml'
        config.write_text('''
sources:
  - name: potato
    synthetic: {scene: potato, width: 32, height: 32, frames: 0}
encoding: {patches: {size: 8}}
network: {layers: [{units: 16}, {units: 16}]}
schedule: {wake_steps: 1000000000, sleep_steps: 1000000000}
''', encoding='utf-8')
        self.daemon = self.start([HYPNOSD, '--config', str(config), '--control', str(self.socket)])
        while not self.socket.exists():
            self.assertIsNone(self.daemon.poll())
        self.start_top()
        self.wait_for('potato')
        # Until there is something to dream of.
        while int(self.status()['frames']) < 100:
            self.assertIsNone(self.daemon.poll())
        self.press(b's')
        self.wait_for('falls asleep')
        self.assertEqual(self.status()['phase']['state'], 'ASLEEP')
        self.press(b'w')
        self.wait_for('wakes up')
        self.press(b'p')
        self.wait_for('is paused')
        self.assertEqual(self.status()['sources'][0]['state'], 'PAUSED')
        self.press(b'q')
        self.assertEqual(self.end(), 0)
        self.assert_terminal_in_order()

    def status(self) -> dict:
        return json.loads(self.run_ctl('status', '--json').stdout)


if __name__ == '__main__':
    unittest.main()
