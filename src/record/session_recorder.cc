#include "hypnos/record/session_recorder.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "record/session_writer.h"

namespace hypnos {
namespace {

// How long a disk may hold up learning, where it waits for the disk.
constexpr Duration kPatience = std::chrono::seconds(30);

uint64_t Payload(const session::Event& event) {
  const session::Frame& frame = event.frame();
  return frame.pixels().size() + frame.symbols().size() +
         sizeof(double) * static_cast<size_t>(frame.readings_size());
}

// In memory, about: a frame of one symbol is not one byte.
uint64_t BytesOf(const session::Event& event) { return 512 + Payload(event); }

session::Event LeftOut(const session::Event& event) {
  session::Event missing;
  missing.set_moment(event.moment());
  missing.mutable_missing()->set_frames(1);
  return missing;
}

}  // namespace

class SessionRecorder::Impl {
 public:
  Impl(FileSystem& files, const Clock& clock, const RecorderOptions& options,
       const session::Header& about)
      : options_(options), writer_(files, clock, options, about) {}
  ~Impl() { Close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Start() {
    HYPNOS_RETURN_IF_ERROR(writer_.Begin());
    status_ = writer_.status();
    thread_ = std::thread([this] { Loop(); });
    return {};
  }

  void Record(session::Event event) {
    std::unique_lock lock(mutex_);
    if (closed_) return;
    const uint64_t payload = Payload(event);
    if (payload > kMostFrameBytes) {
      event = LeftOut(event);
      event.mutable_missing()->set_why("a frame was too large to be recorded");
    } else if (payload > 0 && !MakeRoom(BytesOf(event), lock)) {
      event = LeftOut(event);
      event.mutable_missing()->set_why("the disk was slower than the frames came");
    }
    if (event.has_missing() && Merge(event.missing())) return;
    waiting_bytes_ += BytesOf(event);
    waiting_.push_back(std::move(event));
    changed_.notify_all();
  }

  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }

  RecorderStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  // While the disk refuses everything nobody is kept waiting for it.
  bool MakeRoom(uint64_t bytes, std::unique_lock<std::mutex>& lock) {
    const auto fits = [&] {
      return waiting_bytes_ == 0 || waiting_bytes_ + bytes <= options_.queue_bytes;
    };
    if (options_.waits) changed_.wait_for(lock, kPatience, fits);
    return fits();
  }

  // With what is missing just before: a disk may hang for days.
  bool Merge(const session::Missing& missing) {
    if (waiting_.empty() || !waiting_.back().has_missing()) return false;
    session::Missing& before = *waiting_.back().mutable_missing();
    if (before.why() != missing.why()) return false;
    before.set_frames(before.frames() + missing.frames());
    return true;
  }

  void Loop() {
    while (true) {
      std::optional<session::Event> event;
      bool last = false;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(1),
                          [this] { return closed_ || !waiting_.empty(); });
        last = closed_ && waiting_.empty();
        if (!waiting_.empty()) {
          event = std::move(waiting_.front());
          waiting_.pop_front();
        }
      }
      Write(std::move(event), last);
      if (last) return;
    }
  }

  void Write(std::optional<session::Event> event, bool last) {
    const uint64_t bytes = event ? BytesOf(*event) : 0;
    // What a thread throws would end the daemon.
    try {
      if (event) writer_.Write(*std::move(event));
      last ? writer_.Close() : writer_.Tick();
    } catch (const std::bad_alloc&) {
      writer_.Fail({Code::kResourceExhausted, "OUT_OF_MEMORY",
                    "there is not enough memory to compress what is recorded"});
    }
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= bytes;
    status_ = writer_.status();
    changed_.notify_all();
  }

  const RecorderOptions options_;
  SessionWriter writer_;  // of the thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<session::Event> waiting_;
  uint64_t waiting_bytes_ = 0;  // of what is being written, too
  RecorderStatus status_;
  bool closed_ = false;
  std::thread thread_;
};

SessionRecorder::SessionRecorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SessionRecorder::~SessionRecorder() = default;

Result<std::unique_ptr<SessionRecorder>> SessionRecorder::Start(FileSystem& files,
                                                                const Clock& clock,
                                                                const RecorderOptions& options,
                                                                const session::Header& about) {
  auto impl = std::make_unique<Impl>(files, clock, options, about);
  HYPNOS_RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<SessionRecorder>(new SessionRecorder(std::move(impl)));
}

void SessionRecorder::Record(session::Event event) { impl_->Record(std::move(event)); }

void SessionRecorder::Close() { impl_->Close(); }

RecorderStatus SessionRecorder::status() const { return impl_->status(); }

}  // namespace hypnos
