"""Which room may use which room and which libraries: the table that include_check.py enforces."""

# A room may include the public headers of the rooms named here and of all that those use.
ROOMS = {
    'base': [],
    'proto': [],
    'tensor': ['base'],
    'layer': ['tensor'],
    'network': ['layer'],
    'replay': ['network'],
    'diagnostics': ['replay'],
    'novelty': ['network'],
    'schedule': ['base'],
    'imaging': ['tensor'],
    'sources': ['imaging'],
    'checkpoint': ['base'],
    'record': ['base', 'proto'],
    'telemetry': ['base'],
    'sinks': ['imaging'],
    'pipeline': ['network', 'replay', 'diagnostics', 'novelty', 'sources', 'schedule', 'telemetry'],
    'config': ['base', 'schedule', 'proto'],
    'control': ['base', 'proto'],
    'web': ['control', 'imaging', 'telemetry', 'proto'],
    'cluster': ['network', 'sinks', 'proto'],
    'daemon': ['pipeline', 'telemetry', 'record', 'checkpoint', 'sinks', 'config', 'control', 'web', 'cluster', 'proto'],
    'cli': ['control', 'config', 'record', 'proto'],
    'lab': ['pipeline', 'checkpoint', 'sinks', 'config', 'proto'],
    'bench': ['pipeline', 'record', 'checkpoint', 'sinks', 'config', 'proto'],
}

# Library -> (what its headers begin with, the rooms that may include them).
LIBRARIES = {
    'fmt': (['fmt/'], ['base']),
    'spdlog': (['spdlog/'], ['base']),
    'Boost.Random': (['boost/random/'], ['base']),
    'BLAS': (['cblas.h', 'f77blas.h'], ['tensor', 'bench']),
    'Highway': (['hwy/'], ['tensor', 'bench']),
    'OpenCV': (['opencv2/'], ['imaging']),
    'Abseil': (['absl/'], ['schedule']),
    'FFmpeg': (['libavcodec/', 'libavformat/', 'libavutil/', 'libswscale/'], ['imaging']),
    'zstd': (['zstd.h'], ['record']),
    'zlib': (['zlib.h'], ['lab']),
    'libcurl': (['curl/'], ['sinks']),
    'xxHash': (['xxhash.h'], ['checkpoint', 'record', 'cluster']),
    'JSON': (['nlohmann/'], ['checkpoint', 'sinks', 'cluster', 'lab']),
    'prometheus-cpp': (['prometheus/'], ['telemetry']),
    'SQLite': (['sqlite3.h'], ['telemetry']),
    'oneTBB': (['oneapi/tbb', 'tbb/'], ['pipeline', 'bench']),
    'OpenSSL': (['openssl/'], ['sinks', 'cluster', 'control']),
    'Boost.Asio': (['boost/asio', 'boost/system/'], ['control', 'web']),
    'Boost.Beast': (['boost/beast'], ['web']),
    'NATS': (['nats/'], ['cluster']),
    'yaml-cpp': (['yaml-cpp/'], ['config']),
    'Protobuf': (['google/protobuf/'], ['config', 'control', 'record', 'web', 'daemon', 'cli']),
    'CLI11': (['CLI/'], ['daemon', 'cli', 'lab', 'bench']),
    'libsystemd': (['systemd/'], ['daemon']),
    'ncurses': (['ncurses.h', 'curses.h', 'panel.h'], ['cli']),
    'Google Benchmark': (['benchmark/'], ['bench']),
    'GoogleTest': (['gtest/', 'gmock/'], []),
    'RapidCheck': (['rapidcheck.h', 'rapidcheck/'], []),
}

# What only files under tests/ may include, whatever their room.
TEST_LIBRARIES = ['GoogleTest', 'RapidCheck']

# Helpers of the tests, tests/support/: what they may use besides the test libraries.
TEST_SUPPORT_ROOMS = ['sources', 'schedule', 'telemetry']

# Rooms whose results may not depend on how threads are scheduled, so that they have none.
ROOMS_WITHOUT_THREADS = ['tensor', 'layer', 'network', 'replay', 'diagnostics', 'novelty',
                         'schedule']
THREAD_HEADERS = ['thread', 'mutex', 'shared_mutex', 'atomic', 'condition_variable', 'future',
                  'stop_token', 'semaphore', 'latch', 'barrier', 'pthread.h']

# The only file that may ask the operating system what time it is.
CLOCK_FILE = 'src/base/clock.cc'

# POSIX and Linux headers are free, as the standard library is, but for the words below.
SYSTEM_HEADERS = ['dirent.h', 'dlfcn.h', 'fcntl.h', 'fnmatch.h', 'glob.h', 'immintrin.h',
                  'langinfo.h', 'malloc.h', 'netdb.h', 'poll.h', 'pthread.h', 'pwd.h', 'sched.h',
                  'signal.h', 'spawn.h', 'stdlib.h', 'syslog.h', 'sysexits.h', 'termios.h',
                  'unistd.h', 'arpa/', 'linux/', 'net/', 'netinet/', 'sys/']
