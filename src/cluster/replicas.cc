#include "hypnos/cluster/replicas.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

static_assert(std::endian::native == std::endian::little,
              "weights are stored as they lie in memory");

// Of the deadline: how long the next one waits for the one before to close a round.
constexpr int kPatience = 2;

std::string BytesOf(const std::vector<float>& weights) {
  return {reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float)};
}

std::vector<float> WeightsOf(const std::string& bytes) {
  std::vector<float> weights(bytes.size() / sizeof(float));
  std::memcpy(weights.data(), bytes.data(), weights.size() * sizeof(float));
  return weights;
}

Error Damaged(std::string why) { return {Code::kDataLoss, "WEIGHTS_DAMAGED", std::move(why)}; }

// In double, one after the other: whoever does it comes to the same bits.
std::vector<float> MeanOf(const std::map<std::string, std::vector<float>>& offers, size_t values) {
  std::vector<double> sum(values);
  for (const auto& [name, weights] : offers) {
    for (size_t i = 0; i < values; ++i) sum[i] += static_cast<double>(weights[i]);
  }
  std::vector<float> mean(values);
  const auto count = static_cast<double>(offers.size());
  for (size_t i = 0; i < values; ++i) mean[i] = static_cast<float>(sum[i] / count);
  return mean;
}

}  // namespace

Replicas::Replicas(ReplicaOptions options, Store& store, const Clock& clock)
    : options_(std::move(options)), store_(store), clock_(clock) {}

Result<Replicas::Read> Replicas::ReadLedger() {
  HYPNOS_ASSIGN_OR_RETURN(const std::optional<Store::Entry> entry, store_.Get(Key("ledger")));
  Read read;
  if (!entry) {
    read.ledger.configuration = options_.configuration;
    return read;
  }
  HYPNOS_ASSIGN_OR_RETURN(read.ledger, ParseLedger(entry->bytes));
  read.revision = entry->revision;
  HYPNOS_RETURN_IF_ERROR(CheckFits(read.ledger));
  return read;
}

Status Replicas::CheckFits(const Ledger& ledger) const {
  const std::string difference = DifferenceOf(options_.configuration, ledger.configuration);
  if (difference.empty()) return {};
  return Error{Code::kFailedPrecondition, "MODEL_DIFFERS",
               Format("what is learned there is of another configuration: {}; give this one the "
                      "same, or another replicas.model",
                      difference)};
}

// Of hostile origin: what is longer than the weights is not even read.
Result<std::vector<float>> Replicas::Fetch(const Blob& blob) const {
  if (blob.bytes != options_.values * sizeof(float)) {
    return Damaged(Format("it has {} bytes, and {} weights have {}", blob.bytes, options_.values,
                          options_.values * sizeof(float)));
  }
  HYPNOS_ASSIGN_OR_RETURN(const std::string bytes, GetBlob(store_, blob));
  std::vector<float> weights = WeightsOf(bytes);
  if (!std::ranges::all_of(weights, [](float w) { return std::isfinite(w); })) {
    return Damaged("it holds what is no number");
  }
  return weights;
}

Result<Replicas::Deed> Replicas::Look(uint64_t steps) {
  HYPNOS_ASSIGN_OR_RETURN(const Read read, ReadLedger());
  const Ledger& ledger = read.ledger;
  round_ = ledger.round;
  left_out_ = ledger.mean ? ledger.mean->left_out : std::map<std::string, std::string>();
  if (!std::exchange(begun_, true)) {
    offered_at_ = steps;
    if (options_.fresh && ledger.mean) return TakeModel(ledger);
  }
  if (own_ && ledger.round >= own_->round) return Settle(ledger);
  if (own_) {
    const auto offered = ledger.offers.find(options_.name);
    if (offered == ledger.offers.end() || offered->second.blob.sha256 != own_->digest) {
      const uint64_t round = std::exchange(own_, std::nullopt)->round;
      return Deed(
          LeftOut{round, "the store has lost its offer, or it was put there by a namesake"});
    }
    if (MayClose(ledger)) HYPNOS_RETURN_IF_ERROR(Close(read));
    return Deed(Nothing{});
  }
  return IsDue(ledger, steps) ? Deed(OfferWanted{}) : Deed(Nothing{});
}

bool Replicas::IsDue(const Ledger& ledger, uint64_t steps) const {
  if (steps <= offered_at_) return false;
  // What somebody left there under this name, before a restart perhaps, is not waited for.
  const bool open = std::ranges::any_of(
      ledger.offers, [this](const auto& offer) { return offer.first != options_.name; });
  return open || steps - offered_at_ >= options_.every_steps;
}

Result<Replicas::Deed> Replicas::TakeModel(const Ledger& ledger) {
  HYPNOS_ASSIGN_OR_RETURN(std::vector<float> values, Fetch(ledger.mean->blob));
  return Deed(
      ModelFound{ledger.round, ledger.mean->names, std::move(values), ledger.mean->blob.sha256});
}

