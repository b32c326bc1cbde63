#include "hypnos/checkpoint/state_picture.h"

#include "hypnos/base/check.h"

namespace hypnos {

void StatePicture::Save(const std::string& name, ElementType type, const Shape& shape,
                        const Parts& parts, bool copied) {
  HYPNOS_CHECK(names_.insert(name).second);
  Item item{{name, type, shape, data_bytes(), data_bytes()}, parts};
  for (const auto& part : parts) item.place.end += part.size();
  if (copied) {
    std::vector<std::byte>& copy = copies_.emplace_back();
    for (const auto& part : parts) copy.insert(copy.end(), part.begin(), part.end());
    item.parts = {copy};
  }
  items_.push_back(std::move(item));
}

Status StatePicture::Load(const std::string& /*name*/, ElementType /*type*/, const Shape& /*shape*/,
                          const Parts& /*parts*/) {
  HYPNOS_CHECK(false);
  return {};
}

bool StatePicture::ShapeOf(const std::string& /*name*/, Shape* /*shape*/) const { return false; }

}  // namespace hypnos
