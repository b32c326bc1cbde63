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
  for (size_t at = 0; at < bytes.size(); at += piece) {
    records.Read(bytes.substr(at, piece), &read);
  }
  records.Finish(&read);
  return read;
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

TEST(CsvRecords, RefuseWhatIsBinary) {
  const auto records = Read(std::string_view("a,b\n1\0,2\n3,4\n", 13));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].fault, "holds binary data (a byte 0x00)");
  EXPECT_EQ(records[2].text, "3,4");
}

TEST(CsvRecords, TakeAQuoteForNothingSpecialInALog) {
  CsvRecords records(100, false);
  std::vector<CsvRecord> read;
  records.Read("\"unbalanced\nnext\n", &read);
  EXPECT_THAT(Texts(read), ElementsAre("\"unbalanced", "next"));
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