Result<Replicas::Deed> Replicas::Settle(const Ledger& ledger) {
  Own own = *std::exchange(own_, std::nullopt);
  if (ledger.round > own.round) {
    return Deed(LeftOut{own.round, "others have closed further rounds meanwhile"});
  }
  const ReplicaMean& mean = *ledger.mean;
  if (std::ranges::count(mean.names, options_.name) != 1) {
    const auto why = mean.left_out.find(options_.name);
    return Deed(LeftOut{own.round, why == mean.left_out.end() ? "its offer came too late"
                                                              : Printable(why->second)});
  }
  auto values = Fetch(mean.blob);
  if (!values.ok()) {
    // Asked again later where the store is gone.
    if (values.error().code == Code::kUnavailable) own_ = std::move(own);
    return values.error();
  }
  return Deed(MeanCame{ledger.round, mean.names, std::move(own.weights), *std::move(values),
                       mean.blob.sha256});
}

Status Replicas::Offer(std::vector<float> weights, uint64_t steps) {
  HYPNOS_CHECK(weights.size() == options_.values);
  if (!std::ranges::all_of(weights, [](float w) { return std::isfinite(w); })) {
    // Nothing that could be offered comes of these; asked again when more was learned.
    offered_at_ = steps;
    return Damaged("the own weights hold what is no number, and are not offered");
  }
  HYPNOS_ASSIGN_OR_RETURN(Read read, ReadLedger());
  Ledger& ledger = read.ledger;
  const uint64_t round = ledger.round + 1;
  if (!ledger.offers.contains(options_.name) && ledger.offers.size() >= Ledger::kMostReplicas) {
    return Error{Code::kResourceExhausted, "TOO_MANY_REPLICAS",
                 Format("there are {} replicas already, which is as many as there may be",
                        Ledger::kMostReplicas)};
  }
  HYPNOS_ASSIGN_OR_RETURN(
      Blob blob, PutBlob(store_, Format("{}.{}.{}", Key("offer"), options_.name, round % 2),
                         BytesOf(weights)));
  std::string digest = blob.sha256;
  ledger.offers[options_.name] = {std::move(blob), steps};
  HYPNOS_ASSIGN_OR_RETURN(const bool first,
                          store_.Replace(Key("ledger"), JsonOf(ledger), read.revision));
  // Somebody else has changed it: at the next look it is still due.
  if (!first) return {};
  offered_at_ = steps;
  own_ = Own{round, std::move(digest), std::move(weights), clock_.Now(), {}};
  return {};
}

// Precondition: there is an own offer among them.
bool Replicas::MayClose(const Ledger& ledger) {
  const Instant now = clock_.Now();
  const bool whole =
      ledger.mean && std::ranges::all_of(ledger.mean->names, [&](const std::string& name) {
        return ledger.offers.contains(name);
      });
  if (whole && !own_->whole_since) own_->whole_since = now;
  const auto rank = std::distance(ledger.offers.begin(), ledger.offers.find(options_.name));
  const Duration patience = rank * options_.deadline / kPatience;
  return (whole && now - *own_->whole_since >= patience) ||
         now - own_->since >= options_.deadline + patience;
}

Result<std::map<std::string, std::vector<float>>> Replicas::FetchOffers(
    const Ledger& ledger, std::map<std::string, std::string>& left_out) const {
  std::map<std::string, std::vector<float>> offers;
  for (const auto& [name, offer] : ledger.offers) {
    if (name == options_.name) {
      offers[name] = own_->weights;
      continue;
    }
    auto weights = Fetch(offer.blob);
    if (weights.ok()) {
      offers[name] = *std::move(weights);
    } else if (weights.error().code == Code::kUnavailable) {
      return weights.error();
    } else {
      left_out[name] = Format("what it offered is of no use: {}", weights.error().message);
    }
  }
  return offers;
}

Status Replicas::Close(const Read& read) {
  Ledger next = {.configuration = read.ledger.configuration,
                 .round = read.ledger.round + 1,
                 .mean = ReplicaMean{.by = options_.name},
                 .offers = {}};
  ReplicaMean& mean = *next.mean;
  if (read.ledger.mean) {
    for (const std::string& name : read.ledger.mean->names) {
      if (!read.ledger.offers.contains(name)) mean.left_out[name] = "nothing came from it in time";
    }
  }
  HYPNOS_ASSIGN_OR_RETURN(const auto offers, FetchOffers(read.ledger, mean.left_out));
  for (const auto& [name, weights] : offers) mean.names.push_back(name);
  HYPNOS_ASSIGN_OR_RETURN(
      mean.blob, PutBlob(store_, Format("{}.{}.{}", Key("mean"), options_.name, next.round % 2),
                         BytesOf(MeanOf(offers, options_.values))));
  // Who was faster has said what the mean is, or has offered something: the next look tells.
  HYPNOS_ASSIGN_OR_RETURN([[maybe_unused]] const bool first,
                          store_.Replace(Key("ledger"), JsonOf(next), read.revision));
  return {};
}

}  // namespace hypnos
