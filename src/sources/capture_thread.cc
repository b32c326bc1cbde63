#include "hypnos/sources/capture_thread.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {

// Owned by both threads, so that whichever leaves last frees it.
struct CaptureThread::Shared {
  Shared(std::unique_ptr<Source> read_from, size_t capacity, OnFull on_full)
      : source(std::move(read_from)), queue(capacity, on_full) {}

  void Run() {
    // What a thread throws would end the whole process.
    try {
      ReadAll();
    } catch (const std::bad_alloc&) {
      queue.Finish(
          Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
                Format("{}: the next frame does not fit into memory", source->Describe())});
    } catch (const std::exception& exception) {
      queue.Finish(Error{Code::kInternal, "SOURCE_FAILED",
                         Format("{}: {}", source->Describe(), exception.what())});
    }
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }

  void ReadAll() {
    while (true) {
      Result<FrameOrEnd> next = source->Next();
      if (!next.ok() || std::holds_alternative<EndOfStream>(*next)) {
        queue.Finish(std::move(next));
        return;
      }
      Frame& frame = std::get<Frame>(*next);
      if (!frame.captured) frame.captured = clock.Now();
      if (!queue.Push(std::move(frame))) return;
    }
  }

  bool WaitForEnd(Duration patience) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [this] { return ended; });
  }

  const std::unique_ptr<Source> source;
  // Its own: a thread that is left behind outlives whatever is passed in.
  const SystemClock clock;
  FrameQueue queue;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  // Touched by the owner alone.
  std::thread thread;
};

CaptureThread::CaptureThread(std::unique_ptr<Source> source, size_t capacity, OnFull on_full)
    : shared_(std::make_shared<Shared>(std::move(source), capacity, on_full)) {
  shared_->thread = std::thread([shared = shared_] { shared->Run(); });
}

CaptureThread::~CaptureThread() { Stop(); }

FrameQueue& CaptureThread::queue() { return shared_->queue; }

const FrameQueue& CaptureThread::queue() const { return shared_->queue; }

const Source& CaptureThread::source() const { return *shared_->source; }

bool CaptureThread::Stop(Duration patience) {
  shared_->queue.Close();
  shared_->source->Interrupt();
  // A thread that was left behind has had its time.
  const bool ended = shared_->WaitForEnd(shared_->thread.joinable() ? patience : Duration::zero());
  if (shared_->thread.joinable()) ended ? shared_->thread.join() : shared_->thread.detach();
  return ended;
}

}  // namespace hypnos
