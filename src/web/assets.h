// The files of the page, built into the program: whatever lies in src/web/assets.
// Threads: safe.
#pragma once

#include <span>
#include <string_view>

namespace hypnos {

struct Asset {
  std::string_view path;  // "/index.html"
  std::string_view content_type;
  std::string_view etag;  // changes when the bytes do
  std::string_view bytes;
};

std::span<const Asset> Assets();

// Null: there is none.
const Asset* FindAsset(std::string_view path);

}  // namespace hypnos
