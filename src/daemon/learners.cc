#include "daemon/learners.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "daemon/answer.h"
#include "daemon/build_options.h"
#include "daemon/estimate.h"
#include "daemon/exit_code.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/checkpoint/checkpoint_folder.h"
#include "hypnos/record/digest.h"

namespace hypnos {
namespace {

// A folder's name for any source's: what is not a letter, digit, dash, underscore or inner dot is
// written as its bytes, as in a URL; of what is too long for a name of a file the digest is the
// end. No two sources have the same.
std::string FolderName(const std::string& source) {
  std::string name;
  for (const char c : source) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || (c == '.' && !name.empty());
    name += plain ? std::string(1, c) : Format("%{:02X}", static_cast<unsigned char>(c));
  }
  constexpr size_t kLongest = 200;
  if (name.size() <= kLongest) return name;
  return Format("{}-{:016x}", name.substr(0, kLongest), DigestOf(source));
}

std::string Within(const std::string& folder, const std::string& source) {
  return folder.empty() ? "" : folder + "/" + FolderName(source);
}

// What the allocator keeps for itself it may need again soon; what a network has taken it will not.
void GiveBackMemory() { malloc_trim(0); }

// Whoever else has it is looking at it and will be done soon. He is not to be the one who frees it,
// which takes long; and then its folders are free for whoever comes with the same name.
void LetGo(std::shared_ptr<Learner>& learner) {
  while (learner.use_count() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  learner.reset();
}

std::string KeptText(const CheckpointKeeper* checkpoints) {
  if (checkpoints == nullptr) return "what it has learned is lost, as checkpoint.folder is empty";
  const telemetry::Checkpoints report = checkpoints->Report();
  if (report.failing()) return "what it has learned since it was saved last is lost";
  if (report.last().empty()) return "it had learned nothing";
  return Format("what it has learned stays in '{}', from which it goes on when it is added again",
                Printable(report.folder()));
}

// That all of them share.
LearnerParts WithWorkers(LearnerParts parts, const config::Config& config) {
  parts.workers = std::make_shared<Workers>(static_cast<int>(config.pipeline().threads()));
  return parts;
}

}  // namespace

Learners::Learners(const config::Config& config, LearnerParts parts)
    : parts_(WithWorkers(std::move(parts), config)),
      separate_(config.share() == config::Config::NOTHING && parts_.options.replay_path.empty()),
      folder_(parts_.options.replay_path.empty() ? config.checkpoint().folder() : "") {
  for (const config::Source& source : config.sources()) sources_.push_back(source.name());
  if (!separate_) {
    entries_.push_back(Make("", config, false));
    return;
  }
  for (const config::Source& source : config.sources()) {
    entries_.push_back(Make(source.name(), ConfigOf(source, config), false));
    known_.insert(source.name());
  }
}

Learners::Entry Learners::Make(const std::string& name, const config::Config& config,
                               bool added) const {
  return {.name = name, .learner = std::make_shared<Learner>(config, parts_), .added = added};
}

// Its own folders, so that each is saved, gone on from and replayed by itself.
config::Config Learners::ConfigOf(const config::Source& source,
                                  const config::Config& config) const {
  config::Config own = config;
  own.clear_sources();
  *own.add_sources() = source;
  own.mutable_checkpoint()->set_folder(Within(config.checkpoint().folder(), source.name()));
  own.mutable_record()->set_folder(Within(config.record().folder(), source.name()));
  return own;
}

std::vector<Learners::Shared> Learners::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<Shared> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.push_back(entry.learner);
  return all;
}

Learners::Shared Learners::Find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : found->learner;
}

Error Learners::NotFound(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  std::string there;
  for (const Entry& entry : entries_) {
    there += Format("{}'{}'", there.empty() ? "" : ", ", Printable(entry.name));
  }
  return {Code::kNotFound, "SOURCE_NOT_FOUND",
          Format("there is no source '{}'; there is {}", Printable(name),
                 there.empty() ? "none" : there)};
}

// Who has changed `share` is not to wonder why all begins anew.
void Learners::WarnOfOthers() const {
  if (folder_.empty()) return;
  const auto has_some = [this](const std::string& folder) {
    const auto list = CheckpointFolder(parts_.files, folder, {}).List();
    return list.ok() && !list->empty();
  };
  if (separate_ && has_some(folder_)) {
    log::Warning(
        "checkpoints: those in '{}' itself are left alone, since share is nothing: each source has "
        "a folder of its own in it",
        Printable(folder_));
  }
  for (const std::string& source : sources_) {
    const std::string own = Within(folder_, source);
    if (separate_ || has_some(folder_) || !has_some(own)) continue;
    log::Warning(
        "checkpoints: those in '{}' are of a network of that source's own and are left alone, "
        "since share is weights",
        Printable(own));
  }
}

Status Learners::Resume() {
  if (!parts_.options.fresh) WarnOfOthers();
  for (const Shared& learner : All()) {
    HYPNOS_RETURN_IF_ERROR(CheckGoesOn());
    HYPNOS_RETURN_IF_ERROR(learner->Resume(parts_.options.fresh));
  }
  const std::lock_guard lock(mutex_);
  resumed_ = true;
  return stopped_ ? Status(StoppingError()) : Status();
}

