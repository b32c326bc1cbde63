#include "daemon/checkpoint_keeper.h"

#include <algorithm>
#include <utility>

#include "daemon/ask_pipeline.h"
#include "daemon/build_options.h"
#include "daemon/exit_code.h"
#include "daemon/saved_config.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// How often it is looked whether a save is due.
constexpr Duration kLook = std::chrono::milliseconds(100);

RetentionOptions Retention(const config::Checkpoint& options) {
  constexpr double kSecondsADay = 86400;
  return {.keep = options.keep(),
          .budget_bytes = options.budget_mebibytes() << 20,
          .age = FromSeconds(options.keep_days() * kSecondsADay)};
}

Error OtherConfiguration(const std::string& name, const std::string& source,
                         const std::vector<std::string>& differences) {
  std::string all;
  for (const std::string& difference : differences) {
    all += (all.empty() ? "" : "; ") + difference;
  }
  return {
      Code::kFailedPrecondition, "OTHER_CONFIGURATION",
      Format(
          "{} was made with another configuration: {}. Set that back; or begin anew with "
          "--fresh, and then take over what fits with `hypnosctl checkpoint import {}{}`, before "
          "new checkpoints take its place",
          name, all, name, source.empty() ? "" : Format(" --source '{}'", Printable(source)))};
}

// What is no trouble of saving.
bool IsNoFailure(const Error& error) {
  return error.reason == "STOPPING" || error.reason == "NO_NETWORK";
}

}  // namespace

CheckpointKeeper::CheckpointKeeper(Parts parts, const config::Config& config)
    : parts_(std::move(parts)),
      whose_(parts_.source.empty() ? "" : Format("source '{}': ", Printable(parts_.source))),
      config_(config),
      options_(config.checkpoint()),
      folder_(parts_.files, options_.folder(), Retention(options_)),
      saved_config_(SavedConfig(config)) {
  HYPNOS_CHECK(!options_.folder().empty());
}

CheckpointKeeper::~CheckpointKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status CheckpointKeeper::CheckConfig(const std::string& name, const CheckpointFacts& facts) const {
  HYPNOS_ASSIGN_OR_RETURN(const config::Config saved, ParseSavedConfig(facts.config));
  const auto differences = DifferencesThatMatter(saved, config_);
  if (differences.empty()) return {};
  Error error = OtherConfiguration(name, parts_.source, differences);
  error.message = whose_ + error.message;
  return error;
}

Result<std::map<std::string, Pipeline::AwaitedStream>> CheckpointKeeper::Resume(bool fresh) {
  HYPNOS_ASSIGN_OR_RETURN(FolderLock lock,
                          FolderLock::Take(options_.folder(), "checkpoint.folder"));
  lock_.emplace(std::move(lock));
  folder_.RemoveUnfinished();
  if (fresh) {
    log::Info("checkpoints: beginning anew, as --fresh asks");
    return std::map<std::string, Pipeline::AwaitedStream>();
  }
  std::vector<Error> damaged;
  auto opened = folder_.OpenNewestGood(&damaged);
  for (const Error& error : damaged) log::Error("{}", Printable(error.message));
  if (!opened.ok() && opened.error().reason == "CHECKPOINT_NOT_FOUND") {
    log::Info("checkpoints: there is none in '{}' yet, so all begins anew",
              Printable(folder_.path()));
    return std::map<std::string, Pipeline::AwaitedStream>();
  }
  if (!opened.ok()) return opened.error();
  if (!damaged.empty()) {
    Tell(parts_.events, control::Event::FELL_BACK, parts_.source,
         Format("{}checkpoints: going back to {}, which is whole", whose_, opened->name));
  }
  HYPNOS_RETURN_IF_ERROR(CheckConfig(opened->name, opened->file.facts()));
  return Load(*opened);
}

