// Who computes a layer: who offers himself, who was given it, and who could not take it. Nothing is
// waited for or sent here. Threads: none of it is safe; LayerSeat holds its lock.
#pragma once

#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "proto/cluster.pb.h"

namespace hypnos {

class SeatHolder {
 public:
  struct Offer {
    std::string instance, name;
    Instant when;
  };

  // "layer 2 of porch", and the daemon whose layer it is.
  SeatHolder(std::string layer, std::string head)
      : layer_(std::move(layer)), head_(std::move(head)) {}

  // Of a daemon that offers itself, or says that it is there. A sentence: why it is refused.
  std::optional<std::string> HearOffer(const cluster::FromHost& message, Instant now);
  // Precondition: Answers. Whether it was away, and has kept what it learned.
  bool HearAnswer(const cluster::FromHost& message, Instant now);
  // Whether it is who was asked, and says so to this daemon.
  bool Answers(const cluster::FromHost& message) const {
    return message.host() == instance_ && message.asked_by() == head_;
  }

  // Whom the layer can be given to: who has it, and would be given it anew, or who has offered.
  std::optional<Offer> Candidate(Instant now) const;
  bool HasOffer(Instant now) const;

  // It is asked to take the layer, and has taken it or could not.
  void Ask(const Offer& offer);
  void Take(Instant now);
  void Refuse(const Offer& offer, Instant now);
  // It has the layer no longer.
  void Leave() { seated_ = placed_ = false; }
  // It has not been heard of, and may have it still.
  void Lose();
  // It is to be given it anew.
  void OfferAgain(Instant now);

  // Who computes it, or did last; empty: nobody has yet.
  const std::string& instance() const { return instance_; }
  const std::string& name() const { return name_; }
  // Whether it is there; and whether it was given the layer and may have it still.
  bool seated() const { return seated_; }
  bool placed() const { return placed_; }
  Instant heard() const { return heard_; }

 private:
  std::string layer_, head_;
  std::string instance_, name_;
  bool seated_ = false, placed_ = false;
  Instant heard_;
  std::optional<Offer> offer_;
  // Who could not take the layer is not asked again for a while.
  std::string unfit_;
  Instant unfit_since_;
};

}  // namespace hypnos
