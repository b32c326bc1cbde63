#!/usr/bin/env python3
"""The daemon's page, health and metrics, as a program asks for them.

usage: page_test.py PATH_OF_HYPNOSD [ARGUMENT OF unittest]...
"""

import http.client
import json
import re
import socket
import threading
import unittest

from hypnosd_case import CONFIGURATION, OK, TRY_AGAIN, ControlledTest


class Page(ControlledTest):

    def setUp(self):
        super().setUp()
        self.page = ['--config', self.config, '--set', 'web.port=0']

    def address(self, process) -> tuple[str, int]:
        """Where the log says that it is; what comes after is read, too."""
        for line in process.stderr:
            if found := re.search(r'dashboard: http://([\d.]+):(\d+)$', line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return found[1], int(found[2])
        self.fail('the log does not say where the page is')

    def get(self, address: tuple[str, int], target: str):
        connection = http.client.HTTPConnection(*address, timeout=60)
        try:
            connection.request('GET', target)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_is_served_from_the_program_itself(self):
        process = self.start(*self.page, '--control', '')
        address = self.address(process)
        status, page = self.get(address, '/')
        self.assertEqual(status, 200)
        self.assertIn('<title>Hypnos</title>', page)
        self.wait_until(lambda: self.get(address, '/readyz')[0] == 200)
        self.assertEqual(self.get(address, '/livez'), (200, 'ok\n'))
        status, text = self.get(address, '/statusz')
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text)['sources'][0]['name'], 'door')
        status, metrics = self.get(address, '/metrics')
        self.assertEqual(status, 200)
        self.assertRegex(metrics, r'(?m)^hypnos_frames_total\{source="door"\} \d+$')
        process.terminate()
        self.assertEqual(process.wait(60), OK)

    def test_is_served_while_a_camera_is_silent(self):
        with socket.create_server(('127.0.0.1', 0)) as silent:
            self.watch(f'stream: {{url: "tcp://127.0.0.1:{silent.getsockname()[1]}"}}')
            address = self.address(self.start(*self.page))
            self.assertEqual(self.get(address, '/livez')[0], 200)

    def test_on_a_port_that_is_taken_is_refused(self):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            port = taken.getsockname()[1]
            done = self.run_program('--config', self.config, '--set', f'web.port={port}')
            self.assert_refused(done, TRY_AGAIN, f'web: cannot listen on 127.0.0.1 port {port}: .*')

    def test_for_everybody_on_the_network_is_refused(self):
        done = self.run_program('--config', self.config, '--set', 'web={address: 0.0.0.0}')
        self.assert_refused(done, CONFIGURATION,
                            f'{self.config}: web.address: 0.0.0.0 can be reached from other '
                            'machines, which needs TLS .* and tokens .*')


if __name__ == '__main__':
    unittest.main()
