// Decides what the next step is, and owns everything that lasts over steps.
// driver.cc watches: real frames, and negatives beside them. driver_streams.cc says whose turn it
// is. driver_asleep.cc sleeps: recalls and dreams. driver_probes.cc scores a fixed set.
// driver_guard.cc goes back where the network collapses. driver_blend.cc moves it by what others
// have learned.
// driver_commands.cc does what is asked for from outside; driver_inputs.cc tells of all that comes
// from there, or takes it from a recording. driver_state.cc saves and loads.
// Threads: as Pipeline.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/state_copy.h"
#include "hypnos/diagnostics/guard.h"
#include "hypnos/pipeline/input.h"
#include "hypnos/pipeline/pipeline.h"
#include "pipeline/command_box.h"
#include "pipeline/flow.h"
#include "pipeline/negative_lane.h"
#include "pipeline/probe_keeper.h"
#include "pipeline/stream.h"

namespace hypnos {

class Pipeline::Driver final : public PipelineControl {
 public:
  Driver(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer);

  // Tells it what was ordered before.
  void SetInputObserver(InputObserver* observer);
  Result<RunSummary> Run();
  Result<RunSummary> Replay(InputScript& script);
  void Stop() {
    stopped_ = true;
    bell_.Ring();
  }
  void Post(PipelineCommand command) { commands_.Post(std::move(command), *this); }
  const RunSummary& summary() const { return summary_; }
  const Network* network() const { return network_.get(); }
  // Precondition: nothing has been done yet. Where it fails the driver is of no more use.
  Status Load(StateArchive& archive);
  std::vector<AwaitedStream> awaited_streams() const;

  PipelinePhase phase() const override;
  Result<bool> SetLearning(bool on) override;
  bool HoldLearning(bool hold) override;
  bool learns() const override { return learning_on_ && !held_ && !guard_.stopped(); }
  Result<bool> ResumeLearning(bool full_rate) override;
  Result<bool> SleepNow(uint64_t steps) override;
  bool WakeNow() override;
  bool WakeAfterDream() override;
  void AddStream(const StreamInput& stream) override;
  std::shared_ptr<const SourcePlace> PlaceOf(const std::string& stream) const override;
  bool RemoveStream(const std::string& name) override;
  bool SetLabel(std::optional<size_t> label, const std::string& stream) override;
  bool JudgeNovelty(const std::string& stream, uint64_t event, Verdict verdict) override;
  Result<ProbeReport> Probe() override;
  Result<Look> TakeLook(const LookParts& parts, const std::string& stream) override;
  Result<StateCounts> SaveState(StateArchive& archive) override;
  Status RestoreState(StateArchive& archive) override;
  Result<ImportReport> Import(const Network& other) override;
  uint64_t learned_steps() const override { return learned_steps_; }
  Result<LastingState> TakeLasting() override;
  Result<BlendReport> Blend(std::span<const float> from, std::span<const float> to,
                            double tolerance) override;

 private:
  Status RunGuarded();
  Status Watch();
  // Those that were given since the last time. Between two moments.
  void RunCommands();

  void Tell(const PipelineInput& input);
  Result<FrameOrEnd> Told(const Stream& stream, Result<FrameOrEnd> next);
  // Of the script.
  bool ReadScript();
  // Whether what comes next is of streams, and comes now.
  bool StreamIsNext();
  void FollowCommands();
  void FollowStop();
  void FollowClock(bool may_sleep);
  void FollowLook();
  Result<bool> FollowTurn();
  Status FollowStream();
  // As TakeTurn; null: done; otherwise what cannot be.
  const char* Do(const StreamAdded& added);
  const char* Do(const StreamRemoved& removed);
  const char* Do(const FrameTaken& taken);
  const char* Do(const StreamEnded& ended);
  const char* Do(const LearningSwitched& learning);
  const char* Do(const LearningHeld& learning);
  const char* Do(const SleepOrdered& sleep);
  const char* Do(const WakeOrdered& wake);
  const char* Do(const ClockEndedPhase& ended);
  const char* Do(const LabelOrdered& label);
  const char* Do(const NoveltyJudged& judged);
  const char* Do(const GuardResumed& resumed);
  const char* Do(const StateReplaced& replaced);
  const char* Do(const RunEnded& run);
  void Diverge(Error error);
  void DivergeFrom(const char* what);
  // Of the network: both of the following.
  Status Prepare(const PlaneShape& shape);
  Status MakeNetwork(const PlaneShape& shape);
  void MakeFlow();
  // Layers that are computed elsewhere: puts them there.
  void SeatLayers();
  // Those that are to be put there again. Between two frames, or two dreams.
  void HeedRemotes();
  void PushSleepingLanes();
  // Of a network that only holds what was saved.
  static PipelineOptions WithoutRemotes(PipelineOptions options) {
    options.remote_layers = nullptr;
    return options;
  }

