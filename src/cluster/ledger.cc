#include "hypnos/cluster/ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/subject.h"

namespace hypnos {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongest = size_t{1} << 20;
constexpr int kDeepest = 5;
constexpr size_t kLongestText = 4000;
constexpr size_t kLongestKey = 400;
constexpr size_t kMostKeys = 1000;
constexpr uint64_t kMostBytes = uint64_t{1} << 40;
constexpr size_t kDigits = 64;

Error NoLedger(std::string why) {
  return Error{Code::kInvalidArgument, "NOT_A_LEDGER", std::move(why)};
}

Json Of(const Blob& blob) {
  return {
      {"key", blob.key}, {"bytes", blob.bytes}, {"values", blob.values}, {"sha256", blob.sha256}};
}

Result<uint64_t> CountOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned() || found->get<uint64_t>() > kMostBytes) {
    return NoLedger(Format("'{}' is no count", key));
  }
  return found->get<uint64_t>();
}

Result<std::string> TextOf(const Json& json, const char* key, size_t most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string() ||
      found->get_ref<const std::string&>().size() > most) {
    return NoLedger(Format("'{}' is no text of up to {} bytes", key, most));
  }
  return found->get<std::string>();
}

Result<Json> ObjectOf(const Json& json, const char* key, size_t most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_object() || found->size() > most) {
    return NoLedger(Format("'{}' is no object of up to {} keys", key, most));
  }
  return *found;
}

Result<std::map<std::string, std::string>> TextsOf(const Json& json, const char* key, size_t most) {
  HYPNOS_ASSIGN_OR_RETURN(const Json object, ObjectOf(json, key, most));
  std::map<std::string, std::string> texts;
  for (const auto& [name, text] : object.items()) {
    if (!text.is_string() || name.size() > kLongestKey ||
        text.get_ref<const std::string&>().size() > kLongestText) {
      return NoLedger(Format("'{}' holds what is no text", key));
    }
    texts[name] = text.get<std::string>();
  }
  return texts;
}

bool IsHexadecimal(const std::string& text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// As those of a subject: what is no key would be asked for in other people's names.
bool IsKey(const std::string& key) {
  size_t begin = 0;
  while (true) {
    const size_t end = key.find('.', begin);
    if (!IsSubjectWord(key.substr(begin, end == std::string::npos ? end : end - begin))) {
      return false;
    }
    if (end == std::string::npos) return true;
    begin = end + 1;
  }
}

Result<Blob> BlobOf(const Json& json) {
  Blob blob;
  HYPNOS_ASSIGN_OR_RETURN(blob.key, TextOf(json, "key", kLongestKey));
  HYPNOS_ASSIGN_OR_RETURN(blob.bytes, CountOf(json, "bytes"));
  HYPNOS_ASSIGN_OR_RETURN(blob.values, CountOf(json, "values"));
  HYPNOS_ASSIGN_OR_RETURN(blob.sha256, TextOf(json, "sha256", kDigits));
  if (!IsKey(blob.key)) return NoLedger("'key' is none");
  if (blob.sha256.size() != kDigits || !IsHexadecimal(blob.sha256)) {
    return NoLedger("'sha256' is none");
  }
  if (blob.values > blob.bytes) return NoLedger("'values' is more than there are bytes");
  return blob;
}

Result<ReplicaMean> MeanOf(const Json& json) {
  ReplicaMean mean;
  HYPNOS_ASSIGN_OR_RETURN(const Json blob, ObjectOf(json, "blob", kMostKeys));
  HYPNOS_ASSIGN_OR_RETURN(mean.blob, BlobOf(blob));
  HYPNOS_ASSIGN_OR_RETURN(mean.by, TextOf(json, "by", kLongestKey));
  HYPNOS_ASSIGN_OR_RETURN(mean.left_out, TextsOf(json, "left_out", 2 * Ledger::kMostReplicas));
  const auto names = json.find("names");
  if (names == json.end() || !names->is_array() || names->empty() ||
      names->size() > Ledger::kMostReplicas) {
    return NoLedger("'names' names nobody, or too many");
  }
  for (const Json& name : *names) {
    if (!name.is_string() || !IsSubjectWord(name.get_ref<const std::string&>())) {
      return NoLedger("'names' holds what is no name");
    }
    mean.names.push_back(name.get<std::string>());
  }
  return mean;
}

Result<std::map<std::string, ReplicaOffer>> OffersOf(const Json& json) {
  HYPNOS_ASSIGN_OR_RETURN(const Json object, ObjectOf(json, "offers", Ledger::kMostReplicas));
  std::map<std::string, ReplicaOffer> offers;
  for (const auto& [name, offered] : object.items()) {
    if (!IsSubjectWord(name) || !offered.is_object()) {
      return NoLedger("'offers' holds what is none");
    }
    ReplicaOffer& offer = offers[name];
    HYPNOS_ASSIGN_OR_RETURN(offer.blob, BlobOf(offered));
    HYPNOS_ASSIGN_OR_RETURN(offer.steps, CountOf(offered, "steps"));
  }
  return offers;
}

std::string Shown(const std::string& text) { return Printable(text.substr(0, 100)); }

}  // namespace

