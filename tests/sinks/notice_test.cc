#include "hypnos/sinks/notice.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace hypnos {
namespace {

Notice Lost() {
  return {.id = 7,
          .time = WallTime(std::chrono::seconds(1769860800) + std::chrono::milliseconds(250)),
          .kind = "SOURCE_LOST",
          .severity = NoticeSeverity::kWarning,
          .source = "door",
          .message = "gone"};
}

TEST(Notice, IsOneObjectWithNamesThatStay) {
  EXPECT_EQ(JsonOf(Lost(), "porch"),
            R"({"host":"porch","id":7,"kind":"SOURCE_LOST","message":"gone","severity":"WARNING",)"
            R"("source":"door","time":"2026-01-31T12:00:00.250Z","version":1})");
}

TEST(Notice, TellsHowUnusualOnlyWhereThatSaysSomething) {
  Notice unusual = Lost();
  unusual.surprise = 2.5;
  EXPECT_NE(JsonOf(unusual, "porch").find(R"("surprise":2.5)"), std::string::npos);
  unusual.end = unusual.time + std::chrono::seconds(3);
  EXPECT_NE(JsonOf(unusual, "porch").find(R"("end_time":"2026-01-31T12:00:03.250Z")"),
            std::string::npos);
}

TEST(Notice, HasItsPictureAsBase64) {
  Notice unusual = Lost();
  for (const auto& [bytes, text] : {std::pair("abc", "YWJj"), std::pair("abcd", "YWJjZA==")}) {
    unusual.picture = bytes;
    EXPECT_NE(JsonOf(unusual, "").find(std::string(R"("picture_jpeg":")") + text + '"'),
              std::string::npos);
  }
}

TEST(Notice, SurvivesWhateverANameHolds) {
  Notice hostile = Lost();
  hostile.source = "\"}\n\xff\x01</script>";
  const std::string json = JsonOf(hostile, "");
  EXPECT_NE(json.find(R"("source":"\"}\n)"
                      "\xef\xbf\xbd"
                      R"(\u0001</script>")"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace hypnos
