#include "daemon/labour.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"

namespace hypnos {
void Labour(Worker& worker, const Answer& answer, const char* busy, Work work) {
  const bool taken = worker.Post([answer, work = std::move(work)] {
    if (!answer.cancelled()) answer(Guarded(work));
  });
  if (taken) return;
  answer(Error{
      Code::kResourceExhausted, busy,
      Format("{} requests that take long are waiting already; try again later", kMostWaiting)});
}

}  // namespace hypnos
