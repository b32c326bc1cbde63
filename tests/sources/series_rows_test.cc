#include "sources/series_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

class Reader {
 public:
  explicit Reader(SeriesRowsOptions options = {}) : rows_(WithName(std::move(options))) {}

  Result<std::optional<Readings>> Read(const std::string& line) {
    return rows_.Read({.line = ++line_, .text = line, .fault = {}});
  }
  bool IsHeader(const std::string& line) {
    const auto row = Read(line);
    EXPECT_TRUE(row.ok()) << row.error().message;
    return row.ok() && !*row;
  }
  Readings Row(const std::string& line) {
    const auto row = Read(line);
    EXPECT_TRUE(row.ok() && *row) << (row.ok() ? "no row" : row.error().message);
    return row.ok() && *row ? **row : Readings();
  }
  std::string Refused(const std::string& line) {
    const auto row = Read(line);
    EXPECT_FALSE(row.ok());
    return row.ok() ? "" : row.error().reason + " " + row.error().message;
  }
  std::string TakeNews() { return rows_.TakeNews(); }
  const SeriesRows& rows() const { return rows_; }

 private:
  static SeriesRowsOptions WithName(SeriesRowsOptions options) {
    options.name = "f.csv";
    return options;
  }

  SeriesRows rows_;
  int64_t line_ = 0;
};

TEST(SeriesRows, TakesTimeAndNumbersByThemselves) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("Timestamp,host, temperature ,load"));
  const Readings row = reader.Row("1970-01-01 00:01:00,web1,+21.5,NA");
  EXPECT_EQ(row.when, FromSeconds(60));
  EXPECT_THAT(row.values, ElementsAre(21.5, IsNan()));
  ASSERT_EQ(reader.rows().columns().size(), 2u);
  EXPECT_EQ(reader.rows().columns()[0].name, "temperature");
}

TEST(SeriesRows, NeedsNoHeader) {
  Reader reader;
  EXPECT_THAT(reader.Row("2014-02-14 14:30:00;1,5;x;2").values, ElementsAre(1.5, 2));
  EXPECT_THAT(reader.Row("2014-02-14 14:35:00;-3e2;x;").values, ElementsAre(-300, IsNan()));
  Reader numbers;
  const Readings row = numbers.Row("1,2");
  EXPECT_THAT(row.values, ElementsAre(1, 2));
  EXPECT_FALSE(row.when);
  EXPECT_THAT(numbers.Row("1,2").values, ElementsAre(1, 2));
}

// It may hold words from the next row on.
TEST(SeriesRows, TakesNoColumnInWhichNothingStands) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,value,comment"));
  EXPECT_THAT(reader.Row("2026-01-01,1,").values, ElementsAre(1));
  EXPECT_THAT(reader.Row("2026-01-02,2,repaired").values, ElementsAre(2));
}

TEST(SeriesRows, RefusesMoreFieldsThanAnybodyLooksAt) {
  Reader reader;
  EXPECT_THAT(reader.Refused(std::string(1'000'000, ',')),
              HasSubstr("f.csv:1: it has 1000001 fields, and at most 4096 are read"));
}

TEST(SeriesRows, LooksAtTheColumnsThatAreNamed) {
  Reader reader({.time_column = "at",
                 .columns = {{.name = "text", .kind = ColumnKind::kLog, .buckets = 64},
                             {.name = "host", .kind = ColumnKind::kCategory, .buckets = 4},
                             {.name = "load"}}});
  EXPECT_TRUE(reader.IsHeader("load,host,text,at"));
  const Readings row = reader.Row("0.5,web1,\"disk, full\",10");
  ASSERT_EQ(row.values.size(), 66u);
  EXPECT_EQ(std::ranges::count(std::span(row.values).first(64), 1.0), 2);
  EXPECT_LT(row.values[64], 4);
  EXPECT_EQ(row.values[65], 0.5);
  EXPECT_EQ(row.when, FromSeconds(10));
  EXPECT_TRUE(std::isnan(reader.Row("0.5,,x,11").values[64]));
}