std::string JsonOf(const Ledger& ledger) {
  Json json = {{"version", Ledger::kVersion},
               {"configuration", ledger.configuration},
               {"round", ledger.round},
               {"offers", Json::object()}};
  for (const auto& [name, offer] : ledger.offers) {
    Json& offered = json["offers"][name] = Of(offer.blob);
    offered["steps"] = offer.steps;
  }
  if (ledger.mean) {
    json["mean"] = {{"blob", Of(ledger.mean->blob)},
                    {"names", ledger.mean->names},
                    {"left_out", ledger.mean->left_out},
                    {"by", ledger.mean->by}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Ledger> ParseLedger(std::string_view text) {
  if (text.size() > kLongest) return NoLedger(Format("it is {} bytes long", text.size()));
  bool deep = false;
  const auto is_read = [&deep](int depth, Json::parse_event_t, const Json&) {
    deep = deep || depth > kDeepest;
    return depth <= kDeepest;
  };
  const Json json = Json::parse(text, is_read, false);
  if (!json.is_object() || deep) return NoLedger("it is no object of JSON as replicas write it");
  const auto version = json.find("version");
  if (version == json.end() || !version->is_number_integer()) {
    return NoLedger("it does not say of which version it is");
  }
  if (*version != Ledger::kVersion) {
    return Error{Code::kInvalidArgument, "LEDGER_VERSION",
                 Format("it is of version {} of the protocol, and this daemon speaks version {}",
                        Shown(version->dump()), Ledger::kVersion)};
  }
  Ledger ledger;
  HYPNOS_ASSIGN_OR_RETURN(ledger.configuration, TextsOf(json, "configuration", kMostKeys));
  HYPNOS_ASSIGN_OR_RETURN(ledger.round, CountOf(json, "round"));
  HYPNOS_ASSIGN_OR_RETURN(ledger.offers, OffersOf(json));
  const auto mean = json.find("mean");
  if ((mean != json.end()) != (ledger.round > 0)) {
    return NoLedger("it has a mean without a round, or a round without a mean");
  }
  if (mean == json.end()) return ledger;
  if (!mean->is_object()) return NoLedger("'mean' is none");
  HYPNOS_ASSIGN_OR_RETURN(ledger.mean, MeanOf(*mean));
  return ledger;
}

std::string DifferenceOf(const std::map<std::string, std::string>& here,
                         const std::map<std::string, std::string>& there) {
  for (const auto& [key, value] : here) {
    const auto found = there.find(key);
    if (found == there.end()) return Format("{} is {} here and not known there", key, Shown(value));
    if (found->second == value) continue;
    return Format("{} is {} here and {} there", key, Shown(value), Shown(found->second));
  }
  for (const auto& [key, value] : there) {
    if (here.contains(key)) continue;
    return Format("{} is {} there and not known here", Shown(key), Shown(value));
  }
  return "";
}

}  // namespace hypnos
