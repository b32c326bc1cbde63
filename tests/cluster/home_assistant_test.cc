#include "hypnos/cluster/home_assistant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const Heartbeat kPorch = {.name = "porch", .daemon_version = "0.1.0", .interval_seconds = 2.5};

std::vector<std::string> SubjectsOf(const std::vector<Announcement>& announcements) {
  std::vector<std::string> subjects;
  subjects.reserve(announcements.size());
  for (const Announcement& announcement : announcements) subjects.push_back(announcement.subject);
  return subjects;
}

TEST(HomeAssistant, IsToldOfTheDaemonAsADevice) {
  const auto announced = AnnounceDaemon(kPorch, Subjects("hypnos", "porch"), "homeassistant");
  EXPECT_THAT(SubjectsOf(announced),
              ElementsAre("homeassistant.binary_sensor.hypnos_porch.daemon_problem.config",
                          "homeassistant.sensor.hypnos_porch.daemon_phase.config",
                          "homeassistant.sensor.hypnos_porch.daemon_frames_per_second.config"));
  EXPECT_THAT(announced[0].json,
              AllOf(HasSubstr("\"state_topic\":\"hypnos/porch/status\""),
                    HasSubstr("\"unique_id\":\"hypnos_porch_daemon_problem\""),
                    HasSubstr("\"device_class\":\"problem\""), HasSubstr("\"expire_after\":9"),
                    HasSubstr("{{ 'ON' if value_json.problems else 'OFF' }}"),
                    HasSubstr("\"identifiers\":[\"hypnos_porch\"]"),
                    HasSubstr("\"topic\":\"hypnos/porch")));
}

TEST(HomeAssistant, IsToldOfEachSourceWhateverItIsCalled) {
  const auto announced =
      AnnounceSource(kPorch, "front {{ \"door\" }}", true, Subjects("hypnos", "porch"), "ha");
  ASSERT_THAT(announced, SizeIs(4));
  const std::string word = SubjectWord("front {{ \"door\" }}");
  EXPECT_EQ(announced[0].subject,
            "ha.binary_sensor.hypnos_porch.source_" + word + "_unusual.config");
  EXPECT_THAT(announced[0].json,
              AllOf(HasSubstr("\"state_topic\":\"hypnos/porch/sources/" + word + "\""),
                    HasSubstr("\"via_device\":\"hypnos_porch\""),
                    HasSubstr("{{ 'ON' if value_json.unusual else 'OFF' }}")));
  EXPECT_EQ(announced[3].subject, "ha.image.hypnos_porch.source_" + word + "_picture.config");
  EXPECT_THAT(announced[3].json,
              HasSubstr("\"image_topic\":\"hypnos/porch/pictures/" + word + "\""));
  EXPECT_THAT(AnnounceSource(kPorch, "door", false, Subjects("hypnos", "porch"), "ha"), SizeIs(3));
}

TEST(HomeAssistant, SaysThatItHasStarted) {
  EXPECT_EQ(HomeAssistantStatus("homeassistant"), "homeassistant.status");
}

}  // namespace
}  // namespace hypnos