Status Learners::Open() {
  const std::lock_guard changing(change_mutex_);
  for (const Shared& learner : All()) {
    HYPNOS_RETURN_IF_ERROR(CheckGoesOn());
    HYPNOS_RETURN_IF_ERROR(learner->Open());
  }
  return CheckGoesOn();
}

Status Learners::CheckGoesOn() const {
  const std::lock_guard lock(mutex_);
  return stopped_ ? Status(StoppingError()) : Status();
}

Status Learners::StartRecording() {
  for (const Shared& learner : All()) HYPNOS_RETURN_IF_ERROR(learner->StartRecording());
  return {};
}

Result<ScoresStart> Learners::StartOfScores(const std::string& path) const {
  const std::vector<Shared> all = All();
  if (!separate_) {
    const Learner& only = *all.front();
    return ContinueScores(parts_.files, path, only.saved_scores(), only.comes_again());
  }
  KeptRows kept;
  bool goes_on = false;
  for (const Shared& learner : all) {
    const SavedScores& saved = learner->saved_scores();
    const bool has_rows = saved.path == path && saved.rows > 0;
    goes_on = goes_on || has_rows;
    const std::string& source = learner->config().sources(0).name();
    // Of one that begins anew and gives the same, all come again; of a camera none do.
    const bool again =
        has_rows ? learner->comes_again() : GivesTheSame(learner->config().sources(0));
    kept[source] = again ? std::optional(has_rows ? saved.rows : 0) : std::nullopt;
  }
  return goes_on ? CutScores(parts_.files, path, kept) : ScoresStart{};
}

void Learners::Start(ScoresWriter* scores) {
  const std::lock_guard changing(change_mutex_);
  scores_ = scores;
  for (Entry& entry : entries_) {
    entry.learner->SetScores(scores_);
    StartOne(entry);
  }
  const std::lock_guard lock(mutex_);
  started_ = true;
}

void Learners::StartOne(Entry& entry) {
  entry.learner->Start();
  entry.thread = std::thread([learner = entry.learner.get()] { learner->Watch(); });
  const std::lock_guard lock(mutex_);
  if (stopped_) entry.learner->Stop();
}

Status Learners::CheckChange(const std::vector<std::string>& gone,
                             const std::vector<config::Source>& come) const {
  for (const std::string& name : gone) {
    if (Find(name) == nullptr) return NotFound(name);
  }
  for (const config::Source& source : come) {
    const bool makes_room = std::ranges::find(gone, source.name()) != gone.end();
    if (makes_room || Find(source.name()) == nullptr) continue;
    return WatchedSources::Exists(source.name());
  }
  return {};
}

Status Learners::OpenNew(Entry& entry) {
  // Anew only what this run has not begun.
  const bool anew = parts_.options.fresh && !known_.contains(entry.name);
  HYPNOS_RETURN_IF_ERROR(entry.learner->Resume(anew));
  {
    // Not before: what is being loaded cannot be told to stop.
    const std::lock_guard lock(mutex_);
    if (stopped_) return StoppingError();
    opening_ = entry.learner;
  }
  return entry.learner->Open();
}

// Who was removed was saved with his last row. Who was killed, and was not there at this start, was
// not: the start has left his rows alone, as it could not know that he would come.
void Learners::WarnOfRowsThatComeAgain(const Learner& learner) const {
  if (scores_ == nullptr || !learner.comes_again()) return;
  const std::string& name = learner.config().sources(0).name();
  const SavedScores& saved = learner.saved_scores();
  const uint64_t rows = scores_->rows(name);
  if (saved.path != parts_.options.scores_path || rows <= saved.rows) return;
  log::Warning("--scores: the last {} rows of '{}' come again, as it goes on from before them",
               rows - saved.rows, Printable(name));
}

Status Learners::SaveBefore(const std::vector<std::string>& gone,
                            const std::vector<config::Source>& come) {
  for (const std::string& name : gone) {
    const Status saved = Find(name)->Save();
    // Of one that stays what could not be saved is not lost.
    const bool stays = std::ranges::find(come, name, &config::Source::name) != come.end();
    if (saved.ok() || stays) continue;
    Error error = saved.error();
    error.message = Format("source '{}' stays, as what it has learned cannot be saved: {}",
                           Printable(name), error.message);
    return error;
  }
  return {};
}

