#include "hypnos/sources/series_source.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "hypnos/base/format.h"
#include "hypnos/sources/source_options.h"
#include "sources/file_footprint.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const SourceIdentity kPump = {.name = "pump"};

class SeriesSource : public testing::Test {
 protected:
  std::string Write(const std::string& text, const std::string& name = "pump.csv") {
    std::string path = folder_.File(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void Append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::app) << text;
  }
  std::string folder() const { return folder_.File(""); }
  static Error Refused(const SeriesSourceOptions& options) {
    const auto source = OpenSeriesSource(kPump, options);
    EXPECT_FALSE(source.ok());
    return source.ok() ? Error() : source.error();
  }

 private:
  const TempDir folder_;
};

// Of rows with one column.
std::vector<double> Values(const Seen& seen) {
  return seen.Each([](const Frame& frame) { return frame.readings.values.at(0); });
}

Frame MustNext(Source& source) {
  auto next = source.Next();
  EXPECT_TRUE(next.ok()) << next.error().message;
  return next.ok() ? std::get<Frame>(*std::move(next)) : Frame();
}

TEST_F(SeriesSource, GivesAFileRowByRowAtTheTimesOfItsRows) {
  const auto path = Write("timestamp,value\n1970-01-01 00:00:10,1\n1970-01-01 00:00:40,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path}));
  EXPECT_EQ(source->frame_count(), 2);
  EXPECT_FALSE(source->live());
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_THAT(Values(seen), ElementsAre(1, 2));
  EXPECT_THAT(seen.Milliseconds(), ElementsAre(0, 30'000));
  EXPECT_EQ(seen.frames[1].readings.when, FromSeconds(40));
  EXPECT_THAT(seen.Discontinuities(), ElementsAre(Discontinuity::kStart, Discontinuity::kNone));
  EXPECT_EQ(seen.frames[0].clip, "pump");
}

TEST_F(SeriesSource, RowsWithoutATimeAreEquallyFarApart) {
  const auto path = Write("value\n1\n2\n3\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .interval_seconds = 0.5}));
  EXPECT_THAT(ReadAll(source.get()).Milliseconds(), ElementsAre(0, 500, 1000));
}

TEST_F(SeriesSource, PassesOverBadRowsAndCountsThem) {
  const auto path = Write("time,value\n1,1\n2\n3,x\n2,5\n1,4\n5,6\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_THAT(Values(seen), ElementsAre(1, 5, 6));
  // Frames are counted as the rows of the file are.
  EXPECT_THAT(seen.Indices(), ElementsAre(0, 3, 5));
  EXPECT_EQ(source->unreadable_frames(), 3);
}

TEST_F(SeriesSource, EndsAtABadRowWhereThatIsWanted) {
  const auto path = Write("time,value\n1,1\n2,\"\n");
  // It stands at the beginning of the file, and so is found at once.
  EXPECT_THAT(Refused({.path = path, .stop_at_bad_row = true}).message, HasSubstr(":3: "));
  const auto backwards = Write("time,value\n1,1\n2,2\n1,3\n4,4\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = backwards, .stop_at_bad_row = true}));
  const Seen seen = ReadAll(source.get());
  EXPECT_THAT(Values(seen), ElementsAre(1, 2));
  ASSERT_TRUE(seen.error);
  EXPECT_THAT(seen.error->message, HasSubstr(":4: the row is 1 s older"));
}

TEST_F(SeriesSource, ALongGapDoesNotContinueWhatWas) {
  std::string text = "time,value\n";
  for (int i = 0; i < 20; ++i) text += std::to_string(i) + ",0\n";
  const auto path = Write(text + "500,1\n501,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path}));
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.frames[20].discontinuity, Discontinuity::kGap);
  EXPECT_EQ(seen.frames[20].index, 20);
  EXPECT_EQ(seen.frames[21].discontinuity, Discontinuity::kNone);
}

TEST_F(SeriesSource, ReadsAFileAgainAndAgain) {
  const auto path = Write("time,value\n5,1\n6,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .rounds = 2}));
  EXPECT_EQ(source->frame_count(), 4);
  const Seen seen = ReadAll(source.get());
  EXPECT_THAT(Values(seen), ElementsAre(1, 2, 1, 2));
  EXPECT_THAT(seen.Milliseconds(), ElementsAre(0, 1000, 0, 1000));
  EXPECT_EQ(seen.frames[2].discontinuity, Discontinuity::kLoop);
}

TEST_F(SeriesSource, FollowsAFileThatGrowsAndIsReplaced) {
  const auto path = Write("time,value\n1,1\n2,");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  EXPECT_FALSE(source->frame_count());
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    Append(path, "22\n");
  });
  EXPECT_EQ(MustNext(*source).readings.values[0], 22);
  writer.join();
  Write("value,time\n7,1\n");
  const Frame anew = MustNext(*source);
  EXPECT_EQ(anew.readings.values[0], 7);
  EXPECT_EQ(anew.discontinuity, Discontinuity::kGap);
  std::thread interrupter([&] { source->Interrupt(); });
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*source->Next()));
  interrupter.join();
}

TEST_F(SeriesSource, AHeaderThatLacksAColumnEndsItWhereThatIsWanted) {
  const auto path = Write("time,value\n1,1\n2,2\n");
  const auto source =
      Must(OpenSeriesSource(kPump, {.path = path, .stop_at_bad_row = true, .follow = true}));
  MustNext(*source);
  MustNext(*source);
  Write("time,x\n1,1\n");
  const auto next = source->Next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().reason, "BAD_ROW");
  EXPECT_THAT(next.error().message, HasSubstr("source 'pump': "));
  EXPECT_THAT(next.error().message, HasSubstr(":1: there is no column 'value'"));
}

TEST_F(SeriesSource, AFolderIsAPlaylistOfItsFiles) {
  Write("time,value\n1,2\n", "set/b/10.csv");
  Write("time,value\n1,1\n", "set/b/9.csv");
  Write("time,value\n1,0\n", "set/a.csv");
  Write("no series", "set/.hidden.csv");
  Write("neither", "set/readme.md");
  const auto source = Must(OpenSeriesSource(kPump, {.path = folder() + "/set"}));
  const Seen seen = ReadAll(source.get());
  EXPECT_THAT(Values(seen), ElementsAre(0, 1, 2));
  EXPECT_EQ(seen.frames[1].clip, "b/9.csv");
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kClip);
  std::filesystem::create_directories(folder() + "/empty");
  EXPECT_THAT(Refused({.path = folder() + "/empty"}).message, HasSubstr("has no file *.csv"));
}

TEST_F(SeriesSource, AllFilesOfAFolderHaveTheColumnsOfTheFirst) {
  Write("time,a,b\n1,1,2\n", "set/1.csv");
  Write("time,x,y\n1,7,8\n2,7,8\n", "set/2.csv");
  Write("b,time,c,a\n4,1,9,3\n", "set/3.csv");
  Write("time,a\n5,5\n", "set/4.csv");
  Write("1,5,5\n2,6,6\n", "set/5.csv");
  const auto source = Must(OpenSeriesSource(kPump, {.path = folder() + "/set"}));
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error) << seen.error->message;
  ASSERT_EQ(seen.frames.size(), 2u);
  EXPECT_THAT(seen.frames[0].readings.values, ElementsAre(1, 2));
  EXPECT_THAT(seen.frames[1].readings.values, ElementsAre(3, 4));
  EXPECT_EQ(seen.frames[1].clip, "3.csv");
  // Each header that lacks something, and each row below it; without a header a row is both.
  EXPECT_EQ(source->unreadable_frames(), 3 + 2 + 2);
  const Error error = Refused({.path = folder() + "/set", .stop_at_bad_row = true});
  EXPECT_THAT(error.message, HasSubstr("2.csv:1: there is no column 'a'"));
}