Result<std::map<std::string, Pipeline::AwaitedStream>> CheckpointKeeper::Load(
    const CheckpointFolder::Opened& opened) {
  const CheckpointFacts& facts = opened.file.facts();
  CheckpointLoader loader(opened.file);
  const auto in_checkpoint = [&](Error error) {
    // A layer that nobody computes is not the checkpoint's fault.
    if (IsAboutHosts(error)) return error;
    error.message = opened.name + ": " + error.message;
    return error;
  };
  if (const Status loaded = parts_.pipeline.Load(loader); !loaded.ok()) {
    return in_checkpoint(loaded.error());
  }
  parts_.exchange(loader);
  if (const Status finished = loader.Finish(); !finished.ok()) {
    return in_checkpoint(finished.error());
  }
  parts_.pipeline.Post(
      [this](PipelineControl& control) { parts_.learning_switched(control.learns()); });
  log::Info("{}going on from {}: {} frames seen, {} steps learned from", whose_, opened.name,
            facts.frames, facts.steps);
  if (!opened.file.has_memory()) {
    log::Warning(
        "{} holds only a digest of what was remembered: there is nothing to dream of at first, and "
        "what comes is not what it would have been",
        opened.name);
  }
  HYPNOS_ASSIGN_OR_RETURN(const config::Config saved, ParseSavedConfig(facts.config));
  std::map<std::string, Pipeline::AwaitedStream> passed;
  for (const auto& stream : parts_.pipeline.awaited_streams()) {
    if (HasSameSource(saved, config_, stream.name)) {
      passed[stream.name] = stream;
      continue;
    }
    const bool is_there = std::ranges::any_of(
        config_.sources(), [&](const auto& source) { return source.name() == stream.name; });
    log::Info("source '{}' {}", Printable(stream.name),
              is_there ? "is another one than in the checkpoint, and begins anew"
                       : "is in the checkpoint, and no longer configured");
    // With what was its own: the state of one picture is no state of another.
    parts_.pipeline.Post([&](PipelineControl& control) { control.RemoveStream(stream.name); });
  }
  const std::lock_guard state(mutex_);
  resumed_ = true;
  last_ = CheckpointInfo{opened.name, opened.file.bytes(), facts};
  return passed;
}

bool CheckpointKeeper::resumed() const {
  const std::lock_guard lock(mutex_);
  return resumed_;
}

void CheckpointKeeper::Start() {
  last_try_ = parts_.clock.Now();
  thread_ = std::thread([this] { Loop(); });
}

void CheckpointKeeper::Loop() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kLook, [&] { return stop_ || asked_; });
      if (stop_) return;
    }
    if (IsDue()) (void)SaveNow();
  }
}

Duration CheckpointKeeper::RetryAfter() const {
  const Duration period = FromSeconds(options_.every_seconds());
  return period > Duration::zero() ? std::min(period, kRetry) : kRetry;
}

bool CheckpointKeeper::IsDue() {
  const std::lock_guard lock(mutex_);
  const bool asked = std::exchange(asked_, false);
  const uint64_t changes = changes_ - saved_changes_;
  const Duration since = parts_.clock.Now() - last_try_;
  if (changes == 0) return false;
  // What has collapsed must not push out what was saved before; that it has stopped is saved.
  if (guard_stopped_ && !asked && !failing_) return false;
  if (failing_) return since >= RetryAfter();
  const Duration period = FromSeconds(options_.every_seconds());
  return asked || (period > Duration::zero() && since >= period) ||
         (options_.every_steps() > 0 && changes >= options_.every_steps());
}

void CheckpointKeeper::SaveSoon() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
}

void CheckpointKeeper::NoteChange() {
  const uint64_t changes = ++changes_;
  if (guard_stopped_) return;
  // Whoever looks often enough sees it soon; a period of steps that is shorter would be missed.
  if (options_.every_steps() > 0 && changes % options_.every_steps() == 0) SaveSoon();
}

void CheckpointKeeper::OnFrame(const FrameReport& /*report*/) { NoteChange(); }
void CheckpointKeeper::OnDream(const DreamReport& /*report*/) { NoteChange(); }

void CheckpointKeeper::NoteSources(const config::Config& config) {
  config::Config saved = config_;
  *saved.mutable_sources() = config.sources();
  const std::lock_guard lock(mutex_);
  saved_config_ = SavedConfig(saved);
}

void CheckpointKeeper::OnGuard(const GuardReport& report) {
  guard_stopped_ = report.status.stopped;
  if (!report.news) return;
  ++changes_;
  SaveSoon();
}

CheckpointFacts CheckpointKeeper::Facts(const StateCounts& counts) const {
  const std::lock_guard lock(mutex_);
  return {.program = parts_.program,
          .time = parts_.clock.WallNow(),
          .frames = counts.frames,
          .steps = counts.steps,
          .config = saved_config_};
}

