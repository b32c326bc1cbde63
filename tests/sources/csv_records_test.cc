#include "sources/csv_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Fields = std::vector<std::string>;

std::vector<CsvRecord> Read(std::string_view bytes, size_t piece = 1 << 20, size_t longest = 100) {
  CsvRecords records(longest, true);
  std::vector<CsvRecord> read;
  const auto take_all = [&] {
    while (auto record = records.Next()) read.push_back(*std::move(record));
  };
  for (size_t at = 0; at < bytes.size(); at += piece) {
    records.Append(bytes.substr(at, piece));
    take_all();
  }
  records.Finish();
  take_all();
  return read;
}

std::string Lines(int from, int to) {
  std::string lines;
  for (int i = from; i <= to; ++i) lines += std::to_string(i) + ",0\n";
  return lines;
}

std::vector<std::string> Texts(const std::vector<CsvRecord>& records) {
  std::vector<std::string> texts;
  texts.reserve(records.size());
  for (const CsvRecord& record : records) texts.push_back(record.text);
  return texts;
}

TEST(CsvRecords, EndsThemAtEitherLineEndAndPassesOverMarkAndEmptyLines) {
  const auto records = Read("\xEF\xBB\xBFtime,value\r\n\r\n1,2\n3,4");
  EXPECT_THAT(Texts(records), ElementsAre("time,value", "1,2", "3,4"));
  EXPECT_EQ(records[0].line, 1);
  EXPECT_EQ(records[2].line, 4);
}

TEST(CsvRecords, AreTheSameInWhateverPiecesTheyCome) {
  const std::string text = "\xEF\xBB\xBF\"a\r\nb\",\"say \"\"x\"\"\"\r\n5\" pipe,2\n\"open";
  const auto whole = Read(text);
  ASSERT_EQ(whole.size(), 3u);
  EXPECT_EQ(whole[1].text, "5\" pipe,2");
  EXPECT_EQ(whole[1].line, 3);
  EXPECT_EQ(whole[2].fault, "has a quote that is not closed");
  for (const size_t piece : {1, 2, 3, 7}) EXPECT_EQ(Read(text, piece), whole) << piece;
}

TEST(CsvRecords, RefuseOneThatIsTooLongAndGoOnBehindIt) {
  const auto records =
      Read("a,b\n" + std::string(1000, 'x') + "\n\"" + std::string(1000, 'y') + "\n1,2\n");
  ASSERT_EQ(records.size(), 4u);
  EXPECT_THAT(records[1].fault, HasSubstr("longer than 100 bytes"));
  EXPECT_TRUE(records[1].text.empty());
  EXPECT_THAT(records[2].fault, HasSubstr("not closed within 100 bytes"));
  EXPECT_EQ(records[3].text, "1,2");
}

TEST(CsvRecords, AreRefusedAtALineEndWithinQuotesThatIsTheFirstByteTooMany) {
  const std::string text = "a,b\n\"" + std::string(99, 'y') + "\n1,2\n3,4\n";
  for (const size_t piece : {1, 2, 7, 1 << 20}) {
    const auto records = Read(text, piece);
    EXPECT_THAT(Texts(records), ElementsAre("a,b", "", "1,2", "3,4")) << piece;
    EXPECT_THAT(records[1].fault, HasSubstr("not closed within 100 bytes"));
    EXPECT_EQ(records.back().line, 4);
    EXPECT_EQ(records.back().end, static_cast<int64_t>(text.size()));
  }
}

TEST(CsvRecords, RefuseWhatIsBinary) {
  const auto records = Read(std::string_view("a,b\n1\0,2\n3,4\n", 13));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].fault, "holds binary data (a byte 0x00)");
  EXPECT_EQ(records[2].text, "3,4");
}

TEST(CsvRecords, TakeAQuoteForNothingSpecialInALog) {
  CsvRecords records(100, false);
  records.Append("\"unbalanced\nnext\n");
  EXPECT_EQ(records.Next()->text, "\"unbalanced");
  EXPECT_EQ(records.Next()->text, "next");
  EXPECT_FALSE(records.Next());
}

TEST(CsvRecords, KnowWhereTheyEnd) {
  const auto records = Read("a\r\n\"b\nc\"\n\nd", 3);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].end, 3);
  EXPECT_EQ(records[1].end, 9);
  EXPECT_EQ(records[2].end, 11);
  EXPECT_EQ(records[2].line, 5);
}

