#include "daemon/exit_code.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(SourceExitCode, TellsWhatToDoApart) {
  EXPECT_EQ(SourceExitCode({Code::kNotFound, "FILE_NOT_FOUND", ""}), 66);
  EXPECT_EQ(SourceExitCode({Code::kInvalidArgument, "NOT_A_VIDEO", ""}), 66);
  EXPECT_EQ(SourceExitCode({Code::kPermissionDenied, "FILE_NOT_PERMITTED", ""}), 66);
  EXPECT_EQ(SourceExitCode({Code::kDataLoss, "TRUNCATED", ""}), 74);
  EXPECT_EQ(SourceExitCode({Code::kUnavailable, "CAMERA_LOST", ""}), 75);
  EXPECT_EQ(SourceExitCode({Code::kInternal, "SOURCE_FAILED", ""}), 70);
}

TEST(SourceExitCode, OptionsThatDoNotFitTheFrameAreAMatterOfConfiguration) {
  for (const char* reason : {"PATCH_LARGER_THAN_FRAME", "PATCH_STRIDE", "LAYER_OPTION",
                             "LEARNING_OPTION", "FRAME_SIZE"}) {
    EXPECT_EQ(SourceExitCode({Code::kInvalidArgument, reason, ""}), 78) << reason;
  }
  EXPECT_EQ(SourceExitCode({Code::kResourceExhausted, "OUT_OF_MEMORY", ""}), 78);
  // To try again does not help, and may lock the camera's account.
  EXPECT_EQ(SourceExitCode({Code::kPermissionDenied, "LOGIN_REFUSED", ""}), 78);
  EXPECT_EQ(SourceExitCode({Code::kNotFound, "CREDENTIALS", ""}), 78);
}

TEST(CheckpointExitCode, TellsWhatMayComeYetFromWhatIsBroken) {
  EXPECT_EQ(CheckpointExitCode({Code::kUnavailable, "FOLDER_IN_USE", ""}), 75);
  EXPECT_EQ(CheckpointExitCode({Code::kUnavailable, "NO_HOST", ""}), 75);
  EXPECT_EQ(CheckpointExitCode({Code::kUnavailable, "LAYER_LOST", ""}), 75);
  EXPECT_EQ(CheckpointExitCode({Code::kUnavailable, "HOST_REFUSES", ""}), 75);
  EXPECT_EQ(CheckpointExitCode({Code::kDataLoss, "DAMAGED", ""}), 74);
  EXPECT_EQ(CheckpointExitCode({Code::kFailedPrecondition, "OTHER_CONFIGURATION", ""}), 78);
}

}  // namespace
}  // namespace hypnos