TEST(SeriesRows, RefusesWhatIsNoRowByFileAndLine) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a,b"));
  reader.Row("1,2,3");
  EXPECT_EQ(reader.Refused("1,2"), "BAD_ROW f.csv:3: the row has 2 fields, and the header 3");
  EXPECT_EQ(reader.Refused("1,2,3,4"), "BAD_ROW f.csv:4: the row has 4 fields, and the header 3");
  EXPECT_EQ(reader.Refused("1,x\x1b[2J,3"),
            "BAD_ROW f.csv:5: 'x\\x1b[2J' in column 'a' is no number");
  EXPECT_EQ(reader.Refused("later,2,3"), "BAD_ROW f.csv:6: 'later' in column 'time' is no time");
  EXPECT_THAT(reader.Refused("1,inf,3"), HasSubstr("no number"));
  EXPECT_THAT(reader.Refused("1,1e999,3"), HasSubstr("no number"));
  EXPECT_THAT(reader.Row("7,8,9").values, ElementsAre(8, 9));
}

TEST(SeriesRows, FollowsAHeaderThatComesAgainInAnotherOrder) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a,b"));
  EXPECT_THAT(reader.Row("1,2,3").values, ElementsAre(2, 3));
  EXPECT_TRUE(reader.IsHeader("b,time,c,a"));
  const Readings row = reader.Row("3,1,5,2");
  EXPECT_THAT(row.values, ElementsAre(2, 3));
  EXPECT_EQ(row.when, FromSeconds(1));
}

TEST(SeriesRows, PassesOverAHeaderThatStandsThereTwice) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a"));
  EXPECT_TRUE(reader.IsHeader("time,a"));
  EXPECT_THAT(reader.Row("1,2").values, ElementsAre(2));
  EXPECT_TRUE(reader.IsHeader("time,a"));
  EXPECT_THAT(reader.Row("2,3").values, ElementsAre(3));
}

TEST(SeriesRows, ReadsNothingBelowAHeaderThatLacksAColumnUntilOneHasIt) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a,b"));
  reader.Row("1,2,3");
  EXPECT_EQ(reader.Refused("time,c,a"),
            "BAD_ROW f.csv:3: there is no column 'b', which the series has had so far: the columns "
            "are 'time,c,a'; nothing below it can be read");
  EXPECT_TRUE(reader.rows().refused_header());
  EXPECT_EQ(reader.Refused("2,3,4"),
            "BAD_ROW f.csv:4: it stands below line 3, where there is no column 'b'");
  EXPECT_FALSE(reader.rows().refused_header());
  EXPECT_THAT(reader.Refused("a,b,c"),
              HasSubstr("f.csv:5: there is no column 'time' with the time"));
  EXPECT_TRUE(reader.IsHeader("b,a,time"));
  EXPECT_THAT(reader.Row("4,3,2").values, ElementsAre(3, 4));
}

TEST(SeriesRows, TakesARowOfWordsForNoHeader) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a,b"));
  reader.Row("1,2,3");
  EXPECT_THAT(reader.Refused("error,error,error"), HasSubstr("is no time"));
  EXPECT_THAT(reader.Refused("5,a,b"), HasSubstr("'a' in column 'a' is no number"));
  EXPECT_THAT(reader.Row("6,7,8").values, ElementsAre(7, 8));
}

