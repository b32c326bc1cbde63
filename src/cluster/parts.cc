#include "hypnos/cluster/parts.h"

#include <nlohmann/json.hpp>

#include "cluster/digest.h"

namespace hypnos {
namespace {

// All but the data.
constexpr size_t kFrame = 192;
constexpr size_t kLeastData = 64;

}  // namespace

std::vector<std::string> InParts(std::string_view message, size_t limit) {
  if (message.size() <= limit) return {std::string(message)};
  if (limit < kFrame + kLeastData) return {};
  // Four letters for each three bytes.
  const size_t each = (limit - kFrame) / 4 * 3;
  const size_t of = (message.size() + each - 1) / each;
  const std::string digest = Sha256(message);
  std::vector<std::string> parts;
  for (size_t part = 1; part <= of; ++part) {
    const std::string_view data = message.substr((part - 1) * each, each);
    parts.push_back(nlohmann::json({{"version", 1},
                                    {"message", digest},
                                    {"part", part},
                                    {"of", of},
                                    {"data", Base64(data)}})
                        .dump());
  }
  return parts;
}

}  // namespace hypnos
