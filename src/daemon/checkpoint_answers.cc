#include "daemon/checkpoint_answers.h"

#include <chrono>

namespace hypnos {
namespace {

namespace pb = control;
using pb::Request;
using pb::Response;

pb::Checkpoint CheckpointOf(const CheckpointInfo& info) {
  pb::Checkpoint checkpoint;
  checkpoint.set_name(info.name);
  checkpoint.set_time(std::chrono::duration<double>(info.facts.time.time_since_epoch()).count());
  checkpoint.set_bytes(info.bytes);
  checkpoint.set_frames(info.facts.frames);
  return checkpoint;
}

}  // namespace

Result<Response> AnswerCheckpoints(CheckpointKeeper& checkpoints, const Request& request) {
  Response response;
  switch (request.kind_case()) {
    case Request::kSaveCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo saved, checkpoints.Save());
      *response.mutable_save_checkpoint()->mutable_checkpoint() = CheckpointOf(saved);
      return response;
    }
    case Request::kListCheckpoints: {
      HYPNOS_ASSIGN_OR_RETURN(const auto list, checkpoints.List());
      for (const CheckpointInfo& one : list) {
        *response.mutable_list_checkpoints()->add_checkpoints() = CheckpointOf(one);
      }
      response.mutable_list_checkpoints();
      return response;
    }
    case Request::kVerifyCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo good,
                              checkpoints.Verify(request.verify_checkpoint().name()));
      *response.mutable_verify_checkpoint()->mutable_checkpoint() = CheckpointOf(good);
      return response;
    }
    case Request::kRestoreCheckpoint: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointInfo restored,
                              checkpoints.Restore(request.restore_checkpoint().name()));
      *response.mutable_restore_checkpoint()->mutable_checkpoint() = CheckpointOf(restored);
      return response;
    }
    default: {
      HYPNOS_ASSIGN_OR_RETURN(const CheckpointKeeper::Imported imported,
                              checkpoints.Import(request.import_checkpoint().name()));
      pb::ImportCheckpointResponse& answer = *response.mutable_import_checkpoint();
      *answer.mutable_checkpoint() = CheckpointOf(imported.from);
      answer.mutable_taken()->Assign(imported.report.taken.begin(), imported.report.taken.end());
      answer.mutable_left()->Assign(imported.report.left.begin(), imported.report.left.end());
      return response;
    }
  }
}

}  // namespace hypnos
