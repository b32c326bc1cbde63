#!/usr/bin/env python3
"""Publishing to a NATS server that is there, is not, goes and comes back, hangs, refuses or is told
nonsense by somebody else; heard by MQTT clients.

usage: broker_test.py PATH_OF_HYPNOSD PATH_OF_HYPNOSCTL [ARGUMENT OF unittest]...
"""

import base64
import hashlib
import json
import pathlib
import re
import signal
import subprocess
import sys
import urllib.request

import nats_server
import ports
from hypnosd_case import CONFIGURATION, HYPNOSD, NO_INPUT, OK, TRY_AGAIN, ControlledTest, HypnosdTest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HYPNOSCTL = sys.argv.pop(1)
# The server gives who comes in a second, of TLS half of one, which a busy machine may need for less than that.
UNHURRIED = 'timeout: 60'


class Published:

    def serve(self, more: str = '', start: bool = True) -> nats_server.NatsServer:
        folder = self.folder / 'server'
        folder.mkdir()
        server = nats_server.NatsServer(folder, more)
        self.addCleanup(server.end)
        if start:
            server.start()
        return server

    def listen(self, server, topic: str, *arguments) -> nats_server.MqttListener:
        listener = nats_server.MqttListener(server, topic, *arguments)
        self.addCleanup(listener.end)
        return listener

    def publish(self, keys: str):
        text = self.config.read_text(encoding='utf-8').split('broker:')[0]
        self.config.write_text(f'{text}broker: {{folder: {self.folder}/waiting, {keys}}}\n', encoding='utf-8')

    @staticmethod
    def events(heard, severity: str = 'info') -> list[dict]:
        """Each once, as they were first heard: what the broker did not confirm in time is told again."""
        topic = f'hypnos/porch/events/{severity}'
        return [json.loads(text) for text in dict.fromkeys(text for where, text in heard.messages if where == topic)]

    def waiting(self) -> list:
        return sorted((self.folder / 'waiting').glob('*.json'))


