#include "daemon/config_in_effect.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "daemon/changed_keys.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/load.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

// What is not learned from can be changed while the daemon runs; the rest has made the network.
bool ChangesWhileRunning(const std::string& key) { return key == "output.status_interval_seconds"; }

// Those are compared by name.
bool IsOfSources(const std::string& key) { return key == "sources" || key.starts_with("sources."); }

const config::Source* FindSource(const config::Config& config, const std::string& name) {
  const auto found = std::ranges::find(config.sources(), name, &config::Source::name);
  return found == config.sources().end() ? nullptr : &*found;
}

void EraseSource(const std::string& name, config::Config* config) {
  for (int i = config->sources_size() - 1; i >= 0; --i) {
    if (config->sources(i).name() == name) config->mutable_sources()->DeleteSubrange(i, 1);
  }
}

bool Same(const config::Source& one, const config::Source& other) {
  return google::protobuf::util::MessageDifferencer::Equals(one, other);
}

}  // namespace

config::Config ConfigInEffect::Now() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

void ConfigInEffect::SetSources(const config::Config& config) {
  const std::lock_guard lock(mutex_);
  *config_.mutable_sources() = config.sources();
}

Result<control::ReloadConfigResponse> ConfigInEffect::Reload() {
  auto reloaded = ReadAgain();
  if (parts_.events != nullptr) Note(reloaded);
  return reloaded;
}

void ConfigInEffect::Note(const Result<control::ReloadConfigResponse>& reloaded) const {
  if (!reloaded.ok()) {
    return parts_.events->Note(control::Event::CONFIG_REFUSED, "",
                               Format("the configuration was read again, and stays as it was: {}",
                                      Printable(reloaded.error().message)));
  }
  const auto count = [](const auto& keys) {
    return Format("{} {}", keys.size(), keys.size() == 1 ? "key" : "keys");
  };
  if (reloaded->changed().empty() && reloaded->need_restart().empty()) return;
  parts_.events->Note(control::Event::CONFIG_RELOADED, "",
                      Format("the configuration was read again: {} changed, {} to change with a "
                             "restart",
                             count(reloaded->changed()), count(reloaded->need_restart())));
}

Result<control::ReloadConfigResponse> ConfigInEffect::ReadAgain() {
  if (!parts_.read) {
    return Error{Code::kUnimplemented, "NO_RELOAD",
                 "this daemon was not started from a file that could be read again"};
  }
  const std::lock_guard changing(change_mutex_);
  HYPNOS_ASSIGN_OR_RETURN(const config::Config read, parts_.read());
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> sources, ReloadSources(read));
  read_ = read;
  const std::lock_guard lock(mutex_);
  control::ReloadConfigResponse response;
  for (const std::string& key : ChangedKeys(config_, read)) {
    if (IsOfSources(key)) continue;
    (ChangesWhileRunning(key) ? response.add_changed() : response.add_need_restart())->assign(key);
  }
  config_.mutable_output()->set_status_interval_seconds(read.output().status_interval_seconds());
  if (!response.changed().empty()) parts_.apply(config_);
  for (const std::string& name : sources) response.add_changed("sources." + name);
  return response;
}

// Compared with what was read before, so that what a command has added or removed meanwhile stays
// so. In their turns those that change come last.
Result<std::vector<std::string>> ConfigInEffect::ReloadSources(const config::Config& read) {
  const config::Config before = config::Defaulted(read_), after = config::Defaulted(read);
  config::Config next = Now();
  std::vector<std::string> gone, touched;
  std::vector<config::Source> come;
  const auto leave = [&](const std::string& name) {
    if (FindSource(next, name) == nullptr) return;
    gone.push_back(name);
    EraseSource(name, &next);
  };
  for (const config::Source& source : before.sources()) {
    if (FindSource(after, source.name()) != nullptr) continue;
    leave(source.name());
    touched.push_back(source.name());
  }
  for (const config::Source& source : after.sources()) {
    const config::Source* known = FindSource(before, source.name());
    if (known != nullptr && Same(*known, source)) continue;
    leave(source.name());
    come.push_back(source);
    touched.push_back(source.name());
  }
  if (touched.empty()) return touched;
  // Whatever the new ones bring, there is a way back.
  parts_.save();
  for (const config::Source& source : come) *next.add_sources() = source;
  HYPNOS_RETURN_IF_ERROR(parts_.check(next));
  HYPNOS_RETURN_IF_ERROR(parts_.change(gone, come, next));
  SetSources(next);
  return touched;
}

Result<std::string> ConfigInEffect::AddSource(const std::string& yaml) {
  const std::lock_guard changing(change_mutex_);
  HYPNOS_ASSIGN_OR_RETURN(const config::Config next, config::WithSource(Now(), yaml, "source"));
  HYPNOS_RETURN_IF_ERROR(parts_.check(next));
  const config::Source& source = *next.sources().rbegin();
  HYPNOS_RETURN_IF_ERROR(parts_.change({}, {source}, next));
  SetSources(next);
  return source.name();
}

Status ConfigInEffect::RemoveSource(const std::string& name) {
  const std::lock_guard changing(change_mutex_);
  config::Config next = Now();
  EraseSource(name, &next);
  HYPNOS_RETURN_IF_ERROR(parts_.change({name}, {}, next));
  SetSources(next);
  return {};
}

}  // namespace hypnos
