#include "daemon/labour.h"

#include <new>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

Result<control::Response> Guarded(const Work& work) try {
  return work();
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "there is not enough memory to answer that"};
} catch (const std::exception& e) {
  return Error{Code::kInternal, "ANSWER_FAILED", Format("a library failed: {}", e.what())};
}

}  // namespace

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
