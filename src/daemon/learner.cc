#include "daemon/learner.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "daemon/ask_pipeline.h"
#include "daemon/build_options.h"
#include "daemon/weights_digest.h"
#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

PipelineOptions OptionsOf(const config::Config& config, const LearnerParts& parts) {
  PipelineOptions options = BuildPipelineOptions(config);
  options.workers = parts.workers;
  // What is replayed is computed here: it is the same bits.
  if (parts.options.replay_path.empty()) options.remote_layers = parts.remote_layers;
  return options;
}

// Of a replay none are opened: the recording has their frames.
config::Config WatchedIn(const config::Config& config, const RunOptions& options) {
  config::Config watched = config;
  if (!options.replay_path.empty()) watched.clear_sources();
  return watched;
}

// What is not there lies nowhere, and holds nothing.
bool LiesIn(const std::string& path, const std::string& folder) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return !failed && std::filesystem::equivalent(real.parent_path(), folder, failed) && !failed;
}

bool IsAlone(const config::Config& config) { return config.share() == config::Config::NOTHING; }

}  // namespace

Learner::Learner(const config::Config& config, LearnerParts parts)
    : config_(config),
      parts_(std::move(parts)),
      board_(parts_.clock, parts_.events, IsAlone(config) ? config.sources(0).name() : ""),
      track_(parts_.clock),
      pipeline_(OptionsOf(config, parts_), parts_.clock, observers_),
      novelty_(parts_.clock, parts_.events, pipeline_, parts_.recorder),
      sources_({.pipeline = pipeline_,
                .board = board_,
                .reconnects = !parts_.options.until_end,
                .events = parts_.events,
                .changed =
                    [this] {
                      more_.Ring();
                      parts_.changed();
                    }},
               WatchedIn(config, parts_.options)),
      checkpoints_(MakeKeeper()),
      service_(PartsOfService(), config, parts_.options.version) {
  observers_.Add(&board_);
  observers_.Add(&sources_);
  observers_.Add(&track_);
  observers_.Add(&novelty_);
  if (checkpoints_ != nullptr) observers_.Add(checkpoints_.get());
}

ServiceParts Learner::PartsOfService() {
  return {.clock = parts_.clock,
          .pipeline = pipeline_,
          .board = board_,
          .sources = sources_,
          .stop = parts_.stop,
          .stopping = [this] { return stopped_ || parts_.stopping(); },
          .clients = parts_.clients,
          .history = parts_.history,
          .herald = parts_.herald,
          .elsewhere = parts_.elsewhere,
          .session_log = [this]() -> std::optional<telemetry::SessionLog> {
            const SessionLog* log = recording_;
            return log == nullptr ? std::nullopt : std::optional(log->Report());
          },
          .replaying = replays(),
          .read_config = parts_.options.read_config,
          .checkpoints = checkpoints_.get(),
          .apply = parts_.apply,
          .events = parts_.events};
}

std::unique_ptr<CheckpointKeeper> Learner::MakeKeeper() {
  // What is replayed has its own beginning.
  if (config_.checkpoint().folder().empty() || replays()) return nullptr;
  return std::make_unique<CheckpointKeeper>(
      CheckpointKeeper::Parts{
          .files = parts_.files,
          .clock = parts_.clock,
          .pipeline = pipeline_,
          .program = parts_.options.version,
          .source = IsAlone(config_) ? config_.sources(0).name() : "",
          .events = parts_.events,
          .exchange = [this](StateArchive& archive) { ExchangeScores(archive); },
          .learning_switched = [this](bool on) { service_.NoteLearning(on); }},
      config_);
}

void Learner::ExchangeScores(StateArchive& archive) {
  if (!archive.loading()) {
    saved_scores_ = {};
    if (scores_ != nullptr) {
      saved_scores_ = {.path = parts_.options.scores_path, .bytes = scores_->bytes()};
      // It has one source, and whoever came and went in its place had the same name.
      if (IsAlone(config_)) saved_scores_.rows = scores_->rows(config_.sources(0).name());
    }
  }
  saved_scores_.ExchangeState(archive, IsAlone(config_));
}

Status Learner::Resume(bool fresh) {
  if (checkpoints_ == nullptr) return {};
  HYPNOS_ASSIGN_OR_RETURN(passed_, checkpoints_->Resume(fresh));
  told_frames_ = pipeline_.summary().frames;
  return {};
}

Status Learner::Open() { return replays() ? OpenReplay() : sources_.Open(passed_); }

void Learner::SetScores(ScoresWriter* scores) {
  scores_ = scores;
  if (scores != nullptr) observers_.Add(scores);
}

bool Learner::comes_again() const {
  return std::ranges::all_of(config_.sources(), [this](const config::Source& source) {
    return passed_.contains(source.name()) &&
           (GivesTheSame(source) || sources_.GoesOn(source.name()));
  });
}

