// Reads a source into a queue, in a thread of its own, until the source ends, fails, or nobody
// wants frames any more. What the source or a library below it throws becomes an error that ends
// the queue: kResourceExhausted, reason OUT_OF_MEMORY; kInternal, reason SOURCE_FAILED. Threads:
// thread-compatible; one thread owns it. Frames that do not know when they were captured were just
// now. Meanwhile Source::Next belongs to the capture thread.
#pragma once

#include <memory>

#include "hypnos/base/clock.h"
#include "hypnos/sources/frame_queue.h"
#include "hypnos/sources/source.h"

namespace hypnos {

class CaptureThread {
 public:
  // Starts reading at once.
  CaptureThread(std::unique_ptr<Source> source, size_t capacity, OnFull on_full);
  // Stops.
  ~CaptureThread();
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;

  // Lives as long as this object.
  FrameQueue& queue();
  const FrameQueue& queue() const;
  const Source& source() const;

  // Closes the queue and waits for the thread. A library that hangs in a dead stream must not hang
  // the daemon: after `patience` the thread is left behind, with the source, which it frees when it
  // ever comes back, and false is returned.
  bool Stop(Duration patience = std::chrono::seconds(2));

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace hypnos
