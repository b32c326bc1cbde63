#include "hypnos/sources/text_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "hypnos/sources/alphabet.h"
#include "hypnos/sources/source_options.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

const SourceIdentity kFables = {.name = "fables"};

class TextSource : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return path_;
  }
  void Append(const std::string& text) {
    std::ofstream(path_, std::ios::binary | std::ios::app) << text;
  }
  TextSourceOptions Options(size_t readers = 1) const {
    return {.path = path_, .alphabet = "\n abcdef", .readers = readers};
  }
  Error Refused(const TextSourceOptions& options) const {
    const auto source = OpenTextSource(kFables, options);
    EXPECT_FALSE(source.ok());
    return source.ok() ? Error() : source.error();
  }

 private:
  const TempDir folder_;
  const std::string path_ = folder_.File("fables.txt");
};

// What one reader has read.
std::string TextOf(const Seen& seen, size_t reader = 0) {
  const Alphabet alphabet = *Alphabet::Create("\n abcdef");
  std::string text;
  for (const Frame& frame : seen.frames) text += alphabet.symbol(frame.symbols[reader]);
  return text;
}

TEST_F(TextSource, GivesAFileSymbolBySymbol) {
  Write("A bad\ncab");
  const auto source = Must(OpenTextSource(kFables, Options()));
  EXPECT_EQ(source->frame_count(), 9);
  EXPECT_FALSE(source->live());
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(TextOf(seen), "a bad\ncab");
  EXPECT_EQ(seen.Indices(), Counting<int64_t>(9));
  EXPECT_EQ(seen.Milliseconds()[8], 8000);
  EXPECT_EQ(seen.frames[0].discontinuity, Discontinuity::kStart);
  EXPECT_EQ(seen.frames[8].discontinuity, Discontinuity::kNone);
  EXPECT_EQ(seen.frames[0].clip, "fables");
}

TEST_F(TextSource, ReadersShareAFileAndLeaveOutWhatIsLeftOver) {
  Write("abcabdabeaa");
  const auto source = Must(OpenTextSource(kFables, Options(3)));
  EXPECT_EQ(source->frame_count(), 3);
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(TextOf(seen, 0), "abc");
  EXPECT_EQ(TextOf(seen, 1), "abd");
  EXPECT_EQ(TextOf(seen, 2), "abe");
}

TEST_F(TextSource, EveryRoundBeginsAnew) {
  Write("ab");
  TextSourceOptions options = Options();
  options.rounds = 2;
  const Seen seen = ReadAll(Must(OpenTextSource(kFables, options)).get());
  EXPECT_EQ(TextOf(seen), "abab");
  EXPECT_EQ(seen.Indices(), (std::vector<int64_t>{0, 1, 0, 1}));
  EXPECT_EQ(seen.frames[2].discontinuity, Discontinuity::kLoop);
}

TEST_F(TextSource, RefusesWhatIsNoTextAndSaysWhere) {
  Write("ab\ncx");
  EXPECT_EQ(Refused(Options()).reason, "UNKNOWN_SYMBOL");
  EXPECT_NE(Refused(Options()).message.find("source 'fables': '"), std::string::npos);
  EXPECT_NE(Refused(Options()).message.find("fables.txt' line 2: 'x' is no symbol"),
            std::string::npos);
  Write("");
  EXPECT_EQ(Refused(Options()).reason, "EMPTY_TEXT");
  Write("ab");
  EXPECT_EQ(Refused(Options(3)).reason, "EMPTY_TEXT");
  TextSourceOptions options = Options();
  options.unknown = "x";
  EXPECT_EQ(Refused(options).reason, "ALPHABET");
  options.unknown = "";
  options.alphabet = "aa";
  EXPECT_EQ(Refused(options).reason, "ALPHABET");
  options = Options();
  options.path += ".none";
  EXPECT_EQ(Refused(options).code, Code::kNotFound);
  options.follow = true;
  EXPECT_EQ(Refused(options).code, Code::kNotFound);
  options.path = "/";
  options.follow = false;
  EXPECT_EQ(Refused(options).reason, "NOT_A_FILE");
}