// A folder that cannot be used is noticed now, as whatever else is wrong with a configuration.
Status Learner::StartRecording() {
  if (!config_.record().enabled()) return {};
  const std::string& folder = config_.record().folder();
  if (replays() && LiesIn(parts_.options.replay_path, folder)) {
    return Error{
        Code::kInvalidArgument, "FOLDER_IS_REPLAYED",
        Format("'{}' holds the session that is replayed, which would have to make room for "
               "the new one: name another folder",
               Printable(folder))};
  }
  HYPNOS_ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Take(folder, "record.folder"));
  sessions_lock_.emplace(std::move(lock));
  const bool resumed = checkpoints_ != nullptr && checkpoints_->resumed();
  const std::string checkpoint = resumed ? checkpoints_->Report().last() : "";
  HYPNOS_ASSIGN_OR_RETURN(session_log_, SessionLog::Start(parts_.files, parts_.clock, config_,
                                                          {parts_.options.version, checkpoint}));
  recording_ = session_log_.get();
  pipeline_.SetInputObserver(session_log_.get());
  return {};
}

// Between two commands: a client may still ask for another checkpoint.
uint64_t Learner::Digest() {
  const auto digest = AskPipeline<uint64_t>(pipeline_, [this](PipelineControl&) {
    return Result<uint64_t>(WeightsDigest(pipeline_.network()));
  });
  return digest.ok() ? *digest : 0;
}

void Learner::EndRecording() {
  if (session_log_ == nullptr) return;
  (void)AskPipeline<bool>(pipeline_, [this](PipelineControl&) {
    session_log_->End(WeightsDigest(pipeline_.network()));
    return Result<bool>(true);
  });
}

Status Learner::OpenReplay() {
  HYPNOS_ASSIGN_OR_RETURN(replay_, SessionReplay::Open(parts_.files, parts_.options.replay_path));
  replay_->SetRules(RulesOf(config_));
  const std::string& version = replay_->header().program_version();
  if (version != parts_.options.version) {
    log::Warning("the session was recorded by hypnosd {}, and this is {}: the weights may differ",
                 Printable(version), parts_.options.version);
  }
  if (!parts_.options.replay_is_exact) {
    log::Warning("the configuration is not that of the recording: the weights will differ");
  }
  return {};
}

void Learner::Start() {
  if (replays()) return;
  if (checkpoints_ != nullptr) checkpoints_->Start();
  sources_.Start();
}

void Learner::Stop() {
  stopped_ = true;
  pipeline_.Stop();
  sources_.Stop();
  more_.Ring();
}

Status Learner::Save() {
  if (checkpoints_ == nullptr || broken_) return {};
  const auto saved = checkpoints_->Save();
  if (saved.ok() || saved.error().reason == "NO_NETWORK") return {};
  return saved.error();
}

bool Learner::SaveAtEnd() { return checkpoints_ == nullptr || checkpoints_->SaveAtEnd(); }

// What is thrown where nobody expects it ends this network, and no other.
void Learner::Watch() {
  const auto watched = Guarded([this] {
    WatchAll();
    return Status();
  });
  if (!watched.ok()) {
    broken_ = true;
    code_ = SourceExitCode(watched.error());
    Fail(watched.error());
  }
  if (checkpoints_ != nullptr) checkpoints_->Settle();
  over_ = true;
  parts_.changed();
}

void Learner::WatchAll() {
  while (true) {
    const uint64_t rings = more_.rings();
    code_ = RunOnce();
    Summarise();
    if (replays() || stopped_) return;
    const bool goes_on = code_ == kExitOk && !parts_.options.until_end;
    if (goes_on && checkpoints_ != nullptr) checkpoints_->SaveSoon();
    if (IsAlone(config_)) log::Info("{}it has ended", Whose());
    waits_ = true;
    parts_.changed();
    if (!WaitForAnother(rings)) return;
    waits_ = false;
    parts_.changed();
  }
}

bool Learner::WaitForAnother(uint64_t rings) {
  do {
    more_.WaitForMoreThan(rings);
    rings = more_.rings();
    // What came while others were watched may have ended with them.
  } while (!stopped_ && sources_.ended());
  return !stopped_;
}

std::string Learner::Whose() const {
  return IsAlone(config_) && !replays()
             ? Format("source '{}': ", Printable(config_.sources(0).name()))
             : "";
}

int Learner::RunOnce() {
  int code = kExitOk;
  const auto result = RunPipeline();
  if (!result.ok() && stopped_ && result.error().reason == "STOPPED") {
    // While it waited for somebody to compute a layer: it ends as it was asked to.
    log::Info("{}{}", Whose(), result.error().message);
  } else if (!result.ok()) {
    const bool damaged = replays() && result.error().code == Code::kDataLoss;
    code = damaged ? kExitData : SourceExitCode(result.error());
    broken_ = result.error().reason == "OUT_OF_MEMORY" || result.error().reason == "PIPELINE";
    Fail(result.error());
  } else if (replays()) {
    code = JudgeReplay();
  } else {
    code = CodeOf(result->failures);
  }
  if (const int64_t unreadable = sources_.unreadable(); unreadable > 0) {
    log::Warning("{}frames that could not be decoded and were passed over: {}", Whose(),
                 unreadable);
  }
  return code;
}