TEST(CsvRecords, GoOnInTheMiddleOfAStream) {
  CsvRecords records(100, true);
  records.Restart(1000, 20);
  records.Append("\xEF\xBB\xBF\n1\n");
  EXPECT_EQ(records.Next()->text, "\xEF\xBB\xBF");
  const auto second = records.Next();
  EXPECT_EQ(second->line, 21);
  EXPECT_EQ(second->end, 1006);
  EXPECT_EQ(records.line(), 22);
}

TEST(CsvRecords, AQuoteThatIsNeverClosedCostsOneLine) {
  const std::string text = Lines(1, 5) + "6,\"0\n" + Lines(7, 200);
  for (const size_t piece : {1, 7, 1 << 20}) {
    const auto records = Read(text, piece, 1 << 20);
    ASSERT_EQ(records.size(), 200u) << piece;
    EXPECT_EQ(records[5].fault, "has a quote that is not closed within 64 lines");
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(records[i].line, static_cast<int64_t>(i) + 1);
      EXPECT_EQ(records[i].text, i == 5 ? "" : std::to_string(i + 1) + ",0");
    }
  }
}

TEST(CsvRecords, AQuoteThatIsNotClosedAtTheEndCostsOneLine) {
  const auto records = Read("1,0\n2,\"0\n3,0\n4,0", 1 << 20, 1 << 20);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[1].fault, "has a quote that is not closed");
  EXPECT_EQ(records[3].text, "4,0");
}

TEST(CsvRecords, AQuoteThatTheNextOpeningOneWouldCloseCostsOneLine) {
  const auto records = Read("1,\"0\n2,0\n3,\"x\"\n4,0\n", 1 << 20, 1 << 20);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].fault, "has a quote that ends 2 lines further, in the midst of a field");
  EXPECT_EQ(records[1].text, "2,0");
  EXPECT_EQ(records[2].text, "3,\"x\"");
}

TEST(CsvRecords, AFieldOverSeveralLinesIsBelievedWithinBounds) {
  std::string note = "1,\"";
  for (int i = 1; i < CsvRecords::kMostLines; ++i) note += "line\n";
  note += "end\"\r\n2,0\n";
  const auto records = Read(note, 5, 1 << 20);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].fault.empty());
  EXPECT_EQ(records[1].line, CsvRecords::kMostLines + 1);
  const auto large = Read("1,\"\n" + std::string(1 << 17, 'x') + "\"\n2,0\n", 1 << 16, 1 << 20);
  ASSERT_EQ(large.size(), 3u);
  EXPECT_EQ(large[0].fault, "has a quote that is not closed within 65536 bytes");
  EXPECT_EQ(large[2].text, "2,0");
}

TEST(CsvRecords, AreReadLineByLineWhereOneOverSeveralIsRejected) {
  CsvRecords records(1000, true);
  records.Append("1,\"0\n2,0\n3,\"\n4,0\n");
  EXPECT_EQ(records.Next()->text, "1,\"0\n2,0\n3,\"");
  records.Reject();
  EXPECT_EQ(records.Next()->text, "2,0");
  records.Reject();
  EXPECT_FALSE(records.Next()) << "the quote of line 3 is open now";
  records.Finish();
  EXPECT_EQ(records.Next()->fault, "has a quote that is not closed");
  EXPECT_EQ(records.Next()->text, "4,0");
  EXPECT_FALSE(records.Next());
}

TEST(CsvFields, TakesQuotesOff) {
  EXPECT_EQ(CsvFields("a,\"b,c\",,\"d \"\"e\"\"\"", ','), (Fields{"a", "b,c", "", "d \"e\""}));
  EXPECT_EQ(CsvFields("1,5;2", ';'), (Fields{"1,5", "2"}));
  EXPECT_EQ(CsvFields("", ','), Fields{""});
}

TEST(GuessSeparator, IsTheOneThatStandsThereMostOften) {
  EXPECT_EQ(GuessSeparator("time;\"a,b,c\";value"), ';');
  EXPECT_EQ(GuessSeparator("a\tb\tc,d"), '\t');
  EXPECT_EQ(GuessSeparator("value"), ',');
}

}  // namespace
}  // namespace hypnos
