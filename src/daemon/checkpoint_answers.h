// What is saved, listed, verified, gone back to or taken over. Waits for a disk.
#pragma once

#include "daemon/checkpoint_keeper.h"
#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

// Precondition: it is one of the requests that are about checkpoints. Errors: those of
// CheckpointKeeper. Threads: as CheckpointKeeper.
Result<control::Response> AnswerCheckpoints(CheckpointKeeper& checkpoints,
                                            const control::Request& request);

}  // namespace hypnos
