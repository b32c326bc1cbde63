// Tells the webhooks of the configuration what happens, and the log how they fare.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "hypnos/sinks/webhook.h"
#include "proto/config.pb.h"

namespace hypnos {

struct MeasuredWebhook {
  std::string name;
  WebhookStatus status;
};

// Threads: safe.
class Webhooks {
 public:
  // Told of each event from now on. All references outlive it. Errors: of files that the
  // configuration names, kInvalidArgument where one says nothing of use; kUnavailable, reason
  // FOLDER_IN_USE, where another daemon has what waits.
  static Result<std::unique_ptr<Webhooks>> Start(const config::Config& config, FileSystem& files,
                                                 const Clock& clock, const SharedEvents& events);
  ~Webhooks();

  // False: one hangs in a disk or a library, and is left behind with all that it refers to.
  bool Stop();

  std::vector<MeasuredWebhook> Measure() const;

 private:
  Webhooks(const Clock& clock, SharedEvents events) : clock_(clock), events_(std::move(events)) {}
  void Tell(const control::Event& event, const std::string& picture);

  const Clock& clock_;
  SharedEvents events_;
  uint64_t following_ = 0;
  std::vector<FolderLock> locks_;  // of what waits
  std::vector<std::unique_ptr<Webhook>> webhooks_;
};

}  // namespace hypnos
