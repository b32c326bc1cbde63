// What several networks answer to the same request, put together when the last one has answered.
// Threads: safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/answer.h"

namespace hypnos {

// Their sum: counts, sources, and whether anything has changed; with what each said, in their
// order. An error where none did what was asked.
Result<control::Response> Together(control::Request::KindCase kind,
                                   const std::vector<std::string>& sources,
                                   const std::vector<Result<control::Response>>& answers);

class Gather : public std::enable_shared_from_this<Gather> {
 public:
  // `sources`: whose networks, at least one.
  Gather(control::Request::KindCase kind, std::vector<std::string> sources, Answer answer);

  // For the network of this place; to be called once.
  Reply ReplyOf(size_t place);

 private:
  void Take(size_t place, Result<control::Response> response);

  const control::Request::KindCase kind_;
  const std::vector<std::string> sources_;
  const Answer answer_;
  std::mutex mutex_;
  std::vector<std::optional<Result<control::Response>>> answers_;
  size_t missing_;
};

}  // namespace hypnos
