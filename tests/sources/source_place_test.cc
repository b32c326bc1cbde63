#include "hypnos/sources/source_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/base/rng.h"
#include "sources/file_footprint.h"
#include "support/memory_archive.h"

namespace hypnos {
namespace {

using testing::IsEmpty;

SavedState Saved(std::shared_ptr<const SourcePlace> place) {
  MemorySaver saver;
  SourcePlace::Exchange(saver, &place);
  return saver.saved();
}

std::shared_ptr<const SourcePlace> SomePlace() {
  SourcePlace place = {
      .series = std::make_shared<const SeriesHead>(SeriesHead{
          .columns = {"a", "b"}, .time_column = "t", .header = "t;b;a", .header_line = 3}),
      .file = FilePlace{.offset = 70, .line = 9, .head = 5, .tail = 6},
      .index = 6};
  for (const int seconds : {10, 11, 13, 12}) place.clock.Judge(FromSeconds(seconds));
  return std::make_shared<const SourcePlace>(std::move(place));
}

TEST(SourcePlace, LoadedIsSaved) {
  const SavedState saved = Saved(SomePlace());
  MemoryLoader loader(saved);
  std::shared_ptr<const SourcePlace> place;
  SourcePlace::Exchange(loader, &place);
  ASSERT_TRUE(loader.status().ok()) << loader.status().error().message;
  EXPECT_THAT(loader.left(), IsEmpty());
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->series->columns, SomePlace()->series->columns);
  EXPECT_EQ(place->file, SomePlace()->file);
  EXPECT_TRUE(place->clock.IsBackwards(FromSeconds(12)));
  EXPECT_EQ(Saved(place), saved);
}

TEST(SourcePlace, IsNoneWhereNoneWasSaved) {
  for (const SavedState& saved : {SavedState(), Saved(nullptr)}) {
    MemoryLoader loader(saved);
    std::shared_ptr<const SourcePlace> place = SomePlace();
    SourcePlace::Exchange(loader, &place);
    EXPECT_TRUE(loader.status().ok());
    EXPECT_EQ(place, nullptr);
  }
}

TEST(SourcePlace, RefusesOneThatIsNowhere) {
  SourcePlace place = *SomePlace();
  place.file->offset = -1;
  MemoryLoader loader(Saved(std::make_shared<const SourcePlace>(place)));
  std::shared_ptr<const SourcePlace> loaded;
  SourcePlace::Exchange(loader, &loaded);
  EXPECT_FALSE(loader.status().ok());
}

TEST(FileFootprint, TellsThePlaceOfWhateverWasReadLast) {
  // So many that what is kept is cut off on the way; no piece of it is like another.
  Rng rng(1);
  std::string bytes;
  for (int i = 0; i < 600'000; ++i) bytes += static_cast<char>('a' + rng.Below(26));
  FileFootprint pieces;
  for (size_t at = 0; at < bytes.size(); at += 1000) pieces.Add(bytes.substr(at, 1000));
  for (const int64_t offset : {470'000, 550'001, 600'000}) {
    const auto end = static_cast<size_t>(offset);
    const FilePlace place = pieces.At(offset);
    EXPECT_EQ(place.head, FootprintOf(bytes.substr(0, FilePlace::kHeadBytes)));
    EXPECT_EQ(place.tail,
              FootprintOf(bytes.substr(end - FilePlace::kTailBytes, FilePlace::kTailBytes)));
  }
  EXPECT_EQ(pieces.At(0), FilePlace({.head = FootprintOf(""), .tail = FootprintOf("")}));
}

}  // namespace
}  // namespace hypnos