// Of a source that has a network of its own it is told wherever it is asked for.
void Learner::Fail(const Error& error) {
  const bool alone = IsAlone(config_) && !replays();
  const std::string source = alone ? config_.sources(0).name() : "";
  const std::string message = Whose() + error.message;
  Tell(parts_.events, control::Event::SOURCE_FAILED, source, Printable(message));
  if (alone) board_.OnStreamEnd({source, Error{error.code, error.reason, message}});
}

Result<RunSummary> Learner::RunPipeline() {
  return replay_ != nullptr ? pipeline_.Replay(*replay_) : pipeline_.Run();
}

int Learner::JudgeReplay() const {
  if (stopped_) return kExitOk;
  const auto& expected = replay_->weights();
  if (!expected) {
    log::Warning(
        "the recording has no end, as where the daemon was killed: there is nothing to "
        "compare the weights with");
    return kExitOk;
  }
  if (*expected == WeightsDigest(pipeline_.network())) {
    log::Info("the weights are those of the recording, bit for bit");
    return kExitOk;
  }
  if (!parts_.options.replay_is_exact) {
    log::Info("the weights are not those of the recording, as the configuration is not");
    return kExitOk;
  }
  log::Error(
      "the weights are not those of the recording: another program, another kind of "
      "processor or another BLAS computes other bits");
  return kExitData;
}

// Each was told when it happened. A source that somebody has added meanwhile is no reason to end a
// daemon that waits for others.
int Learner::CodeOf(const std::vector<StreamEnd>& failures) const {
  const auto counts = [&](const StreamEnd& end) {
    return parts_.options.until_end ||
           std::ranges::any_of(config_.sources(),
                               [&](const auto& source) { return source.name() == end.source; });
  };
  const auto failed = std::ranges::find_if(failures, counts);
  return failed == failures.end() ? kExitOk : SourceExitCode(*failed->error);
}

std::vector<SourceLine> Learner::SeveralSources() const {
  const auto reports = sources_.Reports(board_.Snapshot());
  if (reports.size() < 2) return {};
  std::vector<SourceLine> lines;
  lines.reserve(reports.size());
  for (const telemetry::Source& source : reports) {
    lines.push_back(
        {.name = source.name(),
         .state = source.state(),
         .dropped = static_cast<int64_t>(source.dropped_slow() + source.dropped_asleep())});
  }
  return lines;
}

RunDescription Learner::Describe() const {
  RunDescription run;
  run.classes = {config_.labels().classes().begin(), config_.labels().classes().end()};
  run.several = SeveralSources();
  if (replays()) {
    run.source = Format("session '{}'", parts_.options.replay_path);
    return run;
  }
  int64_t frames = 0;
  const auto reports = sources_.Reports({});
  for (const telemetry::Source& source : reports) {
    run.source = source.description();
    if (!source.has_frames_in_all()) return run;
    frames += static_cast<int64_t>(source.frames_in_all());
  }
  run.frames = frames;
  return run;
}

void Learner::Summarise() {
  const int64_t frames = pipeline_.summary().frames;
  if (std::exchange(told_frames_, frames) == frames) return;
  std::string text = IsAlone(config_) && !replays()
                         ? Format("Source '{}':\n", Printable(config_.sources(0).name()))
                         : "";
  text +=
      SummaryText(pipeline_.summary(), board_.WholeSnapshot(), sources_.drops(), SeveralSources());
  if (session_log_ != nullptr || replays()) {
    text += Format("Weights: xxh3 {:016x}.\n", Digest());
  }
  const std::lock_guard lock(summary_mutex_);
  summary_ += text;
}

std::string Learner::TakeSummary() {
  const std::lock_guard lock(summary_mutex_);
  return std::exchange(summary_, "");
}

bool Learner::has_summary() const {
  const std::lock_guard lock(summary_mutex_);
  return !summary_.empty();
}

Result<Learner::OtherSource> Learner::OpenOther(const config::Config& config) {
  if (broken_) {
    return Error{Code::kFailedPrecondition, "NETWORK_FAILED",
                 Format("the network of source '{}' has failed and cannot go on: remove the source "
                        "first; when it is added again it goes on from what was saved",
                        Printable(config_.sources(0).name()))};
  }
  if (!WatchTheSameKind(config, config_)) {
    return Error{Code::kFailedPrecondition, "NEEDS_RESTART",
                 Format("the network of source '{}' was made for pictures, texts or series, and "
                        "the source is now of another of these kinds: give it another name",
                        Printable(config_.sources(0).name()))};
  }
  HYPNOS_ASSIGN_OR_RETURN(
      auto opened, sources_.Prepare({config_.sources(0).name()}, {config.sources(0)}, config));
  return OtherSource{config, std::move(opened)};
}

void Learner::Replace(const OtherSource& other) {
  sources_.Replace({config_.sources(0).name()}, other.opened);
  if (checkpoints_ != nullptr) checkpoints_->NoteSources(other.config);
}

}  // namespace hypnos
