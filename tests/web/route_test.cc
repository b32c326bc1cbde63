#include "web/route.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

using Kind = Route::Kind;

WebRequest Get(std::string_view target) {
  return {.method = "GET",
          .target = target,
          .host = "127.0.0.1:8420",
          .origin = {},
          .upgrades = false,
          .subprotocols = {}};
}

WebRequest Upgrade() {
  WebRequest request = Get("/control");
  request.origin = "http://127.0.0.1:8420";
  request.upgrades = true;
  request.subprotocols = kSubprotocol;
  return request;
}

Route At(const WebRequest& request) { return RouteOf(request, HostNames({"hypnos.example"})); }
unsigned Refused(const WebRequest& request) {
  const Route route = At(request);
  EXPECT_EQ(route.kind, Kind::kRefused);
  EXPECT_FALSE(route.why.empty());
  return route.status;
}

TEST(Route, LeadsToWhatThereIs) {
  EXPECT_EQ(At(Get("/")).kind, Kind::kAsset);
  EXPECT_EQ(At(Get("/")).asset->path, "/index.html");
  EXPECT_EQ(At(Get("/index.html")).asset, At(Get("/")).asset);
  EXPECT_EQ(At(Get("/?theme=dark")).asset, At(Get("/")).asset);
  EXPECT_EQ(At(Get("/livez")).kind, Kind::kLive);
  EXPECT_EQ(At(Get("/readyz?verbose")).kind, Kind::kReady);
  EXPECT_EQ(At(Get("/statusz")).kind, Kind::kStatus);
  EXPECT_EQ(At(Get("/history.csv?series=*")).kind, Kind::kHistory);
  EXPECT_EQ(At(Get("/metrics")).kind, Kind::kMetrics);
  EXPECT_EQ(At(Get("/events/17.jpg")).kind, Kind::kPicture);
  EXPECT_EQ(At(Get("/events/17.jpg?again")).event, 17u);
  EXPECT_EQ(At(Upgrade()).kind, Kind::kControl);
}

TEST(Route, LeadsNowhereElseHoweverItIsWritten) {
  for (const char* target : {"",
                             "*",
                             "index.html",
                             "//",
                             "//index.html",
                             "/../index.html",
                             "/./index.html",
                             "/assets/../../etc/passwd",
                             "/..%2f..%2fetc%2fpasswd",
                             "/%69ndex.html",
                             "/index.html/",
                             "/index.html%00.js",
                             "/INDEX.HTML",
                             "/livez/",
                             "/..\\..\\etc\\passwd",
                             "http://127.0.0.1:8420/",
                             "/statusz#x",
                             "127.0.0.1:8420",
                             "/events/",
                             "/events/.jpg",
                             "/events/0.jpg",
                             "/events/017.jpg",
                             "/events/-1.jpg",
                             "/events/1e3.jpg",
                             "/events/17.png",
                             "/events/17.jpg/",
                             "/events/17 .jpg",
                             "/events/99999999999999999999.jpg",
                             "/events/1/2.jpg",
                             "/events.jpg"}) {
    EXPECT_EQ(Refused(Get(target)), 404u) << target;
  }
}

TEST(Route, OnlyReads) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", ""}) {
    WebRequest request = Get("/");
    request.method = method;
    EXPECT_EQ(Refused(request), 405u) << method;
  }
  WebRequest head = Get("/");
  head.method = "HEAD";
  EXPECT_EQ(At(head).kind, Kind::kAsset);
}

TEST(Route, IsRefusedUnderAnotherName) {
  for (const char* host : {"",
                           "evil.example",
                           "evil.example:8420",
                           "localhost.evil.example",
                           "127.0.0.1.evil.example",
                           "127.0.0.1@evil.example",
                           "localhost:",
                           "localhost:x",
                           "localhost:123456",
                           "[::1",
                           "[::1]x",
                           "[]",
                           "[evil.example]",
                           "::1",
                           "127.0.0.1:80:80",
                           "127.1",
                           " localhost",
                           "2130706433",
                           "hypnos.example.",
                           "xhypnos.example"}) {
    WebRequest request = Get("/livez");
    request.host = host;
    EXPECT_EQ(Refused(request), 421u) << host;
  }
}

TEST(Route, KnowsTheNamesAndAddressesOfTheMachine) {
  for (const char* host : {"localhost", "LocalHost:8420", "127.0.0.1", "127.0.0.1:1", "[::1]:8420",
                           "[::1]", "192.0.2.7:8420", "hypnos.example", "Hypnos.Example:443"}) {
    WebRequest request = Get("/livez");
    request.host = host;
    EXPECT_EQ(At(request).kind, Kind::kLive) << host;
  }
}

TEST(Route, LetsOnlyItsOwnPageConnect) {
  for (const char* origin :
       {"", "null", "http://evil.example", "http://evil.example:8420", "http://127.0.0.1",
        "http://127.0.0.1:8421", "http://localhost:8420", "127.0.0.1:8420", "file://127.0.0.1:8420",
        "http://127.0.0.1:8420/", "http://127.0.0.1:8420.evil.example",
        "http://evil.example#127.0.0.1:8420"}) {
    WebRequest request = Upgrade();
    request.origin = origin;
    EXPECT_EQ(Refused(request), 403u) << origin;
  }
  WebRequest secure = Upgrade();
  secure.origin = "https://127.0.0.1:8420";
  EXPECT_EQ(At(secure).kind, Kind::kControl);
  // A page whose name leads here says so twice, and is still not ours.
  WebRequest rebound = Upgrade();
  rebound.host = "evil.example:8420";
  rebound.origin = "http://evil.example:8420";
  EXPECT_EQ(Refused(rebound), 421u);
}

TEST(Route, SpeaksOneSubprotocol) {
  WebRequest request = Upgrade();
  request.subprotocols = "chat,\thypnos.control.v1 ";
  EXPECT_EQ(At(request).kind, Kind::kControl);
  for (const char* others : {"", "chat", "hypnos.control.v2", "hypnos.control.v1x", ",,", ","}) {
    request.subprotocols = others;
    EXPECT_EQ(Refused(request), 400u) << others;
  }
}

TEST(Route, SaysThatControlIsForWebSocket) { EXPECT_EQ(Refused(Get("/control")), 426u); }

TEST(BearerToken, IsWhatFollowsTheScheme) {
  EXPECT_EQ(BearerToken("Bearer abc"), "abc");
  EXPECT_EQ(BearerToken("bearer  abc "), "abc");
  for (const char* none : {"", "abc", "Basic abc", "Bearer", "Bearer ", "Bearerabc"}) {
    EXPECT_EQ(BearerToken(none), "") << none;
  }
}

TEST(IsHostName, IsANameAndNoUrl) {
  EXPECT_TRUE(IsHostName("hypnos.example"));
  for (const char* other : {"", "http://x", "x:80", "x/y", "a b", "*", "h\xc3\xbcpnos"}) {
    EXPECT_FALSE(IsHostName(other)) << other;
  }
}

}  // namespace
}  // namespace hypnos