class WhileItRuns(Published, ControlledTest):

    def start_daemon(self, *arguments):
        return self.start_and_read('--config', self.config, *arguments)

    def end(self, process):
        process.terminate()
        self.assertEqual(process.wait(nats_server.PATIENCE_S), OK, self.said(process))

    @staticmethod
    def happen(client, times: int):
        """Two a time: it is paused, it is resumed."""
        for _ in range(times):
            client.ask('pause_source', name='door')
            client.ask('resume_source', name='door')

    def kinds(self, client) -> list[str]:
        return [event.Kind.Name(event.kind) for event in client.ask('query_events').events]

    def metrics(self, process) -> dict[str, float]:
        self.wait_until(lambda: 'dashboard: http' in self.said(process))
        url = re.search(r'dashboard: (http://[\d.:]+)', self.said(process))[1]
        with urllib.request.urlopen(url + '/metrics', timeout=60) as answer:
            text = answer.read().decode()
        return {name: float(value) for name, value in re.findall(r'^(hypnos_broker_\w+) (\S+)$', text, re.MULTILINE)}

    def test_mqtt_clients_hear_events_and_how_it_is_doing(self):
        server = self.serve()
        heard = self.listen(server, 'hypnos/porch/#')
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        process = self.start_daemon()
        client = self.connect()
        self.wait_for_frames(client)
        self.happen(client, 5)
        kinds = lambda: [event['kind'] for event in self.events(heard)]  # noqa: E731
        self.wait_until(lambda: sum('PAUSED' in kind or 'RESUMED' in kind for kind in kinds()) == 10)
        self.assertEqual([kind for kind in kinds() if kind in ('SOURCE_PAUSED', 'SOURCE_RESUMED')],
                         ['SOURCE_PAUSED', 'SOURCE_RESUMED'] * 5)
        event = next(event for event in self.events(heard) if event['kind'] == 'SOURCE_PAUSED')
        self.assertEqual({'version', 'host', 'id', 'time', 'kind', 'severity', 'source', 'message'}, set(event))
        self.assertEqual((event['source'], event['version']), ('door', 1))
        self.wait_until(lambda: any(beat['frames'] and beat['layers'] for beat in heard.under('hypnos/porch/status')))
        beat = heard.under('hypnos/porch/status')[-1]
        self.assertEqual((beat['name'], beat['version'], beat['interval_seconds']), ('porch', 1, 0.2))
        self.assertEqual([source['name'] for source in beat['sources']], ['door'])
        self.assertEqual([layer['layer'] for layer in beat['layers']], [1, 2])
        newest = lambda topic: (heard.under(topic) or [{}])[-1]  # noqa: E731
        client.ask('pause_source', name='door')
        self.wait_until(lambda: newest('hypnos/porch/sources/door').get('state') == 'paused')
        self.end(process)
        self.wait_until(lambda: newest('hypnos/porch/status').get('ending'))
        self.assertEqual(self.waiting(), [])

    def test_home_assistant_is_told_what_there_is_and_again_when_it_has_started(self):
        server = self.serve()
        heard = self.listen(server, 'homeassistant/#')
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2, home_assistant: {{}}')
        self.start_daemon()
        client = self.connect()
        problem = 'homeassistant/binary_sensor/hypnos_porch/daemon_problem/config'
        unusual = 'homeassistant/binary_sensor/hypnos_porch/source_door_unusual/config'
        self.wait_until(lambda: heard.under(problem) and heard.under(unusual))
        announced = heard.under(unusual)[0]
        self.assertEqual(announced['state_topic'], 'hypnos/porch/sources/door')
        # Figures are read where they are published.
        figures = self.listen(server, announced['state_topic'])
        self.wait_until(lambda: figures.messages)
        self.assertIs(json.loads(figures.messages[0][1])['unusual'], False)
        before = len(heard.under(problem))
        server.say('homeassistant/status', 'offline')
        server.say('homeassistant/status', 'online')
        self.wait_until(lambda: len(heard.under(problem)) > before)
        self.wait_for_frames(client)
        client.ask('add_source', yaml='{name: yard, synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}}')
        yard = 'homeassistant/binary_sensor/hypnos_porch/source_yard_unusual/config'
        self.wait_until(lambda: any(topic == yard for topic, _ in heard.messages))
        client.ask('remove_source', name='yard')
        self.wait_until(lambda: (yard, '') in heard.messages)

    def test_without_a_broker_it_learns_and_says_so_and_what_waits_is_told_later(self):
        server = self.serve(start=False)
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        process = self.start_daemon('--set', 'web.port=0')
        client = self.connect()
        self.wait_for_frames(client)
        self.happen(client, 3)
        self.wait_until(lambda: 'BROKER_FAILED' in self.kinds(client))
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 20)
        self.wait_until(lambda: len(self.waiting()) >= 6)
        fleet = client.ask('list_fleet')
        self.assertFalse(fleet.connected)
        self.assertIn('nobody answers', fleet.why)
        told = self.metrics(process)
        self.assertEqual(told['hypnos_broker_connected'], 0)
        self.assertGreaterEqual(told['hypnos_broker_events_waiting'], 6)
        self.wait_until(lambda: self.metrics(process)['hypnos_broker_messages_left_out_total'] > 0)
        server.start()
        heard = self.listen(server, 'hypnos/porch/events/#')
        self.wait_until(lambda: 'BROKER_WORKS' in self.kinds(client))
        self.wait_until(lambda: not self.waiting())
        # The listener may have come after the daemon; what happens now reaches it.
        self.happen(client, 1)
        self.wait_until(lambda: len(self.events(heard)) >= 2)
        self.assertEqual(self.metrics(process)['hypnos_broker_connected'], 1)
        self.end(process)
        self.assertRegex(self.said(process), rf'warning broker {server.url} cannot be published to: nobody answers there')
        self.assertEqual(self.said(process).count('cannot be published to'), 1)

    def test_nothing_is_lost_while_the_broker_is_gone(self):
        # It keeps what it is given, so that nobody has to listen in time.
        server = self.serve()
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        process = self.start_daemon()
        client = self.connect()
        self.wait_for_frames(client)
        first = self.listen(server, 'hypnos/porch/events/#')
        self.happen(client, 2)
        self.wait_until(lambda: len(self.events(first)) >= 4)
        server.end()
        self.happen(client, 3)
        self.wait_until(lambda: len(self.waiting()) >= 6)
        ids = [json.loads(path.read_text(encoding='utf-8'))['id'] for path in self.waiting()]
        # The daemon comes back after the listener has: it cannot before the port is there, and waits a second.
        process.send_signal(signal.SIGSTOP)
        server.start()
        heard = self.listen(server, 'hypnos/porch/events/#')
        process.send_signal(signal.SIGCONT)
        self.wait_until(lambda: not self.waiting())
        self.wait_until(lambda: {event['id'] for severity in ['info', 'warning']
                                 for event in self.events(heard, severity)} >= set(ids))
        told = [event['id'] for event in self.events(heard)]
        self.assertEqual(told, sorted(told))
        self.end(process)

    def test_what_waits_is_told_after_a_kill(self):
        server = self.serve(start=False)
        self.publish(f'url: "{server.url}", name: porch, severity: info')
        process = self.start_daemon()
        self.happen(self.connect(), 3)
        self.wait_until(lambda: len(self.waiting()) >= 6)
        process.kill()
        process.wait()
        self.control.unlink()
        server.start()
        heard = self.listen(server, 'hypnos/porch/events/#')
        self.start_daemon()
        self.wait_until(lambda: sum(event['kind'] == 'SOURCE_PAUSED' for event in self.events(heard)) == 3)
        self.wait_until(lambda: not self.waiting())

    def test_a_broker_that_hangs_holds_up_neither_learning_nor_the_end(self):
        server = self.serve()
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        process = self.start_daemon()
        client = self.connect()
        self.wait_until(lambda: client.ask('list_fleet').connected)
        self.wait_for_frames(client)
        server.hold()
        self.addCleanup(server.go_on)
        self.happen(client, 2)
        frames = client.ask('status').frames
        self.wait_until(lambda: client.ask('status').frames > frames + 50)
        self.end(process)
        self.assertTrue(self.waiting())

    def test_a_login_that_is_wrong_is_told_of(self):
        server = self.serve(f'authorization: {{user: hypnos, password: right, {UNHURRIED}}}')
        login = self.folder / 'login'
        login.write_text(f'nats://hypnos:hushhush@127.0.0.1:{server.port}\n', encoding='utf-8')
        self.publish(f'url_file: {login}, name: porch')
        process = self.start_daemon()
        client = self.connect()
        self.wait_until(lambda: 'BROKER_FAILED' in self.kinds(client))
        login.write_text('changed while it runs: read at the start only', encoding='utf-8')
        self.end(process)
        self.assertRegex(self.said(process), r'broker nats://\*\*\*@127\.0\.0\.1:\d+ cannot be published to: it refuses '
                                             'this login: check credentials_file, or what stands before')
        self.assertNotIn('hushhush', self.said(process))

    def test_a_login_that_may_not_publish_is_told_of(self):
        server = self.serve(f'authorization: {{{UNHURRIED}, users: [{{user: a, password: b, permissions: '
                            '{publish: "elsewhere.>", subscribe: ">"}}]}')
        self.publish(f'url: "nats://a:b@127.0.0.1:{server.port}", name: porch')
        process = self.start_daemon()
        client = self.connect()
        self.wait_until(lambda: 'BROKER_FAILED' in self.kinds(client))
        self.happen(client, 1)
        self.wait_until(self.waiting)
        self.assertNotIn('BROKER_WORKS', self.kinds(client))
        self.end(process)
        self.assertRegex(self.said(process), 'cannot be published to: it does not permit that to this login '
                                             r'\(.*Publish to "hypnos\.porch\.')

    def test_one_that_may_not_listen_publishes(self):
        server = self.serve(f'authorization: {{{UNHURRIED}, users: [{{user: a, password: b, permissions: '
                            '{publish: "hypnos.porch.>", subscribe: {deny: ">"}}}, {user: m, password: m}]}')
        heard = self.listen(server, 'hypnos/porch/status', '-u', 'm', '-P', 'm')
        self.publish(f'url: "nats://a:b@127.0.0.1:{server.port}", name: porch, interval_seconds: 0.2')
        process = self.start_daemon()
        self.wait_until(lambda: len(heard.messages) > 1)
        self.wait_until(lambda: 'the rest goes on' in self.said(process))
        self.assertNotIn('BROKER_FAILED', self.kinds(self.connect()))

    def test_the_configuration_that_is_deployed_lets_each_do_what_it_has_to(self):
        deployed = (ROOT / 'deploy/nats/nats-server.conf').read_text(encoding='utf-8')
        server = nats_server.NatsServer(self.folder, deployed=deployed)
        self.addCleanup(server.end)
        server.start(PORCH_PASSWORD='one', HOMEASSISTANT_PASSWORD='other')
        login = ['-u', 'homeassistant', '-P', 'other']
        heard = self.listen(server, 'homeassistant/#', *login)
        told = self.listen(server, 'hypnos/#', *login)
        self.publish(f'url: "nats://porch:one@127.0.0.1:{server.port}", name: porch, interval_seconds: 0.2, '
                     'home_assistant: {}')
        process = self.start_daemon()
        self.wait_until(lambda: heard.messages and told.under('hypnos/porch/status'))
        before = len(heard.messages)
        server.say('homeassistant/status', 'online', *login)
        self.wait_until(lambda: len(heard.messages) > before + 5)
        client = self.connect()
        self.wait_until(lambda: client.ask('list_fleet').connected)
        self.end(process)
        self.assertNotIn('permit', self.said(process))

    def test_what_is_longer_than_the_broker_takes_comes_in_parts(self):
        server = self.serve('max_payload: 600')
        heard = self.listen(server, 'hypnos/porch/status')
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        self.start_daemon()

        def whole() -> dict:
            """Messages of which all parts have come."""
            found = {}
            for part in heard.under('hypnos/porch/status'):
                if 'part' in part:
                    found.setdefault(part['message'], {})[part['part']] = part
            return {digest: parts for digest, parts in found.items()
                    if len(parts) == next(iter(parts.values()))['of']}
        self.wait_until(whole)
        digest, parts = next(iter(whole().items()))
        text = b''.join(base64.b64decode(parts[part]['data']) for part in sorted(parts))
        self.assertEqual(hashlib.sha256(text).hexdigest(), digest)
        self.assertEqual(json.loads(text)['name'], 'porch')

    def test_it_trusts_whom_it_is_told_to(self):
        for name, host in [('good', 'IP:127.0.0.1,DNS:localhost'), ('other', 'DNS:elsewhere.example')]:
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj',
                            '/CN=test', '-addext', f'subjectAltName={host}', '-keyout', self.folder / f'{name}.key',
                            '-out', self.folder / f'{name}.pem'], check=True, capture_output=True)
        for certificate, url, ca, fails in [('good', 'tls://localhost', 'good', False), ('good', 'tls://localhost', '', True),
                                            ('good', 'nats://localhost', '', True), ('other', 'tls://localhost', 'other', True),
                                            ('good', 'nats://127.0.0.1', 'good', False)]:
            with self.subTest(certificate=certificate, url=url, ca=ca):
                folder = self.folder / f'server-{certificate}-{url[:3]}-{ca}'
                folder.mkdir()
                server = nats_server.NatsServer(folder, f'tls {{ cert_file: "{self.folder}/{certificate}.pem", '
                                                        f'key_file: "{self.folder}/{certificate}.key", {UNHURRIED} }}')
                self.addCleanup(server.end)
                server.start()
                trusted = f', ca_file: {self.folder}/{ca}.pem' if ca else ''
                self.publish(f'url: "{url}:{server.port}", name: porch{trusted}')
                process = self.start_daemon()
                client = self.connect()
                if fails:
                    self.wait_until(lambda c=client: 'BROKER_FAILED' in self.kinds(c))
                    self.assertRegex(client.ask('list_fleet').why, 'TLS')
                else:
                    self.wait_until(lambda c=client: c.ask('list_fleet').connected)
                client.close()
                self.end(process)

    def test_daemons_know_of_each_other(self):
        server = self.serve()
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        self.start_daemon()
        client = self.connect()
        others = []
        for name in ['attic', 'porch']:
            folder = f'broker.folder={self.folder}/waiting-{len(others)}'
            others.append(self.start('--config', self.config, '--set', f'broker.name={name}', '--set', folder,
                                     '--control', '', stderr=subprocess.DEVNULL))
        self.wait_until(lambda: 'BROKER_NAME_TAKEN' in self.kinds(client))

        # Who is kept from speaking, on a busy machine, is taken for gone until he speaks again.
        def are_gone() -> dict[str, bool]:
            return {member.name: member.gone for member in client.ask('list_fleet').members}
        self.wait_until(lambda: are_gone() == {'attic': False, 'porch': False})
        attic, porch = client.ask('list_fleet').members
        self.assertEqual((attic.self, porch.self, attic.sources), (False, True, 1))
        others[0].kill()
        self.wait_until(lambda: are_gone() == {'attic': True, 'porch': False})

    def hypnosctl(self, *arguments) -> str:
        done = subprocess.run([HYPNOSCTL, '--socket', self.control, *arguments], capture_output=True, text=True,
                              timeout=nats_server.PATIENCE_S, check=False)
        self.assertEqual(done.returncode, OK, done.stderr)
        return done.stdout

    def test_daemons_know_what_others_watch_and_learn(self):
        server = self.serve()
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        self.start_daemon()
        client = self.connect()
        other = self.start('--config', self.config, '--set', 'broker.name=attic', '--set',
                           f'broker.folder={self.folder}/waiting-2', '--control', '', stderr=subprocess.DEVNULL)

        def attic():
            return [member for member in client.ask('list_fleet').members if member.name == 'attic']
        self.wait_until(lambda: attic() and attic()[0].latency_seconds and attic()[0].layers)
        told = attic()[0]
        self.assertEqual((told.sources, told.sources_lost, told.layers), (1, 0, 2))
        self.assertEqual((told.layers_elsewhere, told.layers_hosted, len(told.source_details)), (0, 0, 0))
        self.assertFalse(told.HasField('model') or told.HasField('late_share'))
        whole = client.ask('list_fleet', name='attic')
        self.assertEqual((whole.total, len(whole.members)), (2, 1))
        source, = whole.members[0].source_details
        self.assertEqual((source.name, source.state), ('door', 'watched'))
        self.assertGreater(source.latency_seconds, 0)
        self.assertEqual([layer.layer for layer in whole.members[0].layer_details], [1, 2])
        few = client.ask('list_fleet', limit=1)
        self.assertEqual((few.total, [member.name for member in few.members]), (2, ['porch']))
        with self.assertRaisesRegex(Exception, 'DAEMON_NOT_FOUND'):
            client.ask('list_fleet', name='cellar')

        lines = self.hypnosctl('--fleet').splitlines()
        self.assertEqual([line.split()[0] for line in lines], ['daemon', 'attic', 'porch'])
        self.assertIn('(this one)', lines[2])
        self.assertRegex(self.hypnosctl('fleet', 'attic'), r'(?s)daemon +attic\n.*\ndoor +watched .*\nlayer ')
        self.assertEqual(json.loads(self.hypnosctl('fleet', '--json'))['members'][0]['name'], 'attic')
        other.terminate()
        self.assertEqual(other.wait(nats_server.PATIENCE_S), OK)
        self.wait_until(lambda: attic()[0].gone)
        self.assertRegex(self.hypnosctl('fleet'), r'\nattic +\S+ +gone +silent ')

    def test_it_is_told_which_layers_are_computed_where(self):
        server = self.serve()
        garage = self.folder / 'garage.yaml'
        garage.write_text(f'broker: {{url: "{server.url}", name: garage, interval_seconds: 0.2, '
                          f'folder: {self.folder}/waiting-2}}\nhosts: [{{network: porch, layers: [2]}}]\n', encoding='utf-8')
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2')
        with self.config.open('a', encoding='utf-8') as config:
            config.write('spread: {network: porch, layers: [2]}\n')
        host = self.start('--config', garage, '--control', '', stderr=subprocess.DEVNULL)
        heard = self.listen(server, 'hypnos/+/status')
        self.start_daemon()
        client = self.connect()

        def told(name):
            return {member.name: member for member in client.ask('list_fleet').members}.get(name)
        self.wait_until(lambda: told('porch') and told('porch').HasField('late_share') and told('garage'))
        self.assertEqual((told('porch').layers_elsewhere, told('porch').layers_hosted), (1, 0))
        self.assertEqual((told('garage').layers, told('garage').layers_hosted), (0, 1))

        def layer_elsewhere():
            layer, = client.ask('list_fleet', name='porch').members[0].elsewhere
            return layer
        # One that is not answered for a while, as on a busy machine, is placed anew.
        self.wait_until(lambda: (layer := layer_elsewhere()).steps > layer.late_steps and
                        (layer.placed, layer.network, layer.layer, layer.host) == (True, 'porch', 2, 'garage'))
        self.wait_until(lambda: client.ask('list_fleet', name='garage').members[0].hosted[0].steps)
        self.wait_until(lambda: re.search(r'\n2 +porch +garage +\d+ +[\d.]+ %', self.hypnosctl('fleet', 'porch')))
        # MQTT clients hear it, too.
        self.wait_until(lambda: any(beat['hosts'][0]['placed'] for beat in heard.under('hypnos/garage/status')))
        beat = heard.under('hypnos/porch/status')[-1]
        self.assertEqual({'network', 'layer', 'host', 'placed', 'steps', 'late_steps'}, set(beat['spread'][0]))
        self.assertNotIn('hosts', beat)
        host.kill()
        self.wait_until(lambda: told('garage').gone and not layer_elsewhere().placed)

    def test_nonsense_of_others_is_passed_over_and_counted(self):
        server = self.serve()
        self.publish(f'url: "{server.url}", name: porch, interval_seconds: 0.2, home_assistant: {{}}')
        process = self.start_daemon('--set', 'web.port=0')
        client = self.connect()
        self.wait_until(lambda: client.ask('list_fleet').connected)
        for payload in ['', 'no JSON', '[' * 5000, '{"version": 2}', '{"version": 1, "name": "a/b"}',
                        '{"version": 1, "name": "porch", "interval_seconds": -1}']:
            server.say('hypnos/evil/status', payload)
        server.say('homeassistant/status', 'x' * 10000)
        server.say('hypnos/evil/status', json.dumps({'version': 1, 'name': 'evil', 'interval_seconds': 1, 'host': '\x1b[31m',
                                                     'phase': 7, 'problems': [1, 'x' * 9999], 'sources': 'many',
                                                     'frames': -5, 'frames_per_second': 1e308, 'hosts': [[], 7],
                                                     'layers': [{'layer': -1, 'learning': '\x1b[31m'}] * 300,
                                                     'spread': [{'steps': 1, 'late_steps': 9}], 'model': 'gate'}))
        self.wait_until(lambda: any(member.name == 'evil' for member in client.ask('list_fleet').members))
        evil, = client.ask('list_fleet', name='evil').members
        self.assertEqual((evil.frames, evil.sources, evil.phase, len(evil.problems[0])), (0, 0, '', 1000))
        self.assertEqual((evil.layers, len(evil.layer_details), evil.layers_hosted), (300, 100, 0))
        self.assertEqual((evil.frames_per_second, evil.late_share, evil.HasField('model')), (0, 1, False))
        self.assertNotIn('\x1b', self.hypnosctl('fleet') + self.hypnosctl('fleet', 'evil'))
        self.assertEqual(self.metrics(process)['hypnos_broker_messages_not_understood_total'], 6)
        self.end(process)
        self.assertEqual(self.said(process).count('is passed over'), 1)


