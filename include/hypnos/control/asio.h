// Boost.Asio, included in the one way that compiles: its 1.74 uses <utility> under GCC in C++20
// without including it.
#pragma once

// clang-format off
#include <utility>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
// clang-format on
