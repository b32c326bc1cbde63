#!/usr/bin/env python3
"""What lies in deploy/kubernetes: Kubernetes knows every key, what names something else names what is there,
and a daemon runs by the configuration and answers the probes; the broker takes its own.

usage: kubernetes_test.py PATH_OF_HYPNOSD SOURCE_FOLDER BUILD_FOLDER
Exit code: 69 without Debian's python3-kubernetes.
"""

import copy
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import types
import unittest
import urllib.request

DEBIANS_PYTHON = '/usr/bin/python3'
try:
    import kubernetes.client
    import yaml
except ImportError:
    if pathlib.Path(sys.executable) != pathlib.Path(DEBIANS_PYTHON) and os.path.exists(DEBIANS_PYTHON):
        os.execv(DEBIANS_PYTHON, [DEBIANS_PYTHON, '-B', *sys.argv])
    print('skipped: there is no python3-kubernetes; run: scripts/install-packages test')
    sys.exit(69)

ROOT = pathlib.Path(sys.argv[2])
del sys.argv[2:4]
sys.path.insert(0, str(ROOT / 'tests/daemon'))

import nats_server  # noqa: E402
import ports  # noqa: E402
from hypnosd_case import OK, HypnosdTest  # noqa: E402

FOLDER = ROOT / 'deploy/kubernetes'
API_OF = {'ConfigMap': 'v1', 'Service': 'v1', 'StatefulSet': 'apps/v1', 'NetworkPolicy': 'networking.k8s.io/v1'}
API = kubernetes.client.ApiClient()
DOCUMENTS = [document for file in sorted(FOLDER.glob('*.yaml'))
             for document in yaml.safe_load_all(file.read_text(encoding='utf-8')) if document]


def of_kind(kind: str) -> list[dict]:
    return [document for document in DOCUMENTS if document['kind'] == kind]


def named(kind: str, name: str) -> dict:
    found, = [document for document in of_kind(kind) if document['metadata']['name'] == name]
    return found


def as_kubernetes_reads_it(document: dict) -> dict:
    """There and back by Kubernetes' own model: what it does not know is lost, what is of another type becomes
    another value. Raises ValueError for what it misses."""
    model = API.deserialize(types.SimpleNamespace(data=json.dumps(document)), f'V1{document["kind"]}')
    return API.sanitize_for_serialization(model)


class Manifests(unittest.TestCase):

    def test_kubernetes_knows_all_that_is_said(self):
        self.assertEqual({document['kind'] for document in DOCUMENTS}, set(API_OF))
        for document in DOCUMENTS:
            with self.subTest(f'{document["kind"]} {document["metadata"]["name"]}'):
                self.assertEqual(document['apiVersion'], API_OF[document['kind']])
                self.assertEqual(as_kubernetes_reads_it(document), document)

    def test_what_kubernetes_would_not_take_is_found(self):
        right = named('StatefulSet', 'hypnosd')
        for change in ['pod.update(terminationGracePeriod=3)', 'pod["containers"][0].update(command="healthy")',
                       'spec.update(replicas="1")', 'spec.pop("serviceName")', 'pod["containers"][0].pop("name")']:
            wrong = copy.deepcopy(right)
            spec = wrong['spec']
            exec(change, {'spec': spec, 'pod': spec['template']['spec']})
            with self.subTest(change):
                try:
                    self.assertNotEqual(as_kubernetes_reads_it(wrong), wrong)
                except ValueError:
                    pass

    def test_what_is_named_is_there(self):
        for stateful in of_kind('StatefulSet'):
            spec = stateful['spec']
            labels, pod = spec['template']['metadata']['labels'], spec['template']['spec']
            self.assertLessEqual(spec['selector']['matchLabels'].items(), labels.items())
            service = named('Service', spec['serviceName'])
            self.assertLessEqual(service['spec']['selector'].items(), labels.items())
            container, = pod['containers']
            ports = {port['name'] for port in container['ports']}
            self.assertLessEqual({port['targetPort'] for port in service['spec']['ports']}, ports)
            self.assertLessEqual({container[probe]['httpGet']['port']
                                  for probe in ['startupProbe', 'livenessProbe', 'readinessProbe']}, ports)
            volumes = {volume['name'] for volume in pod['volumes']}
            volumes |= {claim['metadata']['name'] for claim in spec['volumeClaimTemplates']}
            self.assertEqual({mount['name'] for mount in container['volumeMounts']}, volumes)
            for volume in pod['volumes']:
                if 'configMap' in volume:
                    named('ConfigMap', volume['configMap']['name'])

    def test_the_page_says_how_to_make_each_secret(self):
        page = (ROOT / 'deploy/README.md').read_text(encoding='utf-8')
        text = ''.join(file.read_text(encoding='utf-8') for file in FOLDER.glob('*.yaml'))
        secrets = re.findall(r'secretName: ([\w-]+)|secretRef: \{name: ([\w-]+)\}', text)
        self.assertEqual(len(secrets), 3)
        for secret in (one or other for one, other in secrets):
            self.assertRegex(page, rf'create secret (generic|tls) {secret} ')

    def test_nobody_may_more_than_he_needs(self):
        dockerfile = (ROOT / 'deploy/container/Dockerfile').read_text(encoding='utf-8')
        user = int(re.search(r'--uid (\d+)', dockerfile).group(1))
        self.assertEqual(named('StatefulSet', 'hypnosd')['spec']['template']['spec']['securityContext']['runAsUser'], user)
        for stateful in of_kind('StatefulSet'):
            pod = stateful['spec']['template']['spec']
            self.assertTrue(pod['securityContext']['runAsNonRoot'])
            self.assertIs(pod['automountServiceAccountToken'], False)
            # Or Kubernetes sets HYPNOS_... for a service of that name, and the daemon takes it for a key.
            self.assertIs(pod['enableServiceLinks'], False)
            self.assertEqual(pod['containers'][0]['securityContext'],
                             {'allowPrivilegeEscalation': False, 'readOnlyRootFilesystem': True,
                              'capabilities': {'drop': ['ALL']}})

    def test_whoever_reaches_the_broker_is_let_through(self):
        allowed, = named('NetworkPolicy', 'nats')['spec']['ingress']
        labels = allowed['from'][0]['podSelector']['matchLabels']
        pod = named('StatefulSet', 'hypnosd')['spec']['template']['metadata']['labels']
        self.assertLessEqual(labels.items(), pod.items())