class FromOutside(Published, HypnosdTest):

    def test_nonsense_is_refused(self):
        for keys, sentence in [
                ('name: porch', 'give either url or url_file'),
                ('url: "nats://host", url_file: x', 'give either url or url_file'),
                ('url: "http://host"', 'neither with nats:// nor with tls://'),
                ('url: "nats://host", name: "front door"', 'is no word'),
                ('url: "nats://host", prefix: "a..b"', 'words of letters'),
                ('url: "nats://host", prefix: "a.>"', 'words of letters'),
                ('url: "nats://host", home_assistant: {discovery_prefix: "a/b"}', 'is no word'),
                ('url: "nats://host", key_file: x', 'both certificate_file and key_file'),
                ('url: "nats://host", interval_seconds: 0', 'interval_seconds'),
                ('url: "nats://host", picture: true', 'novelty.enabled is false'),
                ('url: "nats://host", ulr: 1', "did you mean 'url'"),
        ]:
            with self.subTest(keys=keys):
                self.publish(keys)
                done = self.run_to_end()
                self.assertEqual(done.returncode, CONFIGURATION, done.stderr)
                self.assertRegex(done.stderr, sentence)

    def test_files_that_say_nothing_are_told_of_at_the_start(self):
        empty, other = self.folder / 'empty', self.folder / 'other'
        empty.write_text('\n', encoding='utf-8')
        other.write_text('http://a/\n', encoding='utf-8')
        for keys, code, sentence in [
                (f'url_file: {empty}', CONFIGURATION, 'holds nothing'),
                (f'url_file: {other}', CONFIGURATION, 'neither with nats:// nor with tls://'),
                ('url_file: gone', NO_INPUT, "broker.url_file: .*'gone'"),
                ('url: "nats://host", ca_file: gone', NO_INPUT, 'broker.ca_file: '),
                ('url: "nats://host", credentials_file: gone', NO_INPUT, 'broker.credentials_file: '),
        ]:
            with self.subTest(keys=keys):
                self.publish(f'name: porch, {keys}')
                done = self.run_to_end()
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertRegex(done.stderr, sentence)

    def test_a_login_is_not_printed(self):
        self.publish('url: "nats://me:hushhush@host:4222", name: porch')
        done = self.run_program('--config', self.config, '--print-config')
        self.assertEqual(done.returncode, OK, done.stderr)
        self.assertNotIn('hushhush', done.stdout)

    def test_two_daemons_do_not_share_what_waits(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 0}')
        self.publish(f'url: "nats://127.0.0.1:{ports.hold()}", name: porch')
        first = self.start_and_read('--config', self.config)
        # The folder is there before it is locked.
        self.wait_until(lambda: 'this daemon is called porch there' in self.said(first))
        other = self.run_program('--config', self.config, '--until-end', '--control', '')
        self.assertEqual(other.returncode, TRY_AGAIN, other.stderr)
        self.assertIn('broker.folder', other.stderr)
        first.kill()

    def test_what_happens_at_the_end_is_told_before_it(self):
        self.watch('synthetic: {scene: glyphs, width: 32, height: 32, frames: 20}')
        server = self.serve()
        heard = self.listen(server, 'hypnos/porch/events/#')
        self.publish(f'url: "{server.url}", name: porch')
        done = self.run_to_end()
        self.assertEqual(done.returncode, OK, done.stderr)
        self.wait_until(lambda: any(event['kind'] == 'SOURCE_ENDED' for event in self.events(heard)))
        self.assertEqual(self.waiting(), [])


if __name__ == '__main__':
    nats_server.main(HYPNOSD)
