// What hypnosctl says when something goes wrong, and with which exit code it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "cli/ctl_fixture.h"
#include "cli/exit_code.h"
#include "control/certificates.h"
#include "hypnos/control/tokens.h"

namespace hypnos::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CtlErrors : public CtlTest {
 protected:
  void Write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    std::ofstream(folder.File(name)) << text;
    chmod(folder.File(name).c_str(), mode);
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(server->tcp_port()); }
};

TEST_F(CtlErrors, WithoutADaemonItSaysHowToStartOne) {
  EXPECT_EQ(RunHere({"status"}), 69);
  EXPECT_THAT(err, AllOf(HasSubstr(options.socket_path), HasSubstr("hypnosd --config FILE"),
                         HasSubstr("--socket")));
  EXPECT_EQ(out, "");
}

TEST_F(CtlErrors, NobodyAtAnAddressIsSaidToo) {
  // Port 1 belongs to root's services, of which none is there.
  EXPECT_EQ(Run({"status", "--address", "127.0.0.1:1"}), 69);
  EXPECT_THAT(err, HasSubstr("127.0.0.1 port 1"));
}

TEST_F(CtlErrors, WrongUsageIs64AndNamesWhatWasMeant) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"source"},
           {"source", "pause"},
           {"status", "now"},
           {"layer", "inspect", "first"},
           {"layer", "inspect", "0"},
           {"layer", "inspect", "1", "--bins", "1001"},
           {"sleep", "now", "--steps", "-3"},
           {"sleep", "now", "--steps", "1e3"},
           {"watch"},
           {"watch", "everything"},
           {"watch", "phase", "--rate", "nan"},
           {"watch", "phase", "--rate", "101"},
           {"log-level", "loud"},
           {"status", "--timeout", "0"},
           {"events", "list", "--since", "yesterday"},
           {"status", "--socket", "a", "--address", "b:1"},
           {"status", "--socket", "a", "--profile", "b"},
           {"status", "--address", "b:x"},
           {"status", "--address", ""},
           {"status", "--socket="},
           {"status", "--profile", ""},
           {"checkpoint", "restore", ""},
           {"completion", "fish"},
       }) {
    EXPECT_EQ(Run(words), 64) << ::testing::PrintToString(words) << err;
    EXPECT_THAT(err, ::testing::StartsWith("hypnosctl: "));
    EXPECT_EQ(std::ranges::count(err, '\n'), 1) << err;
    EXPECT_EQ(out, "");
  }
  EXPECT_EQ(Run({"sorce", "list"}), 64);
  EXPECT_THAT(err, HasSubstr("did you mean 'source'?"));
  EXPECT_EQ(Run({"source", "lst"}), 64);
  EXPECT_THAT(err, HasSubstr("did you mean 'list'?"));
  EXPECT_EQ(Run({"--socket", "here.sock", "layers", "list"}), 64);
  EXPECT_EQ(err,
            "hypnosctl: 'layers' is no command; did you mean 'layer'?; see hypnosctl --help\n");
  EXPECT_EQ(Run({"xyzzy"}), 64);
  EXPECT_EQ(err, "hypnosctl: 'xyzzy' is no command; see hypnosctl --help\n");
  EXPECT_EQ(Run({"source", "pause"}), 64);
  EXPECT_THAT(err, HasSubstr("; see hypnosctl source pause --help\n"));
  EXPECT_EQ(Run({"--xyzzy", "status"}), 64);
  EXPECT_THAT(err, HasSubstr("'--xyzzy' is no option of hypnosctl"));
}

TEST_F(CtlErrors, TheDaemonsWordsAreShownAndItsReasonCounts) {
  Start();
  service.AnswerWith({Code::kNotFound, "SOURCE_NOT_FOUND", "there is no source 'cellar'"});
  EXPECT_EQ(RunHere({"source", "pause", "cellar"}), 66);
  EXPECT_EQ(err, "hypnosctl: there is no source 'cellar'\n");
  service.AnswerWith({Code::kUnimplemented, "NO_CHECKPOINTS", "checkpoints are not built yet"});
  EXPECT_EQ(RunHere({"checkpoint", "list"}), 69);
  service.AnswerWith({Code::kFailedPrecondition, "NO_NETWORK", "no frame has come yet"});
  EXPECT_EQ(RunHere({"snapshot"}), 75);
}

TEST_F(CtlErrors, AsJsonAnErrorIsAnObjectForPrograms) {
  Start();
  service.AnswerWith({Code::kNotFound, "SOURCE_NOT_FOUND", "there is no source 'cellar'"});
  EXPECT_EQ(RunHere({"source", "pause", "cellar", "--json"}), 66);
  EXPECT_EQ(err,
            "{\"code\":\"NOT_FOUND\",\"reason\":\"SOURCE_NOT_FOUND\","
            "\"message\":\"there is no source 'cellar'\",\"details\":{}}\n");
  EXPECT_EQ(out, "");
}

TEST_F(CtlErrors, WhatADaemonSaysCannotControlTheTerminal) {
  Start();
  service.AnswerWith({Code::kNotFound, "X", "\x1b[2Jgone"});
  EXPECT_EQ(RunHere({"status"}), 66);
  EXPECT_EQ(err, "hypnosctl: \\x1b[2Jgone\n");
}

