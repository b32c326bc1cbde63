// Under which subjects a daemon publishes. An MQTT client sees them as topics, with '/' for '.'.
//   PREFIX.NAME.status            how it is doing (heartbeat.h)
//   PREFIX.NAME.events.SEVERITY   what has happened, as webhooks are told: info, warning or alarm
//   PREFIX.NAME.sources.SOURCE    how one source is doing
//   PREFIX.NAME.pictures.SOURCE   the newest event of it, as JPEG
// Pure functions. Threads: safe.
#pragma once

#include <string>
#include <string_view>

#include "hypnos/base/subject.h"

namespace hypnos {

// A word for any text, another one for each that is not made to clash: what cannot stand in a word
// is written as "_x" and two hexadecimal digits, and of what is too long the end as a digest.
// "front door" -> "front_x20door"
std::string SubjectWord(std::string_view text);

// "hypnos.porch.status" -> "hypnos/porch/status"
std::string TopicOf(std::string_view subject);

// PREFIX.layers.NETWORK.LAYER.to_host and .to_head: what the daemon that runs a network and those
// that compute one of its layers (from 1) say to each other; see proto/cluster.proto. `network`: a
// word.
std::string LayerSubject(const std::string& prefix, const std::string& network, size_t layer,
                         const char* to);

class Subjects {
 public:
  // Preconditions: IsSubjectPrefix(prefix), IsSubjectWord(name).
  Subjects(const std::string& prefix, const std::string& name);

  std::string Status() const { return own_ + ".status"; }
  std::string StatusOfAny() const { return prefix_ + ".*.status"; }
  // "INFO", "WARNING", "ALARM".
  std::string Events(std::string_view severity) const;
  std::string Source(std::string_view source) const { return Of("sources", source); }
  std::string Picture(std::string_view source) const { return Of("pictures", source); }

 private:
  std::string Of(const char* what, std::string_view source) const;

  std::string prefix_;
  std::string own_;
};

}  // namespace hypnos
