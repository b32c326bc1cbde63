#include "hypnos/daemon/recorded_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/changed_keys.h"
#include "hypnos/base/format.h"
#include "hypnos/config/load.h"
#include "hypnos/record/session_reader.h"

namespace hypnos {
namespace {

// What may differ without a bit of what is learned: who listens, what is shown, how many threads;
// and where the frames came from, for they come from the recording.
bool ChangesNoBit(std::string_view key) {
  constexpr std::array<std::string_view, 11> kHarmless = {"web",
                                                          "notify",
                                                          "broker",
                                                          "control",
                                                          "output",
                                                          "history",
                                                          "record",
                                                          "sources",
                                                          "replicas",
                                                          "pipeline.threads",
                                                          "pipeline.frames_in_flight"};
  return std::ranges::any_of(kHarmless, [&](std::string_view harmless) {
    return key == harmless ||
           (key.starts_with(harmless) && key.substr(harmless.size()).starts_with('.'));
  });
}

bool Names(const std::vector<std::string>& sets, std::string_view key) {
  return std::ranges::any_of(sets, [&](const std::string& set) { return set.starts_with(key); });
}

}  // namespace

Result<RecordedConfig> ReadRecordedConfig(FileSystem& files, const std::string& path,
                                          const std::vector<std::string>& sets) {
  HYPNOS_ASSIGN_OR_RETURN(const auto reader, SessionReader::Open(files, path));
  const session::Header& header = reader->header();
  const std::string name = Format("configuration of {}", path);
  HYPNOS_ASSIGN_OR_RETURN(const config::Config recorded,
                          config::Parse(header.configuration(), name));
  RecordedConfig read;
  HYPNOS_ASSIGN_OR_RETURN(read.config, config::Parse(header.configuration(), name, {sets, {}}));
  for (const std::string& key : ChangedKeys(recorded, read.config)) {
    if (!ChangesNoBit(key)) read.other_keys.push_back(key);
  }
  if (!Names(sets, "control.")) {
    read.config.mutable_control()->Clear();
    read.config.mutable_control()->set_socket("");
  }
  // The daemon that recorded may still have the port.
  if (!Names(sets, "web.")) read.config.clear_web();
  // Nobody is to be told once more of what happened then.
  if (!Names(sets, "notify.")) read.config.clear_notify();
  if (!Names(sets, "broker.")) read.config.clear_broker();
  // What others had learned is recorded, and comes from there.
  read.config.clear_replicas();
  // It would be recorded into the folder in which it lies, and make room there.
  if (!Names(sets, "record.")) read.config.clear_record();
  // The daemon that recorded may still write to it.
  if (!Names(sets, "history.")) read.config.clear_history();
  if (!Names(sets, "pipeline.instruction_set") && !header.instruction_set().empty()) {
    read.config.mutable_pipeline()->set_instruction_set(header.instruction_set());
  }
  return read;
}

}  // namespace hypnos