TEST_F(TextSource, WhatIsReadAsItComesHasOneReaderAndOneRound) {
  Write("abcd");
  for (const auto& [readers, rounds] : {std::pair{2u, 1u}, {1u, 0u}, {1u, 2u}}) {
    TextSourceOptions options = Options(readers);
    options.rounds = rounds;
    options.follow = true;
    EXPECT_EQ(Refused(options).reason, "BAD_OPTION");
  }
}

TEST_F(TextSource, TheStandardInputHasNoPlacesEvenWhereItIsToBeFollowed) {
  const std::string text(1000, 'a');
  Write(text);
  TextSourceOptions options = Options();
  const int before = dup(STDIN_FILENO);
  const int file = open(options.path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(dup2(file, STDIN_FILENO), STDIN_FILENO);
  close(file);
  options.path = "-";
  options.follow = true;
  const Seen seen = ReadAll(Must(OpenTextSource(kFables, options)).get());
  dup2(before, STDIN_FILENO);
  close(before);
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(TextOf(seen), text);
  EXPECT_EQ(seen.frames.back().place, nullptr);
}

TEST_F(TextSource, FollowsAFileThatGrows) {
  Write("ab");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  EXPECT_EQ(source->frame_count(), std::nullopt);
  EXPECT_EQ(TextOf(ReadAll(source.get(), 2)), "ab");
  Append("cd");
  const Seen more = ReadAll(source.get(), 2);
  EXPECT_EQ(TextOf(more), "cd");
  EXPECT_EQ(more.Indices(), (std::vector<int64_t>{2, 3}));
  std::jthread writer([&] { Append("e"); });
  EXPECT_EQ(TextOf(ReadAll(source.get(), 1)), "e");
}

TEST_F(TextSource, AFollowedFileThatBecomesShorterIsReadAnewAfterAGap) {
  Write("abcd");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 4);
  Write("ef");
  const Seen anew = ReadAll(source.get(), 2);
  EXPECT_EQ(TextOf(anew), "ef");
  EXPECT_EQ(anew.frames[0].discontinuity, Discontinuity::kGap);
}

TEST_F(TextSource, AFollowedFileThatBecomesNonsenseIsAnErrorForEver) {
  Write("ab\n");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 3);
  Append("a!");
  const Seen seen = ReadAll(source.get());
  EXPECT_EQ(TextOf(seen), "a") << "what is before it is read";
  ASSERT_TRUE(seen.error);
  EXPECT_NE(seen.error->message.find("line 2: '!'"), std::string::npos) << seen.error->message;
  EXPECT_FALSE(source->Next().ok());
}

TEST_F(TextSource, AFollowedFileThatIsReplacedLeavesNoHalfCharacterBehind) {
  Write("abcd\xc3");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 4);
  Write("ef");
  EXPECT_EQ(TextOf(ReadAll(source.get(), 2)), "ef");
}

TEST_F(TextSource, GoesOnInAFollowedFileWhereItWasLeft) {
  Write("ab\r\ncd");
  TextSourceOptions options = Options();
  options.follow = true;
  const Seen first = ReadAll(Must(OpenTextSource(kFables, options)).get(), 3);
  EXPECT_EQ(TextOf(first), "ab\n");
  const auto source = Must(OpenTextSource(kFables, options));
  ASSERT_TRUE(source->GoOn(*first.frames.back().place));
  Append("a!");
  const Seen rest = ReadAll(source.get());
  EXPECT_EQ(TextOf(rest), "cda");
  EXPECT_EQ(rest.frames[0].index, 3);
  EXPECT_EQ(rest.frames[0].discontinuity, Discontinuity::kNone);
  EXPECT_NE(rest.error->message.find("line 2: '!'"), std::string::npos) << rest.error->message;
  Write("dcba");
  const auto other = Must(OpenTextSource(kFables, options));
  EXPECT_FALSE(other->GoOn(*first.frames.back().place));
  EXPECT_EQ(TextOf(ReadAll(other.get(), 2)), "dc");
}