TEST_F(CtlErrors, EachMistakeOfAConfigurationHasItsLine) {
  Start();
  service.AnswerWith({Code::kInvalidArgument, "CONFIG_INVALID", "a:1:1: x\x1b\na:2:1: y"});
  EXPECT_EQ(RunHere({"config", "reload"}), 78);
  EXPECT_EQ(err, "hypnosctl: a:1:1: x\\x1b\na:2:1: y\n");
}

TEST_F(CtlErrors, ADaemonThatDoesNotAnswerIsGivenUp) {
  Start();
  service.silent = true;
  EXPECT_EQ(RunHere({"status", "--timeout", "0.01"}), 75);
  EXPECT_THAT(err, HasSubstr("--timeout SECONDS"));
}

TEST_F(CtlErrors, WhoMayOnlyLookIsToldHowToDoMore) {
  options.socket_access = control::VIEW;
  Start();
  EXPECT_EQ(RunHere({"wake"}), 77);
  EXPECT_THAT(err, AllOf(HasSubstr("control"), HasSubstr("--token-file")));
  EXPECT_EQ(RunHere({"status"}), 0);
}

TEST_F(CtlErrors, ATokenLetsInAndAWrongOneDoesNot) {
  Write("tokens", TokenLine(control::CONTROL, "alice", "do"));
  options.tokens_path = folder.File("tokens");
  options.tcp.emplace();
  Start();
  EXPECT_EQ(Run({"wake", "--address", Address()}), 77);
  EXPECT_THAT(err, HasSubstr("--token-file"));
  Write("token", "do\n");
  EXPECT_EQ(Run({"wake", "--address", Address(), "--token-file", folder.File("token")}), 0) << err;
  Write("token", "guess\n");
  EXPECT_EQ(Run({"wake", "--address", Address(), "--token-file", folder.File("token")}), 77);
  EXPECT_THAT(err, ::testing::Not(HasSubstr("guess")));
}

TEST_F(CtlErrors, ATokenFileThatOthersMayReadIsRefused) {
  Start();
  for (const mode_t mode : {0604, 0602, 0644, 0620, 0666}) {
    Write("token", "do\n", mode);
    EXPECT_EQ(RunHere({"status", "--token-file", folder.File("token")}), 78) << std::oct << mode;
    EXPECT_THAT(err, HasSubstr("chmod 600"));
  }
  EXPECT_EQ(RunHere({"status", "--token-file", folder.File("none")}), 78);
  Write("token", " \n");
  EXPECT_EQ(RunHere({"status", "--token-file", folder.File("token")}), 78);
}

TEST_F(CtlErrors, TlsIsSpokenWithWhoeverTheAuthorityVouchesFor) {
  const Certificate certificate = MakeCertificate("server");
  Write("cert.pem", certificate.certificate_pem);
  Write("key.pem", certificate.key_pem);
  Write("other.pem", MakeCertificate("another").certificate_pem);
  options.tcp.emplace();
  options.tcp->tls = ControlTlsOptions{folder.File("cert.pem"), folder.File("key.pem"), ""};
  Start();
  EXPECT_EQ(Run({"status", "--address", Address(), "--tls-ca", folder.File("cert.pem")}), 0) << err;
  EXPECT_EQ(Run({"status", "--address", Address(), "--tls-ca", folder.File("other.pem")}), 69);
  EXPECT_THAT(err, HasSubstr("--tls-ca"));
  EXPECT_EQ(Run({"status", "--address", Address(), "--tls-ca", folder.File("none.pem")}), 66);
  EXPECT_NE(Run({"status", "--address", Address()}), 0);
  EXPECT_THAT(err, HasSubstr("--tls"));
}

TEST_F(CtlErrors, PicturesThatCannotBeWrittenAreAnIoError) {
  Start();
  Write("file", "");
  EXPECT_EQ(RunHere({"dream", "--output", folder.File("file/below")}), 74);
  EXPECT_THAT(err, HasSubstr("file/below"));
}

TEST_F(CtlErrors, AReaderThatHasHadEnoughIsNoError) {
  Start();
  reader_leaves_after_writes = 0;
  EXPECT_EQ(RunHere({"status"}), 0);
  EXPECT_EQ(err, "");
}

TEST(ExitCodes, AreThoseOfSysexits) {
  const auto code = [](Code c, const char* reason = "X") { return ExitCode({c, reason, ""}); };
  EXPECT_EQ(code(Code::kInvalidArgument), 64);
  EXPECT_EQ(code(Code::kOutOfRange), 64);
  EXPECT_EQ(code(Code::kNotFound), 66);
  EXPECT_EQ(code(Code::kUnavailable), 69);
  EXPECT_EQ(code(Code::kUnimplemented), 69);
  EXPECT_EQ(code(Code::kInternal), 70);
  EXPECT_EQ(code(Code::kDataLoss), 74);
  EXPECT_EQ(code(Code::kUnavailable, "CANNOT_WRITE"), 74);
  EXPECT_EQ(code(Code::kFailedPrecondition), 75);
  EXPECT_EQ(code(Code::kResourceExhausted), 75);
  EXPECT_EQ(code(Code::kDeadlineExceeded), 75);
  EXPECT_EQ(code(Code::kCancelled), 75);
  EXPECT_EQ(code(Code::kDataLoss, "NOT_A_DAEMON"), 76);
  EXPECT_EQ(code(Code::kPermissionDenied), 77);
  EXPECT_EQ(code(Code::kUnauthenticated), 77);
  EXPECT_EQ(code(Code::kInvalidArgument, "TOKEN_FILE"), 78);
}

}  // namespace
}  // namespace hypnos::cli