Result<StateCounts> CheckpointKeeper::TakePicture(PipelineControl& control, StatePicture& picture) {
  HYPNOS_ASSIGN_OR_RETURN(const StateCounts counts, control.SaveState(picture));
  parts_.exchange(picture);
  picture.Finish();
  const std::lock_guard lock(mutex_);
  saved_changes_ = changes_;
  return counts;
}

Result<CheckpointInfo> CheckpointKeeper::Save() {
  {
    // One that is being written is not there yet.
    const std::lock_guard saving(save_mutex_);
    const std::lock_guard lock(mutex_);
    if (last_ && !failing_ && changes_ == saved_changes_) return *last_;
  }
  return SaveNow();
}

Result<CheckpointInfo> CheckpointKeeper::SaveNow() {
  const std::lock_guard saving(save_mutex_);
  const Instant begin = parts_.clock.Now();
  uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    saving_since_ = last_try_ = begin;
    before = saved_changes_;
  }
  const auto memory = options_.memory() == config::Checkpoint::DIGEST
                          ? StatePicture::Memory::kDigest
                          : StatePicture::Memory::kWhole;
  const Result<bool> started =
      AskPipeline<bool>(parts_.pipeline, [&](PipelineControl& control) -> Result<bool> {
        StatePicture picture(memory);
        HYPNOS_ASSIGN_OR_RETURN(const StateCounts counts, TakePicture(control, picture));
        HYPNOS_RETURN_IF_ERROR(background_.Start(folder_, Facts(counts), picture));
        return true;
      });
  Result<CheckpointInfo> saved =
      started.ok() ? background_.Wait() : Result<CheckpointInfo>(started.error());
  if (!saved.ok()) {
    const std::lock_guard lock(mutex_);
    saved_changes_ = before;
  }
  Note(saved, parts_.clock.Now() - begin);
  return saved;
}

bool CheckpointKeeper::SaveAtEnd() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard saving(save_mutex_);
  if (changes_ == saved_changes_) return true;
  const Instant begin = parts_.clock.Now();
  const auto memory = options_.memory() == config::Checkpoint::DIGEST
                          ? StatePicture::Memory::kDigest
                          : StatePicture::Memory::kWhole;
  const auto saved = AskPipeline<CheckpointInfo>(
      parts_.pipeline, [&](PipelineControl& control) -> Result<CheckpointInfo> {
        StatePicture picture(memory);
        HYPNOS_ASSIGN_OR_RETURN(const StateCounts counts, TakePicture(control, picture));
        return folder_.Save(Facts(counts), picture);
      });
  Note(saved, parts_.clock.Now() - begin);
  return saved.ok() || IsNoFailure(saved.error());
}

void CheckpointKeeper::Note(const Result<CheckpointInfo>& saved, Duration took) {
  if (!saved.ok()) return NoteFailure(saved.error());
  bool was_failing = false, switch_on = false;
  {
    const std::lock_guard lock(mutex_);
    saving_since_.reset();
    last_ = *saved;
    last_took_ = took;
    ++saved_;
    was_failing = std::exchange(failing_, std::nullopt).has_value();
    switch_on = std::exchange(learning_stopped_, false);
  }
  log::Info("{}saved {}: {:.1f} MB in {:.2f} s{}", whose_, saved->name,
            static_cast<double>(saved->bytes) / 1e6, Seconds(took),
            was_failing ? "; checkpoints are saved again" : "");
  if (was_failing && parts_.events != nullptr) {
    parts_.events->Note(control::Event::SAVING_WORKS, parts_.source,
                        Format("{}checkpoints are saved again: {}", whose_, saved->name));
  }
  if (switch_on) SwitchLearning(true);
}

void CheckpointKeeper::NoteFailure(const Error& error) {
  bool is_new = false, switch_off = false, at_end = false;
  const bool stops = options_.on_failure() == config::Checkpoint::STOP_LEARNING;
  {
    const std::lock_guard lock(mutex_);
    saving_since_.reset();
    if (IsNoFailure(error)) return;
    ++failed_;
    is_new = !failing_ || failing_->message != error.message;
    failing_ = error;
    at_end = stop_;
    switch_off = stops && !learning_stopped_ && !stop_;
    learning_stopped_ = learning_stopped_ || switch_off;
  }
  if (at_end) {
    Tell(parts_.events, control::Event::SAVING_FAILED, parts_.source,
         Format("{}checkpoints: {}; what was learned since the last one is lost", whose_,
                Printable(error.message)));
  } else if (is_new) {
    Tell(parts_.events, control::Event::SAVING_FAILED, parts_.source,
         Format("{}checkpoints: {}; {}, and it is tried again every {:.0f} s", whose_,
                Printable(error.message),
                stops ? "learning stands still until one can be saved" : "learning goes on",
                Seconds(RetryAfter())));
  }
  if (switch_off) SwitchLearning(false);
}

