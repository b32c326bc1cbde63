#include "hypnos/sinks/event_recorder.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/transform.h"
#include "sinks/event_files.h"
#include "sinks/event_reel.h"

namespace hypnos {
namespace {

// Of frames that wait to be encoded.
constexpr uint64_t kMostWaitingBytes = uint64_t{64} << 20;
constexpr size_t kMostWaiting = 4096;
// Of clips that wait to be written.
constexpr uint64_t kMostUnwrittenBytes = uint64_t{128} << 20;
constexpr uint64_t kFiguresBytes = 4096;
// So often it is looked whether a source that gives no more frames has to be waited for.
constexpr Duration kLookEvery = std::chrono::seconds(1);
constexpr int kPictureWidth = 320;
constexpr int kPictureQuality = 80;
constexpr Duration kPatienceOfTheForgetful = std::chrono::seconds(2);

struct SeenFrame {
  std::string source;
  Duration time{};
  Image image;
};
struct SeenCut {
  std::string source;
};
struct SeenLast {
  std::string source;
};
using Item = std::variant<SeenFrame, SeenCut, SeenLast, EventNews>;

uint64_t BytesOf(const Item& item) {
  const auto* frame = std::get_if<SeenFrame>(&item);
  return frame == nullptr ? 0 : frame->image.bytes().size();
}

uint64_t BytesOf(const EventClip& clip) {
  uint64_t bytes = kFiguresBytes + clip.picture.bytes().size();
  for (const auto& frame : clip.frames) bytes += frame->size();
  return bytes;
}

std::string SmallJpeg(const Image& image) {
  Image small = image;
  if (image.width() > kPictureWidth) {
    const int height = std::max(1, image.height() * kPictureWidth / image.width());
    Resize(image, kPictureWidth, height, &small);
  }
  const std::vector<uint8_t> jpeg = EncodeJpeg(small, kPictureQuality);
  return {jpeg.begin(), jpeg.end()};
}

}  // namespace

struct EventRecorder::State {
  State(EventRecorderOptions given, Parts used)
      : options(std::move(given)),
        parts(std::move(used)),
        files(parts.files, options.folder, options.budget_bytes) {}

  bool Wants(const std::string& source, Duration time, bool cut);
  void Offer(SeenFrame frame);
  void Offer(EventNews news);
  void Forget(const std::string& source);
  void NoteKept(const Status& kept);

  // Of the thread that encodes.
  void Encode();
  void Do(Item& item);
  void Settle(EventReel& reel);
  EventReel& ReelOf(const std::string& source) {
    return reels.try_emplace(source, options).first->second;
  }

  // Of the thread that writes.
  void Write();

  const EventRecorderOptions options;
  const Parts parts;
  std::thread encoder, writer;
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> waiting;
  uint64_t waiting_bytes = 0;
  std::deque<EventClip> unwritten;
  uint64_t unwritten_bytes = 0;
  // By source: when the last frame of the clip was, and whether the next one is a peak.
  struct Due {
    std::optional<Duration> last;
    bool peak = false;
  };
  std::map<std::string, Due> due;
  EventRecorderStatus status;
  bool works = true;
  bool stop = false, encoded = false, ended = false;

