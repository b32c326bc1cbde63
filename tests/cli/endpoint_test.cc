#include "cli/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "hypnos/control/socket_path.h"
#include "proto/config.pb.h"
#include "support/memory_file_system.h"
#include "support/temp_dir.h"

namespace hypnos::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kProfiles = R"(
default_profile: attic
profiles:
  - name: attic
    address: attic.example:7411
    tls_ca: ~/attic.pem
  - name: here
    socket: /tmp/here.sock
)";

class Endpoint : public ::testing::Test {
 protected:
  Endpoint() { environment["HOME"] = folder.path(); }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder.File(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
  }
  void WriteProfiles(const std::string& text) { Write(".config/hypnos/profiles.yaml", text); }
  void Flag(const std::string& name, const std::string& value) { values.Put(name, {value}); }

  // "PATH", "HOST PORT" or "HOST PORT tls"; of an error its reason.
  std::string Found() {
    const auto endpoint = FindEndpoint(values, environment, files);
    if (!endpoint.ok()) {
      sentence = endpoint.error().message;
      return endpoint.error().reason;
    }
    found = *endpoint;
    if (!endpoint->socket_path.empty()) return endpoint->socket_path;
    return endpoint->host + " " + std::to_string(endpoint->port) + (endpoint->tls ? " tls" : "");
  }

  TempDir folder;
  PosixFileSystem files;
  Values values;
  Environment environment;
  ControlEndpoint found;
  std::string sentence;
};

TEST_F(Endpoint, IsTheSocketOfThisMachineIfNothingElseIsSaid) {
  EXPECT_EQ(Found(), "/run/hypnos/control.sock");
  environment.clear();
  EXPECT_EQ(Found(), "/run/hypnos/control.sock") << "without a home, too";
}

TEST_F(Endpoint, IsTheSocketOfTheUserWhereOnlyThatIsThere) {
  // Whatever this machine has at the system's.
  MemoryFileSystem memory;
  const auto found_in_memory = [&] { return FindEndpoint({}, environment, memory)->socket_path; };
  environment["XDG_RUNTIME_DIR"] = "/run/user/7";
  EXPECT_EQ(found_in_memory(), kSystemSocket);
  const std::string own = "/run/user/7/hypnos/control.sock";
  ASSERT_TRUE(memory.CreateFile(own).ok());
  EXPECT_EQ(found_in_memory(), own);
  environment["XDG_RUNTIME_DIR"] = "run/user/7";
  EXPECT_EQ(found_in_memory(), kSystemSocket) << "by no path that begins somewhere else";
  environment["XDG_RUNTIME_DIR"] = "/run/user/7";
  ASSERT_TRUE(memory.CreateFile(kSystemSocket).ok());
  EXPECT_EQ(found_in_memory(), kSystemSocket);
}

TEST_F(Endpoint, FlagsComeBeforeTheEnvironmentAndThatBeforeTheDefaultProfile) {
  WriteProfiles(kProfiles);
  EXPECT_EQ(Found(), "attic.example 7411 tls");
  EXPECT_EQ(found.authority_path, folder.File("attic.pem")) << "~ is the home";
  environment["HYPNOSCTL_PROFILE"] = "here";
  EXPECT_EQ(Found(), "/tmp/here.sock");
  environment["HYPNOSCTL_SOCKET"] = "/tmp/variable.sock";
  EXPECT_EQ(Found(), "/tmp/variable.sock");
  Flag("--profile", "attic");
  EXPECT_EQ(Found(), "attic.example 7411 tls");
  values = {};
  Flag("--socket", "/tmp/flag.sock");
  EXPECT_EQ(Found(), "/tmp/flag.sock");
}

TEST_F(Endpoint, WhatTheDaemonWasToldInTheEnvironmentHoldsForTheClientToo) {
  environment["HYPNOS_CONTROL__SOCKET"] = "/tmp/daemon.sock";
  EXPECT_EQ(Found(), "/tmp/daemon.sock");
}

TEST_F(Endpoint, IsWhereADaemonListensThatWasToldNothingElse) {
  EXPECT_EQ(config::Control().socket(), kSystemSocket);
  EXPECT_EQ(config::ControlTcp().port(), kDefaultPort);
}

TEST_F(Endpoint, AnEmptyVariableSaysNothing) {
  environment["HYPNOSCTL_SOCKET"] = "";
  environment["HYPNOSCTL_PROFILE"] = "";
  EXPECT_EQ(Found(), "/run/hypnos/control.sock");
}

