// A bounded memory of short real sequences: what sleep replays and dreams from.
//
// A sequence is `frames` consecutive encoded frames and the network's state before the first of
// them. When the memory is full, a random one makes room, so that ages are spread (geometrically)
// and old scenes fade instead of being cut off. Values are kept in half precision: 2 bytes each.
// Several streams are collected at the same time, each by itself: a sequence is of one of them.
// Threads: thread-compatible. Allocates when a frame of a new shape comes (which empties it) and
// until it is full.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/network/network.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct SequenceMemoryOptions {
  size_t capacity = 16;
  size_t frames = 10;
};

class SequenceMemory {
 public:
  SequenceMemory(const SequenceMemoryOptions& options, Rng rng);

  // The next frame observed of this stream is the first of a sequence. What was being collected of
  // it is dropped. Returns the place for the state before that frame; as it was used before, to be
  // overwritten. Streams count from 0.
  NetworkState& Begin(size_t stream = 0);
  // The next frame of the stream, and its label, if it has one; without effect where no sequence of
  // it is being collected. `recalled`: the sequence that is being replayed, which makes no room for
  // this one; where it is the only one, this one is dropped.
  void Observe(const Planes& frame, std::optional<size_t> label = std::nullopt, size_t stream = 0,
               std::optional<size_t> recalled = std::nullopt);

  size_t size() const { return sequences_.size(); }
  size_t frames() const { return options_.frames; }
  // Of every frame.
  const PlaneShape& shape() const { return shape_; }

  // The index of a random sequence. Precondition: size() > 0.
  size_t Draw(Rng& rng) const { return rng.Below(sequences_.size()); }
  void Read(size_t sequence, size_t frame, Planes& out) const;
  std::optional<size_t> Label(size_t sequence, size_t frame) const;
  // All of a sequence, as it is kept; valid until a sequence makes room.
  std::span<const HalfBuffer> Frames(size_t sequence) const { return At(sequence).frames; }
  const NetworkState& StateBefore(size_t sequence) const { return At(sequence).before; }

  // The states before sequences are of weights that are gone: each begins at rest from now on.
  void ForgetStates();

  // With what is being collected.
  void ExchangeState(StateArchive& archive);

 private:
  struct Sequence {
    NetworkState before;
    std::vector<HalfBuffer> frames;
    std::vector<std::optional<size_t>> labels;
  };

  // What is being collected of one stream.
  struct Collected {
    Sequence sequence;
    bool collecting = false;
    size_t frames = 0;  // so far
  };

  void Keep(Collected& collected, std::optional<size_t> recalled);
  // Which one makes room; none where there is but the one that must not.
  std::optional<size_t> DrawForgotten(std::optional<size_t> recalled);
  void Exchange(StateArchive& archive, Sequence& sequence, size_t frames) const;
  const Sequence& At(size_t sequence) const;

  SequenceMemoryOptions options_;
  Rng rng_;
  PlaneShape shape_;
  std::vector<Sequence> sequences_;
  std::vector<Collected> collected_;  // by stream
};

}  // namespace hypnos
