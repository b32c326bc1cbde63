#include "hypnos/sources/masked_url.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(MaskedUrl, LeavesWhatHoldsNoSecret) {
  for (const char* url : {"rtsp://camera/live", "http://user@host:8080/a?b=1&c=2#d",
                          "udp://[::1]:1234", "rtsp://h:554/mail=a@b", "not a url", "", "?"}) {
    EXPECT_EQ(MaskedUrl(url), url);
  }
}

TEST(MaskedUrl, HidesThePasswordBeforeTheHost) {
  EXPECT_EQ(MaskedUrl("rtsp://user:hunter2@camera:554/live"), "rtsp://user:***@camera:554/live");
  EXPECT_EQ(MaskedUrl("rtsp://:hunter2@camera/"), "rtsp://:***@camera/");
}

TEST(MaskedUrl, HidesPasswordsWithUnescapedSigns) {
  EXPECT_EQ(MaskedUrl("rtsp://user:p@ss@camera/live"), "rtsp://user:***@camera/live");
  EXPECT_EQ(MaskedUrl("rtsp://user:p/a?s#s@camera/live"), "rtsp://user:***@camera/live");
  EXPECT_EQ(MaskedUrl("rtsp://user:a:b@camera/live"), "rtsp://user:***@camera/live");
}

TEST(MaskedUrl, HidesParametersNamedLikeSecrets) {
  EXPECT_EQ(MaskedUrl("http://h/v?user=a&Password=b&n=1&api_key=c"),
            "http://h/v?user=a&Password=***&n=1&api_key=***");
  EXPECT_EQ(MaskedUrl("http://h/v?token=b#top"), "http://h/v?token=***#top");
}

}  // namespace
}  // namespace hypnos
