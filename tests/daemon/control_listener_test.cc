#include "daemon/control_listener.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hypnos {
namespace {

std::string Chosen(const config::Control& config, const std::string& runtime_folder,
                   const std::set<std::string>& can_make) {
  return ChooseSocket(config, runtime_folder,
                      [&](const std::string& path) { return can_make.contains(path); });
}

TEST(ControlListener, TakesTheSystemsSocketThenTheUsers) {
  const std::string system = "/run/hypnos/control.sock", own = "/run/user/7/hypnos/control.sock";
  EXPECT_EQ(Chosen({}, "/run/user/7", {system, own}), system);
  EXPECT_EQ(Chosen({}, "/run/user/7", {own}), own);
  EXPECT_EQ(Chosen({}, "/run/user/7", {}), "");
}

TEST(ControlListener, HasNoSocketOfAUserWithoutAFolder) {
  EXPECT_EQ(Chosen({}, "", {"/hypnos/control.sock"}), "");
  EXPECT_EQ(Chosen({}, "here", {"here/hypnos/control.sock"}), "");
}

TEST(ControlListener, TakesWhatIsConfiguredThoughItCannotBeMade) {
  config::Control config;
  config.set_socket("/nowhere/control.sock");
  EXPECT_EQ(Chosen(config, "/run/user/7", {"/run/user/7/hypnos/control.sock"}),
            "/nowhere/control.sock");
  config.set_socket("");
  EXPECT_EQ(Chosen(config, "/run/user/7", {"/run/user/7/hypnos/control.sock"}), "") << "none";
}

}  // namespace
}  // namespace hypnos
