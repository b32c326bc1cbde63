// Frames of one source of a session log, as they came then. What the recording has lost is a gap;
// what commands did then is not done again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/session_events.h"
#include "hypnos/base/file_system.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct SessionSourceOptions {
  std::string path;    // of the session's folder
  std::string source;  // empty: the only one
  // Of the network that looks.
  InputRules rules;
  std::vector<std::string> classes;
};

// `files` must outlive it. Errors, of opening and of Next, begin with the source's name: those of
// SessionReader for the first segment; kInvalidArgument, reason SESSION_SOURCES, for a session that
// has several sources, or not that one; those of CheckFrame. Labels that are none of the classes
// are left out.
Result<std::unique_ptr<Source>> OpenSessionSource(FileSystem& files, const SourceIdentity& identity,
                                                  const SessionSourceOptions& options);

}  // namespace hypnos
