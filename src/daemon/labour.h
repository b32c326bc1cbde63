// What takes long to answer, done by a worker.
#pragma once

#include <functional>

#include "daemon/answer.h"
#include "daemon/worker.h"

namespace hypnos {

// What is waited for is a second or two; who asks for more is better told to come again.
inline constexpr size_t kMostWaiting = 16;

using Work = std::function<Result<control::Response>()>;

// Where so many wait for the worker already, kResourceExhausted with the reason `busy`; what a
// library throws is an error, too. What nobody waits for any more is not done.
void Labour(Worker& worker, const Answer& answer, const char* busy, Work work);

}  // namespace hypnos
