#include "hypnos/cluster/parcels.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "proto/cluster.pb.h"

namespace hypnos {
namespace {

// Of a parcel without its data.
constexpr size_t kEnvelope = 160;
constexpr size_t kLongestName = 100;
// Who sends to one receiver at a time: each start of a daemon is another one.
constexpr size_t kMostSenders = 64;

Error Poisoned(std::string why) {
  return {Code::kDataLoss, "POISONED",
          "a message of another daemon is not as it should be: " + std::move(why)};
}

}  // namespace

ParcelPost::ParcelPost(std::string from, std::function<Status(std::string_view)> send)
    : from_(std::move(from)), send_(std::move(send)) {
  HYPNOS_CHECK(from_.size() <= kLongestName);
}

Status ParcelPost::Send(std::string_view message, size_t limit) {
  if (limit <= kEnvelope) {
    return Error{Code::kInvalidArgument, "TOO_LARGE",
                 Format("the broker takes messages of {} bytes, which is too few for anything: "
                        "raise its max_payload",
                        limit)};
  }
  const size_t room = limit - kEnvelope;
  const uint64_t parts = std::max<uint64_t>(1, (message.size() + room - 1) / room);
  cluster::Parcel parcel;
  parcel.set_from(from_);
  parcel.set_message(++messages_);
  parcel.set_of(parts);
  parcel.set_hash(XXH3_64bits(message.data(), message.size()));
  std::string bytes;
  for (uint64_t part = 0; part < parts; ++part) {
    parcel.set_part(part);
    const std::string_view data = message.substr(part * room, room);
    parcel.set_data(data.data(), data.size());
    parcel.SerializeToString(&bytes);
    HYPNOS_RETURN_IF_ERROR(send_(bytes));
  }
  return {};
}

Result<std::optional<std::string>> ParcelCollector::Add(std::string_view bytes) {
  cluster::Parcel parcel;
  if (!parcel.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Poisoned("it is none of theirs");
  }
  if (parcel.from().size() > kLongestName || parcel.part() >= parcel.of()) {
    return Poisoned("its envelope makes no sense");
  }
  if (parcel.part() == 0) {
    if (from_.size() >= kMostSenders && !from_.contains(parcel.from())) from_.clear();
    from_[parcel.from()] = {.message = parcel.message(), .next_part = 0, .bytes = {}};
  }
  const auto found = from_.find(parcel.from());
  if (found == from_.end()) return std::optional<std::string>();
  Collected& collected = found->second;
  if (collected.message != parcel.message() || collected.next_part != parcel.part()) {
    from_.erase(found);
    return std::optional<std::string>();
  }
  if (collected.bytes.size() + parcel.data().size() > most_bytes_) {
    from_.erase(found);
    return Poisoned(Format("it is longer than {} bytes", most_bytes_));
  }
  ++collected.next_part;
  collected.bytes += parcel.data();
  if (collected.next_part < parcel.of()) return std::optional<std::string>();
  std::string message = std::move(collected.bytes);
  from_.erase(found);
  if (XXH3_64bits(message.data(), message.size()) != parcel.hash()) {
    return Poisoned("its checksum is another one");
  }
  return std::optional<std::string>(std::move(message));
}

}  // namespace hypnos