TEST_F(TextSource, GoesOnInTheFileThatTakesThePlaceOfARenamedOne) {
  Write("ab");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 2);
  std::filesystem::rename(options.path, options.path + ".1");
  std::ofstream(options.path + ".1", std::ios::app) << "c";
  Write("de");
  const Seen seen = ReadAll(source.get(), 3);
  EXPECT_EQ(TextOf(seen), "cde");
  EXPECT_EQ(seen.frames[1].discontinuity, Discontinuity::kNone);
}

TEST_F(TextSource, GoesOnInOneThatWasWrittenAnewWithMoreInIt) {
  Write("ab");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 2);
  std::ofstream(options.path + ".new") << "abc";
  std::filesystem::rename(options.path + ".new", options.path);
  const Seen seen = ReadAll(source.get(), 1);
  EXPECT_EQ(TextOf(seen), "c");
  EXPECT_EQ(seen.frames[0].discontinuity, Discontinuity::kNone);
}

TEST_F(TextSource, EachSymbolThatIsLeftAtTheEndHasItsPlace) {
  Write("a\xe2\x82");
  TextSourceOptions options = Options();
  options.unknown = " ";
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  ReadAll(source.get(), 1);
  std::filesystem::rename(options.path, options.path + ".1");
  Write("b");
  const Seen seen = ReadAll(source.get(), 3);
  EXPECT_EQ(TextOf(seen), "  b");
  for (size_t i = 0; i < 2; ++i) {
    const auto again = Must(OpenTextSource(kFables, options));
    ASSERT_TRUE(again->GoOn(*seen.frames[i].place));
    EXPECT_EQ(TextOf(ReadAll(again.get(), 1)), i == 0 ? " " : "b");
  }
}

TEST_F(TextSource, PipesAreRefusedAndNotWaitedFor) {
  TextSourceOptions options = Options();
  ASSERT_EQ(mkfifo(options.path.c_str(), 0600), 0);
  for (const bool follow : {false, true}) {
    options.follow = follow;
    const Error error = Refused(options);
    EXPECT_EQ(error.reason, "NOT_A_FILE");
    EXPECT_NE(error.message.find("is no regular file"), std::string::npos) << error.message;
  }
}

TEST_F(TextSource, AWaitForMoreCanBeInterrupted) {
  Write("ab");
  TextSourceOptions options = Options();
  options.follow = true;
  const auto source = Must(OpenTextSource(kFables, options));
  std::jthread interrupter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    source->Interrupt();
  });
  const Seen seen = ReadAll(source.get());
  EXPECT_FALSE(seen.error);
  EXPECT_EQ(TextOf(seen), "ab");
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*source->Next())) << "and every one to come";
}

TEST_F(TextSource, APlaylistHoldsTextsThatEnd) {
  Write("abc");
  PlaylistOptions list;
  list.entries.push_back({.identity = {.name = "one"}, .kind = Options()});
  list.entries.push_back({.identity = {.name = "two", .learn = false}, .kind = Options()});
  const Seen seen = ReadAll(Must(OpenPlaylist({.name = "list"}, list)).get());
  EXPECT_EQ(TextOf(seen), "abcabc");
  EXPECT_EQ(seen.frames[3].discontinuity, Discontinuity::kClip);
  EXPECT_FALSE(seen.frames[3].learn);
  std::get<TextSourceOptions>(list.entries[1].kind).follow = true;
  EXPECT_FALSE(OpenPlaylist({.name = "list"}, list).ok());
}

}  // namespace
}  // namespace hypnos
