#include "bench/npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace hypnos::bench {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// As the format's definition has it.
struct ReadBack {
  explicit ReadBack(const std::string& bytes) {
    magic = bytes.substr(0, 8);
    const auto length = static_cast<size_t>(static_cast<unsigned char>(bytes[8])) +
                        256 * static_cast<size_t>(static_cast<unsigned char>(bytes[9]));
    header = bytes.substr(10, length);
    start = 10 + length;
    values.resize((bytes.size() - start) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + start, values.size() * sizeof(float));
  }

  std::string magic;
  std::string header;
  size_t start = 0;
  std::vector<float> values;
};

TEST(Npy, SaysShapeAndTypeAndHoldsTheValues) {
  const TempDir folder;
  const std::vector<float> values = {0.0f, -1.5f, 3e-30f, 7.0f, 8.0f, 9.0f};
  ASSERT_TRUE(WriteNpy(folder.File("a.npy"), values, {1, 2, 3}).ok());
  const ReadBack read(ReadAll(folder.File("a.npy")));
  EXPECT_EQ(read.magic, std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_EQ(read.header.substr(0, read.header.find_last_not_of(" \n") + 1),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,2,3,), }");
  EXPECT_EQ(read.header.back(), '\n');
  EXPECT_EQ(read.start % 64, 0U);
  EXPECT_EQ(read.values, values);
}

TEST(Npy, AnArrayOfOneDimensionIsATuple) {
  const TempDir folder;
  ASSERT_TRUE(WriteNpy(folder.File("a.npy"), std::vector<float>(5), {5}).ok());
  const ReadBack read(ReadAll(folder.File("a.npy")));
  EXPECT_NE(read.header.find("'shape': (5,)"), std::string::npos) << read.header;
}

TEST(Npy, AFolderThatIsNotThereIsAnErrorThatNamesTheFile) {
  const TempDir folder;
  const std::string path = folder.File("nowhere/a.npy");
  const Status written = WriteNpy(path, std::vector<float>(1), {1});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, Code::kUnavailable);
  EXPECT_NE(written.error().message.find(path), std::string::npos) << written.error().message;
}

}  // namespace
}  // namespace hypnos::bench