  // Shows the next frame, of the stream whose turn it is, or lets it end. False: none has anything
  // to show, so that there is nothing to do but to wait.
  Result<bool> TakeTurn();
  // The queues', where there is no script.
  Result<bool> TakeNext();
  // What the stream whose turn it is has come to.
  Status Take(Stream& stream, Result<FrameOrEnd> next);
  // Before its first frame. Of an error the stream is to blame where there is a network already.
  Status Welcome(Stream& stream, const Frame& first);
  void Leave(Stream& stream, std::optional<Error> error);
  void LeaveUnended(Stream& stream);
  void Release(Stream& stream);
  // Of what is under way in it. Precondition: no step is under way.
  void EndEvent(Stream& stream);
  // Drops it without a word to who records.
  bool Drop(const std::string& name);
  bool Awaken();
  bool has_streams() const;
  bool all_are_waited_for() const;
  Stream* Find(const std::string& name) const;

  void ShowFrame(Stream& stream, Frame frame);
  void MayRemember(Stream& stream);
  // What the steps of one frame have in common.
  struct Held {
    bool learn = false;
    bool remember = false;
    bool kept_back = false;
    bool asleep = false;
    std::optional<size_t> label;
  };
  void SubmitRealStep(Stream& stream, Frame* first, int hold, const Held& frame);
  void LearnInterleaved(Step& step);
  void FillLabelled(Step& step);
  void JudgeBesideDream(Step& step);
  enum class Purpose { kLearn, kJudge };
  bool AddNegativeBeside(Step& step, Purpose purpose);
  void SwitchPhase();
  void FallAsleep(PhaseReport& report);
  void WakeUp(PhaseReport& report);
  PhaseReport PhaseNow() const;
  void TellPhase(PhaseReport& report);
  void TellQueues();
  // Between two frames, or two dreams: whether the time, or what the probe set said last, ends the
  // phase.
  void HeedSchedule();
  // Since the last frame came; zero where one waits, or an end.
  Duration QuietFor() const;
  void Sleep();
  // At a frame that would be lost, if there is one.
  void LookWhileAsleep();
  bool remembers_asleep() const { return options_.while_asleep == WhileAsleep::kRemember; }
  void CountRemembered(Stream& stream);
  void BeginRecall();
  void GoOnSleeping();
  void RecallFrame();
  bool DreamFrame();
  void SubmitReplayStep(size_t sequence, size_t frame, int hold);
  void SubmitDreamStep(size_t sequence, int64_t frame, int hold);
  void FillReplay(Step& step, size_t sequence, size_t frame, int hold);

  void CollectForProbes(Stream& stream);
  void Collect(Stream& stream, ProbeKeeper::Need need);
  // Between two frames, or two dreams.
  void ProbeIfDue();
  void ProbeAfterSleep();
  void ProbeAtEnd();
  // Where there is no memory left for it, the run goes on without: see ProbeKeeper::MayScore.
  void ScoreProbes(ProbeReason reason);
  void CountLearnedStep() {
    guard_.CountStep();
    ++learned_steps_;
    ++learned_since_probe_;
  }

  Guard::Moment GuardMoment() const;
  void TellGuard();
  void JudgeHealth(ProbeReason reason, const ProbeFigures& figures);
  void KeepGoodState();
  // Between two frames, or two dreams: what is to be done about an alarm.
  void HeedGuard();
  // Where it fails nothing has changed. Precondition: there is a good state.
  Status RollBack();

  // All that lasts over steps, in both directions.
  Status ExchangeState(StateArchive& archive);
  Status ExchangeNetwork(StateArchive& archive);
  void ExchangeLearned(StateArchive& archive);
  void ExchangeGuard(StateArchive& archive);
  void ExchangeUnheeded(StateArchive& archive);
  void ExchangeSleep(StateArchive& archive);
  void ExchangeMemories(StateArchive& archive);
  Status ExchangeStreams(StateArchive& archive);
  Status ExchangeStream(StateArchive& archive, size_t index);
  void ExchangeLanes(StateArchive& archive, const Stream& stream);
  // Its streams of the same names were watched with the weights that are taken over.
  void TakeOverUsual(Driver& saved);
  // What is remembered was not saved.
  void GoOnWithoutMemory();
  Status CheckFrameShape(const Driver& saved) const;
  void TakeOver(Driver& saved);
  void CutStreams();
  void CutStream(Stream& stream);
  // False: there was no memory for it.
  bool ScoreBlend(const std::vector<LayerParameters>& by, BlendReport& report);
  void CountReplacement();
  // What ExchangeLearned names, but for the schedule; then MakeFlow, and the streams are cut.
  void TakeOverLearned(Driver& saved);
  void TellNewWeights();
  void ImportLayer(size_t l, const Network& other, ImportReport& report);

