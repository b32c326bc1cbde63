#!/usr/bin/env python3
"""What bash and zsh complete of a half-typed hypnosctl command.

usage: completion_test.py PATH_OF_HYPNOSCTL PATH_OF_FAKE_DAEMON [ARGUMENT OF unittest]...
"""

import os
import pty
import select
import shutil
import threading
import unittest

from outside import PATIENCE_S, OutsideTest

# Half typed, and the only thing that it can become.
CASES = [
    ('hypnosctl sta', 'hypnosctl status '),
    ('hypnosctl che', 'hypnosctl checkpoint '),
    ('hypnosctl checkpoint ver', 'hypnosctl checkpoint verify '),
    ('hypnosctl --json checkpoint ver', 'hypnosctl --json checkpoint verify '),
    ('hypnosctl --timeout 5 sleep ab', 'hypnosctl --timeout 5 sleep abort '),
    ('hypnosctl log-level de', 'hypnosctl log-level debug '),
    ('hypnosctl watch goodness ph', 'hypnosctl watch goodness phase '),
    ('hypnosctl status --js', 'hypnosctl status --json '),
    ('hypnosctl learning on --js', 'hypnosctl learning on --json '),
    ('hypnosctl completion z', 'hypnosctl completion zsh '),
    ('hypnosctl source add doo', 'hypnosctl source add door.yaml '),
    ('hypnosctl snapshot --output fol', 'hypnosctl snapshot --output folder/'),
]

IN_BASH = '''
source <(hypnosctl completion bash)
read -ra COMP_WORDS <<<"$1"
if [[ "$1" == *' ' ]]; then COMP_WORDS+=(''); fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_hypnosctl
printf '%s\\n' "${COMPREPLY[@]}"
'''

# Ctrl-X writes what stands on the command line into a pipe, and empties the line.
IN_ZSH = '''
autoload -U compinit
compinit -u -d "$HOME/dump"
source <(hypnosctl completion zsh)
show() {{ print -r -- "$BUFFER|" >{pipe}; BUFFER='' }}
zle -N show
bindkey '^X' show
bindkey '^I' complete-word
print ready >{pipe}
'''


class CompletionTest(OutsideTest):

    def setUp(self):
        super().setUp()
        (self.folder / 'door.yaml').touch()
        (self.folder / 'two words').touch()
        (self.folder / 'folder').mkdir()

    def in_bash(self, typed: str) -> list[str]:
        done = self.run_command(['bash', '-c', IN_BASH, 'bash', typed])
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        return done.stdout.split('\n')[:-1] if done.stdout.strip() else []

    def test_bash_completes_the_last_word(self):
        for typed, complete in CASES:
            with self.subTest(typed):
                self.assertEqual(self.in_bash(typed), [complete.split()[-1].rstrip('/')])

    def test_bash_offers_what_may_stand_there(self):
        self.assertEqual(self.in_bash('hypnosctl sleep '), ['now', 'abort', 'status'])
        self.assertIn('watch', self.in_bash('hypnosctl '))
        self.assertIn('--steps', self.in_bash('hypnosctl sleep now -'))
        self.assertNotIn('--steps', self.in_bash('hypnosctl sleep abort -'))
        self.assertEqual(self.in_bash('hypnosctl sleep now --steps '), [])
        self.assertEqual(self.in_bash('hypnosctl source add tw'), ['two words'])

    def test_every_command_of_the_help_is_offered(self):
        words = self.in_bash('hypnosctl ')
        listed = self.run_ctl('--help').stdout.split('Subcommands:\n')[1].split('\n\n')[0]
        self.assertEqual(words, [line.split()[0] for line in listed.splitlines()])

    @unittest.skipUnless(shutil.which('zsh'), 'there is no zsh here')
    def test_zsh_understands_the_script(self):
        script = self.run_ctl('completion', 'zsh').stdout
        done = self.run_command(['zsh', '-f', '-n'], input=script)
        self.assertEqual((done.returncode, done.stderr), (0, ''))

    @unittest.skipUnless(shutil.which('zsh'), 'there is no zsh here')
    def test_zsh_completes_the_last_word(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        (self.folder / '.zshrc').write_text(IN_ZSH.format(pipe=pipe), encoding='utf-8')
        self.environment['TERM'] = 'vt100'
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.start(['zsh', '-i'], stdin=theirs, stdout=theirs, stderr=theirs,
                   start_new_session=True)
        os.close(theirs)
        # Whoever writes to a terminal that nobody reads waits for ever.
        threading.Thread(target=self.swallow, args=[ours], daemon=True).start()
        # Opened for both, so that it does not end between two writers.
        with open(os.open(pipe, os.O_RDWR), encoding='utf-8') as answers:
            self.assertEqual(self.line(answers), 'ready\n')
            for typed, complete in CASES:
                with self.subTest(typed):
                    os.write(ours, f'{typed}\t\x18'.encode())
                    self.assertEqual(self.line(answers), f'{complete}|\n')

    def line(self, answers) -> str:
        """The next one; they come one by one, so that none waits where select does not see it."""
        self.assertTrue(select.select([answers], [], [], PATIENCE_S)[0], 'zsh says nothing')
        return answers.readline()

    @staticmethod
    def swallow(descriptor: int):
        try:
            while os.read(descriptor, 4096):
                pass
        except OSError:
            pass  # the other end is closed


if __name__ == '__main__':
    unittest.main()
