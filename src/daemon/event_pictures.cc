#include "daemon/event_pictures.h"

#include <utility>

#include "daemon/notice_of.h"
#include "hypnos/base/log.h"

namespace hypnos {
namespace {

// For what is being written, at the end.
constexpr Duration kToEnd = std::chrono::seconds(4);
constexpr uint64_t kMegabyte = 1000 * 1000;

EventRecorderOptions OptionsOf(const config::Config& config) {
  if (!config.notify().has_events()) return {};
  const config::EventFolder& events = config.notify().events();
  return {.folder = events.folder(),
          .host = HostName(),
          .before = FromSeconds(events.before_seconds()),
          .after = FromSeconds(events.after_seconds()),
          .longest = FromSeconds(events.longest_seconds()),
          .frame_rate_hz = events.frame_rate_hz(),
          .width = static_cast<int>(events.width()),
          .budget_bytes = events.budget_megabytes() * kMegabyte};
}

}  // namespace

Result<std::unique_ptr<EventPictures>> EventPictures::Start(const config::Config& config,
                                                            FileSystem& files, const Clock& clock,
                                                            const SharedEvents& events) {
  std::unique_ptr<EventPictures> pictures(new EventPictures(clock));
  if (!config.novelty().enabled()) return pictures;
  EventRecorderOptions options = OptionsOf(config);
  pictures->keeps_ = !options.folder.empty();
  if (pictures->keeps_) {
    auto lock = FolderLock::Take(options.folder, "notify.events.folder");
    if (lock.ok()) {
      pictures->lock_ = *std::move(lock);
    } else if (lock.error().reason == "FOLDER_IN_USE") {
      return lock.error();
    }
  }
  pictures->recorder_ = std::make_unique<EventRecorder>(
      std::move(options),
      EventRecorder::Parts{
          .files = files, .clock = clock, .pictured = [events](uint64_t id, std::string jpeg) {
            events->SetPicture(id, std::move(jpeg));
          }});
  return pictures;
}

std::optional<EventRecorderStatus> EventPictures::Measure() const {
  if (!keeps_) return std::nullopt;
  return recorder_->status();
}

bool EventPictures::Stop() {
  if (recorder_ == nullptr || recorder_->Stop(clock_.Now() + kToEnd)) return true;
  log::Warning("notify.events: the folder hangs, and what was to be kept there is left behind");
  return false;
}

}  // namespace hypnos
