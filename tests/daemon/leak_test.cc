// A week's worth of requests, one a second and some: memory does not grow with them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "daemon/service_fixture.h"

namespace hypnos {
namespace {

constexpr int kRequests = 1'000'000;
constexpr int kBatch = 50;  // under way at once; a session takes 64
// What the heap keeps of short-lived answers; one leaked byte a request would be nearly as much.
constexpr size_t kMostGrowthBytes = 1 << 20;

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// All that is asked often, now and then with something that takes long or is refused.
std::vector<control::Request> Requests() {
  std::vector<control::Request> requests;
  const auto add = [&](const char* name, int times) {
    const auto* kind = control::Request::descriptor()->FindFieldByName(name);
    for (int i = 0; i < times; ++i) requests.push_back(RequestOf(kind));
  };
  add("status", 20);
  add("list_layers", 10);
  add("list_sources", 5);
  add("sleep_status", 5);
  add("wake", 5);
  add("pause_source", 1);  // of a source that is not there
  add("add_source", 1);    // not built
  add("show_config", 1);
  add("snapshot", 1);
  add("inspect_layer", 1);  // of a layer that is not there
  HYPNOS_CHECK(requests.size() == kBatch);
  return requests;
}

TEST(Leak, AMillionRequestsLeaveNothingBehind) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps what was freed, and finds leaks itself";
#endif
  RunningDaemon daemon;
  daemon.Run();
  daemon.Watch(25);
  daemon.Listen(control::CONTROL);
  RawSocket socket = daemon.Raw();
  ASSERT_TRUE(socket.Send(HelloEnvelope()));
  ASSERT_TRUE(socket.Read().has_welcome());

  const auto requests = Requests();
  size_t before = 0;
  uint64_t id = 1;
  for (int batch = 0; batch < kRequests / kBatch; ++batch) {
    // The heap has found its size after a twentieth of them.
    if (batch == kRequests / kBatch / 20) before = ResidentBytes();
    for (const auto& request : requests) ASSERT_TRUE(socket.Send(RequestEnvelope(++id, request)));
    for (int i = 0; i < kBatch; ++i) {
      const auto kind = socket.Read().body_case();
      ASSERT_TRUE(kind == control::Envelope::kResponse || kind == control::Envelope::kError);
    }
  }
  EXPECT_LT(ResidentBytes(), before + kMostGrowthBytes);
}

}  // namespace
}  // namespace hypnos
