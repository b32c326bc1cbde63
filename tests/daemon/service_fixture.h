// A daemon without a process: a pipeline that watches what a test shows it, the service, and a
// server with clients. The network learns, sleeps and dreams as the daemon's does.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "control/server_fixture.h"
#include "daemon/build_options.h"
#include "daemon/daemon_service.h"
#include "daemon/stop_flag.h"
#include "daemon/take_look.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/config/load.h"
#include "hypnos/control/tokens.h"
#include "pipeline/fixture.h"
#include "support/temp_dir.h"

namespace hypnos {

// Gives a frame for each that was shown, and ends when told to.
class ShownFrames {
 public:
  void Show(int64_t frames) {
    const std::lock_guard lock(mutex_);
    shown_ += frames;
    changed_.notify_all();
  }
  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }
  Result<FrameOrEnd> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return given_ < shown_ || ended_; });
    if (given_ == shown_) return FrameOrEnd(EndOfStream{});
    return FrameOrEnd(MakeFrame(given_++));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t shown_ = 0, given_ = 0;
  bool ended_ = false;
};

class ShownSource final : public Source {
 public:
  explicit ShownSource(std::shared_ptr<ShownFrames> frames) : frames_(std::move(frames)) {}
  Result<FrameOrEnd> Next() override { return frames_->Next(); }
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return 1000; }
  std::string Describe() const override { return "a square, as shown"; }

 private:
  std::shared_ptr<ShownFrames> frames_;
};

inline constexpr const char* kSquareConfig = R"(
sources: [{name: square, synthetic: {}}]
encoding: {patches: {size: 8}}
network:
  layers: [{units: 16, constraint_units: 4}, {units: 12}]
learning: {rule: deferred_contrast}
schedule: {wake_steps: 10, sleep_steps: 6, dream_steps: 5}
memory: {sequences: 4, context_frames: 3, interval_frames: 3, residuals: 4}
probe: {sequences: 2, interval_frames: 8}
pipeline: {threads: 2}
)";

// The status board and a record of everything, and whoever waits for a number of frames.
class Observers final : public PipelineObserver {
 public:
  explicit Observers(StatusBoard& board) : board_(board) {}
  void OnFrame(const FrameReport& report) override {
    board_.OnFrame(report);
    const std::lock_guard lock(mutex_);
    recorder_.OnFrame(report);
    changed_.notify_all();
  }
  void OnDream(const DreamReport& report) override {
    board_.OnDream(report);
    const std::lock_guard lock(mutex_);
    recorder_.OnDream(report);
    changed_.notify_all();
  }
  void OnSleep(const SleepReport& report) override { board_.OnSleep(report); }
  void OnPhase(const PhaseReport& report) override {
    board_.OnPhase(report);
    const std::lock_guard lock(mutex_);
    recorder_.OnPhase(report);
  }
  void OnProbe(const ProbeReport& report) override { board_.OnProbe(report); }
  void OnStreamEnd(const StreamEnd& end) override {
    board_.OnStreamEnd(end);
    sources->OnStreamEnd(end);
  }
  void WaitForFrames(size_t frames) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return recorder_.frames.size() >= frames; });
  }
  void WaitForDreams(size_t more) {
    std::unique_lock lock(mutex_);
    const size_t before = recorder_.dreams.size();
    changed_.wait(lock, [&] { return recorder_.dreams.size() >= before + more; });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return recorder_.text;
  }

  WatchedSources* sources = nullptr;

 private:
  StatusBoard& board_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Recorder recorder_;
};

class RunningDaemon {
 public:
  explicit RunningDaemon(const std::string& yaml = kSquareConfig)
      : config_(*config::Parse(yaml, "test")) {
    observers.sources = &sources;
    HYPNOS_CHECK(sources.Open().ok());
    sources.Start();
  }
  ~RunningDaemon() {
    Stop();
    if (runner_.joinable()) runner_.join();
    server_.reset();
    log::SetLevel(log::Level::kInfo);
  }

  void Run() {
    runner_ = std::thread([this] { EXPECT_TRUE(pipeline.Run().ok()); });
  }
  // Shows frames and waits until they have been watched.
  void Watch(int64_t count) {
    frames->Show(count);
    observers.WaitForFrames(static_cast<size_t>(watched_ += count));
  }
  void End() {
    frames->End();
    runner_.join();
  }
  void Stop() {
    pipeline.Stop();
    stop.Set();
    sources.Stop();
    frames->End();
  }

