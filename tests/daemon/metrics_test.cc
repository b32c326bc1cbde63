#include "daemon/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "hypnos/base/format.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using testing::HasSubstr;
using testing::Not;

// All that a daemon can tell of itself.
MeasuredNetwork Network(const std::string& source) {
  MeasuredNetwork network;
  control::StatusResponse& status = network.status;
  status.mutable_phase()->set_state(telemetry::Phase::ASLEEP);
  status.mutable_phase()->set_sleeps(3);
  status.mutable_phase()->set_learning(true);
  status.set_dream_steps(96);
  (*status.mutable_discontinuities())["loop"] = 2;
  telemetry::Source& door = *status.add_sources();
  door.set_name(source);
  door.set_state(telemetry::Source::LOST);
  door.set_live(true);
  door.set_frames(500);
  door.set_dropped_slow(7);
  door.set_connections(4);
  door.set_frozen_frames(11);
  door.set_prediction_error(0.25);
  door.add_settling(0.125);
  telemetry::Layer& layer = *status.add_layers();
  layer.set_layer(1);
  layer.set_units(64);
  layer.set_goodness_real(1.5);
  layer.set_goodness_dream(0.5);
  layer.set_probability_real(0.75);
  layer.set_probability_dream(0.25);
  layer.set_contrast(0.03);
  layer.set_finite(true);
  layer.set_learning(telemetry::Layer::LEARNING);
  status.mutable_guard()->set_alarms(1);
  status.mutable_guard()->set_rate_factor(0.5);
  status.mutable_checkpoints()->set_last_success_time(1764150000);
  status.mutable_checkpoints()->set_failing(true);
  status.mutable_session_log()->set_bytes(1000);
  status.mutable_session_log()->set_frames_lost(5);
  status.mutable_labels()->mutable_learned()->set_frames(10);
  status.mutable_labels()->mutable_learned()->set_recent_read_out(0.5);
  status.mutable_labels()->mutable_held_out()->set_recent_goodness(0.25);
  network.snapshot.awake_steps.Add(std::chrono::milliseconds(2));
  network.snapshot.sources[source].latencies.Add(std::chrono::milliseconds(40));
  network.snapshot.probes = 4;
  network.snapshot.probe.emplace();
  network.snapshot.probe->figures.layers.resize(1);
  network.snapshot.probe->figures.layers[0].auc = 0.875;
  network.snapshot.probe->figures.layers[0].dead_units = 6;
  return network;
}

MeasuredDaemon Daemon() {
  telemetry::History history;
  history.set_series(40);
  history.set_folder("/kept");
  history.set_bytes(5000);
  history.set_lost(3);
  history.set_failing(true);
  return {.version = "1.2.3", .clients = 2, .history = history, .networks = {Network("door")}};
}

TEST(Metrics, TellWhatTheDaemonDoes) {
  const std::string text = MetricsText(Daemon());
  for (const char* line :
       {"hypnos_frames_total{source=\"door\"} 500\n",
        "hypnos_frames_dropped_total{source=\"door\",reason=\"slow\"} 7\n",
        "hypnos_frames_dropped_total{source=\"door\",reason=\"unreadable\"} 0\n",
        "hypnos_frames_gated_total{source=\"door\",reason=\"frozen\"} 11\n",
        "hypnos_capture_reconnects_total{source=\"door\"} 3\n",
        "hypnos_source_state{source=\"door\",state=\"lost\"} 1\n",
        "hypnos_source_state{source=\"door\",state=\"watched\"} 0\n",
        "hypnos_prediction_error{source=\"door\"} 0.25\n",
        "hypnos_layer_unsettled_ratio{source=\"door\",layer=\"1\"} 0.125\n",
        "hypnos_capture_to_score_seconds_bucket{source=\"door\",le=\"0.05\"} 1\n",
        "hypnos_phase{phase=\"asleep\"} 1\n",
        "hypnos_phase{phase=\"awake\"} 0\n",
        "hypnos_sleeps_total 3\n",
        "hypnos_learning_on 1\n",
        "hypnos_dream_steps_total 96\n",
        "hypnos_discontinuities_total{reason=\"loop\"} 2\n",
        "hypnos_step_duration_seconds_bucket{phase=\"awake\",le=\"0.0025\"} 1\n",
        "hypnos_step_duration_seconds_count{phase=\"asleep\"} 0\n",
        "hypnos_layer_goodness{layer=\"1\",phase=\"real\"} 1.5\n",
        "hypnos_layer_goodness{layer=\"1\",phase=\"dream\"} 0.5\n",
        "hypnos_layer_real_probability_ratio{layer=\"1\",phase=\"real\"} 0.75\n",
        "hypnos_layer_learning{layer=\"1\",state=\"learning\"} 1\n",
        "hypnos_probe_auc_ratio{layer=\"1\"} 0.875\n",
        "hypnos_probe_dead_units{layer=\"1\"} 6\n",
        "hypnos_probe_scorings_total 4\n",
        "hypnos_guard_alarms_total 1\n",
        "hypnos_guard_stopped 0\n",
        "hypnos_guard_rate_factor 0.5\n",
        "hypnos_checkpoint_last_success_timestamp_seconds 1764150000\n",
        "hypnos_checkpoint_failing 1\n",
        "hypnos_session_log_bytes_total 1000\n",
        "hypnos_session_log_frames_lost_total 5\n",
        "hypnos_label_accuracy_ratio{frames=\"learned\",by=\"read_out\"} 0.5\n",
        "hypnos_label_accuracy_ratio{frames=\"held_out\",by=\"goodness\"} 0.25\n",
        "hypnos_history_series 40\n",
        "hypnos_history_size_bytes 5000\n",
        "hypnos_history_samples_lost_total 3\n",
        "hypnos_history_failing 1\n",
        "hypnos_clients 2\n",
        "hypnos_networks 1\n",
        "process_open_fds "}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, HasSubstr("hypnos_build_info{version=\"1.2.3\",instruction_set=\""));
}

