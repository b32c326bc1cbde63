#include "hypnos/base/url.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(MaskedUrl, LeavesWhatHoldsNoSecret) {
  for (const char* url : {"rtsp://camera/live", "http://host:8080/a?b=1&c=2#d", "udp://[::1]:1234",
                          "rtsp://h:554/mail=a", "rtsp://host/main?channel=1&subtype=0#x",
                          "udp://239.0.0.1:5000", "not a url", "", "?", "rtsp://"}) {
    EXPECT_EQ(MaskedUrl(url), url);
  }
}

TEST(MaskedUrl, HidesTheLogin) {
  EXPECT_EQ(MaskedUrl("rtsp://user:hunter2@camera:554/live"), "rtsp://***@camera:554/live");
  EXPECT_EQ(MaskedUrl("rtsp://:hunter2@camera/"), "rtsp://***@camera/");
  EXPECT_EQ(MaskedUrl("http://user@host:8080/a?b=1&c=2#d"), "http://***@host:8080/a?b=1&c=2#d");
  EXPECT_EQ(MaskedUrl("rtsp://user:hush@[::1]:554/"), "rtsp://***@[::1]:554/");
  EXPECT_EQ(MaskedUrl("user:hush@camera/live"), "***@camera/live");
}

TEST(MaskedUrl, HidesPasswordsThatShouldHaveBeenEscaped) {
  EXPECT_EQ(MaskedUrl("rtsp://user:p@ss@camera/live"), "rtsp://***@camera/live");
  EXPECT_EQ(MaskedUrl("rtsp://user:p/a?s#s@camera/live"), "rtsp://***@camera/live");
  EXPECT_EQ(MaskedUrl("rtsp://user:a:b@camera/live"), "rtsp://***@camera/live");
  EXPECT_EQ(MaskedUrl("rtsp://user:a://b@camera/live"), "rtsp://***@camera/live");
  // Up to the slash it looks like a port.
  EXPECT_EQ(MaskedUrl("rtsp://admin:12/34@127.0.0.1:1/x"), "rtsp://***@127.0.0.1:1/x");
}

TEST(MaskedUrl, HidesTooMuchRatherThanTooLittle) {
  EXPECT_EQ(MaskedUrl("rtsp://h:554/mail=a@b"), "rtsp://***@b");
}

TEST(MaskedUrl, HidesParametersNamedLikeSecrets) {
  EXPECT_EQ(MaskedUrl("http://h/v?user=a&Password=b&n=1&api_key=c"),
            "http://h/v?user=a&Password=***&n=1&api_key=***");
  EXPECT_EQ(MaskedUrl("http://h/v?token=b#top"), "http://h/v?token=***#top");
  EXPECT_EQ(MaskedUrl("http://h/v?access_token=hush;pwd=hush"),
            "http://h/v?access_token=***;pwd=***");
  EXPECT_EQ(MaskedUrl("http://127.0.0.1:1/x?sig=abcdef"), "http://127.0.0.1:1/x?sig=***");
  EXPECT_EQ(MaskedUrl("http://h/v?loginuse=me&loginpas=hush"),
            "http://h/v?loginuse=me&loginpas=***");
}

TEST(MaskedUrl, HidesParametersInThePath) {
  EXPECT_EQ(MaskedUrl("rtsp://127.0.0.1:1/user=admin&password=hunter2&channel=1"),
            "rtsp://127.0.0.1:1/user=admin&password=***&channel=1");
  EXPECT_EQ(MaskedUrl("rtsp://host/user=me_password=hush_channel=1.sdp?real"),
            "rtsp://host/user=***?real");
}

TEST(StreamScheme, IsKnownOrNot) {
  for (const char* good : {"rtsp://h", "rtsps://h", "http://h", "https://h", "udp://@:1", "tcp://"})
    EXPECT_TRUE(HasStreamScheme(good)) << good;
  for (const char* bad : {"", "rtsp", "rtsp:/h", "file:///etc/passwd", "concat:a", "xrtsp://h"})
    EXPECT_FALSE(HasStreamScheme(bad)) << bad;
  EXPECT_EQ(ListedStreamSchemes(), "rtsp://, rtsps://, http://, https://, udp:// or tcp://");
}

}  // namespace
}  // namespace hypnos
