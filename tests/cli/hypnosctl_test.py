#!/usr/bin/env python3
"""hypnosctl from outside: standard streams, signals and exit codes.

usage: hypnosctl_test.py PATH_OF_HYPNOSCTL PATH_OF_FAKE_DAEMON [ARGUMENT OF unittest]...
"""

import json
import signal
import socket
import unittest

from outside import HYPNOSCTL, PATIENCE_S, OutsideTest


class HypnosctlTest(OutsideTest):

    def test_finds_the_daemon_and_prints_to_standard_output(self):
        self.start_daemon()
        done = self.run_ctl('status')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertIn('awake, step 2 of 3', done.stdout)
        self.assertNotIn('\x1b', done.stdout)
        self.assertEqual(list(self.next_request()), ['status'])

    def test_without_a_daemon_it_says_so_on_standard_error(self):
        done = self.run_ctl('status')
        self.assertEqual((done.returncode, done.stdout), (69, ''))
        self.assertIn(str(self.socket), done.stderr)
        self.assertIn('hypnosd --config FILE', done.stderr)

    def test_a_web_server_is_no_daemon(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            asking = self.start([HYPNOSCTL, '--address', f'127.0.0.1:{server.getsockname()[1]}', 'status'])
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b'HTTP/1.1 400 Bad Request\r\n\r\n')
                _, said = asking.communicate(timeout=PATIENCE_S)
        self.assertEqual(asking.returncode, 76, said)
        self.assertIn('--address', said)

    def test_the_version_and_the_help_need_no_daemon(self):
        self.assertRegex(self.run_ctl('--version').stdout,
                         r'^hypnosctl \d+\.\d+\.\d+ \(commit ([0-9a-f]{12}\+?|unknown), \w+.*\)\n$')
        self.assertIn('Examples:', self.run_ctl('--help').stdout)
        self.assertIn('Example:', self.run_ctl('source', 'pause', '--help').stdout)

    def test_reads_a_source_from_standard_input(self):
        self.start_daemon()
        done = self.run_ctl('source', 'add', '-', input='name: door\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.next_request()['add_source']['yaml'], 'name: door\n')

    def test_a_full_disk_is_an_io_error(self):
        self.start_daemon()
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = self.run_ctl('status', stdout=full)
        self.assertEqual(done.returncode, 74)
        self.assertIn('No space left on device', done.stderr)

    def test_watch_prints_each_line_when_it_comes(self):
        self.start_daemon()
        watch = self.start([HYPNOSCTL, 'watch', 'phase', '--rate', '50', '--json'])
        # The pipe is no terminal: what was held back in a buffer would not come for long.
        for seq in ['1', '2', '3']:
            self.assertEqual(json.loads(watch.stdout.readline())['seq'], seq)

    def test_ctrl_c_ends_watch_as_it_ends_other_programs(self):
        self.start_daemon()
        watch = self.start([HYPNOSCTL, 'watch', 'phase', '--rate', '50'])
        watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        rest, err = watch.communicate(timeout=PATIENCE_S)
        # By the signal, which a shell shows as 130.
        self.assertEqual(watch.returncode, -signal.SIGINT)
        self.assertEqual(err, '')
        self.assertTrue(rest == '' or rest.endswith('\n'), 'half a line')

    def test_a_reader_that_leaves_ends_watch_quietly(self):
        self.start_daemon()
        for ignored in ['', "trap '' PIPE; "]:
            done = self.run_command(
                ['bash', '-c', f'set -o pipefail; {ignored}hypnosctl watch phase --rate 50 | head -n 2'])
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            self.assertEqual(done.stdout.count('\n'), 2)

    def test_the_end_of_the_daemon_ends_watch_with_an_error(self):
        self.start_daemon()
        watch = self.start([HYPNOSCTL, 'watch', 'phase', '--rate', '50'])
        watch.stdout.readline()
        self.daemon.stdin.close()
        _, err = watch.communicate(timeout=PATIENCE_S)
        self.assertEqual(watch.returncode, 69)
        self.assertTrue(err.startswith('hypnosctl: '), err)
        self.daemon.wait()
        self.daemon.stdin = None

    def test_a_closed_standard_output_is_an_io_error(self):
        self.start_daemon()
        done = self.run_command(['bash', '-c', 'hypnosctl status >&-'])
        self.assertEqual(done.returncode, 74, done.stderr)

    def test_a_token_from_a_pipe_is_taken(self):
        self.start_daemon()
        done = self.run_command(
            ['bash', '-c', 'hypnosctl status --token-file <(echo wrong)'],
            )
        # The daemon has no tokens, so that none fits; but it was read and sent.
        self.assertEqual(done.returncode, 77, done.stderr)


if __name__ == '__main__':
    unittest.main()