  // Who has no token may do so much; `tokens`: lines of a file.
  void Listen(control::Access without_token, const std::string& tokens = "") {
    ControlServerOptions options;
    options.socket_path = folder_.File("control.sock");
    options.socket_access = without_token;
    options.daemon_version = "1.2.3";
    if (!tokens.empty()) {
      options.tokens_path = folder_.File("tokens");
      auto file = files_.CreateFile(options.tokens_path);
      HYPNOS_CHECK(file.ok() && (*file)->Append(tokens).ok() && (*file)->Close().ok());
    }
    auto server = ControlServer::Start(options, files_, clock, service);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = *std::move(server);
  }
  Result<std::unique_ptr<ControlClient>> Connect(const std::string& token = "") {
    ControlEndpoint endpoint;
    endpoint.socket_path = folder_.File("control.sock");
    endpoint.token = token;
    return ControlClient::Connect(endpoint, files_, kPatience);
  }
  std::unique_ptr<ControlClient> Client(const std::string& token = "") {
    auto client = Connect(token);
    HYPNOS_CHECK(client.ok());
    return *std::move(client);
  }

  RawSocket Raw() { return RawSocket::Unix(folder_.File("control.sock")); }
  // On a connection that says nothing before: the reason why not.
  std::string AskWithoutHello(const control::Request& request) {
    RawSocket socket = Raw();
    HYPNOS_CHECK(socket.Send(RequestEnvelope(1, request)));
    return socket.ReadToEnd();
  }

  // As the server would.
  Result<control::Response> Ask(const control::Request& request) {
    std::promise<Result<control::Response>> promise;
    service.Handle(request, std::make_shared<CallState>(),
                   [&](Result<control::Response> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  // All that is learned, as text in full precision.
  std::string Weights() {
    const auto look = TakeLook(pipeline, {.weights = true});
    HYPNOS_CHECK(look.ok());
    std::string text;
    const auto add = [&](std::span<const float> values) {
      for (const float value : values) text += Format("{:a} ", value);
    };
    for (const LayerParameters& layer : look->parameters) {
      add(layer.weights.values());
      add(layer.bias.values());
    }
    add(look->generator.values());
    return text;
  }

  const config::Config& config() const { return config_; }

 private:
  const config::Config config_;
  TempDir folder_;
  PosixFileSystem files_;

 public:
  SystemClock clock;
  SharedEvents events = std::make_shared<EventBook>(clock);
  StatusBoard board{clock, events};
  Observers observers{board};
  Pipeline pipeline{BuildPipelineOptions(config_), clock, observers};
  std::shared_ptr<ShownFrames> frames = std::make_shared<ShownFrames>();
  // The first source is what is shown; others are what they are.
  Result<std::unique_ptr<Source>> OpenShown(const SourceOptions& options) {
    if (options.identity.name != "square") return OpenSource(options);
    return std::unique_ptr<Source>(std::make_unique<ShownSource>(frames));
  }
  WatchedSources sources{
      {.pipeline = pipeline,
       .board = board,
       .open = [this](const SourceOptions& options) { return OpenShown(options); },
       .events = events},
      config_};
  StopFlag stop;
  // What reading the configuration again will give, and what was put into effect.
  Result<config::Config> read_again = config_;
  std::vector<config::Config> applied;
  DaemonService service{{.clock = clock,
                         .pipeline = pipeline,
                         .board = board,
                         .sources = sources,
                         .stop = [this] { Stop(); },
                         .stopping = [this] { return stop.IsSet(); },
                         .clients = [this] { return server_ ? server_->clients() : 0; },
                         .read_config = [this] { return read_again; },
                         .apply = [this](const config::Config& c) { applied.push_back(c); },
                         .events = events},
                        config_,
                        "1.2.3"};

 private:
  std::unique_ptr<ControlServer> server_;
  int64_t watched_ = 0;
  std::thread runner_;
};

// An empty request of this kind.
inline control::Request RequestOf(const google::protobuf::FieldDescriptor* kind) {
  control::Request request;
  control::Request::GetReflection()->MutableMessage(&request, kind);
  return request;
}

// Every kind of request that there is.
inline std::vector<const google::protobuf::FieldDescriptor*> EveryRequest() {
  std::vector<const google::protobuf::FieldDescriptor*> kinds;
  const auto* descriptor = control::Request::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) kinds.push_back(descriptor->field(i));
  return kinds;
}

inline control::Access AccessOf(const google::protobuf::FieldDescriptor* kind) {
  return kind->options().GetExtension(control::access);
}

}  // namespace hypnos
