#include "daemon/metrics.h"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/telemetry/metrics_page.h"
#include "hypnos/telemetry/process_figures.h"
#include "hypnos/tensor/instruction_set.h"

namespace hypnos {
namespace {

template <class Word>
using States = std::vector<std::pair<Word, const char*>>;

double Number(uint64_t count) { return static_cast<double>(count); }

MetricLabels With(MetricLabels labels, const std::string& name, const std::string& value) {
  labels.emplace_back(name, value);
  return labels;
}

// One series for each state that there is, of which one is 1.
template <class Word>
void AddStates(MetricsPage& page, const std::string& name, const std::string& help,
               const MetricLabels& labels, const char* label, Word now,
               const States<Word>& states) {
  for (const auto& [state, word] : states) {
    page.AddGauge(name, help, With(labels, label, word), now == state ? 1 : 0);
  }
}

void AddSourceState(MetricsPage& page, const telemetry::Source& source,
                    const MetricLabels& labels) {
  using telemetry::Source;
  AddStates<Source::State>(page, "hypnos_source_state", "1 for the state that the source is in.",
                           labels, "state", source.state(),
                           {{Source::OPENING, "opening"},
                            {Source::CONNECTING, "connecting"},
                            {Source::WATCHED, "watched"},
                            {Source::PAUSED, "paused"},
                            {Source::STALLED, "stalled"},
                            {Source::LOST, "lost"},
                            {Source::ENDED, "ended"}});
  page.AddGauge("hypnos_source_queued_frames", "Frames that wait to be seen.", labels,
                source.queued());
  page.AddGauge("hypnos_source_live", "1 where the source cannot wait, as a camera.", labels,
                source.live() ? 1 : 0);
}

void AddFrames(MetricsPage& page, const telemetry::Source& source, const MetricLabels& labels) {
  page.AddCounter("hypnos_frames_total", "Frames that the network has seen.", labels,
                  Number(source.frames()));
  page.AddCounter("hypnos_frames_asleep_total",
                  "Of these, frames that were seen while it slept, and not learned from.", labels,
                  Number(source.seen_asleep()));
  const std::array<std::pair<const char*, uint64_t>, 5> drops = {
      {{"slow", source.dropped_slow()},
       {"asleep", source.dropped_asleep()},
       {"paused", source.dropped_paused()},
       {"over_rate", source.dropped_over_rate()},
       {"unreadable", source.unreadable()}}};
  for (const auto& [reason, count] : drops) {
    page.AddCounter("hypnos_frames_dropped_total", "Frames that the network has not seen, by why.",
                    With(labels, "reason", reason), Number(count));
  }
}

// Of a camera or stream.
void AddCapture(MetricsPage& page, const telemetry::Source& source, const MetricLabels& labels) {
  const std::array<std::pair<const char*, uint64_t>, 5> verdicts = {
      {{"duplicate", source.duplicate_frames()},
       {"frozen", source.frozen_frames()},
       {"placeholder", source.placeholder_frames()},
       {"stale", source.stale_frames()},
       {"concealed", source.concealed_frames()}}};
  for (const auto& [reason, count] : verdicts) {
    page.AddCounter(
        "hypnos_frames_gated_total",
        "Frames that were looked at, but not learned from, by what was wrong with them.",
        With(labels, "reason", reason), Number(count));
  }
  page.AddCounter("hypnos_capture_reconnects_total",
                  "How often the source was connected to again after the first time.", labels,
                  Number(source.connections() > 0 ? source.connections() - 1 : 0));
  page.AddCounter("hypnos_capture_stalls_total", "How often no picture came for a second.", labels,
                  Number(source.stalls()));
  page.AddCounter("hypnos_capture_losses_total", "How often the source was lost.", labels,
                  Number(source.losses()));
}

void AddSources(MetricsPage& page, const MeasuredNetwork& network) {
  for (const telemetry::Source& source : network.status.sources()) {
    const MetricLabels labels = {{"source", source.name()}};
    AddSourceState(page, source, labels);
    AddFrames(page, source, labels);
    if (source.live()) AddCapture(page, source, labels);
    if (source.has_prediction_error()) {
      page.AddGauge("hypnos_prediction_error",
                    "How far the guess of the next frame is off, of late: in variances of the "
                    "input, of text in bits a symbol.",
                    labels, source.prediction_error());
    }
    for (int l = 0; l < source.settling_size(); ++l) {
      page.AddGauge("hypnos_layer_unsettled_ratio",
                    "How far the layer's state is from rest at the end of a frame.",
                    With(labels, "layer", Format("{}", l + 1)), source.settling(l));
    }
    const auto found = network.snapshot.sources.find(source.name());
    if (found == network.snapshot.sources.end()) continue;
    page.AddHistogram("hypnos_capture_to_score_seconds",
                      "From when a frame was captured to when the network had judged it.", labels,
                      found->second.latencies);
  }
}

void AddOfLayer(MetricsPage& page, const telemetry::Layer& layer, const MetricLabels& labels) {
  using telemetry::Layer;
  const auto real = With(labels, "phase", "real");
  const auto dream = With(labels, "phase", "dream");
  const char* goodness = "hypnos_layer_goodness";
  const char* goodness_help =
      "Mean square of the activity, a unit's share, of late: of real frames and of dreams.";
  if (layer.has_goodness_real()) {
    page.AddGauge(goodness, goodness_help, real, layer.goodness_real());
  }
  if (layer.has_goodness_dream()) {
    page.AddGauge(goodness, goodness_help, dream, layer.goodness_dream());
  }
  const char* probability = "hypnos_layer_real_probability_ratio";
  const char* probability_help =
      "How sure the layer is that what it reads is real, of late: of real frames and of dreams.";
  if (layer.has_probability_real()) {
    page.AddGauge(probability, probability_help, real, layer.probability_real());
  }
  if (layer.has_probability_dream()) {
    page.AddGauge(probability, probability_help, dream, layer.probability_dream());
  }
  if (layer.has_contrast()) {
    page.AddGauge("hypnos_layer_contrast_ratio",
                  "How far updates from real frames and from dreams are from cancelling out.",
                  labels, layer.contrast());
  }
  page.AddGauge("hypnos_layer_finite", "0 where the layer has overflowed and learns no more.",
                labels, layer.finite() ? 1 : 0);
  page.AddGauge("hypnos_layer_units", "Units of the layer.", labels, layer.units());
  AddStates<Layer::Learning>(page, "hypnos_layer_learning",
                             "1 for what can be said of the layer's learning.", labels, "state",
                             layer.learning(),
                             {{Layer::UNKNOWN, "unknown"},
                              {Layer::LEARNING, "learning"},
                              {Layer::FINISHED, "finished"},
                              {Layer::CANNOT_TELL, "cannot_tell"},
                              {Layer::STOPPED, "stopped"}});
}

void AddProbe(MetricsPage& page, const StatusSnapshot& now, const MetricLabels& labels) {
  page.AddCounter("hypnos_probe_scorings_total", "How often the probe set was scored.", labels,
                  Number(now.probes));
  page.AddCounter("hypnos_probe_seconds_total", "How long learning has waited for that.", labels,
                  Seconds(now.probes_took));
  if (!now.probe) return;
  const auto& layers = now.probe->figures.layers;
  for (size_t l = 0; l < layers.size(); ++l) {
    const LayerProbe& probe = layers[l];
    const MetricLabels of_layer = With(labels, "layer", Format("{}", l + 1));
    const auto gauge = [&](const char* name, const char* help, double value) {
      page.AddGauge(name, help, of_layer, value);
    };
    gauge("hypnos_probe_auc_ratio",
          "Area under the ROC curve of goodness, real against negative, on the probe set.",
          probe.auc);
    gauge("hypnos_probe_pairs_told_ratio",
          "How often a real place has a higher goodness than its negative, on the probe set.",
          probe.pairwise_accuracy);
    gauge("hypnos_probe_dead_units", "Units that are silent on all of the probe set.",
          static_cast<double>(probe.dead_units));
    gauge("hypnos_probe_weight_norm", "Mean norm of the units' weights.", probe.weights.mean);
    gauge("hypnos_probe_effective_rank", "In how many directions states differ on the probe set.",
          probe.effective_rank);
    gauge("hypnos_probe_cosine_ratio", "How alike states of different frames are.", probe.cosine);
  }
}

void AddLearning(MetricsPage& page, const MeasuredNetwork& network, const MetricLabels& labels) {
  using telemetry::Phase;
  const control::StatusResponse& status = network.status;
  AddStates<Phase::State>(page, "hypnos_phase", "1 for what the network is doing.", labels, "phase",
                          status.phase().state(),
                          {{Phase::WAITING, "waiting"},
                           {Phase::AWAKE, "awake"},
                           {Phase::ASLEEP, "asleep"},
                           {Phase::LOOKING, "looking"},
                           {Phase::ENDED, "ended"}});
  page.AddCounter("hypnos_sleeps_total", "Sleeps that have ended.", labels,
                  Number(status.phase().sleeps()));
  page.AddGauge("hypnos_learning_on", "0 where a command or the guard has switched learning off.",
                labels, status.phase().learning() ? 1 : 0);
  page.AddCounter("hypnos_dream_steps_total", "Dreamed steps that were learned from.", labels,
                  Number(status.dream_steps()));
  // Of a protobuf map the order is not defined.
  const std::map<std::string, uint64_t> cuts(status.discontinuities().begin(),
                                             status.discontinuities().end());
  for (const auto& [reason, count] : cuts) {
    page.AddCounter("hypnos_discontinuities_total",
                    "How often a recurrent state was reset, by why.",
                    With(labels, "reason", reason), Number(count));
  }
  const char* steps = "hypnos_step_duration_seconds";
  const char* steps_help = "How long a step of the network takes, from encoding to judgement.";
  page.AddHistogram(steps, steps_help, With(labels, "phase", "awake"),
                    network.snapshot.awake_steps);
  page.AddHistogram(steps, steps_help, With(labels, "phase", "asleep"),
                    network.snapshot.asleep_steps);
}

void AddGuard(MetricsPage& page, const telemetry::Guard& guard, const MetricLabels& labels) {
  page.AddGauge("hypnos_guard_stopped", "1 where the guard has stopped learning.", labels,
                guard.stopped() ? 1 : 0);
  page.AddCounter("hypnos_guard_judged_total", "Scorings of the probe set that were judged.",
                  labels, Number(guard.judged()));
  page.AddCounter("hypnos_guard_alarms_total", "Alarms of the guard.", labels,
                  Number(guard.alarms()));
  page.AddGauge("hypnos_guard_attempt", "Attempts since attempts were last counted from 0.", labels,
                guard.attempt());
  page.AddGauge("hypnos_guard_most_attempts", "After so many learning is stopped.", labels,
                guard.attempts());
  page.AddGauge("hypnos_guard_rate_factor", "By what all learning rates are multiplied.", labels,
                guard.rate_factor());
}

void AddLabels(MetricsPage& page, const telemetry::Labels& report, const MetricLabels& labels) {
  const std::array<std::pair<const char*, const telemetry::LabelAccuracy*>, 2> kinds = {
      {{"learned", &report.learned()}, {"held_out", &report.held_out()}}};
  for (const auto& [frames, accuracy] : kinds) {
    const MetricLabels of_frames = With(labels, "frames", frames);
    page.AddCounter("hypnos_labelled_frames_total",
                    "Frames with a label: learned from afterwards, and others.", of_frames,
                    Number(accuracy->frames()));
    const char* name = "hypnos_label_accuracy_ratio";
    const char* help = "How often the likeliest label was right, of the last thousand.";
    if (accuracy->has_recent_read_out()) {
      page.AddGauge(name, help, With(of_frames, "by", "read_out"), accuracy->recent_read_out());
    }
    if (accuracy->has_recent_goodness()) {
      page.AddGauge(name, help, With(of_frames, "by", "goodness"), accuracy->recent_goodness());
    }
  }
}

void AddCheckpoints(MetricsPage& page, const telemetry::Checkpoints& checkpoints,
                    const MetricLabels& labels) {
  if (checkpoints.has_last_success_time()) {
    page.AddGauge("hypnos_checkpoint_last_success_timestamp_seconds",
                  "When the last checkpoint was saved, or gone on from.", labels,
                  checkpoints.last_success_time());
    page.AddGauge("hypnos_checkpoint_size_bytes", "Size of the last checkpoint.", labels,
                  Number(checkpoints.last_bytes()));
    page.AddGauge("hypnos_checkpoint_duration_seconds", "How long saving the last one took.",
                  labels, checkpoints.last_seconds());
  }
  page.AddCounter("hypnos_checkpoint_saves_total", "Checkpoints that were saved.", labels,
                  Number(checkpoints.saved()));
  page.AddCounter("hypnos_checkpoint_failures_total", "Checkpoints that could not be saved.",
                  labels, Number(checkpoints.failed()));
  page.AddGauge("hypnos_checkpoint_failing", "1 where none can be saved just now.", labels,
                checkpoints.failing() ? 1 : 0);
}

void AddSessionLog(MetricsPage& page, const telemetry::SessionLog& log,
                   const MetricLabels& labels) {
  page.AddCounter("hypnos_session_log_bytes_total", "Bytes that were recorded.", labels,
                  Number(log.bytes()));
  page.AddCounter("hypnos_session_log_frames_lost_total", "Frames that could not be recorded.",
                  labels, Number(log.frames_lost()));
  page.AddCounter("hypnos_session_log_events_lost_total",
                  "Frames, commands and the like that could not be recorded.", labels,
                  Number(log.events_lost()));
  page.AddGauge("hypnos_session_log_failing", "1 where nothing can be recorded just now.", labels,
                log.failing().empty() ? 0 : 1);
}

void AddNetwork(MetricsPage& page, const MeasuredNetwork& network) {
  MetricLabels labels;
  if (!network.source.empty()) labels.emplace_back("source", network.source);
  const control::StatusResponse& status = network.status;
  AddLearning(page, network, labels);
  for (const telemetry::Layer& layer : status.layers()) {
    AddOfLayer(page, layer, With(labels, "layer", Format("{}", layer.layer())));
  }
  AddProbe(page, network.snapshot, labels);
  if (status.has_guard()) AddGuard(page, status.guard(), labels);
  if (status.has_labels()) AddLabels(page, status.labels(), labels);
  if (status.has_checkpoints()) AddCheckpoints(page, status.checkpoints(), labels);
  if (status.has_session_log()) AddSessionLog(page, status.session_log(), labels);
}

void AddHistory(MetricsPage& page, const telemetry::History& history) {
  page.AddGauge("hypnos_history_series", "Series of the history at the moment.", {},
                Number(history.series()));
  if (history.folder().empty()) return;
  page.AddGauge("hypnos_history_size_bytes", "What the history takes on disk.", {},
                Number(history.bytes()));
  page.AddCounter("hypnos_history_samples_total", "Samples that were written to disk.", {},
                  Number(history.written()));
  page.AddCounter("hypnos_history_samples_lost_total", "Samples that the disk never took.", {},
                  Number(history.lost()));
  page.AddGauge("hypnos_history_failing", "1 where the history cannot be written just now.", {},
                history.failing() ? 1 : 0);
}

void AddWebhook(MetricsPage& page, const MeasuredWebhook& webhook) {
  const MetricLabels labels = {{"webhook", webhook.name}};
  page.AddCounter("hypnos_webhook_delivered_total", "Events that a webhook took.", labels,
                  Number(webhook.status.delivered));
  page.AddCounter("hypnos_webhook_failures_total", "Tries to deliver to a webhook that failed.",
                  labels, Number(webhook.status.failed));
  page.AddCounter("hypnos_webhook_dropped_total",
                  "Events that a webhook refused, or that made room for others.", labels,
                  Number(webhook.status.dropped));
  page.AddGauge("hypnos_webhook_waiting", "Events that wait for a webhook.", labels,
                Number(webhook.status.waiting));
}

void AddSpread(MetricsPage& page, const MeasuredSpread& spread) {
  const auto labels_of = [](const auto& layer) {
    return MetricLabels{{"network", layer.network}, {"layer", Format("{}", layer.layer)}};
  };
  for (const MeasuredSpread::Seat& seat : spread.elsewhere) {
    const MetricLabels labels = labels_of(seat);
    const LayerSeatStatus& status = seat.status;
    const auto counter = [&](const char* name, const char* help, uint64_t count) {
      page.AddCounter(name, help, labels, Number(count));
    };
    page.AddGauge("hypnos_remote_layer_seated", "1 where another daemon computes the layer.",
                  labels, status.seated ? 1 : 0);
    counter("hypnos_remote_layer_steps_total", "Steps of a layer that is computed elsewhere.",
            status.steps);
    counter("hypnos_remote_layer_late_steps_total",
            "Steps at which what the layer had said before stood in.", status.late_steps);
    counter("hypnos_remote_layer_refused_total", "Messages and offers of others that were refused.",
            status.refused);
    counter("hypnos_remote_layer_sent_bytes_total", "Bytes that were sent to it.",
            status.bytes_sent);
    counter("hypnos_remote_layer_received_bytes_total", "Bytes that came from it.",
            status.bytes_received);
    page.AddCounter("hypnos_remote_layer_answering_seconds_total",
                    "From steps to their answers, of those that were not late.", labels,
                    Seconds(status.answering));
  }
  for (const MeasuredSpread::Host& host : spread.here) {
    const MetricLabels labels = labels_of(host);
    const LayerHostStatus& status = host.status;
    const auto counter = [&](const char* name, const char* help, uint64_t count) {
      page.AddCounter(name, help, labels, Number(count));
    };
    page.AddGauge("hypnos_hosted_layer_seated", "1 where the layer was given to this daemon.",
                  labels, status.head.empty() ? 0 : 1);
    counter("hypnos_hosted_layer_steps_total", "Steps of a layer of another daemon's network.",
            status.steps);
    counter("hypnos_hosted_layer_refused_total", "Messages of others that were refused.",
            status.refused);
    counter("hypnos_hosted_layer_sent_bytes_total", "Bytes that were sent.", status.bytes_sent);
    counter("hypnos_hosted_layer_received_bytes_total", "Bytes that came.", status.bytes_received);
    page.AddCounter("hypnos_hosted_layer_computing_seconds_total", "Time spent on its steps.",
                    labels, Seconds(status.computing));
  }
}

void AddBroker(MetricsPage& page, const MeasuredBroker& broker) {
  page.AddGauge("hypnos_broker_connected", "1 where the broker is connected to.", {},
                broker.broker.connected ? 1 : 0);
  const auto counter = [&](const char* name, const char* help, uint64_t count) {
    page.AddCounter(name, help, {}, Number(count));
  };
  counter("hypnos_broker_connections_total", "How often the broker was connected to.",
          broker.broker.connections);
  counter("hypnos_broker_messages_total", "Messages that were published.", broker.broker.published);
  counter("hypnos_broker_bytes_total", "Bytes of these messages.", broker.broker.published_bytes);
  counter("hypnos_broker_messages_left_out_total",
          "Messages on how the daemon is doing that could not be published.", broker.left_out);
  counter("hypnos_broker_messages_not_understood_total",
          "Messages where daemons say how they are doing that were none of a daemon.",
          broker.not_understood);
  counter("hypnos_broker_events_delivered_total", "Events that the broker took.",
          broker.events.delivered);
  counter("hypnos_broker_events_failures_total", "Tries to publish an event that failed.",
          broker.events.failed);
  counter("hypnos_broker_events_dropped_total",
          "Events that the broker refused, or that made room for others.", broker.events.dropped);
  page.AddGauge("hypnos_broker_events_waiting", "Events that wait for the broker.", {},
                Number(broker.events.waiting));
}

void AddReplicas(MetricsPage& page, const MeasuredReplicas& replicas) {
  page.AddGauge("hypnos_replicas_takes_part", "1 where this replica takes part in its model.", {},
                replicas.beat.why.empty() ? 1 : 0);
  page.AddGauge("hypnos_replicas_round", "Of the newest mean that was taken over, or refused.", {},
                Number(replicas.beat.round));
  page.AddGauge("hypnos_replicas_in_mean", "Replicas of whose weights that mean is.", {},
                Number(replicas.beat.replicas.size()));
  page.AddCounter("hypnos_replicas_means_total",
                  "Means of the replicas' weights that were taken over.", {},
                  Number(replicas.blended));
  page.AddCounter("hypnos_replicas_means_refused_total",
                  "Means that would have worsened the figures of the probe set.", {},
                  Number(replicas.refused));
  page.AddCounter("hypnos_replicas_left_out_total",
                  "Rounds in whose mean this replica's weights were not, though it had sent them.",
                  {}, Number(replicas.left_out));
}

void AddEventFiles(MetricsPage& page, const EventRecorderStatus& events) {
  page.AddCounter("hypnos_event_files_kept_total", "Events whose pictures were written.", {},
                  Number(events.kept));
  page.AddCounter("hypnos_event_files_failures_total",
                  "Events whose pictures could not be written.", {}, Number(events.failed));
  page.AddCounter("hypnos_event_files_frames_left_out_total",
                  "Frames that no clip has, as they came faster than they could be encoded.", {},
                  Number(events.frames_left_out));
  page.AddGauge("hypnos_event_files_size_bytes", "What the pictures of events take on disk.", {},
                Number(events.bytes));
}

void AddProcess(MetricsPage& page) {
  const ProcessFigures figures = ReadProcessFigures();
  const auto gauge = [&](const char* name, const char* help, const auto& value) {
    if (value) page.AddGauge(name, help, {}, static_cast<double>(*value));
  };
  page.AddCounter("process_cpu_seconds_total", "Time that all threads have computed.", {},
                  figures.cpu_seconds);
  gauge("process_resident_memory_bytes", "Memory that is in use.", figures.resident_bytes);
  gauge("process_virtual_memory_bytes", "Addresses that are in use.", figures.virtual_bytes);
  gauge("process_open_fds", "Open files and connections.", figures.open_files);
  gauge("process_max_fds", "How many may be open.", figures.most_open_files);
  gauge("process_start_time_seconds", "When the process began, since 1970.", figures.start_time);
}

}  // namespace

std::string MetricsText(const MeasuredDaemon& daemon) {
  MetricsPage page;
  page.AddGauge("hypnos_build_info", "1, with what is running.",
                {{"version", daemon.version}, {"instruction_set", InstructionSet()}}, 1);
  page.AddGauge("hypnos_clients", "Clients that are connected.", {}, Number(daemon.clients));
  page.AddGauge("hypnos_networks", "Networks that learn.", {}, Number(daemon.networks.size()));
  page.AddGauge("hypnos_stopping", "1 where the daemon has been told to stop.", {},
                daemon.stopping ? 1 : 0);
  for (const MeasuredNetwork& network : daemon.networks) {
    AddSources(page, network);
    AddNetwork(page, network);
  }
  if (daemon.history) AddHistory(page, *daemon.history);
  for (const MeasuredWebhook& webhook : daemon.webhooks) AddWebhook(page, webhook);
  if (daemon.broker) AddBroker(page, *daemon.broker);
  if (daemon.spread) AddSpread(page, *daemon.spread);
  if (daemon.replicas) AddReplicas(page, *daemon.replicas);
  if (daemon.event_files) AddEventFiles(page, *daemon.event_files);
  AddProcess(page);
  return page.Text();
}

}  // namespace hypnos