TEST_F(SeriesSource, AFolderInWhichAllLacksAColumnIsNotReadForEver) {
  Write("time,a\n1,1\n", "set/1.csv");
  const auto source = Must(OpenSeriesSource(kPump, {.path = folder() + "/set", .rounds = 0}));
  const auto place = MustNext(*source).place;
  ASSERT_NE(place, nullptr);
  Write("time,b\n1,1\n", "set/1.csv");
  const auto again = Must(OpenSeriesSource(kPump, {.path = folder() + "/set", .rounds = 0}));
  EXPECT_FALSE(again->GoOn(*place));
  const auto next = again->Next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().reason, "EMPTY_PLAYLIST");
}

TEST_F(SeriesSource, TheColumnsThatWereFoundAreRemembered) {
  const auto path = Write("time,a,b\n1,1,2\n");
  const auto place = MustNext(*Must(OpenSeriesSource(kPump, {.path = path}))).place;
  ASSERT_NE(place, nullptr);
  Write("b,time,c,a\n4,1,9,3\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path}));
  EXPECT_FALSE(source->GoOn(*place)) << "its rows are the same again";
  EXPECT_THAT(MustNext(*source).readings.values, ElementsAre(3, 4));
}

TEST_F(SeriesSource, AStrayQuoteCostsOneRow) {
  std::string text = "time,value\n";
  for (int i = 0; i < 300; ++i) text += std::to_string(i) + (i == 7 ? ",\"" : ",") + "1\n";
  const auto source = Must(OpenSeriesSource(kPump, {.path = Write(text)}));
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(seen.frames.size(), 299u);
  EXPECT_EQ(seen.frames[7].index, 8);
  EXPECT_EQ(source->unreadable_frames(), 1);
  // Here another one seems to close it.
  text += "300,1\"\n301,\"\n302,1\n303,\"\n304,1\n";
  const auto more = Must(OpenSeriesSource(kPump, {.path = Write(text)}));
  EXPECT_EQ(ReadAll(more.get()).frames.size(), 301u);
  EXPECT_EQ(more->unreadable_frames(), 4);
}

TEST_F(SeriesSource, GoesOnInAFollowedFileWhereItWasLeft) {
  std::string text = "value,time\n";
  for (int i = 0; i < 40; ++i) text += std::to_string(i) + "," + std::to_string(100 + i) + "\n";
  const auto path = Write(text + "x,y\n40,140\n41,");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto whole = Must(OpenSeriesSource(kPump, options));
  const Seen first = ReadAll(whole.get(), 30);
  const auto again = Must(OpenSeriesSource(kPump, options));
  ASSERT_TRUE(again->GoOn(*first.frames.back().place));
  // The gap at the end is one by the intervals of before.
  Append(path, "9000\n");
  const Seen rest = ReadAll(whole.get(), 12);
  const Seen rest_again = ReadAll(again.get(), 12);
  EXPECT_EQ(Values(rest_again), Values(rest));
  EXPECT_EQ(rest_again.Indices(), rest.Indices());
  EXPECT_EQ(rest_again.Milliseconds(), rest.Milliseconds());
  EXPECT_EQ(rest_again.Discontinuities(), rest.Discontinuities());
  EXPECT_EQ(rest.frames.back().discontinuity, Discontinuity::kGap);
  EXPECT_EQ(rest_again.frames.back().place->file, rest.frames.back().place->file);
}

TEST_F(SeriesSource, BeginsAtTheStartWhereTheFileIsAnotherOne) {
  const auto path = Write("time,value\n1,1\n2,2\n3,3\n");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto place = ReadAll(Must(OpenSeriesSource(kPump, options)).get(), 2).frames[1].place;
  for (const char* other :
       {"time,value\n1,1\n", "time,value\n1,1\n2,7\n3,3\n", "value,time\n1,1\n2,2\n3,3\n", ""}) {
    Write(other);
    const auto source = Must(OpenSeriesSource(kPump, options));
    EXPECT_FALSE(source->GoOn(*place)) << other;
  }
  Write("time,value\n1,1\n2,7\n3,3\n");
  const auto source = Must(OpenSeriesSource(kPump, options));
  EXPECT_FALSE(source->GoOn(*place));
  EXPECT_EQ(MustNext(*source).index, 0);
}

// copytruncate while nobody reads.
TEST_F(SeriesSource, KeepsTheHeaderOfAFileThatWasEmptiedMeanwhile) {
  const auto path = Write("value,time\n1,1\n2,2\n");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto place = ReadAll(Must(OpenSeriesSource(kPump, options)).get(), 2).frames[1].place;
  for (const char* now : {"30,3\n40,4\n", "0\n30,3\n40,4\n", "time,value\n3,30\n4,40\n"}) {
    Write(now);
    const auto source = Must(OpenSeriesSource(kPump, options));
    EXPECT_FALSE(source->GoOn(*place));
    const Seen seen = ReadAll(source.get(), 2);
    EXPECT_THAT(Values(seen), ElementsAre(30, 40)) << now;
    const auto again = Must(OpenSeriesSource(kPump, options));
    ASSERT_TRUE(again->GoOn(*seen.frames[0].place)) << now;
    EXPECT_EQ(MustNext(*again).readings.values[0], 40) << now;
  }
}

// As logrotate does it.
TEST_F(SeriesSource, GoesOnInTheFileThatTakesThePlaceOfARenamedOne) {
  const auto path = Write("time,value\n1,1\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  std::filesystem::rename(path, path + ".1");
  Write("");
  // Who writes has not been told yet; its last line has no end.
  Append(path + ".1", "2,2\n3,3");
  EXPECT_EQ(MustNext(*source).readings.values[0], 2);
  Append(path, "value,time\n4,4\n");
  const Frame last_of_old = MustNext(*source);
  EXPECT_EQ(last_of_old.readings.values[0], 3);
  const Frame first_of_new = MustNext(*source);
  EXPECT_EQ(first_of_new.readings.values[0], 4);
  EXPECT_EQ(first_of_new.index, 3);
  EXPECT_EQ(first_of_new.discontinuity, Discontinuity::kNone);
  // Whoever has seen the old one only goes on with the new one.
  const auto again = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  ASSERT_TRUE(again->GoOn(*last_of_old.place));
  EXPECT_EQ(MustNext(*again).readings.values[0], 4);
  ASSERT_TRUE(
      Must(OpenSeriesSource(kPump, {.path = path, .follow = true}))->GoOn(*first_of_new.place));
}

// As rsync, sed -i, an editor, and whoever writes atomically do it.
TEST_F(SeriesSource, GoesOnInAFileThatWasWrittenAnewWithMoreInIt) {
  const auto path = Write("time,value\n1,1\n2,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  EXPECT_THAT(Values(ReadAll(source.get(), 2)), ElementsAre(1, 2));
  std::filesystem::rename(Write("time,value\n1,1\n2,2\n3,3\n4,", "new"), path);
  const Frame third = MustNext(*source);
  EXPECT_EQ(third.readings.values[0], 3);
  EXPECT_EQ(third.index, 2);
  EXPECT_EQ(third.discontinuity, Discontinuity::kNone);
  // Also in the midst of a row.
  const std::string now = "time,value\n1,1\n2,2\n3,3\n4,44\n5,5\n";
  std::filesystem::rename(Write(now, "new"), path);
  const Seen seen = ReadAll(source.get(), 2);
  EXPECT_THAT(Values(seen), ElementsAre(44, 5));
  EXPECT_EQ(seen.frames[1].place->file->offset, static_cast<int64_t>(now.size()));
  EXPECT_EQ(seen.frames[1].place->file->line, 7);
  // With something else in it, it is another one.
  std::filesystem::rename(Write("time,value\n1,1\n2,7\n3,8\n4,44\n5,5\n6,6\n", "new"), path);
  EXPECT_THAT(Values(ReadAll(source.get(), 3)), ElementsAre(1, 7, 8));
}

// By logrotate, while hypnosd was asleep.
TEST_F(SeriesSource, ReadsWhatWasRenamedSeveralTimesMeanwhile) {
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto write = [&](const char* text, const std::string& name, int seconds) {
    std::filesystem::last_write_time(Write(text, name), now + std::chrono::seconds(seconds));
  };
  write("time,value\n0,0\n", "pump.csv.1", -9);
  write("time,value\n1,1\n", "pump.csv", -8);
  const auto path = folder() + "/pump.csv";
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  const auto file = [&](const char* number) { return path + "." + number; };
  std::filesystem::rename(file("1"), file("4"));
  std::filesystem::rename(path, file("3"));
  Append(file("3"), "2,2\n");
  std::filesystem::last_write_time(file("3"), now + std::chrono::seconds(-7));
  write("time,value\n3,3\n", "pump.csv.2", -6);
  write("value,time\n4,4\n", "pump.csv.1", -5);
  write("none", "pump.csv.bak", -4);
  write("time,value\n5,5\n", "pump.csv", -3);
  const Seen seen = ReadAll(source.get(), 4);
  EXPECT_THAT(Values(seen), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(seen.Discontinuities(), testing::Each(Discontinuity::kNone));
  EXPECT_EQ(source->unreadable_frames(), 0);
}

TEST_F(SeriesSource, SaysWhatIsLostWhereWhatWasRenamedIsPacked) {
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto path = Write("time,value\n1,1\n");
  std::filesystem::last_write_time(path, now - std::chrono::seconds(9));
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  MustNext(*source);
  std::filesystem::rename(path, path + ".2");
  std::filesystem::last_write_time(Write("packed", "pump.csv.1.gz"), now - std::chrono::seconds(5));
  Write("time,value\n5,5\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(MustNext(*source).readings.values[0], 5);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("pump.csv.1.gz' is lost: it is packed"));
}

TEST_F(SeriesSource, GoesOnInAFileThatWasRenamedMeanwhile) {
  const auto path = Write("time,value\n1,1\n2,2\n3,3\n");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto place = ReadAll(Must(OpenSeriesSource(kPump, options)).get(), 2).frames[1].place;
  std::filesystem::rename(path, path + ".1");
  Write("value,time\n4,4\n");
  const auto source = Must(OpenSeriesSource(kPump, options));
  ASSERT_TRUE(source->GoOn(*place));
  const Seen seen = ReadAll(source.get(), 2);
  EXPECT_THAT(Values(seen), ElementsAre(3, 4));
  EXPECT_THAT(seen.Indices(), ElementsAre(2, 3));
}

// Of a quote that is never closed each line becomes a row at the end.
TEST_F(SeriesSource, EachRowThatIsLeftAtTheEndOfAFileHasItsPlace) {
  std::string text = "time,value,note\n1,1,\n2,2,\"\n";
  for (int i = 3; i < 40; ++i) text += Format("{},{},\n", i, i);
  const auto path = Write(text + "40,40,");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto source = Must(OpenSeriesSource(kPump, options));
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  std::filesystem::rename(path, path + ".1");
  Write("time,value,note\n41,41,\n");
  const Seen seen = ReadAll(source.get(), 39);
  ASSERT_EQ(Values(seen).back(), 41);
  for (size_t i = 0; i + 1 < seen.frames.size(); ++i) {
    const auto again = Must(OpenSeriesSource(kPump, options));
    ASSERT_TRUE(again->GoOn(*seen.frames[i].place));
    EXPECT_EQ(MustNext(*again).readings.values[0], seen.frames[i + 1].readings.values[0]);
  }
}

TEST_F(SeriesSource, EachRowThatIsLeftHasItsPlaceAlsoInAFileThatWasWrittenAnewMeanwhile) {
  namespace fs = std::filesystem;
  std::string text = "time,value,note\n1,1,\n2,2,\"\n";
  for (int i = 3; i < 40; ++i) text += Format("{},{},{}\n", i, i, std::string(20, 'x'));
  const auto path = Write(text + "40,40,");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  const auto source = Must(OpenSeriesSource(kPump, options));
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  const auto now = fs::last_write_time(path);
  fs::last_write_time(path, now - std::chrono::seconds(4));
  const auto anew = Write(text + "40,40,\n", "anew.csv");
  fs::last_write_time(anew, now - std::chrono::seconds(2));
  fs::rename(anew, path);
  fs::rename(path, path + ".1");
  Write("time,value,note\n41,41,\n");
  const Seen seen = ReadAll(source.get(), 39);
  ASSERT_EQ(Values(seen).back(), 41);
  for (size_t i = 0; i + 1 < seen.frames.size(); ++i) {
    const auto again = Must(OpenSeriesSource(kPump, options));
    ASSERT_TRUE(again->GoOn(*seen.frames[i].place)) << i;
    EXPECT_EQ(MustNext(*again).readings.values[0], seen.frames[i + 1].readings.values[0]);
  }
}

// Some checkpoints have such a place.
TEST_F(SeriesSource, ReadsTheHeaderOfAFileInWhoseBeginningItGoesOn) {
  const auto path = Write("time,value\n1,1\n");
  const SeriesSourceOptions options = {.path = path, .follow = true};
  SourcePlace place = *MustNext(*Must(OpenSeriesSource(kPump, options))).place;
  place.file = FileFootprint().At(0);
  // The name of the time is another one, and so it would be none in the middle of a file.
  Write("value,other,when,time\n4,5,6,7\n");
  const auto source = Must(OpenSeriesSource(kPump, options));
  ASSERT_TRUE(source->GoOn(place));
  const Frame frame = MustNext(*source);
  EXPECT_EQ(frame.readings.values[0], 4);
  EXPECT_EQ(frame.readings.when, FromSeconds(7));
  EXPECT_EQ(source->unreadable_frames(), 0);
  Write("a,b\n4,5\n");
  const auto lacking =
      Must(OpenSeriesSource(kPump, {.path = path, .stop_at_bad_row = true, .follow = true}));
  ASSERT_TRUE(lacking->GoOn(place));
  const auto next = lacking->Next();
  ASSERT_FALSE(next.ok());
  EXPECT_THAT(next.error().message, HasSubstr(":1: there is no column 'time'"));
}

TEST_F(SeriesSource, AnOlderFileInThePlaceOfARenamedOneBeginsAnew) {
  const auto path = Write("time,value\n100,1\n101,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  MustNext(*source);
  MustNext(*source);
  std::filesystem::rename(path, path + ".1");
  Write("time,value\n5,3\n6,4\n");
  const Frame frame = MustNext(*source);
  EXPECT_EQ(frame.readings.values[0], 3);
  EXPECT_EQ(frame.discontinuity, Discontinuity::kGap);
  EXPECT_EQ(source->unreadable_frames(), 0);
}

// The names of files in a folder, its own among them as "", each time that one is opened.
class Opened {
 public:
  explicit Opened(const std::string& folder) : inotify_(inotify_init1(IN_NONBLOCK)) {
    EXPECT_GE(inotify_add_watch(inotify_, folder.c_str(), IN_OPEN), 0);
  }
  ~Opened() { close(inotify_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  // Waits until that was `times` since the last call, unless `over` first. Others are counted.
  void Await(const std::string& name, int times, const std::atomic<bool>& over) {
    while (times > 0 && !over) {
      pollfd ready = {.fd = inotify_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 20) <= 0) continue;
      alignas(inotify_event) std::array<char, 1 << 14> bytes;
      const ssize_t count = read(inotify_, bytes.data(), bytes.size());
      for (ssize_t at = 0; at < count;) {
        const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
        const std::string opened = event->len > 0 ? event->name : "";
        if (opened == name) --times;
        if (opened.empty()) ++folder_;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }
  int folder() const { return folder_; }

 private:
  int inotify_;
  int folder_ = 0;
};

TEST_F(SeriesSource, WaitsForAFileThatIsStillBeingWrittenInItsPlace) {
  const auto path = Write("time,value\n1,1\n2,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  MustNext(*source);
  MustNext(*source);
  std::filesystem::remove(path);
  Write("time,value\n1,1\n");
  Opened opened(folder());
  std::atomic<bool> over = false;
  Frame frame;
  std::thread reader([&] {
    frame = MustNext(*source);
    over = true;
  });
  // The second time that it is looked at, the first is over.
  opened.Await("pump.csv", 2, over);
  EXPECT_FALSE(over);
  Append(path, "2,2\n3,3\n");
  reader.join();
  EXPECT_EQ(frame.readings.values[0], 3);
  EXPECT_EQ(source->unreadable_frames(), 0);
}

TEST_F(SeriesSource, LooksOnceBesideWhatCannotBeReadInItsPlace) {
  const auto path = Write("time,value\n1,1\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  MustNext(*source);
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  Opened opened(folder());
  std::atomic<bool> over = false;
  std::thread reader([&] {
    EXPECT_TRUE(std::holds_alternative<EndOfStream>(*source->Next()));
    over = true;
  });
  opened.Await("pump.csv", 2, over);
  const int first = opened.folder();
  opened.Await("pump.csv", 4, over);
  EXPECT_EQ(opened.folder(), first);
  source->Interrupt();
  reader.join();
}

// copytruncate: the program that writes knows nothing of it, and writes no second header.
TEST_F(SeriesSource, GoesOnInAFileThatWasEmptied) {
  const auto path = Write("time,value\n1,1\n2,2\n");
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .follow = true}));
  MustNext(*source);
  MustNext(*source);
  std::filesystem::copy_file(path, path + ".1");
  Write("3,3\n");
  const Frame frame = MustNext(*source);
  EXPECT_EQ(frame.readings.values[0], 3);
  EXPECT_EQ(frame.discontinuity, Discontinuity::kGap);
  // Emptied and filled beyond where it was, between two looks.
  Write("14,4\n15,5\n");
  EXPECT_EQ(MustNext(*source).readings.values[0], 4);
  EXPECT_EQ(MustNext(*source).readings.values[0], 5);
}

TEST_F(SeriesSource, TellsAtOnceWhatCannotBeRead) {
  EXPECT_EQ(Refused({.path = folder() + "/none.csv"}).code, Code::kNotFound);
  EXPECT_EQ(Refused({.path = Write("time,value\n")}).reason, "EMPTY_SERIES");
  EXPECT_EQ(Refused({.path = Write("")}).reason, "EMPTY_SERIES");
  EXPECT_EQ(Refused({.path = Write("a\n1\n"), .columns = {{.name = "b"}}}).reason, "BAD_HEADER");
  EXPECT_EQ(Refused({.path = Write("a\n1\n"), .rounds = 2, .follow = true}).reason, "BAD_OPTION");
  EXPECT_EQ(Refused({.path = "tcp://nowhere"}).reason, "BAD_URL");
  EXPECT_EQ(Refused({.path = "tcp://host:99999"}).reason, "BAD_URL");
}

TEST_F(SeriesSource, ALineWithoutAnEndTakesNoMemory) {
  const auto path = Write("time,value\n1,1\n");
  {
    std::ofstream file(path, std::ios::binary | std::ios::app);
    const std::string junk(1 << 16, '7');
    for (int i = 0; i < 100; ++i) file << junk;
    file << "\n2,2\n";
  }
  const auto source = Must(OpenSeriesSource(kPump, {.path = path, .longest_row_bytes = 1000}));
  EXPECT_THAT(Values(ReadAll(source.get())), ElementsAre(1, 2));
  EXPECT_EQ(source->unreadable_frames(), 1);
}

// Listens on a free port of this machine.
class Listener {
 public:
  Listener() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    HYPNOS_CHECK(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    HYPNOS_CHECK(listen(socket_, 4) == 0);
    socklen_t length = sizeof(address);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }

  std::string url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  // To whoever connects next.
  void Send(const std::string& text) const {
    const int client = accept(socket_, nullptr, nullptr);
    HYPNOS_CHECK(send(client, text.data(), text.size(), MSG_NOSIGNAL) > 0);
    close(client);
  }

 private:
  int socket_;
  int port_ = 0;
};

TEST_F(SeriesSource, ReadsFromAConnectionAndComesBackToIt) {
  const Listener listener;
  const auto source = Must(OpenSeriesSource(kPump, {.path = listener.url()}));
  EXPECT_TRUE(source->live());
  std::thread sender([&] {
    listener.Send("time,value\n1,1\n2,half a ro");
    listener.Send("time,value\n9,3\n");
  });
  EXPECT_EQ(MustNext(*source).readings.values[0], 1);
  const Frame back = MustNext(*source);
  sender.join();
  EXPECT_EQ(back.readings.values[0], 3);
  EXPECT_EQ(back.discontinuity, Discontinuity::kReconnect);
  EXPECT_EQ(source->health().connections, 2);
  EXPECT_EQ(source->health().losses, 1);
  std::thread interrupter([&] { source->Interrupt(); });
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*source->Next()));
  interrupter.join();
}

// Who sends goes on, and does not know that somebody else reads.
TEST_F(SeriesSource, KeepsTheHeaderOfAConnectionOverARestart) {
  const Listener listener;
  std::thread sender([&] {
    listener.Send("value,time\n1,1\n");
    listener.Send("ff\n20,2\n");
    listener.Send("time,value\n3,30\n");
  });
  auto place = MustNext(*Must(OpenSeriesSource(kPump, {.path = listener.url()}))).place;
  ASSERT_NE(place, nullptr);
  for (const double value : {20, 30}) {
    const auto source = Must(OpenSeriesSource(kPump, {.path = listener.url()}));
    EXPECT_FALSE(source->GoOn(*place)) << "what was sent meanwhile nobody knows";
    const Frame frame = MustNext(*source);
    EXPECT_EQ(frame.readings.values[0], value);
    EXPECT_EQ(frame.readings.when, FromSeconds(value / 10));
    place = frame.place;
  }
  sender.join();
}

TEST_F(SeriesSource, ALostConnectionIsAnErrorWhereThatIsWanted) {
  std::string url;
  {
    const Listener listener;
    url = listener.url();
  }
  SeriesSourceOptions options = {.path = url};
  options.live.reconnect = false;
  const auto source = Must(OpenSeriesSource(kPump, options));
  const auto next = source->Next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().code, Code::kUnavailable);
  EXPECT_THAT(next.error().message, HasSubstr("Connection refused"));
}

}  // namespace
}  // namespace hypnos
