#!/usr/bin/env python3
"""The reference pages are what the schema says, and leave nothing of it out.

usage: reference_test.py [ARGUMENT OF unittest]...
"""

import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / 'scripts/build-reference'
UNAVAILABLE = 69


def messages(name: str) -> dict[str, list[str]]:
    """The fields of each message, read from the text and not as the script reads them."""
    text = re.sub(r'//[^\n]*', '', (ROOT / f'proto/{name}.proto').read_text(encoding='utf-8'))
    found: dict[str, list[str]] = {}
    open_blocks: list[str] = []
    for token in re.finditer(r'\b(message|enum|oneof|extend)\s+([\w.]+)\s*\{|(\})|\{|'
                             r'([\w.<>, ]+?)\s+(\w+)\s*=\s*\d+\s*(?:\[[^\]]*\])?;', text):
        if token[1]:
            open_blocks.append(f'{token[1]} {token[2]}')
        elif token[3]:
            open_blocks.pop()
        elif token[5]:
            # Fields of a oneof are those of the message around it.
            around = [block for block in open_blocks if not block.startswith('oneof')]
            if around[-1].startswith('message'):
                found.setdefault('.'.join(block.split()[1] for block in around), []).append(token[5])
    return found


def page(name: str) -> str:
    return (ROOT / 'proto' / name).read_text(encoding='utf-8')


def sections(text: str) -> dict[str, str]:
    parts = re.split(r'^#{2,3} (.*)$', text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


class ReferenceTest(unittest.TestCase):

    def run_script(self, *arguments: str) -> subprocess.CompletedProcess:
        done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)
        if done.returncode == UNAVAILABLE:
            self.skipTest(done.stderr.strip())
        return done

    def test_the_pages_are_what_the_script_writes(self):
        done = self.run_script('--check')
        self.assertEqual((done.returncode, done.stderr), (0, ''), done.stdout)

    def test_the_script_answers_help_and_refuses_what_it_does_not_know(self):
        done = self.run_script('--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertIn('usage: scripts/build-reference', done.stdout)
        self.assertEqual(self.run_script('--colour').returncode, 64)

    def test_every_key_of_the_configuration_is_there(self):
        text = page('CONFIGURATION.md')
        schema = messages('config')
        self.assertGreater(sum(map(len, schema.values())), 200)
        # All keys, wherever they stand: as many rows as there are fields.
        in_rows = [key for cell in re.findall(r'^\| (`\w+`(?:<br>`\w+`)*) \|', text, re.MULTILINE)
                   for key in re.findall(r'`(\w+)`', cell)]
        expected = [key for keys in schema.values() for key in keys]
        expected += [key for keys in messages('profiles').values() for key in keys]
        self.assertEqual(sorted(in_rows), sorted(expected))

    def test_a_key_is_told_of_with_type_default_range_and_meaning(self):
        of = sections(page('CONFIGURATION.md'))
        for section, row in [
                ('learning', '| `velocity` | number 0 to 0.9999 | `0.9` | Share of the last change that goes on. |'),
                ('sources.N.stream', '| `url` | text; masked where it is shown | *needed* | '),
                ('network', '| `layers` | list: section; at least 1 | *needed* | From the input upwards.'),
                ('sources.N', '| `pace` | one of `fast`, `realtime` | `fast` | How fast the frames'),
                ('control', '| `socket` | text | `/run/hypnos/control.sock` | Path of a Unix socket')]:
            with self.subTest(section):
                self.assertIn('\n' + row, of[section])

    def test_every_request_and_every_field_of_the_protocol_is_there(self):
        of = sections(page('CONTROL.md'))
        schema = messages('control')
        requests = schema.pop('Request')
        self.assertGreater(len(requests), 30)
        self.assertEqual(sorted(requests), sorted(name.split('`')[1] for name in of if name.startswith('Request ')))
        responses = schema.pop('Response')
        self.assertEqual(set(requests) | {'of_each'}, set(responses))
        for message, fields in list(schema.items()) + [(f'telemetry.{name}', fields)
                                                       for name, fields in messages('telemetry').items()]:
            told = re.fullmatch(r'(\w+)(?:Request|Response)', message)
            name = message if not told else 'Request `' + re.sub(r'(?<!^)([A-Z])', r'_\1', told[1]).lower() + '`'
            if message == 'NetworkResponse':
                name = message
            for field in fields:
                with self.subTest(f'{message}.{field}'):
                    self.assertRegex(of[name], rf'(?m)^\| (?:`\w+`<br>)*`{field}`')

    def test_every_request_says_who_may_and_how_hypnosctl_asks_it(self):
        rows = re.findall(r'^\| \[(\w+)\]\(#request-\w+\) \| (view|control) \| (`.+`) \|$', page('CONTROL.md'),
                          re.MULTILINE)
        schema = (ROOT / 'proto/control.proto').read_text(encoding='utf-8')
        told = re.findall(r'Request (\w+) = \d+ \[\(access\) = (\w+)\];', schema)
        self.assertEqual([(name, access) for name, access, _ in rows],
                         [(name, access.lower()) for name, access in told])

    def test_every_reason_of_an_error_is_there(self):
        """Of those that whoever asks may be given."""
        said = page('CONTROL.md')
        answering = [ROOT / f'src/control/{name}.cc' for name in ['session', 'gate', 'framing']]
        answering += [ROOT / f'src/daemon/{name}.cc'
                      for name in ['daemon_service', 'config_in_effect', 'learner', 'watched_sources', 'event_book']]
        answering += (ROOT / 'src/daemon').glob('*_answers.cc')
        reasons = {reason for path in answering for reason in re.findall(
            r'(?:Code::k\w+,|Wrong\()\s*"([A-Z_]+)"', path.read_text(encoding='utf-8'))}
        self.assertGreater(len(reasons), 50)
        reasons.remove('FOLDER_IS_REPLAYED')  # the daemon does not start
        self.assertEqual({reason for reason in reasons if not re.search(rf'\b{reason}\b', said)}, set())


if __name__ == '__main__':
    unittest.main()
