// What is kept of changes where not all can be.
#pragma once

#include <map>
#include <string>

#include "hypnos/telemetry/history_data.h"

namespace hypnos {

// Adds the change at the end. A phase takes the place of one of its source that began within the
// same second: phases are told to the second, as figures are, and a network that learns from a file
// may fall asleep and wake hundreds of times in one.
template <class Changes>
void AddLastOfSecond(const HistoryChange& change, Changes& changes) {
  if (change.kind == HistoryChange::Kind::kPhase) {
    const int64_t second = change.time / 1000;
    for (auto each = changes.rbegin(); each != changes.rend() && each->time / 1000 == second;
         ++each) {
      if (each->kind != change.kind || each->source != change.source) continue;
      *each = change;
      return;
    }
  }
  changes.push_back(change);
}

// The phase in which each source is that is watched, from the changes that are noted.
using LastPhases = std::map<std::string, HistoryChange>;

inline void NotePhase(const HistoryChange& change, LastPhases& phases) {
  if (change.kind != HistoryChange::Kind::kPhase) return;
  if (change.state == HistoryChange::kNobody) {
    phases.erase(change.source);
  } else {
    phases.insert_or_assign(change.source, change);
  }
}

}  // namespace hypnos
