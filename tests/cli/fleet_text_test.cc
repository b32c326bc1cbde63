#include "cli/fleet_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

control::ListFleetResponse Fleet() {
  control::ListFleetResponse fleet;
  fleet.set_connected(true);
  fleet.set_total(2);
  control::FleetMember& porch = *fleet.add_members();
  porch.set_name("porch");
  porch.set_self(true);
  porch.set_host("pi");
  porch.set_phase("awake");
  porch.set_uptime_seconds(3661);
  porch.set_silent_seconds(2);
  porch.set_sources(3);
  porch.set_sources_lost(1);
  porch.set_frames_per_second(9.75);
  porch.set_latency_seconds(0.034);
  porch.set_layers(3);
  porch.set_layers_elsewhere(1);
  porch.set_late_share(0.0625);
  porch.mutable_model()->set_name("gate");
  porch.mutable_model()->set_round(7);
  porch.add_problems("source 'yard' is lost: gone");
  control::FleetMember& garage = *fleet.add_members();
  garage.set_name("garage");
  garage.set_host("old-pc");
  garage.set_phase("waiting");
  garage.set_gone(true);
  garage.set_silent_seconds(31);
  garage.set_layers_hosted(1);
  return fleet;
}

TEST(FleetText, IsALineForEachDaemon) {
  EXPECT_EQ(FleetText(Fleet()),
            "daemon            on      state  since        frames/s    sources    lag          "
            "layers   late  model          problems\n"
            "porch (this one)  pi      awake  up 1:01:01        9.8  3, 1 lost  34 ms  3, 1 "
            "elsewhere  6.2 %  gate, round 7  source 'yard' is lost: gone\n"
            "garage            old-pc  gone   silent 0:31       0.0          0      -  0, 1 of "
            "others      -  -              -\n");
}

TEST(FleetText, SaysWhatIsNotShown) {
  control::ListFleetResponse fleet = Fleet();
  fleet.set_total(1000);
  EXPECT_THAT(FleetText(fleet), HasSubstr("\nand 998 more\n"));
  fleet.set_connected(false);
  fleet.set_why("nobody answers there");
  EXPECT_THAT(FleetText(fleet),
              HasSubstr("as it was: the broker cannot be reached: nobody answers there\n"));
  EXPECT_THAT(FleetText({}), HasSubstr("nobody has said how it is doing yet\n"));
}

control::ListFleetResponse Porch() {
  control::ListFleetResponse fleet = Fleet();
  fleet.mutable_members()->RemoveLast();
  control::FleetMember& porch = *fleet.mutable_members(0);
  porch.set_daemon_version("0.1.0");
  porch.set_interval_seconds(10);
  porch.set_frames(812);
  control::FleetSource& door = *porch.add_source_details();
  door.set_name("door");
  door.set_state("watched");
  door.set_frames(800);
  door.set_dropped(12);
  door.set_latency_seconds(1.25);
  door.set_prediction_error(0.5);
  door.set_unusual(true);
  control::FleetSource& yard = *porch.add_source_details();
  yard.set_name("yard");
  yard.set_state("lost");
  yard.set_why("gone");
  control::FleetLayer& layer = *porch.add_layer_details();
  layer.set_layer(1);
  layer.set_learning("learning");
  layer.set_goodness_real(0.5);
  control::FleetLayerElsewhere& elsewhere = *porch.add_elsewhere();
  elsewhere.set_network("porch");
  elsewhere.set_layer(3);
  elsewhere.set_host("garage");
  elsewhere.set_steps(400);
  elsewhere.set_late_steps(25);
  control::FleetLayerHosted& hosted = *porch.add_hosted();
  hosted.set_network("attic");
  hosted.set_layer(2);
  hosted.set_placed(true);
  hosted.set_steps(9);
  porch.mutable_model()->set_replicas(2);
  porch.mutable_model()->add_replica_names("porch");
  porch.mutable_model()->add_replica_names("yard");
  return fleet;
}

TEST(FleetText, TellsAllOfOne) {
  control::ListFleetResponse fleet = Porch();
  fleet.mutable_members(0)->set_layers_hosted(1);
  EXPECT_EQ(MemberText(fleet),
            "daemon   porch (this one)\n"
            "on       pi\n"
            "version  0.1.0\n"
            "state    awake\n"
            "up for   1:01:01\n"
            "spoke    0:02 ago, means to every 10 s\n"
            "frames   812, 9.8 a second\n"
            "model    gate, round 7 of 2 replicas: porch, yard\n"
            "problem  source 'yard' is lost: gone\n"
            "\n"
            "source  state    frames  not seen    lag  prediction error  just now  why\n"
            "door    watched     800        12  1.2 s             0.500  unusual   -\n"
            "yard    lost          0         0      -                 -  -         gone\n"
            "and 1 more\n"
            "\n"
            "layer  of  learning  goodness, real  dream\n"
            "1      -   learning           0.500      -\n"
            "and 2 more\n"
            "\n"
            "layer elsewhere  of     computed by            steps   late\n"
            "3                porch  garage, which is lost    400  6.2 %\n"
            "\n"
            "layer of others  of     state     steps\n"
            "2                attic  computed      9\n");
}

TEST(FleetText, WhatOthersSayControlsNoTerminal) {
  control::ListFleetResponse fleet = Porch();
  control::FleetMember& porch = *fleet.mutable_members(0);
  const std::string evil = "\x1b[2J\n";
  porch.set_host(evil);
  porch.set_phase(evil);
  porch.add_problems(evil);
  porch.mutable_model()->set_name(evil);
  porch.mutable_model()->add_replica_names(evil);
  porch.mutable_source_details(0)->set_name(evil);
  porch.mutable_source_details(0)->set_why(evil);
  porch.mutable_layer_details(0)->set_learning(evil);
  porch.mutable_elsewhere(0)->set_host(evil);
  porch.mutable_hosted(0)->set_network(evil);
  for (const std::string& text : {FleetText(fleet), MemberText(fleet)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_EQ(text.find("J\n\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace hypnos::cli