TEST(SeriesRows, OfTheNextFileNeedTheColumnsOfTheFirst) {
  const auto known = std::make_shared<KnownColumns>();
  Reader first({.known = known});
  EXPECT_TRUE(first.IsHeader("time,a,b"));
  first.Row("1,2,3");
  Reader second({.known = known});
  EXPECT_TRUE(second.IsHeader("b,c,timestamp,a"));
  const Readings row = second.Row("5,7,9,4");
  EXPECT_THAT(row.values, ElementsAre(4, 5));
  EXPECT_EQ(row.when, FromSeconds(9));
  Reader third({.known = known});
  EXPECT_THAT(third.Refused("time,c,d"), HasSubstr("BAD_ROW f.csv:1: there is no column 'a'"));
  EXPECT_THAT(third.Refused("1,2,3"), HasSubstr("f.csv:2: it stands below line 1"));
  Reader bare({.known = known});
  EXPECT_THAT(bare.Refused("1,2,3"), HasSubstr("there is no header, but a row"));
}

TEST(SeriesRows, GoOnBelowTheHeaderThatWasSaved) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("b;time;a"));
  reader.Row("1,5;2;3");
  SeriesRows again({.name = "f.csv"});
  again.Know(reader.rows().head());
  again.GoOn(reader.rows().head());
  const auto row = again.Read({.line = 9, .text = "2,5;3;4", .fault = {}});
  ASSERT_TRUE(row.ok() && *row);
  EXPECT_THAT((*row)->values, ElementsAre(2.5, 4));
  EXPECT_EQ((*row)->when, FromSeconds(3));
}

TEST(SeriesRows, KeepTheHeaderWhereTheSameProgramGoesOnWithoutOne) {
  SeriesRows rows({.name = "f.csv"});
  const auto read = [&](const std::string& text) {
    return rows.Read({.line = 1, .text = text, .fault = {}});
  };
  ASSERT_TRUE(read("time,a,b").ok());
  ASSERT_TRUE(read("1,2,3").ok());
  rows.RestartSameWriter(true);
  EXPECT_THAT((**read("2,4,5")).values, ElementsAre(4, 5));
  rows.RestartSameWriter(true);
  EXPECT_FALSE(*read("b,a,time"));
  EXPECT_THAT((**read("6,7,3")).values, ElementsAre(7, 6));
}

TEST(SeriesRows, KeepTheHeaderOverAFirstRowThatIsTorn) {
  SeriesRows rows({.name = "f.csv"});
  const auto read = [&](const std::string& text) {
    return rows.Read({.line = 1, .text = text, .fault = {}});
  };
  ASSERT_TRUE(read("time,a,b").ok());
  ASSERT_TRUE(read("1,2,3").ok());
  rows.RestartSameWriter(true);
  const auto torn = read("4,5");
  ASSERT_FALSE(torn.ok());
  EXPECT_EQ(torn.error().reason, "BAD_ROW");
  EXPECT_EQ(torn.error().message, "f.csv:1: the row has 2 fields, and the header 3");
  EXPECT_FALSE(rows.refused_header());
  EXPECT_FALSE(read("1,2,3,4").ok());
  EXPECT_THAT((**read("2,6,7")).values, ElementsAre(6, 7));
  rows.RestartSameWriter(true);
  EXPECT_FALSE(read("4,5").ok());
  EXPECT_FALSE(*read("b,a,time")) << "a header may still come";
  EXPECT_THAT((**read("8,9,3")).values, ElementsAre(9, 8));
}

// A file that was emptied may go on with the end of a row.
TEST(SeriesRows, TakeTheEndOfARowForNoHeader) {
  for (const std::string torn : {"running,red", "red", "0:00,,running,red"}) {
    SeriesRows rows({.name = "f.csv"});
    const auto read = [&](const std::string& text) {
      return rows.Read({.line = 1, .text = text, .fault = {}});
    };
    ASSERT_TRUE(read("time,a,state,lamp").ok());
    ASSERT_TRUE(read("1,2,running,red").ok());
    rows.RestartSameWriter(true);
    const auto refused = read(torn);
    ASSERT_FALSE(refused.ok()) << torn;
    EXPECT_EQ(refused.error().reason, "BAD_ROW");
    EXPECT_FALSE(rows.refused_header()) << torn;
    const auto next = read("2,6,idle,red");
    ASSERT_TRUE(next.ok() && *next) << torn;
    EXPECT_THAT((*next)->values, ElementsAre(6));
  }
}

