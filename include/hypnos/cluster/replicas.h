// One of several networks that learn alone and share what they learn: every so often their weights
// are averaged, through a store that all of them reach. Nobody waits for anybody.
//
//   round r:  who has learned `every_steps` since his last offer opens it with an offer, W_i as it
//             is then, and learns on; the others join with what they have
//             M = 1/n sum_i W_i, of those that have come when all are there that were expected, or
//             at the deadline; in the order of their names, in double: the same for whoever sums
//             each of the n:  W <- W + (M - W_i)       what was learned meanwhile stays
//
// Whoever is left out goes on with his own weights, and offers them in the next round. Any of the n
// may close the round: the first by name, or, should he be gone, the next one a while later. Who
// does it is decided by the ledger's revision, so that there is one mean. No clock of one machine
// is compared with another's: each counts the deadline from its own offer.
//
// What lies in the store, with `model` before it:
//   MODEL.ledger                      see ledger.h
//   MODEL.offer.NAME.{0,1}.*          blobs of offers, of even and odd rounds: who reads those of
//   MODEL.mean.NAME.{0,1}.*           one round is not disturbed by the next; float32, little
//   endian
// What is wrong there (another version, other shapes, a checksum, a NaN) is told and left as it is.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/cluster/ledger.h"
#include "hypnos/cluster/store.h"

namespace hypnos {

struct ReplicaOptions {
  // Subject words.
  std::string model;
  std::string name;
  uint64_t every_steps = 1000;
  Duration deadline = std::chrono::seconds(30);
  // See Ledger.
  std::map<std::string, std::string> configuration;
  size_t values = 0;  // of the weights
  // It begins from nothing, and so with what others have learned, where there is that.
  bool fresh = false;
};

class Replicas {
 public:
  // What is to be done, by whoever has the weights.
  struct Nothing {};
  // Offer is to be called with the weights as they are.
  struct OfferWanted {};
  // `mean - own` is to be added; both have as many values as the weights.
  struct MeanCame {
    uint64_t round = 0;
    std::vector<std::string> names;
    std::vector<float> own, mean;
    std::string digest;  // of the mean
  };
  // The weights are to become these.
  struct ModelFound {
    uint64_t round = 0;
    std::vector<std::string> names;
    std::vector<float> values;
    std::string digest;
  };
  // The own offer is in no mean that could still be had: why, in a sentence.
  struct LeftOut {
    uint64_t round = 0;
    std::string why;
  };
  using Deed = std::variant<Nothing, OfferWanted, MeanCame, ModelFound, LeftOut>;

  // `store` and `clock` outlive it.
  Replicas(ReplicaOptions options, Store& store, const Clock& clock);

  // Looks what has happened, and closes the round where that is for this one to do. To be called
  // again and again. `steps`: learned so far.
  // Errors: kUnavailable, where the store cannot be asked; kFailedPrecondition, reason
  // MODEL_DIFFERS: what is learned there is of another configuration; kInvalidArgument: see
  // ParseLedger; kDataLoss: the mean is damaged, and passed over. Nothing is changed then.
  Result<Deed> Look(uint64_t steps);

  // After OfferWanted. Errors: as of Look; nothing is offered then.
  Status Offer(std::vector<float> weights, uint64_t steps);

  // The newest round that was seen closed, and who is not in it and why.
  uint64_t round() const { return round_; }
  const std::map<std::string, std::string>& left_out() const { return left_out_; }

 private:
  struct Own {
    uint64_t round = 0;
    std::string digest;
    std::vector<float> weights;
    Instant since;                       // it was offered
    std::optional<Instant> whole_since;  // all were seen that are expected
  };
  struct Read {
    Ledger ledger;
    uint64_t revision = 0;
  };

  std::string Key(const char* what) const { return options_.model + "." + what; }
  Result<Read> ReadLedger();
  Status CheckFits(const Ledger& ledger) const;
  Result<std::vector<float>> Fetch(const Blob& blob) const;
  // Of a round that is closed and had an own offer.
  Result<Deed> Settle(const Ledger& ledger);
  Result<Deed> TakeModel(const Ledger& ledger);
  bool IsDue(const Ledger& ledger, uint64_t steps) const;
  bool MayClose(const Ledger& ledger);
  Status Close(const Read& read);
  // By name: of those that are good; why the others are not.
  Result<std::map<std::string, std::vector<float>>> FetchOffers(
      const Ledger& ledger, std::map<std::string, std::string>& left_out) const;

  const ReplicaOptions options_;
  Store& store_;
  const Clock& clock_;
  bool begun_ = false;
  uint64_t offered_at_ = 0;  // steps
  std::optional<Own> own_;
  uint64_t round_ = 0;
  std::map<std::string, std::string> left_out_;
};

}  // namespace hypnos
