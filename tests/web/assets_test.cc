#include "web/assets.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace hypnos {
namespace {

TEST(Assets, AreTheFilesOfTheFolderByteForByte) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(HYPNOS_ASSETS_FOLDER)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string path =
        "/" + std::filesystem::relative(entry.path(), HYPNOS_ASSETS_FOLDER).generic_string();
    SCOPED_TRACE(path);
    const Asset* asset = FindAsset(path);
    ASSERT_NE(asset, nullptr);
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    EXPECT_TRUE(asset->bytes == bytes.str());
  }
  EXPECT_EQ(files, Assets().size());
}

TEST(Assets, SayWhatTheyAreAndWhichVersion) {
  ASSERT_NE(FindAsset("/index.html"), nullptr);
  EXPECT_EQ(FindAsset("/index.html")->content_type, "text/html; charset=utf-8");
  std::set<std::string_view> tags;
  for (const Asset& asset : Assets()) {
    EXPECT_EQ(asset.etag.size(), 18u);
    EXPECT_TRUE(asset.etag.starts_with('"') && asset.etag.ends_with('"'));
    EXPECT_FALSE(asset.content_type.empty());
    tags.insert(asset.etag);
  }
  EXPECT_EQ(tags.size(), Assets().size());
}

TEST(Assets, AreNotThereUnderAnotherName) {
  EXPECT_EQ(FindAsset(""), nullptr);
  EXPECT_EQ(FindAsset("index.html"), nullptr);
  EXPECT_EQ(FindAsset("/index.htm"), nullptr);
}

}  // namespace
}  // namespace hypnos
