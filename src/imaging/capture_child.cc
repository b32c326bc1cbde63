#include "imaging/capture_child.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/imaging/video_capture.h"
#include "imaging/capture_wire.h"
#include "imaging/rate_limit.h"

namespace hypnos {
namespace {

constexpr int kOk = 0, kNoParent = 1;
constexpr int kPatienceMilliseconds = 200;

class Child {
 public:
  explicit Child(uint8_t* slots) : slots_(slots) { free_.fill(true); }

  int Run() {
    WireRequest request;
    const ssize_t size = recv(kWireSocket, &request, sizeof request, MSG_TRUNC);
    if (size <= 0) return kNoParent;
    if (size != sizeof request || request.magic != kWireMagic) return kWireOtherBuild;
    waits_ = request.waits != 0;
    limit_ = RateLimit(request.max_frame_rate_hz);
    auto capture = Open(request);
    if (!capture.ok()) return Fail(capture.error());
    const VideoProperties& properties = (*capture)->properties();
    WireAnswer opened;
    opened.kind = WireAnswer::kOpened;
    opened.width = properties.width;
    opened.height = properties.height;
    opened.frame_rate_hz = properties.frame_rate_hz;
    opened.frame_count = properties.frame_count;
    if (!Send(opened)) return kNoParent;
    return HandOn(**capture);
  }

 private:
  static Result<std::unique_ptr<VideoCapture>> Open(const WireRequest& request) {
    const std::string target(request.target.Get());
    // Whoever has no patience ends this process.
    if (request.is_stream != 0) {
      return OpenStream({target, static_cast<StreamTransport>(request.transport)},
                        Duration::zero());
    }
    return OpenCamera({.device = target,
                       .width = request.width,
                       .height = request.height,
                       .frame_rate_hz = request.frame_rate_hz,
                       .pixel_format = std::string(request.pixel_format.Get()),
                       .exposure_milliseconds = request.exposure_milliseconds});
  }

  int HandOn(VideoCapture& capture) {
    while (true) {
      const Result<bool> more = capture.Grab();
      if (!more.ok()) return Fail(more.error());
      if (!*more) {
        WireAnswer ended = About(capture);
        ended.kind = WireAnswer::kEnded;
        return Send(ended) ? kOk : kNoParent;
      }
      grabbed_at_ = clock_.Now();
      if (!limit_.Admits(grabbed_at_)) {
        // Said and not only counted: a source that sends too much is not silent.
        WireAnswer passed = About(capture);
        passed.kind = WireAnswer::kOverRate;
        if (!Send(passed)) return kNoParent;
        continue;
      }
      if (!TakeReleases(MSG_DONTWAIT)) return kNoParent;
      if (!HasSlot() && !WaitForSlot()) return kNoParent;
      const auto* slot = std::ranges::find(free_, true);
      if (slot == free_.end()) {
        ++passed_over_;
        continue;
      }
      WireAnswer answer = About(capture);
      answer.kind = WireAnswer::kDamaged;
      if (capture.Retrieve(&image_).ok()) {
        if (image_.bytes().size() > kWireSlotBytes) return Fail(TooLarge());
        answer.concealed = capture.concealed() ? 1 : 0;
        Put(static_cast<uint32_t>(slot - free_.begin()), answer);
      }
      if (!Send(answer)) return kNoParent;
    }
  }

  // The picture grabbed last.
  WireAnswer About(const VideoCapture& capture) {
    WireAnswer answer;
    answer.passed_over = std::exchange(passed_over_, 0);
    answer.grabbed_ns = grabbed_at_.time_since_epoch().count();
    if (const auto time = capture.time()) {
      answer.has_time = 1;
      answer.time_ns = time->count();
    }
    return answer;
  }

  void Put(uint32_t slot, WireAnswer& answer) {
    std::ranges::copy(image_.bytes(), slots_ + slot * kWireSlotBytes);
    free_[slot] = false;
    answer.kind = WireAnswer::kPicture;
    answer.width = image_.width();
    answer.height = image_.height();
    answer.channels = image_.channels();
    answer.slot = slot;
  }

  Error TooLarge() const {
    return {
        Code::kOutOfRange, "PICTURE_TOO_LARGE",
        Format("its pictures of {}x{} are larger than 7680x4320", image_.width(), image_.height())};
  }

  bool HasSlot() const { return std::ranges::find(free_, true) != free_.end(); }

  // Of a live stream not for long. After a pause its pictures come all at once, faster than those
  // before can be read; but a reader that does not read must not make the stream fall behind, so
  // that it is waited for once. False: nobody wants pictures any more.
  bool WaitForSlot() {
    if (waits_) return TakeReleases(0);
    if (!patient_) return true;
    pollfd released = {.fd = kWireSocket, .events = POLLIN, .revents = 0};
    poll(&released, 1, kPatienceMilliseconds);
    patient_ = false;
    return TakeReleases(MSG_DONTWAIT);
  }

  // Those that are there; `flags` of the first recv. False: nobody wants pictures any more.
  bool TakeReleases(int flags) {
    WireRelease release;
    ssize_t size = 0;
    while ((size = recv(kWireSocket, &release, sizeof release, flags)) == sizeof release) {
      if (release.slot < kWireSlots) free_[release.slot] = true;
      patient_ = true;
      flags = MSG_DONTWAIT;
    }
    return size < 0 && (errno == EAGAIN || errno == EINTR);
  }

  int Fail(const Error& error) {
    WireAnswer failed;
    failed.kind = WireAnswer::kFailed;
    failed.code = static_cast<uint32_t>(error.code);
    failed.reason.Set(error.reason);
    failed.message.Set(error.message);
    return Send(failed) ? kOk : kNoParent;
  }

  bool Send(const WireAnswer& answer) {
    return send(kWireSocket, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
  }

  uint8_t* const slots_;
  std::array<bool, kWireSlots> free_;
  uint32_t passed_over_ = 0;
  bool waits_ = false;
  bool patient_ = true;
  const SystemClock clock_;
  Instant grabbed_at_;
  RateLimit limit_{0};
  Image image_;
};

}  // namespace

int RunCaptureChild() {
  // A library that hangs would not notice that its parent is gone.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may be gone already.
  pollfd parent = {.fd = kWireSocket, .events = 0, .revents = 0};
  if (poll(&parent, 1, 0) > 0 && (parent.revents & POLLHUP) != 0) return kNoParent;
  void* memory = mmap(nullptr, kWireSlots * kWireSlotBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      kWireMemory, 0);
  if (memory == MAP_FAILED) return kNoParent;
  return Child(static_cast<uint8_t*>(memory)).Run();
}

}  // namespace hypnos