  // Either of what learning hangs on.
  void SwitchLearning(bool& which, bool to);
  Status MaySleep() const;
  Result<const Stream*> StreamToLookAt(const std::string& name) const;
  Result<Look> LookAt(const Stream& stream, const LookParts& parts);
  std::optional<DreamedFrame> DreamNow() const;

  // So many steps from now, in the present phase.
  PhasePosition PositionAfter(uint64_t steps) const;
  bool interleaved() const { return options_.network.learning.rule == LearningRule::kInterleaved; }
  bool rehearses() const { return options_.network.learning.rule == LearningRule::kRehearsed; }
  // Whether right and wrong labels can be shown side by side.
  bool contrasts_labels() const {
    return options_.network.labels.shown && (interleaved() || rehearses());
  }
  // Whether real frames and dreams have phases of their own.
  bool has_phases() const {
    const LearningRule rule = options_.network.learning.rule;
    return rehearses() || rule == LearningRule::kDeferredContrast ||
           rule == LearningRule::kCarriedVelocity;
  }

  PipelineOptions options_;
  const Clock& clock_;
  PipelineObserver& observer_;
  const std::shared_ptr<Workers> workers_;
  Rng rng_;
  WakeSleep schedule_;
  Rng replay_rng_;
  NegativeChoice choice_;
  Memories memories_;
  // In the order of their turns. Those that have ended stay, to be looked at, until they are
  // removed or another one of the same name comes.
  std::vector<std::unique_ptr<Stream>> streams_;
  // The highest of those that are gone: a verdict on one of theirs is on no other.
  uint64_t last_event_ = 0;
  size_t turn_ = 0;       // of which of them it is
  std::string measured_;  // whose first frame gave the network its size
  Bell bell_;
  std::unique_ptr<Network> network_;  // stays where it is when it is handed on
  std::optional<Negatives> negatives_;
  std::optional<Stages> stages_;
  std::optional<Flow> flow_;
  SerialExecutor between_phases_;
  std::atomic<bool> stopped_ = false;
  bool stopping_ = false;  // once that is noticed
  RunSummary summary_;

  InputObserver* input_observer_ = nullptr;
  uint64_t moment_ = 0;  // see PipelineInput
  uint64_t phase_switches_ = 0;
  // While a recording is replayed; null otherwise.
  InputScript* script_ = nullptr;
  std::optional<TimedInput> next_input_;  // of it
  uint64_t followed_ = 0;                 // what it said so far
  std::optional<uint64_t> idle_;          // at which moment, and after how much, nothing came
  std::optional<Error> follow_error_;
  std::vector<std::unique_ptr<FrameQueue>> script_queues_;

  CommandBox commands_;
  // Commands ask, of other threads where nothing runs.
  std::atomic<bool> ended_ = false;
  bool learning_on_ = true;
  bool held_ = false;  // learning stands still, whatever is ordered
  bool torn_ = false;  // a step broke off: layers and memories are not of one moment
  bool wake_after_dream_ = false;
  std::optional<ProbeFigures> unheeded_;  // the probe set's last ones, by which to decide
  Instant last_frame_;                    // when the last one came
  bool looked_ = false;                   // at one, since the time was last looked at
  SleepReport sleep_;                     // the one under way
  size_t look_turn_ = 0;                  // of which stream it is to be looked at while asleep
  Instant fell_asleep_;
  std::optional<size_t> live_label_;  // set by a command for all streams

  // Asleep: on the lanes of the first place; beside the streams no dream goes on then.
  int64_t replay_ticks_ = 0;
  NegativeLane sleeping_lane_;
  // Of a remembered sequence, how many frames were recalled and then dreamed on; none between two.
  struct Recalled {
    size_t sequence = 0;
    size_t frames = 0;
  };
  std::optional<Recalled> recalled_;
  // Sequences that the memory will hold once the steps under way have been encoded.
  size_t remembered_ = 0;
  ProbeKeeper probes_;
  Guard guard_;
  std::optional<StateCopy> good_;  // what it goes back to
  Duration collecting_took_{};     // until it is told with a report
  uint64_t learned_steps_ = 0;
  uint64_t learned_since_probe_ = 0;
};

}  // namespace hypnos
