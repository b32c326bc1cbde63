// The user and the password of a stream, from a file of their own.
#pragma once

#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

struct Login {
  std::string user;
  std::string password;
};

// Of a file with two lines, user and password, or one, user:password. Errors, which show nothing of
// what it holds: kInvalidArgument, reason CREDENTIALS, where it is open to everybody, is no regular
// file or holds something else; those of FileSystem::ReadFile, with the same reason.
Result<Login> ReadLogin(const std::string& path);

// rtsp://host/main -> rtsp://user:password@host/main, with percent signs for whatever means
// something else there. Precondition: the url has a scheme and no login.
// kInvalidArgument, reason CREDENTIALS, where they are longer than FFmpeg takes.
Result<std::string> WithLogin(std::string_view url, const Login& login);

}  // namespace hypnos