  std::map<std::string, EventReel> reels;  // the encoder's
  EventFiles files;                        // the writer's
};

bool EventRecorder::State::Wants(const std::string& source, Duration time, bool cut) {
  const std::lock_guard lock(mutex);
  Due& of = due[source];
  // A little early is in time.
  const auto step = FromSeconds(0.99 / options.frame_rate_hz);
  // Times may jump back without a cut: the old ones may never be reached again.
  if (cut || (of.last && time < *of.last - step)) {
    of.last.reset();
    const auto* before = waiting.empty() ? nullptr : std::get_if<SeenCut>(&waiting.back());
    if (before == nullptr || before->source != source) waiting.emplace_back(SeenCut{source});
  }
  if (std::exchange(of.peak, false)) return true;
  if (options.folder.empty()) return false;
  if (of.last && time < *of.last + step) return false;
  of.last = time;
  return true;
}

void EventRecorder::State::Offer(SeenFrame frame) {
  const std::lock_guard lock(mutex);
  const uint64_t bytes = frame.image.bytes().size();
  if (waiting_bytes + bytes > kMostWaitingBytes || waiting.size() >= kMostWaiting) {
    ++status.frames_left_out;
    return;
  }
  waiting_bytes += bytes;
  waiting.emplace_back(std::move(frame));
  changed.notify_all();
}

// An event of which the end is not told would never be written.
void EventRecorder::State::Offer(EventNews news) {
  const std::lock_guard lock(mutex);
  if (news.what != EventNews::What::kEnd) due[news.notice.source].peak = true;
  waiting.emplace_back(std::move(news));
  changed.notify_all();
}

void EventRecorder::State::Forget(const std::string& source) {
  const std::lock_guard lock(mutex);
  due.erase(source);
  waiting.emplace_back(SeenLast{source});
  changed.notify_all();
}

void EventRecorder::State::Encode() {
  std::unique_lock lock(mutex);
  while (true) {
    if (waiting.empty() && stop) break;
    if (waiting.empty()) {
      changed.wait_for(lock, kLookEvery, [this] { return stop || !waiting.empty(); });
    }
    std::optional<Item> item;
    if (!waiting.empty()) {
      item = std::move(waiting.front());
      waiting.pop_front();
      waiting_bytes -= BytesOf(*item);
    }
    lock.unlock();
    // What a picture makes a library throw is of that picture alone.
    const Status done = Guarded([&]() -> Status {
      if (item) Do(*item);
      return {};
    });
    if (!done.ok()) log::Debug("notify.events: {}", Printable(done.error().message));
    for (auto& [source, reel] : reels) {
      reel.Wait(parts.clock.Now());
      Settle(reel);
    }
    lock.lock();
  }
  lock.unlock();
  for (auto& [source, reel] : reels) {
    reel.Finish();
    Settle(reel);
  }
  lock.lock();
  encoded = true;
  changed.notify_all();
}

void EventRecorder::State::Do(Item& item) {
  if (const auto* frame = std::get_if<SeenFrame>(&item)) {
    EventReel& reel = ReelOf(frame->source);
    reel.Add(frame->time, frame->image, parts.clock.Now());
    const auto pictured = reel.TakePictured();
    if (pictured && !pictured->picture.empty() && parts.pictured) {
      parts.pictured(pictured->id, SmallJpeg(pictured->picture));
    }
  } else if (const auto* cut = std::get_if<SeenCut>(&item)) {
    ReelOf(cut->source).Cut();
  } else if (const auto* last = std::get_if<SeenLast>(&item)) {
    const auto known = reels.find(last->source);
    if (known == reels.end()) return;
    known->second.Finish();
    Settle(known->second);
    reels.erase(known);
  } else if (const auto* news = std::get_if<EventNews>(&item)) {
    ReelOf(news->notice.source).Tell(*news, parts.clock.Now());
  }
}

void EventRecorder::State::Settle(EventReel& reel) {
  for (EventClip& clip : reel.TakeFinished()) {
    if (options.folder.empty()) continue;
    const uint64_t bytes = BytesOf(clip);
    std::unique_lock lock(mutex);
    if (!unwritten.empty() && unwritten_bytes + bytes > kMostUnwrittenBytes) {
      lock.unlock();
      NoteKept(Error{Code::kResourceExhausted, "FOLDER_TOO_SLOW",
                     Format("'{}' is slow or hangs, and no more events can wait for it",
                            Printable(options.folder))});
      continue;
    }
    unwritten_bytes += bytes;
    unwritten.push_back(std::move(clip));
    changed.notify_all();
  }
}

void EventRecorder::State::Write() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return encoded || !unwritten.empty(); });
    if (unwritten.empty()) break;
    const EventClip clip = std::move(unwritten.front());
    unwritten.pop_front();
    lock.unlock();
    const Status kept =
        Guarded([&] { return files.Put(clip, options.frame_rate_hz, options.host); });
    lock.lock();
    unwritten_bytes -= BytesOf(clip);
    status.bytes = files.bytes();
    lock.unlock();
    NoteKept(kept);
    lock.lock();
  }
  ended = true;
  changed.notify_all();
}

void EventRecorder::State::NoteKept(const Status& kept) {
  std::unique_lock lock(mutex);
  const bool worked = std::exchange(works, kept.ok());
  kept.ok() ? ++status.kept : ++status.failed;
  status.error = kept.ok() ? "" : kept.error().message;
  lock.unlock();
  if (!kept.ok() && worked) {
    log::Warning("notify.events: {}; what is unusual is told all the same, but not kept",
                 Printable(kept.error().message));
  }
  if (kept.ok() && !worked) log::Info("notify.events: pictures can be kept again");
}

EventRecorder::EventRecorder(EventRecorderOptions options, Parts parts)
    : state_(std::make_shared<State>(std::move(options), std::move(parts))) {
  state_->encoder = std::thread([state = state_] { state->Encode(); });
  state_->writer = std::thread([state = state_] { state->Write(); });
}

EventRecorder::~EventRecorder() {
  if (state_->encoder.joinable()) (void)Stop(state_->parts.clock.Now() + kPatienceOfTheForgetful);
}

bool EventRecorder::Wants(const std::string& source, Duration time, bool cut) {
  return state_->Wants(source, time, cut);
}

void EventRecorder::Show(const std::string& source, Duration time, Image image) {
  state_->Offer(SeenFrame{source, time, std::move(image)});
}

void EventRecorder::Tell(EventNews news) { state_->Offer(std::move(news)); }

void EventRecorder::Forget(const std::string& source) { state_->Forget(source); }

bool EventRecorder::Stop(Instant end_by) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.stop = true;
  state.changed.notify_all();
  const bool ended =
      state.changed.wait_for(lock, end_by - state.parts.clock.Now(), [&] { return state.ended; });
  lock.unlock();
  for (std::thread* thread : {&state.encoder, &state.writer}) {
    if (!thread->joinable()) continue;
    ended ? thread->join() : thread->detach();
  }
  return ended;
}

EventRecorderStatus EventRecorder::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

}  // namespace hypnos