class Daemon(HypnosdTest):

    def test_runs_by_the_configuration_and_answers_the_probes(self):
        if not shutil.which('openssl'):
            self.skipTest('there is no openssl')
        secrets, tls = self.folder / 'hypnos', self.folder / 'hypnos-tls'
        for folder in [secrets, tls]:
            folder.mkdir()
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                        '-days', '1', '-subj', '/CN=hypnosd', '-keyout', tls / 'tls.key', '-out', tls / 'tls.crt'],
                       check=True, capture_output=True)
        (secrets / 'tokens').touch()
        # Nobody is there: the daemon does without, and says so.
        (secrets / 'broker-url').write_text(f'nats://hypnosd:p@127.0.0.1:{ports.hold()}\n', encoding='utf-8')
        port = ports.hold()
        text = named('ConfigMap', 'hypnosd')['data']['hypnos.yaml']
        for there, here in [('/run/secrets', self.folder), ('/var/lib/hypnos', self.folder / 'learned'),
                            ('address: 0.0.0.0', f'address: 127.0.0.1\n  port: {port}')]:
            self.assertIn(there, text)
            text = text.replace(there, str(here))
        self.config.write_text(text, encoding='utf-8')
        self.assert_ends(self.run_program('--config', self.config, '--check-config'), OK)
        process = self.start('--config', self.config, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # As the kubelet asks: it takes any certificate.
        anybody = ssl._create_unverified_context()
        pod = named('StatefulSet', 'hypnosd')['spec']['template']['spec']
        for name in ['startupProbe', 'livenessProbe', 'readinessProbe']:
            probe = pod['containers'][0][name]['httpGet']
            url = f'{probe["scheme"].lower()}://127.0.0.1:{port}{probe["path"]}'

            def answers(url=url):
                self.assertIsNone(process.poll())
                try:
                    with urllib.request.urlopen(url, timeout=10, context=anybody) as answer:
                        return answer.status == 200
                except OSError:
                    return False
            self.wait_until(answers)
        process.terminate()
        self.assertEqual(process.wait(timeout=60), OK)


class Broker(unittest.TestCase):

    def test_takes_its_configuration_and_lets_the_daemon_publish_under_the_name_of_its_pod(self):
        server = shutil.which('nats-server', path=nats_server.SEARCH)
        if not server:
            self.skipTest('there is no nats-server: scripts/install-packages broker')
        text = named('ConfigMap', 'nats')['data']['nats-server.conf']
        self.assertIn('"hypnos.hypnosd-0.>"', text)
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / 'nats-server.conf'
            config.write_text(text, encoding='utf-8')
            done = subprocess.run([server, '-t', '-c', config], text=True, capture_output=True, check=False,
                                  env={'HYPNOSD_PASSWORD': 'one', 'HOMEASSISTANT_PASSWORD': 'other'})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == '__main__':
    unittest.main()
