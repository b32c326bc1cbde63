// What unusual events looked like: small pictures for the book of events, and files where the
// configuration names a folder. Threads: safe.
#pragma once

#include <memory>
#include <optional>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/sinks/event_recorder.h"
#include "proto/config.pb.h"

namespace hypnos {

class EventPictures {
 public:
  // Without an effect where novelty is not watched for. All references outlive it. kUnavailable,
  // reason FOLDER_IN_USE, where the folder is another daemon's; any other fault of it is told when
  // there is something to be kept.
  static Result<std::unique_ptr<EventPictures>> Start(const config::Config& config,
                                                      FileSystem& files, const Clock& clock,
                                                      const SharedEvents& events);

  // Null where novelty is not watched for.
  EventRecorder* recorder() { return recorder_.get(); }
  // None where no folder is configured.
  std::optional<EventRecorderStatus> Measure() const;

  // False: it hangs in a disk, and is left behind with all that it refers to.
  bool Stop();

 private:
  explicit EventPictures(const Clock& clock) : clock_(clock) {}

  const Clock& clock_;
  std::optional<FolderLock> lock_;
  bool keeps_ = false;
  std::unique_ptr<EventRecorder> recorder_;
};

}  // namespace hypnos