// A zero would be taken for a figure.
TEST(Metrics, LeaveOutWhatIsNotKnown) {
  MeasuredDaemon daemon;
  daemon.networks.resize(1);
  daemon.networks[0].status.add_sources()->set_name("clip");
  const std::string text = MetricsText(daemon);
  for (const char* name :
       {"hypnos_layer_", "hypnos_probe_auc", "hypnos_guard_", "hypnos_checkpoint_",
        "hypnos_session_log_", "hypnos_label", "hypnos_prediction_error", "hypnos_capture_",
        "hypnos_frames_gated", "hypnos_history_"}) {
    EXPECT_THAT(text, Not(HasSubstr(name)));
  }
  EXPECT_THAT(text, HasSubstr("hypnos_frames_total{source=\"clip\"} 0\n"));
}

TEST(Metrics, SayWhoseNetworkItIsWhereThereAreSeveral) {
  MeasuredDaemon daemon;
  for (const char* name : {"door", "yard"}) {
    daemon.networks.push_back(Network(name));
    daemon.networks.back().source = name;
  }
  const std::string text = MetricsText(daemon);
  EXPECT_THAT(text, HasSubstr("hypnos_layer_goodness{source=\"door\",layer=\"1\",phase=\"real\"}"));
  EXPECT_THAT(text, HasSubstr("hypnos_layer_goodness{source=\"yard\",layer=\"1\",phase=\"real\"}"));
  EXPECT_THAT(text, HasSubstr("hypnos_phase{source=\"yard\",phase=\"asleep\"} 1\n"));
  // One family each, or Prometheus refuses the page.
  EXPECT_EQ(text.find("# TYPE hypnos_phase gauge"), text.rfind("# TYPE hypnos_phase gauge"));
}

TEST(Metrics, KeepNothingOfASourceThatIsGone) {
  MeasuredDaemon daemon = Daemon();
  daemon.networks[0].status.mutable_sources(0)->set_name("renamed");
  const std::string text = MetricsText(daemon);
  EXPECT_THAT(text, Not(HasSubstr("door")));
  EXPECT_THAT(text, HasSubstr("hypnos_frames_total{source=\"renamed\"} 500\n"));
}

// What Prometheus's own checker finds nothing to say about.
TEST(Metrics, AreAsPrometheusWantsThem) {
  if (std::system("command -v promtool > /dev/null") != 0) {
    GTEST_SKIP() << "promtool is not here: scripts/install-packages test";
  }
  const TempDir folder;
  std::ofstream(folder.File("metrics")) << MetricsText(Daemon());
  const std::string command =
      Format("promtool check metrics < {} > {} 2>&1", folder.File("metrics"), folder.File("said"));
  const int code = std::system(command.c_str());
  std::ostringstream said;
  said << std::ifstream(folder.File("said")).rdbuf();
  EXPECT_EQ(code, 0) << said.str();
  EXPECT_EQ(said.str(), "");
}

}  // namespace
}  // namespace hypnos