void CheckpointKeeper::SwitchLearning(bool on) {
  const auto learns = AskPipeline<bool>(parts_.pipeline, [on](PipelineControl& control) {
    control.HoldLearning(!on);
    return Result<bool>(control.learns());
  });
  if (learns.ok()) parts_.learning_switched(*learns);
}

Result<std::vector<CheckpointInfo>> CheckpointKeeper::List() { return folder_.List(); }

Result<CheckpointInfo> CheckpointKeeper::Verify(const std::string& name) {
  return folder_.Verify(name);
}

Status CheckpointKeeper::CheckSavedLater() const {
  const std::lock_guard lock(mutex_);
  return stop_ ? Status(StoppingError()) : Status();
}

Result<CheckpointKeeper::Named> CheckpointKeeper::OpenNamed(const std::string& name) {
  HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo info, folder_.Verify(name));
  HYPNOS_ASSIGN_OR_RETURN(CheckpointFile file, folder_.Open(info.name));
  return Named{info.name, std::move(file)};
}

Result<CheckpointInfo> CheckpointKeeper::Restore(const std::string& name) {
  const std::lock_guard saving(save_mutex_);
  HYPNOS_RETURN_IF_ERROR(CheckSavedLater());
  HYPNOS_ASSIGN_OR_RETURN(const Named named, OpenNamed(name));
  HYPNOS_RETURN_IF_ERROR(CheckConfig(named.name, named.file.facts()));
  const auto restored =
      AskPipeline<bool>(parts_.pipeline, [&](PipelineControl& control) -> Result<bool> {
        CheckpointLoader loader(named.file);
        HYPNOS_RETURN_IF_ERROR(control.RestoreState(loader));
        return true;
      });
  if (!restored.ok()) return restored.error();
  ++changes_;
  Tell(parts_.events, control::Event::RESTORED, parts_.source,
       Format("{}gone back to {}", whose_, named.name));
  return CheckpointInfo{named.name, named.file.bytes(), named.file.facts()};
}

Result<CheckpointKeeper::Imported> CheckpointKeeper::Import(const std::string& name) {
  const std::lock_guard saving(save_mutex_);
  HYPNOS_RETURN_IF_ERROR(CheckSavedLater());
  HYPNOS_ASSIGN_OR_RETURN(const Named named, OpenNamed(name));
  HYPNOS_ASSIGN_OR_RETURN(const config::Config saved, ParseSavedConfig(named.file.facts().config));
  PipelineObserver nobody;
  Pipeline of_then(BuildPipelineOptions(saved), parts_.clock, nobody);
  CheckpointLoader loader(named.file);
  HYPNOS_RETURN_IF_ERROR(of_then.Load(loader));
  HYPNOS_ASSIGN_OR_RETURN(ImportReport report,
                          AskPipeline<ImportReport>(parts_.pipeline, [&](PipelineControl& control) {
                            return control.Import(*of_then.network());
                          }));
  ++changes_;
  for (const std::string& taken : report.taken) log::Info("import: taken: {}", taken);
  for (const std::string& left : report.left) log::Info("import: left: {}", left);
  return Imported{{named.name, named.file.bytes(), named.file.facts()}, std::move(report)};
}

telemetry::Checkpoints CheckpointKeeper::Report() const {
  const std::lock_guard lock(mutex_);
  telemetry::Checkpoints report;
  report.set_folder(folder_.path());
  if (last_) {
    report.set_last(last_->name);
    report.set_last_success_time(
        std::chrono::duration<double>(last_->facts.time.time_since_epoch()).count());
    report.set_last_bytes(last_->bytes);
    report.set_last_seconds(Seconds(last_took_));
  }
  report.set_saved(saved_);
  report.set_failed(failed_);
  report.set_failing(failing_.has_value());
  if (failing_) report.set_why(failing_->message);
  if (saving_since_) report.set_saving_seconds(Seconds(parts_.clock.Now() - *saving_since_));
  return report;
}

}  // namespace hypnos
