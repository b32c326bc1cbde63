#include "hypnos/checkpoint/state_picture.h"

#include <span>

#include "checkpoint/checksum.h"
#include "hypnos/base/check.h"

namespace hypnos {

StatePicture::StatePicture(Memory memory) : StateArchive(false) {
  if (memory == Memory::kDigest) digest_ = std::make_unique<Checksum>();
}

StatePicture::~StatePicture() = default;

void StatePicture::Save(const std::string& name, ElementType type, const Shape& shape,
                        const Parts& parts, bool copied) {
  HYPNOS_CHECK(names_.insert(name).second);
  if (digest_ != nullptr && name.starts_with("memory.")) {
    digest_->Add(name);
    for (const auto& part : parts) {
      digest_->Add({reinterpret_cast<const char*>(part.data()), part.size()});
    }
    return;
  }
  Item item{{name, type, shape, data_bytes(), data_bytes()}, parts};
  for (const auto& part : parts) item.place.end += part.size();
  if (copied) {
    std::vector<std::byte>& copy = copies_.emplace_back();
    for (const auto& part : parts) copy.insert(copy.end(), part.begin(), part.end());
    item.parts = {copy};
  }
  items_.push_back(std::move(item));
}

void StatePicture::Finish() {
  if (digest_ == nullptr) return;
  std::string value = digest_->Value();
  digest_.reset();
  Save("memory_digest", ElementType::kU64, {1}, {std::as_writable_bytes(std::span(value))}, true);
}

Status StatePicture::Load(const std::string& /*name*/, ElementType /*type*/, const Shape& /*shape*/,
                          const Parts& /*parts*/) {
  HYPNOS_CHECK(false);
  return {};
}

bool StatePicture::ShapeOf(const std::string& /*name*/, Shape* /*shape*/) const { return false; }

}  // namespace hypnos
