#include "daemon/saved_config.h"

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "daemon/changed_keys.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Keys that begin so have made what is saved …
constexpr std::array<std::string_view, 12> kMake = {
    "seed",   "share",  "encoding",       "network",         "generator",       "learning",
    "memory", "labels", "schedule.dream", "probe.sequences", "probe.locations", "probe.interval"};
// … but for these.
constexpr std::array<std::string_view, 9> kSteer = {
    "learning.rate",          "learning.weight_decay",    "learning.online_share",
    "learning.square_memory", "learning.threshold_share", "generator.rate",
    "generator.goodness",     "generator.horizon_frames", "labels.read_out_rate"};

template <class Words>
bool BeginsWithOne(const std::string& key, const Words& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return key.starts_with(word); });
}

std::string Printed(const Message& message, const FieldDescriptor* field, int index) {
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

// Of a key such as "network.layers.0.units"; of a list, how long it is.
std::string ValueAt(const Message& message, std::string_view key) {
  const size_t dot = key.find('.');
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(key.substr(0, dot)));
  const auto& reflection = *message.GetReflection();
  if (field == nullptr) return "unknown";
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (dot == std::string_view::npos) {
    if (field->is_repeated()) return Format("{} of them", reflection.FieldSize(message, field));
    if (is_message) return reflection.HasField(message, field) ? "given" : "absent";
    return Printed(message, field, -1);
  }
  std::string_view rest = key.substr(dot + 1);
  if (!field->is_repeated()) return ValueAt(reflection.GetMessage(message, field), rest);
  int index = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
  if (error != std::errc() || index >= reflection.FieldSize(message, field)) return "absent";
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  if (rest.empty() || !is_message) return Printed(message, field, index);
  return ValueAt(reflection.GetRepeatedMessage(message, field, index), rest.substr(1));
}

const config::Source* Find(const config::Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.sources(), name, &config::Source::name);
  return found == config.sources().end() ? nullptr : &*found;
}

}  // namespace

std::string SavedConfig(const config::Config& config) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(
      config::Masked(config::Defaulted(config)), &json, options);
  HYPNOS_CHECK(printed.ok());
  return json;
}

Result<config::Config> ParseSavedConfig(const std::string& json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  config::Config config;
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, &config, options);
  if (parsed.ok()) return config;
  return Error{Code::kDataLoss, "CHECKPOINT_DAMAGED",
               "the checkpoint does not say with which configuration it was made"};
}

std::vector<std::string> DifferencesThatMatter(const config::Config& saved,
                                               const config::Config& now) {
  std::vector<std::string> differences;
  const config::Config before = config::Defaulted(saved);
  const config::Config after = config::Masked(config::Defaulted(now));
  for (const std::string& key : ChangedKeys(before, after)) {
    if (!BeginsWithOne(key, kMake) || BeginsWithOne(key, kSteer)) continue;
    differences.push_back(
        Format("{} was {} and is {}", key, ValueAt(before, key), ValueAt(after, key)));
  }
  return differences;
}

bool HasSameSource(const config::Config& saved, const config::Config& now,
                   const std::string& name) {
  const config::Config before = config::Defaulted(saved);
  const config::Config after = config::Masked(config::Defaulted(now));
  const config::Source* one = Find(before, name);
  const config::Source* other = Find(after, name);
  return one != nullptr && other != nullptr &&
         google::protobuf::util::MessageDifferencer::Equals(*one, *other);
}

}  // namespace hypnos