Status Learners::Change(const std::vector<std::string>& gone,
                        const std::vector<config::Source>& come, const config::Config& config) {
  {
    // First, since the sources of the start may take long to open.
    const std::lock_guard lock(mutex_);
    if (stopped_) return StoppingError();
    if (!started_) return WatchedSources::StillOpening();
  }
  const std::lock_guard changing(change_mutex_);
  // Once more: who has waited for his turn may find that all have ended and been saved.
  HYPNOS_RETURN_IF_ERROR(CheckGoesOn());
  HYPNOS_RETURN_IF_ERROR(CheckChange(gone, come));
  // All are opened before any is given up: where one cannot be, nothing has changed.
  std::vector<Entry> opened;
  std::vector<std::pair<Entry*, Learner::OtherSource>> others;
  for (const config::Source& source : come) {
    const config::Config own = ConfigOf(source, config);
    if (Entry* entry = EntryOf(source.name())) {
      HYPNOS_ASSIGN_OR_RETURN(Learner::OtherSource other, entry->learner->OpenOther(own));
      others.emplace_back(entry, std::move(other));
    } else {
      opened.push_back(Make(source.name(), own, true));
      HYPNOS_RETURN_IF_ERROR(OpenNew(opened.back()));
    }
  }
  HYPNOS_RETURN_IF_ERROR(SaveBefore(gone, come));
  // Only now: a session that was begun cannot be taken back.
  for (const Entry& entry : opened) HYPNOS_RETURN_IF_ERROR(entry.learner->StartRecording());
  for (auto& [entry, other] : others) entry->learner->Replace(other);
  // Those that come are there before any goes: at no time does it look as if all had ended.
  for (Entry& entry : opened) {
    known_.insert(entry.name);
    WarnOfRowsThatComeAgain(*entry.learner);
    entry.learner->SetScores(scores_);
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
  for (const std::string& name : gone) {
    if (std::ranges::find(come, name, &config::Source::name) == come.end()) Remove(name);
  }
  // Their networks take memory when they see a frame: by then the others have given theirs back.
  for (const config::Source& source : come) {
    Entry& entry = *EntryOf(source.name());
    if (entry.thread.joinable()) continue;
    StartOne(entry);
    Tell(parts_.events, control::Event::SOURCE_ADDED, entry.name,
         Format("source '{}' added, with a network of its own", Printable(entry.name)));
  }
  parts_.changed();
  return {};
}

// Those that change it hold change_mutex_.
Learners::Entry* Learners::EntryOf(const std::string& name) {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

void Learners::Remove(const std::string& name) {
  Entry entry;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(entries_, name, &Entry::name);
    entry = std::move(*found);
    entries_.erase(found);
  }
  Learner& learner = *entry.learner;
  learner.Stop();
  if (entry.thread.joinable()) entry.thread.join();
  (void)learner.SaveAtEnd();
  learner.EndRecording();
  const bool closed = learner.Close();
  {
    const std::lock_guard lock(mutex_);
    left_behind_ = left_behind_ || !closed;
    summaries_ += learner.TakeSummary();
  }
  const auto footprint = EstimateFootprint(BuildPipelineOptions(learner.config()), 1);
  Tell(parts_.events, control::Event::SOURCE_REMOVED, name,
       Format("source '{}' removed, and its network with it{}; {}", Printable(name),
              footprint ? Format(", which gives back about {:.0f} MiB",
                                 static_cast<double>(footprint->memory_bytes) / (1 << 20))
                        : "",
              KeptText(learner.checkpoints())));
  LetGo(entry.learner);
  GiveBackMemory();
}

bool Learners::ended() const {
  return std::ranges::all_of(All(), [](const Shared& learner) { return learner->ended(); });
}

bool Learners::idle() const {
  const auto says_nothing = [](const Shared& learner) { return !learner->has_summary(); };
  return ended() && code() == kExitOk && std::ranges::all_of(All(), says_nothing);
}

int Learners::code() const {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    const int code = entry.learner->code();
    if (code != kExitOk && (!entry.added || parts_.options.until_end)) return code;
  }
  return kExitOk;
}

std::vector<ShownNetwork> Learners::Show() const {
  std::vector<ShownNetwork> shown;
  const std::vector<Shared> all = All();
  for (const Shared& learner : all) {
    shown.push_back({.run = learner->Describe(),
                     .status = learner->status(),
                     .drops = learner->drops(),
                     .ended = learner->ended()});
    if (all.size() > 1) {
      shown.back().whose = Format("source '{}': ", Printable(learner->config().sources(0).name()));
    }
  }
  return shown;
}

std::string Learners::TakeSummaries() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text = std::exchange(summaries_, "");
  }
  for (const Shared& learner : All()) text += learner->TakeSummary();
  return text;
}

void Learners::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (!resumed_) return;
  for (const Entry& entry : entries_) entry.learner->Stop();
  if (const Shared opening = opening_.lock()) opening->Stop();
}

void Learners::Join() {
  const std::lock_guard changing(change_mutex_);
  for (Entry& entry : entries_) {
    if (entry.thread.joinable()) entry.thread.join();
  }
}

bool Learners::SaveAtEnd() {
  bool saved = true;
  for (const Shared& learner : All()) saved = learner->SaveAtEnd() && saved;
  return saved;
}

void Learners::EndRecording() {
  for (const Shared& learner : All()) learner->EndRecording();
}

bool Learners::Close() {
  // Before a change under way is waited for: it may be opening something.
  Stop();
  const std::lock_guard changing(change_mutex_);
  bool closed = true;
  for (const Shared& learner : All()) closed = learner->Close() && closed;
  const std::lock_guard lock(mutex_);
  return closed && !left_behind_;
}

}  // namespace hypnos