TEST(SeriesRows, TakeWordsForAHeaderWhereNoRowEndsLikeThem) {
  // One that begins a file, has more names, has words for numbers, or is separated by another byte.
  const auto header_after = [](bool may_be_torn, const std::string& header) {
    SeriesRows rows({.name = "f.csv"});
    const auto read = [&](const std::string& text) {
      return rows.Read({.line = 1, .text = text, .fault = {}});
    };
    EXPECT_TRUE(read("time,a,lamp").ok());
    EXPECT_TRUE(read("1,2,red").ok());
    rows.RestartSameWriter(may_be_torn);
    const auto row = read(header);
    return rows.refused_header() || (row.ok() && !*row);
  };
  EXPECT_TRUE(header_after(false, "x,y"));
  EXPECT_TRUE(header_after(true, "x,y,z,u"));
  EXPECT_TRUE(header_after(true, "x,y,z"));
  EXPECT_TRUE(header_after(true, "lamp;time;a"));
}

TEST(SeriesRows, WithoutAHeaderTakeAnotherNumberOfFieldsOnceRowsAgree) {
  Reader reader;
  EXPECT_THAT(reader.Row("1970-01-01 00:00:01,5,6").values, ElementsAre(5, 6));
  const std::string more = "1970-01-01 00:00:02,7,8,9";
  for (int i = 1; i < SeriesRows::kAgree; ++i) {
    EXPECT_THAT(reader.Refused(more), HasSubstr("the row has 4 fields, and the header 3"));
  }
  EXPECT_THAT(reader.Row("1970-01-01 00:00:03,5,6").values, ElementsAre(5, 6)) << "they were few";
  EXPECT_EQ(reader.TakeNews(), "");
  for (int i = 1; i < SeriesRows::kAgree; ++i) reader.Refused(more);
  EXPECT_THAT(reader.Row(more).values, ElementsAre(7, 8));
  EXPECT_EQ(reader.TakeNews(),
            "f.csv:21: rows have 4 fields now, and had 3; without a header columns go by their "
            "positions, as before");
  EXPECT_THAT(reader.Row(more).values, ElementsAre(7, 8));
  // With fewer fields a column is not there any more; once it is again, it is read.
  const std::string fewer = "1970-01-01 00:00:04,7";
  for (int i = 1; i < SeriesRows::kAgree; ++i) reader.Refused(fewer);
  EXPECT_THAT(reader.Refused(fewer), HasSubstr("there is no column '3'"));
  EXPECT_EQ(reader.TakeNews(), "");
  for (int i = 1; i < SeriesRows::kAgree; ++i) reader.Refused(more);
  EXPECT_THAT(reader.Row(more).values, ElementsAre(7, 8));
}

// Whoever connects to a program that sends rows may come in the midst of one.
TEST(SeriesRows, TakeWordsThatCameFirstForNoHeaderOnceRowsAgreeThatTheyAreNone) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("ning"));
  const std::string row = "1970-01-01 00:00:02,7,running";
  for (int i = 1; i < SeriesRows::kAgree; ++i) {
    EXPECT_THAT(reader.Refused(row), HasSubstr("the row has 3 fields, and the header 1"));
  }
  const Readings read = reader.Row(row);
  EXPECT_THAT(read.values, ElementsAre(7));
  EXPECT_EQ(read.when, FromSeconds(2));
  EXPECT_EQ(reader.TakeNews(),
            "f.csv:11: rows have 3 fields, so that line 1 was no header: columns go by their "
            "positions");
}

