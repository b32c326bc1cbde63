#include "web/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Header(const HttpResponse& answer, const char* name) {
  const auto value = answer[name];
  return {value.data(), value.size()};
}

void ExpectSecure(const HttpResponse& answer) {
  EXPECT_THAT(Header(answer, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(Header(answer, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(Header(answer, "Content-Security-Policy"), Not(HasSubstr("unsafe")));
  EXPECT_EQ(Header(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(Header(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(Header(answer, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(Header(answer, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(Header(answer, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(Header(answer, "Set-Cookie"), "");
  EXPECT_NE(Header(answer, "Cache-Control"), "");
}

TEST(Answer, OfEveryKindIsSecure) {
  ExpectSecure(TextAnswer(404, "no\n"));
  ExpectSecure(AssetAnswer(Assets().front(), ""));
  ExpectSecure(AssetAnswer(Assets().front(), Assets().front().etag));
  ExpectSecure(MetricsAnswer("hypnos_frames_total 1\n"));
  ExpectSecure(StatusAnswer({}));
  ExpectSecure(ErrorAnswer({Code::kInternal, "X", "x"}));
}

TEST(Answer, OfWhatTheBrowserHasIsEmpty) {
  const Asset& asset = Assets().front();
  const HttpResponse first = AssetAnswer(asset, "\"other\"");
  EXPECT_EQ(first.result_int(), 200u);
  EXPECT_EQ(first.body(), asset.bytes);
  const HttpResponse again = AssetAnswer(asset, Header(first, "ETag"));
  EXPECT_EQ(again.result_int(), 304u);
  EXPECT_EQ(again.body(), "");
}

// Whatever a source is called: what is sent can be taken for no markup.
TEST(Answer, OfStatusIsJsonWithoutMarkup) {
  control::StatusResponse status;
  status.add_sources()->set_name("</script><script>alert(1)</script>\"'&");
  const HttpResponse answer = StatusAnswer(status);
  EXPECT_EQ(Header(answer, "Content-Type"), "application/json");
  EXPECT_THAT(answer.body(), Not(HasSubstr("<")));
  EXPECT_THAT(answer.body(), HasSubstr("\\u003cscript\\u003e"));
  EXPECT_THAT(answer.body(), HasSubstr("\"sources\""));
}

TEST(Answer, OfAnErrorHasItsStatusAndSentence) {
  const HttpResponse answer = ErrorAnswer({Code::kUnauthenticated, "TOKEN_NEEDED", "a token"});
  EXPECT_EQ(answer.result_int(), 401u);
  EXPECT_EQ(Header(answer, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(answer.body(), "a token\n");
  EXPECT_EQ(ErrorAnswer({Code::kResourceExhausted, "X", "x"}).result_int(), 429u);
  EXPECT_EQ(ErrorAnswer({Code::kUnavailable, "X", "x"}).result_int(), 503u);
  EXPECT_EQ(ErrorAnswer({Code::kInternal, "X", "x"}).result_int(), 500u);
}

}  // namespace
}  // namespace hypnos
