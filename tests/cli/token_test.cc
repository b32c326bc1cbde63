// token new: a secret for its holder, its hash for the daemon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/ctl_fixture.h"
#include "cli/secret_file.h"
#include "hypnos/control/tokens.h"

namespace hypnos::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CtlToken : public CtlTest {
 protected:
  std::string Secret() const { return folder.File("wall.token"); }
  std::string TokensPath() const { return folder.File("tokens"); }
  int New(const std::string& role, const std::string& name) {
    return Run({"token", "new", role, name, "--output", Secret(), "--tokens", TokensPath()});
  }
  std::string Text(const std::string& path) { return files.ReadFile(path).value(); }
  // Who the token in the secret file belongs to, by what the daemon reads.
  std::optional<Tokens::Holder> Holder() {
    const auto tokens = Tokens::Parse(Text(TokensPath()), TokensPath());
    return tokens.ok() ? tokens->Find(ReadToken(Secret()).value()) : std::nullopt;
  }
};

TEST_F(CtlToken, IsLetInByTheDaemonsFile) {
  ASSERT_EQ(New("control", "alice"), 0) << err;
  const auto holder = Holder();
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->name, "alice");
  EXPECT_EQ(holder->access, control::CONTROL);
}

TEST_F(CtlToken, IsForItsHolderAlone) {
  const mode_t before = umask(0);
  ASSERT_EQ(New("view", "wall"), 0) << err;
  umask(before);
  struct stat info;
  ASSERT_EQ(stat(Secret().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  // Neither on the terminal nor in the daemon's file.
  const std::string token = ReadToken(Secret()).value();
  EXPECT_THAT(out, Not(HasSubstr(token)));
  EXPECT_THAT(Text(TokensPath()), Not(HasSubstr(token)));
}

TEST_F(CtlToken, SaysWhereRootAloneCanReadTheDaemonsFile) {
  ASSERT_EQ(New("view", "wall"), 0) << err;
  if (getuid() != 0) {
    EXPECT_THAT(out, Not(HasSubstr("root alone")));
    GTEST_SKIP() << "only root can make such a file";
  }
  EXPECT_THAT(out, HasSubstr("root alone can read " + TokensPath()));
  ASSERT_EQ(chown(TokensPath().c_str(), 0, 65534), 0);
  std::filesystem::remove(Secret());
  ASSERT_EQ(New("view", "hall"), 0) << err;
  EXPECT_THAT(out, Not(HasSubstr("root alone")));
}

TEST_F(CtlToken, JoinsOthersAlsoWhereTheirLastLineHasNoEnd) {
  std::ofstream(TokensPath()) << "# who may look\n" << TokenLine(control::VIEW, "bob", "b");
  ASSERT_EQ(New("view", "wall"), 0) << err;
  EXPECT_TRUE(Holder());
  EXPECT_EQ(Tokens::Parse(Text(TokensPath()), "tokens")->size(), 2u);
}

TEST_F(CtlToken, WithoutAFileOfTokensTheLineIsPrinted) {
  ASSERT_EQ(Run({"token", "new", "view", "wall", "--output", Secret()}), 0) << err;
  EXPECT_THAT(out, HasSubstr(TokenLine(control::VIEW, "wall", ReadToken(Secret()).value())));
  EXPECT_FALSE(files.Exists(TokensPath()));
}

TEST_F(CtlToken, TellsProgramsTheSame) {
  ASSERT_EQ(Run({"token", "new", "view", "wall", "--output", Secret(), "--json"}), 0) << err;
  EXPECT_THAT(out, AllOf(HasSubstr("\"token_file\":\"" + Secret()), HasSubstr("\"added\":false")));
}

TEST_F(CtlToken, ANameThatIsTakenChangesNothing) {
  ASSERT_EQ(New("view", "wall"), 0) << err;
  const std::string tokens = Text(TokensPath());
  ASSERT_TRUE(files.Remove(Secret()).ok());
  EXPECT_EQ(New("view", "wall"), 78);
  EXPECT_THAT(err, AllOf(HasSubstr(TokensPath()), HasSubstr("'wall' stands there twice")));
  EXPECT_EQ(Text(TokensPath()), tokens);
  EXPECT_FALSE(files.Exists(Secret()));
}

TEST_F(CtlToken, ANameOfSeveralWordsIsRefused) {
  for (const std::string name : {"two words", "", "#alice", "line\nend"}) {
    EXPECT_EQ(New("view", name), 64) << name;
    EXPECT_FALSE(files.Exists(Secret())) << name;
    EXPECT_FALSE(files.Exists(TokensPath())) << name;
  }
}

TEST_F(CtlToken, NeverWritesOverAFile) {
  std::ofstream(Secret()) << "mine";
  EXPECT_EQ(New("view", "wall"), 74);
  EXPECT_THAT(err, HasSubstr("there is a file of that name"));
  EXPECT_EQ(Text(Secret()), "mine");
  EXPECT_FALSE(files.Exists(TokensPath()));
}

TEST_F(CtlToken, SaysWhereItCannotWrite) {
  EXPECT_EQ(Run({"token", "new", "view", "wall", "--output", "/nowhere/wall.token"}), 74);
  EXPECT_THAT(err, HasSubstr("cannot write '/nowhere/wall.token'"));
}

TEST_F(CtlToken, LeavesNoTokenBehindThatLetsNobodyIn) {
  EXPECT_EQ(
      Run({"token", "new", "view", "wall", "--output", Secret(), "--tokens", "/nowhere/tokens"}),
      74);
  EXPECT_THAT(err, HasSubstr("/nowhere/tokens"));
  EXPECT_FALSE(files.Exists(Secret()));
}

TEST_F(CtlToken, WrongUsageIs64) {
  EXPECT_EQ(Run({"token", "new", "everything", "wall", "--output", Secret()}), 64);
  EXPECT_EQ(Run({"token", "new", "view", "wall"}), 64);
  EXPECT_EQ(Run({"token", "new", "view", "--output", Secret()}), 64);
}

}  // namespace
}  // namespace hypnos::cli
