#include "cluster/seat_holder.h"

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// How long an offer counts that is not renewed: they come each second.
constexpr Duration kOfferLasts = std::chrono::seconds(5);
constexpr Duration kUnfitFor = std::chrono::seconds(60);
// An offer may have been sent before the layer was taken.
constexpr Duration kCrossed = std::chrono::seconds(1);

}  // namespace

std::optional<std::string> SeatHolder::HearOffer(const cluster::FromHost& message, Instant now) {
  const bool same = message.host() == instance_;
  const bool is_ours = message.head() == head_;
  if (same && seated_ && is_ours) {
    heard_ = now;
    return std::nullopt;
  }
  // One that was away is asked again, and has the layer once it answers.
  if (same && placed_ && is_ours) return std::nullopt;
  // It has been given the layer and knows nothing of it any longer.
  if (same && seated_ && heard_ + kCrossed < now) Leave();
  if (seated_ && !same) {
    return Format(
        "{} is computed by '{}' already: '{}' stands by, and is given it when that one "
        "is lost",
        layer_, Printable(name_), Printable(message.host_name()));
  }
  if (!message.head().empty() && !is_ours && !message.free()) return std::nullopt;
  if (message.host() == unfit_ && now - unfit_since_ < kUnfitFor) return std::nullopt;
  offer_ = Offer{message.host(), message.host_name(), now};
  return std::nullopt;
}

bool SeatHolder::HearAnswer(const cluster::FromHost& message, Instant now) {
  heard_ = now;
  if (seated_ || !placed_ || message.head() != head_) return false;
  seated_ = true;
  return true;
}

std::optional<SeatHolder::Offer> SeatHolder::Candidate(Instant now) const {
  if (seated_) return Offer{instance_, name_, now};
  return HasOffer(now) ? offer_ : std::nullopt;
}

bool SeatHolder::HasOffer(Instant now) const { return offer_ && now - offer_->when < kOfferLasts; }

void SeatHolder::Ask(const Offer& offer) {
  instance_ = offer.instance;
  name_ = offer.name;
}

void SeatHolder::Take(Instant now) {
  offer_.reset();
  seated_ = placed_ = true;
  heard_ = now;
}

void SeatHolder::Refuse(const Offer& offer, Instant now) {
  offer_.reset();
  unfit_ = offer.instance;
  unfit_since_ = now;
}

void SeatHolder::Lose() {
  seated_ = false;
  offer_.reset();
}

void SeatHolder::OfferAgain(Instant now) {
  if (seated_) offer_ = Offer{instance_, name_, now};
  Leave();
}

}  // namespace hypnos