TEST(SeriesRows, OfAnotherNumberOfFieldsAreReadAfterARotationOnceTheyAgree) {
  SeriesRows rows({.name = "f.csv"});
  const auto read = [&](const std::string& text) {
    return rows.Read({.line = 1, .text = text, .fault = {}});
  };
  EXPECT_THAT((**read("1,2")).values, ElementsAre(1, 2));
  for (const bool may_be_torn : {true, false}) {
    for (const std::string text : {"3,4,5", "6,7"}) {
      rows.RestartSameWriter(may_be_torn);
      for (int i = 1; i < SeriesRows::kAgree; ++i) EXPECT_FALSE(read(text).ok()) << text;
      const auto row = read(text);
      ASSERT_TRUE(row.ok() && *row) << text;
      EXPECT_EQ((*row)->values.size(), 2u);
    }
  }
}

TEST(SeriesRows, BelowAHeaderNeverTakeAnotherNumberOfFields) {
  Reader reader;
  EXPECT_TRUE(reader.IsHeader("time,a"));
  reader.Row("1,2");
  for (int i = 0; i < 3 * SeriesRows::kAgree; ++i) reader.Refused("1,2,3");
  EXPECT_THAT(reader.Row("2,3").values, ElementsAre(3));
}

// Restarted, in the next file and below a header that comes again.
TEST(SeriesRows, TellColumnsOfTheSameNameApart) {
  for (const std::string header : {"time,,,a,a,a (2)", "time,a,a,a,,"}) {
    Reader reader;
    EXPECT_TRUE(reader.IsHeader(header));
    EXPECT_THAT(reader.Row("1,,2,x,3,4").values, ElementsAre(2, 3, 4)) << header;
    EXPECT_TRUE(reader.IsHeader(header));
    EXPECT_THAT(reader.Row("2,5,6,7,8,9").values, ElementsAre(6, 8, 9)) << header;
    SeriesRows again({.name = "f.csv"});
    again.Know(reader.rows().head());
    again.GoOn(reader.rows().head());
    const auto row = again.Read({.line = 9, .text = "3,5,6,7,8,9", .fault = {}});
    ASSERT_TRUE(row.ok() && *row);
    EXPECT_THAT((*row)->values, ElementsAre(6, 8, 9)) << header;
  }
  const auto known = std::make_shared<KnownColumns>();
  Reader first({.known = known});
  EXPECT_TRUE(first.IsHeader("a,a,time"));
  first.Row("1,2,3");
  Reader second({.known = known});
  EXPECT_TRUE(second.IsHeader("time,a,b,a"));
  EXPECT_THAT(second.Row("1,2,3,4").values, ElementsAre(2, 4));
  Reader third({.known = known});
  EXPECT_THAT(third.Refused("time,a,b"), HasSubstr("there is no column 'a (2)'"));
}

TEST(SeriesRows, RefusesAHeaderThatLacksAColumn) {
  Reader reader({.columns = {{.name = "temperature"}}});
  EXPECT_EQ(
      reader.Refused("time,pressure"),
      "BAD_HEADER f.csv:1: there is no column 'temperature': the columns are 'time,pressure'");
  Reader time({.time_column = "when"});
  EXPECT_THAT(time.Refused("time,a"), HasSubstr("no column 'when' with the time"));
  Reader words;
  EXPECT_TRUE(words.IsHeader("time,a"));
  EXPECT_THAT(words.Refused("1,red"), HasSubstr("BAD_HEADER f.csv:2: no number stands"));
}

TEST(SeriesRows, ReadsALogLineByLine) {
  Reader reader({.lines = true});
  const Readings row = reader.Row("2026-11-26 14:30:00 disk full");
  EXPECT_EQ(row.values.size(), SeriesColumn().buckets);
  EXPECT_TRUE(row.when);
  EXPECT_TRUE(reader.Row("2026-11-26T14:30:00Z disk full").when);
  EXPECT_FALSE(reader.Row("5 disks are full").when);
}

}  // namespace
}  // namespace hypnos
