#!/usr/bin/env python3
"""include_check.py must fail when it should: each case is a small tree with one file in it."""

import pathlib
import tempfile
import unittest

import include_check
import rooms


def breaches(path: str, text: str) -> list[str]:
    """What the check says about a tree that holds only this file."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding='utf-8')
        return include_check.check(pathlib.Path(folder))


class IncludeCheck(unittest.TestCase):

    def assert_allowed(self, path: str, text: str):
        self.assertEqual(breaches(path, text), [])

    def assert_refused(self, path: str, text: str, *words: str, line: int = 1):
        found = breaches(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f'{path}:{line}: '), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_room_may_use_what_stands_below_it(self):
        self.assert_allowed('src/layer/a.cc', '#include "hypnos/tensor/planes.h"\n'
                                              '#include "hypnos/base/check.h"\n'
                                              '#include "hypnos/layer/a.h"\n'
                                              '#include "layer/private.h"\n')
        self.assert_allowed('include/hypnos/pipeline/a.h', '#include "hypnos/schedule/a.h"\n')
        self.assert_allowed('src/daemon/main.cc', '#include "hypnos/base/log.h"\n')

    def test_a_room_may_not_use_what_stands_above_or_beside_it(self):
        self.assert_refused('src/tensor/a.cc', '#include "hypnos/layer/a.h"', "'tensor'", "'layer'")
        self.assert_refused('include/hypnos/imaging/a.h', '#include "hypnos/layer/a.h"')
        self.assert_refused('src/schedule/a.cc', '#include "hypnos/network/a.h"')
        self.assert_refused('src/lab/a.cc', '#include "hypnos/control/a.h"')
        self.assert_refused('tests/layer/a_test.cc', '#include "hypnos/network/a.h"')

    def test_private_headers_stay_in_their_room(self):
        self.assert_refused('src/network/a.cc', '#include "layer/private.h"', 'private')
        self.assert_refused('include/hypnos/layer/a.h', '#include "layer/private.h"', 'public')

    def test_tests_may_look_into_their_room_and_those_below(self):
        self.assert_allowed('tests/layer/a_test.cc', '#include "layer/private.h"\n'
                                                     '#include "tensor/naive.h"\n')
        self.assert_refused('tests/layer/a_test.cc', '#include "network/private.h"', 'private')

    def test_tests_may_generate_headers_of_their_own(self):
        self.assert_allowed('tests/config/a_test.cc', '#include "tests/config/messages.pb.h"\n')
        self.assert_refused('tests/layer/a_test.cc', '#include "tests/config/messages.pb.h"')
        self.assert_refused('src/config/a.cc', '#include "tests/config/messages.pb.h"')

    def test_rooms_nobody_knows_are_refused(self):
        self.assert_refused('src/attic/a.cc', '', "'attic'")
        self.assert_refused('src/layer/a.cc', '#include "hypnos/attic/a.h"', "'attic'")

    def test_each_library_is_for_its_rooms_only(self):
        for library, (prefixes, allowed) in rooms.LIBRARIES.items():
            for prefix in prefixes:
                header = prefix if prefix.endswith('.h') else prefix + 'a.h'
                for room in rooms.ROOMS:
                    with self.subTest(library=library, room=room):
                        text = f'#include <{header}>\n'
                        if room in allowed:
                            self.assert_allowed(f'src/{room}/a.cc', text)
                        else:
                            self.assert_refused(f'src/{room}/a.cc', text, library)

    def test_quotes_hide_no_library(self):
        self.assert_refused('src/layer/a.cc', '#include "opencv2/core.hpp"', 'OpenCV')

    def test_test_libraries_are_for_tests(self):
        self.assert_allowed('tests/base/a_test.cc', '#include <gtest/gtest.h>\n'
                                                    '#include <rapidcheck/gtest.h>\n'
                                                    '#include "support/temp_dir.h"\n')
        self.assert_refused('src/base/a.cc', '#include "support/temp_dir.h"')

    def test_unknown_libraries_are_refused(self):
        self.assert_refused('src/base/a.cc', '#include <bzlib.h>', 'rooms.py')
        self.assert_refused('src/base/a.cc', '#include "zlib.h"')

    def test_protobuf_is_for_the_edges(self):
        self.assert_allowed('src/config/a.cc', '#include "proto/config.pb.h"\n')
        self.assert_allowed('src/daemon/a.cc', '#include "proto/config.pb.h"\n')
        self.assert_refused('src/pipeline/a.cc', '#include "proto/config.pb.h"', "'proto'")

    def test_standard_and_posix_headers_are_free(self):
        self.assert_allowed('src/base/a.cc', '#include <vector>\n#include <cstdint>\n'
                                             '#include <sys/stat.h>\n#include <unistd.h>\n')

    def test_rooms_of_pure_computing_have_no_threads(self):
        for room in rooms.ROOMS_WITHOUT_THREADS:
            self.assert_refused(f'src/{room}/a.cc', '#include <atomic>', 'threads')
        self.assert_allowed('src/pipeline/a.cc', '#include <thread>')
        self.assert_allowed('tests/network/a_test.cc', '#include <thread>')

    def test_randomness_comes_from_rng(self):
        self.assert_refused('src/pipeline/a.cc', '#include <random>', 'rng.h')
        self.assert_refused('tests/base/a_test.cc', '#include <random>', 'rng.h')
        for text in ['int a = rand();', 'srand(7);', 'std::rand();', 'std::random_device d;']:
            self.assert_refused('src/pipeline/a.cc', text, 'Rng')
        self.assert_allowed('src/base/a.cc', 'grand(1); a.operand(2); int strand(int);')

    def test_time_comes_from_a_clock(self):
        for text in ['auto t = std::chrono::steady_clock::now();',
                     'using namespace std::chrono; system_clock::now();',
                     'time(nullptr);', 'std::time(&t);', '::time(0);',
                     'gettimeofday(&t, nullptr);']:
            self.assert_refused('src/daemon/a.cc', text, 'Clock')
        self.assert_allowed('src/base/clock.cc', 'std::chrono::steady_clock::now();')
        self.assert_allowed('tests/base/clock_test.cc', 'std::chrono::steady_clock::now();')
        self.assert_allowed('src/base/a.cc', 'presentation_time(0); frame.time(0);\n'
                                             'clock->time(0); Instant time(t);\n')

    def test_comments_and_texts_are_not_code(self):
        self.assert_allowed('src/layer/a.cc', '// #include "hypnos/network/a.h"\n'
                                              '/*\n#include <random>\n*/\n'
                                              'auto a = "rand() of the day";  // time(nullptr)\n'
                                              'auto b = R"(steady_clock::now())";\n'
                                              "char c = '\"'; int d = 1'000;\n")

    def test_a_breach_is_found_behind_comments_and_texts(self):
        self.assert_refused('src/layer/a.cc', '/* one\n two */\nauto a = "//";\n'
                                              'char b = \'"\';\nint c = rand();  // "\n', line=5)

    def test_odd_spellings_are_found(self):
        self.assert_refused('src/layer/a.cc', '#  include  <random>  // why not', 'rng.h')
        self.assert_refused('src/layer/a.cc', '#include HEADER', 'macro')
        self.assert_refused('src/layer/a.cc', '#include "../network/a.h"', 'include/')


class Table(unittest.TestCase):

    def test_rooms_depend_in_one_direction_only(self):
        for room, below in rooms.ROOMS.items():
            for other in below:
                self.assertIn(other, rooms.ROOMS)
                self.assertNotIn(room, include_check.uses(other))

    def test_libraries_belong_to_known_rooms(self):
        for library, (_, allowed) in rooms.LIBRARIES.items():
            self.assertLessEqual(set(allowed), set(rooms.ROOMS), library)

    def test_libraries_of_tests_are_known(self):
        self.assertLessEqual(set(rooms.TEST_LIBRARIES), set(rooms.LIBRARIES))


if __name__ == '__main__':
    unittest.main()