TEST_F(Endpoint, TheVariablesOfAnotherDaemonDoNotReachTheOneThatAFlagNames) {
  Write("token", "secret");
  environment["HYPNOSCTL_ADDRESS"] = "attic.example:7411";
  environment["HYPNOSCTL_TOKEN_FILE"] = folder.File("token");
  Found();
  EXPECT_EQ(found.token, "secret");
  Flag("--address", "stranger.example:7411");
  Found();
  EXPECT_EQ(found.token, "") << "a token of one daemon was sent to another";
}

TEST_F(Endpoint, ATokenFileMayBeAddedToWhateverNamesTheDaemon) {
  Write("token", "secret\n");
  WriteProfiles(kProfiles);
  Flag("--token-file", folder.File("token"));
  EXPECT_EQ(Found(), "attic.example 7411 tls");
  EXPECT_EQ(found.token, "secret");
}

TEST_F(Endpoint, OtherMachinesAreSpokenToWithTlsOnly) {
  for (const auto& [address, expected] :
       std::map<std::string, std::string>{{"localhost:1", "localhost 1"},
                                          {"localhost", "localhost 7411"},
                                          {"[::1]", "::1 7411"},
                                          {"127.0.0.1:7411", "127.0.0.1 7411"},
                                          {"[::1]:7411", "::1 7411"},
                                          {"attic:65535", "attic 65535 tls"},
                                          {"192.0.2.1:7411", "192.0.2.1 7411 tls"},
                                          {"[2001:db8::1]:7411", "2001:db8::1 7411 tls"}}) {
    Flag("--address", address);
    EXPECT_EQ(Found(), expected);
  }
  Flag("--address", "127.0.0.1:7411");
  Flag("--tls", "true");
  EXPECT_EQ(Found(), "127.0.0.1 7411 tls");
}

TEST_F(Endpoint, AHostThatOnlyLooksLikeThisMachineIsNot) {
  Flag("--address", "127.example.com:7411");
  EXPECT_EQ(Found(), "127.example.com 7411 tls");
}

TEST_F(Endpoint, WhatIsNoAddressIsRefused) {
  for (const char* address : {"attic:", ":7411", "[::1", "[::1]x", "[::1]:", "[::1]7411", "attic:0",
                              "attic:65536", "attic:12x", "::1:7411", "[]:7411", "attic:-1"}) {
    Flag("--address", address);
    EXPECT_EQ(Found(), "NOT_AN_ADDRESS") << address;
  }
}

TEST_F(Endpoint, AProfileThatIsNotThereIsSaidWithThoseThatAre) {
  Flag("--profile", "cellar");
  EXPECT_EQ(Found(), "NO_PROFILE");
  EXPECT_THAT(sentence, HasSubstr("profiles.yaml"));
  WriteProfiles(kProfiles);
  EXPECT_EQ(Found(), "NO_PROFILE");
  EXPECT_THAT(sentence, AllOf(HasSubstr("cellar"), HasSubstr("attic, here")));
}

TEST_F(Endpoint, MistakesInTheFileAreNamedByLine) {
  WriteProfiles("profiles:\n  - name: attic\n    adress: attic:1\n");
  EXPECT_EQ(Found(), "CONFIG_INVALID");
  EXPECT_THAT(sentence, AllOf(HasSubstr("profiles.yaml:3:5"), HasSubstr("address")));
  WriteProfiles("profiles:\n  - name: attic\n");
  EXPECT_EQ(Found(), "PROFILE_INVALID");
  WriteProfiles("profiles:\n  - {name: a, socket: s, address: 'b:1'}\n");
  EXPECT_EQ(Found(), "PROFILE_INVALID");
  WriteProfiles("profiles:\n  - {name: a, socket: s}\n  - {name: a, socket: t}\n");
  EXPECT_EQ(Found(), "PROFILE_INVALID");
  WriteProfiles("default_profile: b\nprofiles:\n  - {name: a, socket: s}\n");
  EXPECT_EQ(Found(), "NO_PROFILE");
}

TEST_F(Endpoint, ProfilesStandWhereTheUserKeepsHisConfiguration) {
  EXPECT_EQ(ProfilesPath({}), "");
  EXPECT_EQ(ProfilesPath({{"HOME", "/home/me"}}), "/home/me/.config/hypnos/profiles.yaml");
  EXPECT_EQ(ProfilesPath({{"HOME", "/home/me"}, {"XDG_CONFIG_HOME", "/c"}}),
            "/c/hypnos/profiles.yaml");
}

}  // namespace
}  // namespace hypnos::cli
