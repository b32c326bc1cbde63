// What people get to see of a URL.
#include "config/mask.h"

#include <gtest/gtest.h>

#include "hypnos/config/print.h"
#include "tests/config/everything.pb.h"

namespace hypnos::config {
namespace {

TEST(Mask, HidesLoginAndPassword) {
  EXPECT_EQ(MaskSecret("rtsp://user:hush@host:554/main"), "rtsp://***@host:554/main");
  EXPECT_EQ(MaskSecret("rtsp://user@host"), "rtsp://***@host");
}

TEST(Mask, LeavesTheRest) {
  for (const char* url : {"rtsp://host/main?channel=1&subtype=0#x", "udp://239.0.0.1:5000", ""}) {
    EXPECT_EQ(MaskSecret(url), url);
  }
}

TEST(Mask, HidesPasswordsThatShouldHaveBeenEscaped) {
  EXPECT_EQ(MaskSecret("rtsp://user:hu/sh@host/main"), "rtsp://***@host/main");
  EXPECT_EQ(MaskSecret("rtsp://user:hu?sh#@host/main"), "rtsp://***@host/main");
  EXPECT_EQ(MaskSecret("rtsp://user:hu@sh@host/main"), "rtsp://***@host/main");
}

TEST(Mask, HidesParametersNamedLikePasswords) {
  EXPECT_EQ(MaskSecret("http://host/v?a=1&Password=hush&b=2"),
            "http://host/v?a=1&Password=***&b=2");
  EXPECT_EQ(MaskSecret("http://host/v?sig=hush"), "http://host/v?sig=***");
  EXPECT_EQ(MaskSecret("http://host/v?access_token=hush;pwd=hush"),
            "http://host/v?access_token=***;pwd=***");
  EXPECT_EQ(MaskSecret("rtsp://host/user=me_password=hush_channel=1.sdp?real"),
            "rtsp://host/user=***?real");
}

TEST(Mask, HidesAllOfASecretThatIsNoUrl) {
  EXPECT_EQ(MaskSecret("hush"), "***");
  EXPECT_EQ(MaskSecret("me:hush@host://"), "***");
}

TEST(Mask, HidesOnlySecretsOfAMessageHoweverDeep) {
  test::Everything everything;
  everything.set_text("http://me:hush@host");
  everything.add_hiddens("one");
  everything.add_hiddens("two");
  everything.add_inners()->mutable_again()->set_hidden("three");
  MaskSecrets(&everything);
  EXPECT_EQ(everything.text(), "http://me:hush@host");
  EXPECT_EQ(everything.hiddens(1), "***");
  EXPECT_EQ(everything.inners(0).again().hidden(), "***");
}

TEST(Mask, LeavesTheOriginal) {
  Config config;
  config.add_sources()->mutable_stream()->set_url("rtsp://me:hush@host");
  EXPECT_EQ(Masked(config).sources(0).stream().url(), "rtsp://***@host");
  EXPECT_EQ(config.sources(0).stream().url(), "rtsp://me:hush@host");
}

}  // namespace
}  // namespace hypnos::config
