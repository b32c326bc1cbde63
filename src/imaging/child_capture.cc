#include "hypnos/imaging/child_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "imaging/capture_wire.h"
#include "imaging/child_process.h"

namespace hypnos {
namespace {

constexpr size_t kMemoryBytes = kWireSlots * kWireSlotBytes;
constexpr std::chrono::duration<double, std::nano> kLongestTime = std::chrono::years(10);
// Of a picture, in the child and on its way.
constexpr Duration kLongestWait = std::chrono::minutes(1);

Error NoResources(const char* what) {
  return {Code::kResourceExhausted, "NO_CAPTURE_RESOURCES",
          Format("cannot make {} for a capture process: {}", what, std::strerror(errno))};
}

Error Garbled() {
  return {Code::kUnavailable, "CAPTURE_GARBLED",
          "its capture process says what makes no sense, and was ended"};
}

// Memory that both see. It can neither grow nor shrink: what a child cuts off, its parent would
// fault on.
class SharedSlots {
 public:
  static Result<SharedSlots> Create() {
    SharedSlots slots;
    slots.file_ = Descriptor(memfd_create("hypnos pictures", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!slots.file_.valid() || ftruncate(slots.file_.number(), kMemoryBytes) != 0 ||
        fcntl(slots.file_.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
      return NoResources("shared memory");
    }
    void* memory = mmap(nullptr, kMemoryBytes, PROT_READ, MAP_SHARED, slots.file_.number(), 0);
    if (memory == MAP_FAILED) return NoResources("a view of shared memory");
    slots.memory_ = static_cast<const uint8_t*>(memory);
    return slots;
  }
  SharedSlots(SharedSlots&& other) noexcept
      : file_(std::move(other.file_)), memory_(std::exchange(other.memory_, nullptr)) {}
  SharedSlots& operator=(SharedSlots&&) = delete;
  ~SharedSlots() {
    if (memory_ != nullptr) munmap(const_cast<uint8_t*>(memory_), kMemoryBytes);
  }

  int file() const { return file_.number(); }
  const uint8_t* slot(uint32_t number) const { return memory_ + number * kWireSlotBytes; }

 private:
  SharedSlots() = default;

  Descriptor file_;
  const uint8_t* memory_ = nullptr;
};

class ChildCapture final : public VideoCapture {
 public:
  ChildCapture(ChildProcess process, Descriptor socket, SharedSlots slots,
               const ChildCaptureOptions& options)
      : process_(std::move(process)),
        socket_(std::move(socket)),
        slots_(std::move(slots)),
        options_(options) {}

  Status Open(WireRequest request) {
    request.waits = options_.waits ? 1 : 0;
    request.max_frame_rate_hz = options_.max_frame_rate_hz;
    if (send(socket_.number(), &request, sizeof request, MSG_NOSIGNAL) != sizeof request) {
      return Died();
    }
    Status answered = Receive(options_.open_patience);
    if (!answered.ok() && answered.error().reason == "SILENT") {
      return Error{Code::kUnavailable, "OPEN_SILENT",
                   Format("cannot be opened: nothing came of it within {:.0f} s",
                          Seconds(options_.open_patience))};
    }
    if (!answered.ok()) return answered;
    if (answer_.kind == WireAnswer::kFailed) return Failed();
    if (answer_.kind != WireAnswer::kOpened) return Garbled();
    const auto sane = [](double value, double most) {
      return value > 0 && value <= most ? value : 0;
    };
    properties_.width = static_cast<int>(sane(answer_.width, 1 << 14));
    properties_.height = static_cast<int>(sane(answer_.height, 1 << 14));
    properties_.frame_rate_hz = sane(answer_.frame_rate_hz, 10'000);
    properties_.frame_count = std::llround(sane(static_cast<double>(answer_.frame_count), 1e15));
    return {};
  }

  const VideoProperties& properties() const override { return properties_; }

  Result<bool> Grab() override {
    GiveBack();
    HYPNOS_RETURN_IF_ERROR(Receive(options_.patience));
    switch (answer_.kind) {
      case WireAnswer::kPicture:
        if (!MakesSense()) return Garbled();
        holds_slot_ = true;
        return true;
      case WireAnswer::kDamaged:
      case WireAnswer::kOverRate:
        return true;
      case WireAnswer::kEnded:
        return false;
      case WireAnswer::kFailed:
        return Failed();
      default:
        return Garbled();
    }
  }

  Status Retrieve(Image* image) override {
    if (!holds_slot_) {
      return Error{Code::kDataLoss, "PICTURE_DAMAGED", "the picture cannot be decoded"};
    }
    if (image->width() != answer_.width || image->height() != answer_.height ||
        image->channels() != answer_.channels) {
      *image = Image(answer_.width, answer_.height, answer_.channels);
    }
    std::memcpy(image->bytes().data(), slots_.slot(answer_.slot), image->bytes().size());
    GiveBack();
    return {};
  }

  std::optional<Duration> time() const override {
    return answer_.has_time != 0 ? std::optional(Duration(answer_.time_ns)) : std::nullopt;
  }

  // No sooner than could be: the child may say anything.
  std::optional<Instant> grabbed_at() const override {
    const Instant grabbed{Duration(answer_.grabbed_ns)};
    const Instant now = SystemClock().Now();
    return std::clamp(grabbed, now - kLongestWait, now);
  }
  int64_t passed_over() const override { return answer_.passed_over; }
  bool concealed() const override { return holds_slot_ && answer_.concealed != 0; }
  bool over_rate() const override { return answer_.kind == WireAnswer::kOverRate; }

 private:
  // The next answer, into answer_.
  Status Receive(Duration patience) {
    HYPNOS_RETURN_IF_ERROR(Wait(patience));
    ssize_t size = 0;
    // Where the child ended without having read everything, that is told first, once, and then what
    // it said before.
    do {
      size = recv(socket_.number(), &answer_, sizeof answer_, MSG_TRUNC);
    } while (size < 0 && (errno == ECONNRESET || errno == EINTR));
    if (size <= 0) return Died();
    if (size != sizeof answer_ || answer_.magic != kWireMagic) return Garbled();
    // Times are added to others.
    if (std::abs(static_cast<double>(answer_.time_ns)) > kLongestTime.count()) return Garbled();
    return {};
  }

  Status Wait(Duration patience) const {
    const SystemClock clock;
    const Instant end = clock.Now() + patience;
    while (true) {
      std::array<pollfd, 2> ready = {
          pollfd{.fd = socket_.number(), .events = POLLIN, .revents = 0},
          pollfd{.fd = options_.interruption->descriptor(), .events = POLLIN, .revents = 0}};
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          std::max(end - clock.Now(), Duration::zero()));
      const int count = poll(ready.data(), ready.size(), static_cast<int>(left.count()));
      if (count < 0 && errno != EINTR) return NoResources("a wait");
      if (count > 0 && ready[1].revents != 0) {
        return Error{Code::kCancelled, "INTERRUPTED", "nobody wants pictures any more"};
      }
      if (count > 0) return {};
      if (count == 0) return Error{Code::kDeadlineExceeded, "SILENT", "no picture comes"};
    }
  }

  bool MakesSense() const {
    const auto side = [](int32_t length) { return length > 0 && length <= 1 << 14; };
    if (!side(answer_.width) || !side(answer_.height) || answer_.slot >= kWireSlots) return false;
    if (answer_.channels != 1 && answer_.channels != 3) return false;
    return static_cast<size_t>(answer_.width) * static_cast<size_t>(answer_.height) *
               static_cast<size_t>(answer_.channels) <=
           kWireSlotBytes;
  }

  // Where the child is gone, that shows when it is next read from.
  void GiveBack() {
    if (!std::exchange(holds_slot_, false)) return;
    const WireRelease release = {.slot = answer_.slot};
    send(socket_.number(), &release, sizeof release, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  // What the child says went wrong: words that are shown, so that nothing in them may act on a
  // terminal, nor be taken for what this side says of its own patience.
  Error Failed() const {
    Error error = {CodeOf(answer_.code), Printable(std::string(answer_.reason.Get())),
                   Printable(std::string(answer_.message.Get()))};
    if (error.reason == "SILENT" || error.reason == "INTERRUPTED") error.reason = "CAPTURE_FAILED";
    return error;
  }

  static Code CodeOf(uint32_t number) {
    constexpr auto kLast = static_cast<uint32_t>(Code::kInternal);
    const Code code = number <= kLast ? static_cast<Code>(number) : Code::kUnavailable;
    const bool ours = code == Code::kCancelled || code == Code::kDeadlineExceeded;
    return ours ? Code::kUnavailable : code;
  }

  Error Died() {
    const ChildProcess::End end = process_.Ended();
    if (end.exit_code == kWireOtherBuild) {
      return {Code::kUnavailable, "CAPTURE_OTHER_BUILD",
              "its capture process is of another version than hypnosd: restart hypnosd"};
    }
    return {Code::kUnavailable, "CAPTURE_DIED", Format("its capture process {}", end.how)};
  }

  ChildProcess process_;
  Descriptor socket_;
  SharedSlots slots_;
  const ChildCaptureOptions options_;
  VideoProperties properties_;
  WireAnswer answer_;
  bool holds_slot_ = false;
};

Result<std::unique_ptr<VideoCapture>> OpenInChild(const WireRequest& request,
                                                  const ChildCaptureOptions& options) {
  HYPNOS_ASSIGN_OR_RETURN(SharedSlots slots, SharedSlots::Create());
  std::array<int, 2> pair;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return NoResources("a socket");
  }
  Descriptor ours(pair[0]), theirs(pair[1]);
  const std::array inherited = {ChildProcess::Inherited{theirs.number(), kWireSocket},
                                ChildProcess::Inherited{slots.file(), kWireMemory}};
  HYPNOS_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::Start(options.program, inherited));
  theirs = Descriptor();  // so that the child's end is the only one, and its death is seen
  auto capture = std::make_unique<ChildCapture>(std::move(process), std::move(ours),
                                                std::move(slots), options);
  HYPNOS_RETURN_IF_ERROR(capture->Open(request));
  return std::unique_ptr<VideoCapture>(std::move(capture));
}

}  // namespace

std::string CaptureProgramBesideThis() {
  // Where that cannot be told, a path at which nothing can be: never one of the current folder.
  const std::filesystem::path self_link = "/proc/self/exe";
  std::error_code failed;
  const auto link = std::filesystem::read_symlink(self_link, failed);
  const auto self = failed ? self_link / "unknown" : link;
  return (self.parent_path() / "hypnos-capture").string();
}

Result<std::unique_ptr<VideoCapture>> OpenCameraInChild(const CameraRequest& request,
                                                        const ChildCaptureOptions& options) {
  WireRequest wire;
  wire.width = request.width;
  wire.height = request.height;
  wire.frame_rate_hz = request.frame_rate_hz;
  wire.pixel_format.Set(request.pixel_format);
  wire.exposure_milliseconds = request.exposure_milliseconds;
  if (request.device.size() >= wire.target.bytes.size()) {
    return Error{Code::kNotFound, "NO_CAMERA", "there is no camera whose name is so long"};
  }
  wire.target.Set(request.device);
  return OpenInChild(wire, options);
}

Result<std::unique_ptr<VideoCapture>> OpenStreamInChild(const StreamRequest& request,
                                                        const ChildCaptureOptions& options) {
  WireRequest wire;
  static_assert(kLongestUrl < sizeof wire.target.bytes);
  if (request.url.size() > kLongestUrl) {
    return Error{Code::kInvalidArgument, "BAD_URL", "cannot be opened: its URL is too long"};
  }
  wire.is_stream = 1;
  wire.transport = static_cast<uint32_t>(request.transport);
  wire.target.Set(request.url);
  return OpenInChild(wire, options);
}

}  // namespace hypnos
