// Looking changes nothing: what is learned and reported is the same, bit for bit, whether or not
// somebody asks everything all the time.
#include <gtest/gtest.h>

#include "daemon/service_fixture.h"

namespace hypnos {
namespace {

constexpr int64_t kFrames = 60;

std::vector<control::Request> EveryLook() {
  std::vector<control::Request> looks;
  for (const auto* kind : EveryRequest()) {
    if (AccessOf(kind) != control::VIEW) continue;
    control::Request request = RequestOf(kind);
    if (request.has_inspect_layer()) request.mutable_inspect_layer()->set_layer(2);
    if (request.has_dream()) request.mutable_dream()->set_steps(3);
    if (request.has_subscribe()) {
      for (const auto topic :
           {control::ACTIVITY, control::GOODNESS, control::PHASE, control::SOURCES,
            control::PICTURES, control::UNITS, control::DREAMS}) {
        request.mutable_subscribe()->add_topics(topic);
      }
      request.mutable_subscribe()->set_rate_hz(100);
    }
    looks.push_back(request);
  }
  return looks;
}

// What came of it: all reports and all weights.
std::string Undisturbed() {
  RunningDaemon daemon;
  daemon.Run();
  daemon.Watch(kFrames);
  daemon.End();
  return daemon.observers.text() + daemon.Weights();
}

TEST(Looking, ChangesNeitherReportsNorWeights) {
  RunningDaemon daemon;
  daemon.Listen(control::VIEW);
  daemon.Run();
  daemon.Watch(2);
  auto client = daemon.Client();
  int answered = 0;
  for (int64_t frame = 2; frame < kFrames; frame += 2) {
    // Both under way while the questions are asked.
    daemon.frames->Show(2);
    // Each client has a few subscriptions at the most.
    if (frame % 12 == 0) client = daemon.Client();
    for (const control::Request& look : EveryLook()) {
      answered += client->Call(look, kPatience).ok();
    }
    daemon.observers.WaitForFrames(static_cast<size_t>(frame + 2));
  }
  daemon.End();
  EXPECT_GT(answered, kFrames / 2 * 8);
  EXPECT_TRUE(daemon.observers.text() + daemon.Weights() == Undisturbed());
}

}  // namespace
}  // namespace hypnos
