// The configuration in effect, and what of it may change while the daemon runs: which sources are
// watched, and what is not learned from. Threads: safe; one change at a time. What changes sources
// may take long.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/event_book.h"
#include "hypnos/base/result.h"
#include "proto/config.pb.h"
#include "proto/control.pb.h"

namespace hypnos {

class ConfigInEffect {
 public:
  struct Parts {
    // Reads the configuration again, as at the start; empty: it cannot be.
    std::function<Result<config::Config>()> read;
    // Whether one whose sources have changed can still be run.
    std::function<Status(const config::Config& next)> check;
    // Those of these names go and these come, of which one may have the name of one that goes;
    // `next`: the configuration of which they are. Where it fails, nothing has changed.
    std::function<Status(const std::vector<std::string>& gone,
                         const std::vector<config::Source>& come, const config::Config& next)>
        change;
    // Before sources change because they were read again.
    std::function<void()> save = [] {};
    // Puts what else can be changed while it runs into effect.
    std::function<void(const config::Config&)> apply;
    // Null: nothing is remembered.
    SharedEvents events = nullptr;
  };

  ConfigInEffect(Parts parts, const config::Config& config)
      : parts_(std::move(parts)), read_(config), config_(config) {}

  config::Config Now() const;

  // Takes over what can be changed, and names what needs a restart. A configuration that is wrong
  // leaves the old one in effect. Errors: those of `read`, `check` and `change`; kUnimplemented,
  // reason NO_RELOAD.
  Result<control::ReloadConfigResponse> Reload();

  // One more source, as the configuration file has it; its name. Errors: those of
  // config::WithSource, `check` and `change`.
  Result<std::string> AddSource(const std::string& yaml);
  // Errors: those of `change`.
  Status RemoveSource(const std::string& name);

 private:
  Result<control::ReloadConfigResponse> ReadAgain();
  void Note(const Result<control::ReloadConfigResponse>& reloaded) const;
  // What differs between what was read before and now; the names of the sources that it touched.
  Result<std::vector<std::string>> ReloadSources(const config::Config& read);
  void SetSources(const config::Config& config);

  const Parts parts_;
  std::mutex change_mutex_;
  config::Config read_;  // what was read last
  mutable std::mutex mutex_;
  config::Config config_;
};

}  // namespace hypnos
