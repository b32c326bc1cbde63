#include "sources/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "hypnos/sources/stream_source.h"
#include "support/clips.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CredentialsTest : public ::testing::Test {
 protected:
  std::string Write(std::string_view text, mode_t mode = 0600) {
    std::string path = WriteBytes(folder_.File("login"), text);
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
    return path;
  }
  // What is wrong with a file that holds this; its password is hunter2.
  std::string Complaint(std::string_view text, mode_t mode = 0600) {
    const auto login = ReadLogin(Write(text, mode));
    if (login.ok()) return "";
    EXPECT_EQ(login.error().reason, "CREDENTIALS");
    EXPECT_THAT(login.error().message, Not(HasSubstr("hunter2")));
    return login.error().message;
  }

  TempDir folder_;
};

TEST_F(CredentialsTest, AreTwoLinesOrOne) {
  for (const char* text : {"me\nhunter2\n", "me\nhunter2", "me\r\nhunter2\r\n\r\n", "me:hunter2\n",
                           "\xef\xbb\xbfme:hunter2"}) {
    const auto login = ReadLogin(Write(text));
    ASSERT_TRUE(login.ok()) << text;
    EXPECT_EQ(login->user, "me");
    EXPECT_EQ(login->password, "hunter2");
  }
  EXPECT_EQ(ReadLogin(Write("me:hun:ter2"))->password, "hun:ter2");
  EXPECT_EQ(ReadLogin(Write("me\n hun:ter2 "))->password, " hun:ter2 ");
  EXPECT_EQ(ReadLogin(Write("me:"))->password, "");
}

TEST_F(CredentialsTest, AnythingElseIsRefusedWithoutShowingIt) {
  for (const char* text : {"", "\n", "hunter2", "me\nhunter2\nmore", ":hunter2", "\nhunter2\n"}) {
    EXPECT_THAT(Complaint(text), HasSubstr("must hold two lines")) << text;
  }
  EXPECT_THAT(Complaint("me:you\nhunter2"), HasSubstr("a colon"));
  EXPECT_THAT(Complaint("me\nhunter2\x1b[2J"), HasSubstr("control characters"));
}

TEST_F(CredentialsTest, AFileThatIsOpenToEverybodyIsRefused) {
  for (const mode_t mode : {0604, 0644, 0602, 0666}) {
    EXPECT_THAT(Complaint("me:hunter2", mode), HasSubstr("open to everybody")) << mode;
  }
  for (const mode_t mode : {0600, 0400, 0640, 0440}) EXPECT_EQ(Complaint("me:hunter2", mode), "");
}

TEST_F(CredentialsTest, AFileThatIsNotThereIsNamed) {
  const auto missing = ReadLogin("/nowhere/login");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(missing.error().reason, "CREDENTIALS");
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/login"));
  EXPECT_EQ(ReadLogin(folder_.path()).error().reason, "CREDENTIALS") << "a folder";
}

TEST(WithLogin, EscapesWhatMeansSomethingElse) {
  EXPECT_EQ(WithLogin("rtsp://host:554/main", {"me", "hunter2"}).value(),
            "rtsp://me:hunter2@host:554/main");
  EXPECT_EQ(WithLogin("rtsp://host", {"a b", "p@:/?#%"}).value(),
            "rtsp://a%20b:p%40%3A%2F%3F%23%25@host");
  EXPECT_EQ(WithLogin("rtsp://host", {"ü", ""}).value(), "rtsp://%C3%BC:@host");
}

TEST(WithLogin, RefusesWhatFfmpegWouldCutOff) {
  EXPECT_TRUE(WithLogin("rtsp://host", {"me", std::string(124, 'x')}).ok());
  const auto long_one = WithLogin("rtsp://host", {"me", std::string(125, 'x')});
  ASSERT_FALSE(long_one.ok());
  EXPECT_EQ(long_one.error().reason, "CREDENTIALS");
  EXPECT_THAT(long_one.error().message, Not(HasSubstr("xxx")));
}

TEST_F(CredentialsTest, AStreamTellsAtOnceWhatIsWrongWithThem) {
  const auto stream = OpenStreamSource(
      {.name = "door"}, {.url = "rtsp://127.0.0.1:9/", .credentials_file = Write("hunter2")});
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().reason, "CREDENTIALS");
  EXPECT_THAT(stream.error().message, HasSubstr("source 'door': credentials file '"));
  EXPECT_THAT(stream.error().message, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace hypnos
