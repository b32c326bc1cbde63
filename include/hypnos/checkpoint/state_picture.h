// What a state consists of, as an archive that is saved to: scalars copied, all else where it lies.
// To take one costs next to nothing; whoever wants to keep it while the state goes on forks.
// Threads: thread-compatible. What it points to must stay as it is until it is written.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/checkpoint/safetensors.h"

namespace hypnos {

class Checksum;

class StatePicture final : public StateArchive {
 public:
  enum class Memory { kWhole, kDigest };

  // kDigest: what is named "memory." and so on is left out, and a digest of it kept.
  explicit StatePicture(Memory memory = Memory::kWhole);
  ~StatePicture() override;
  // After all was named.
  void Finish();

  struct Item {
    TensorPlace place;
    Parts parts;
  };
  // In the order in which they were named.
  const std::vector<Item>& items() const { return items_; }
  uint64_t data_bytes() const { return items_.empty() ? 0 : items_.back().place.end; }

 private:
  // Two of one name are a mistake.
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool copied) override;
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override;
  bool ShapeOf(const std::string& name, Shape* shape) const override;

  std::unique_ptr<Checksum> digest_;  // null: nothing is left out
  std::vector<Item> items_;
  std::set<std::string> names_;
  std::deque<std::vector<std::byte>> copies_;  // what lies in it stays where it is
};

}  // namespace hypnos
