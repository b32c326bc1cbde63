#!/usr/bin/env python3
"""What hypnosd tells systemd: that it is ready, reads its configuration again, is alive, and stops.

usage: service_manager_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import signal
import time
import unittest

from hypnosd_case import ENDLESS, OK
from notified_case import NotifiedTest


class ServiceManager(NotifiedTest):

    def setUp(self):
        super().setUp()
        self.watch(ENDLESS)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).returncode, OK)

    def test_is_told_when_the_daemon_watches_and_when_it_stops(self):
        process = self.start('--config', self.config)
        self.assertEqual(self.told(), {'STATUS': 'opening the sources'})
        self.assertEqual(self.told(), {'READY': '1', 'STATUS': 'watching'})
        self.end(process)
        self.assertEqual(self.told_with('STOPPING')['STOPPING'], '1')

    def test_is_told_of_a_reload_from_beginning_to_end(self):
        process = self.start('--config', self.config)
        self.told_with('READY')
        before = time.monotonic()
        process.send_signal(signal.SIGHUP)
        told = self.told_with('RELOADING')
        self.assertLessEqual(before, int(told['MONOTONIC_USEC']) / 1e6 + 1e-6)
        self.assertLessEqual(int(told['MONOTONIC_USEC']) / 1e6, time.monotonic())
        self.told_with('READY')
        # A bad file is no end of the daemon, nor of its being ready.
        self.config.write_text('nonsense: 1\n', encoding='utf-8')
        process.send_signal(signal.SIGHUP)
        self.told_with('RELOADING')
        self.told_with('READY')
        self.end(process)

    def test_gets_signs_of_life_with_what_the_daemon_is_doing(self):
        self.environment['WATCHDOG_USEC'] = '200000'
        process = self.start('--config', self.config)
        self.told_with('READY')
        while 'frames/s' not in self.told_with('WATCHDOG').get('STATUS', ''):
            pass
        self.end(process)
        self.told_with('STOPPING')

    def test_gets_no_signs_of_life_that_are_meant_for_another_process(self):
        self.environment |= {'WATCHDOG_USEC': '1000', 'WATCHDOG_PID': '1'}
        process = self.start('--config', self.config)
        self.told_with('READY')
        self.end(process)
        self.assertNotIn('WATCHDOG', self.told_with('STOPPING'))

    def test_is_not_told_to_be_ready_where_there_is_nothing_to_watch(self):
        self.watch('file: {path: nowhere.avi}')
        self.assertNotEqual(self.run_program('--config', self.config).returncode, OK)
        self.ear.settimeout(0)
        told = []
        try:
            while True:
                told.append(self.told())
        except BlockingIOError:
            self.assertFalse([one for one in told if 'READY' in one], told)

    def test_need_not_listen(self):
        self.environment |= {'NOTIFY_SOCKET': str(self.folder / 'nobody')}
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 3}')
        done = self.run_program('--config', self.config, '--until-end')
        self.assert_ends(done, OK, 'the service manager cannot be told anything: .*')

    def test_may_have_set_nonsense(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 3}')
        for name, value in [('NOTIFY_SOCKET', 'here'), ('WATCHDOG_USEC', 'soon')]:
            before = dict(self.environment)
            self.environment[name] = value
            done = self.run_program('--config', self.config, '--until-end')
            self.assert_ends(done, OK, f'{name}, which a service manager sets, is .*')
            self.environment = before


if __name__ == '__main__':
    unittest.main()
