// The table of commands: that nothing of the protocol is missing, and that each entry does what it
// says.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "cli/command.h"
#include "cli/ctl_fixture.h"
#include "cli/parser.h"

namespace hypnos::cli {
namespace {

using ::testing::HasSubstr;

// "a b \"c d\"" as a shell would take it apart.
std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  std::string word;
  while (stream >> std::quoted(word)) words.push_back(word);
  return words;
}

TEST(Commands, EveryRequestOfTheProtocolHasOne) {
  std::set<int> there;
  for (const Command& command : Commands()) there.insert(command.request);
  const auto* request = control::Request::descriptor();
  for (int i = 0; i < request->field_count(); ++i) {
    EXPECT_TRUE(there.contains(request->field(i)->number()))
        << request->field(i)->name() << ": add a command to src/cli/*_commands.cc";
  }
}

TEST(Commands, EachIsThereOnceWithAGroupThatIsExplained) {
  std::set<std::string> words, groups;
  for (const CommandGroup& group : CommandGroups()) groups.insert(group.name);
  for (const Command& command : Commands()) {
    EXPECT_TRUE(words.insert(command.words).second) << command.words;
    EXPECT_TRUE(command.group().empty() || groups.contains(command.group())) << command.words;
    EXPECT_FALSE(groups.contains(command.words)) << command.words;
    EXPECT_FALSE(command.summary.empty()) << command.words;
    EXPECT_TRUE(command.run != nullptr || (command.ask != nullptr && command.show != nullptr));
    // A request is asked of a daemon, and whoever asks none has something of its own to run.
    EXPECT_EQ(command.offline, command.request == control::Request::KIND_NOT_SET) << command.words;
  }
}

TEST(Commands, NoOptionIsAlsoOneOfEveryCommand) {
  std::set<std::string> common = {"--help", "--version"};
  for (const Parameter& parameter : CommonParameters()) common.insert(parameter.name);
  for (const Command& command : Commands()) {
    std::set<std::string> own;
    for (const Parameter& parameter : command.parameters) {
      EXPECT_FALSE(common.contains(parameter.name)) << command.words << " " << parameter.name;
      EXPECT_TRUE(own.insert(parameter.name).second) << command.words << " " << parameter.name;
    }
  }
}

TEST(Commands, EachExampleIsUnderstood) {
  for (const Command& command : Commands()) {
    const auto parsed = Parse(Words(command.example), "hypnosctl 0.1.0");
    ASSERT_TRUE(parsed.ok()) << command.example << ": " << parsed.error().message;
    EXPECT_EQ(parsed->command, &command) << command.example;
  }
}

TEST(Commands, EachHelpsItself) {
  for (const Command& command : Commands()) {
    std::vector<std::string> words = Words(command.words);
    words.push_back("--help");
    const auto parsed = Parse(words, "hypnosctl 0.1.0");
    ASSERT_TRUE(parsed.ok()) << command.words << ": " << parsed.error().message;
    EXPECT_EQ(parsed->command, nullptr);
    EXPECT_THAT(parsed->text, HasSubstr("hypnosctl " + command.example));
    for (const Parameter& parameter : command.parameters) {
      EXPECT_THAT(parsed->text, HasSubstr(parameter.name)) << command.words;
    }
  }
}

class CommandsAtWork : public CtlTest {
 protected:
  CommandsAtWork() {
    std::ofstream(folder.File("door.yaml")) << "name: door\n";
    Start();
  }

  // What the example says, in this folder, and to the daemon of this test.
  std::vector<std::string> Example(const Command& command) {
    std::vector<std::string> words = Words(command.example);
    for (std::string& word : words) {
      for (const Parameter& parameter : command.parameters) {
        const bool path = parameter.kind == Parameter::Kind::kFile;
        if (path && word == words.back()) word = folder.File(word);
      }
    }
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "--output") words[i + 1] = folder.File(words[i + 1]);
    }
    return words;
  }
};

TEST_F(CommandsAtWork, EachAsksWhatItSaysAndShowsTheAnswer) {
  for (const Command& command : Commands()) {
    if (command.ask == nullptr || command.run != nullptr) continue;
    EXPECT_EQ(RunHere(Example(command)), 0) << command.words << ": " << err;
    EXPECT_EQ(TakeRequest().kind_case(), command.request) << command.words;
    EXPECT_EQ(err, "") << command.words;
    ASSERT_FALSE(out.empty()) << command.words;
    EXPECT_EQ(out.back(), '\n') << command.words;
    for (const char c : out) EXPECT_TRUE(c == '\n' || (c & 0xE0) != 0) << command.words;
  }
}

TEST_F(CommandsAtWork, AsJsonNothingOfTheAnswerIsLost) {
  for (const Command& command : Commands()) {
    if (command.ask == nullptr || command.run != nullptr) continue;
    std::vector<std::string> words = Example(command);
    // Pictures that were kept in files are not in the answer a second time.
    const auto output = std::ranges::find(words, "--output");
    if (output != words.end()) words.erase(output, output + 2);
    words.push_back("--json");
    ASSERT_EQ(RunHere(words), 0) << command.words << ": " << err;
    EXPECT_EQ(std::ranges::count(out, '\n'), 1) << command.words;

    const control::Response sent = SampleResponse(command.request);
    control::Response parsed;
    const auto* field = parsed.GetDescriptor()->FindFieldByNumber(command.request);
    auto* inner = parsed.GetReflection()->MutableMessage(&parsed, field);
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(out, inner).ok()) << out;
    EXPECT_EQ(parsed.SerializeAsString(), sent.SerializeAsString()) << command.words << out;
  }
}

TEST_F(CommandsAtWork, JsonHasTheNamesOfTheProtocolAndZeroesToo) {
  ASSERT_EQ(RunHere({"learning", "on", "--json"}), 0);
  EXPECT_EQ(out, "{\"changed\":true}\n");
  ASSERT_EQ(RunHere({"status", "--json"}), 0);
  EXPECT_THAT(out, HasSubstr("\"frames_per_second\":5.5"));
}

TEST_F(CommandsAtWork, TheWordsBecomeTheRequest) {
  ASSERT_EQ(RunHere({"source", "pause", "door"}), 0);
  EXPECT_EQ(TakeRequest().pause_source().name(), "door");
  ASSERT_EQ(RunHere({"source", "resume", "door"}), 0);
  EXPECT_EQ(TakeRequest().resume_source().name(), "door");
  ASSERT_EQ(RunHere({"source", "remove", "door"}), 0);
  EXPECT_EQ(TakeRequest().remove_source().name(), "door");
  ASSERT_EQ(RunHere({"source", "add", folder.File("door.yaml")}), 0);
  EXPECT_EQ(TakeRequest().add_source().yaml(), "name: door\n");
  ASSERT_EQ(RunHere({"learning", "on"}), 0);
  EXPECT_TRUE(TakeRequest().set_learning().on());
  ASSERT_EQ(RunHere({"learning", "off"}), 0);
  EXPECT_FALSE(TakeRequest().set_learning().on());
  ASSERT_EQ(RunHere({"sleep", "now", "--steps", "200"}), 0);
  EXPECT_EQ(TakeRequest().sleep_now().steps(), 200u);
  ASSERT_EQ(RunHere({"layer", "inspect", "2", "--bins", "7", "--top=3"}), 0);
  const auto inspect = TakeRequest().inspect_layer();
  EXPECT_EQ(inspect.layer(), 2u);
  EXPECT_EQ(inspect.bins(), 7u);
  EXPECT_EQ(inspect.top_units(), 3u);
  ASSERT_EQ(RunHere({"probe"}), 0);
  EXPECT_FALSE(TakeRequest().probe().now());
  ASSERT_EQ(RunHere({"probe", "--now"}), 0);
  EXPECT_TRUE(TakeRequest().probe().now());
  ASSERT_EQ(RunHere({"dream", "--steps", "8", "--seed", "18446744073709551615"}), 0);
  const auto dream = TakeRequest().dream();
  EXPECT_EQ(dream.steps(), 8u);
  EXPECT_EQ(dream.seed(), 18446744073709551615u);
  for (const char* command : {"dream", "predict", "snapshot"}) {
    ASSERT_EQ(RunHere({command, "--source", "yard"}), 0) << command;
    const auto request = TakeRequest();
    EXPECT_EQ(request.dream().source() + request.predict().source() + request.snapshot().source(),
              "yard");
  }
  ASSERT_EQ(RunHere({"predict", "--steps", "3"}), 0);
  EXPECT_EQ(TakeRequest().predict().steps(), 3u);
  ASSERT_EQ(RunHere({"checkpoint", "verify", "newest"}), 0);
  EXPECT_EQ(TakeRequest().verify_checkpoint().name(), "newest");
  ASSERT_EQ(RunHere({"checkpoint", "restore"}), 0);
  EXPECT_EQ(TakeRequest().restore_checkpoint().name(), "");
  ASSERT_EQ(RunHere({"label", "a visitor"}), 0);
  EXPECT_EQ(TakeRequest().set_label().label(), "a visitor");
  ASSERT_EQ(RunHere({"label", "a visitor", "--source", "door"}), 0);
  EXPECT_EQ(TakeRequest().set_label().source(), "door");
  ASSERT_EQ(RunHere({"label", "--none"}), 0);
  EXPECT_EQ(TakeRequest().set_label().label(), "");
  EXPECT_EQ(RunHere({"label"}), 64);
  EXPECT_EQ(RunHere({"label", "a visitor", "--none"}), 64);
  EXPECT_EQ(RunHere({"label", ""}), 64) << "it would take back what was said";
  ASSERT_EQ(RunHere({"log-level", "error"}), 0);
  EXPECT_EQ(TakeRequest().set_log_level().level(), control::SetLogLevelRequest::ERROR);
  ASSERT_EQ(RunHere({"events", "confirm", "17"}), 0);
  const auto confirm = TakeRequest().resolve_event();
  EXPECT_EQ(confirm.id(), 17u);
  EXPECT_EQ(confirm.verdict(), control::Event::CONFIRMED);
  ASSERT_EQ(RunHere({"events", "dismiss", "17"}), 0);
  EXPECT_EQ(TakeRequest().resolve_event().verdict(), control::Event::DISMISSED);
  ASSERT_EQ(RunHere({"events", "list", "--since", "2026-11-25", "--until", "1800000000", "--source",
                     "door", "--limit", "5"}),
            0);
  const auto query = TakeRequest().query_events();
  EXPECT_EQ(query.since(), 1795564800);
  EXPECT_EQ(query.until(), 1800000000);
  EXPECT_EQ(query.source(), "door");
  EXPECT_EQ(query.limit(), 5u);
  ASSERT_EQ(RunHere({"history", "goodness_*", "asleep", "--since", "2026-11-25", "--until",
                     "1800000000", "--points", "7"}),
            0);
  const auto history = TakeRequest().query_history();
  ASSERT_EQ(history.series_size(), 2);
  EXPECT_EQ(history.series(0), "goodness_*");
  EXPECT_EQ(history.from(), 1795564800);
  EXPECT_EQ(history.to(), 1800000000);
  EXPECT_EQ(history.most_points(), 7u);
  ASSERT_EQ(RunHere({"fleet"}), 0);
  EXPECT_EQ(TakeRequest().list_fleet().name(), "");
  ASSERT_EQ(RunHere({"fleet", "porch", "--limit", "7"}), 0);
  const auto fleet = TakeRequest().list_fleet();
  EXPECT_EQ(fleet.name(), "porch");
  EXPECT_EQ(fleet.limit(), 7u);
  EXPECT_EQ(RunHere({"fleet", "--limit", "0"}), 64);
  EXPECT_EQ(RunHere({"fleet", ""}), 64) << "it would list all";
  EXPECT_EQ(RunHere({"history", "x", "--points", "10001"}), 64);
  EXPECT_EQ(RunHere({"history", "x", "--since", "yesterday"}), 64);
}

TEST_F(CommandsAtWork, TheHistoryIsNamesATableOrCsv) {
  ASSERT_EQ(RunHere({"history"}), 0);
  EXPECT_THAT(out, HasSubstr("the names\n"));
  EXPECT_THAT(out, HasSubstr("of the last hour at most"));
  ASSERT_EQ(RunHere({"history", "the *"}), 0);
  EXPECT_THAT(out, HasSubstr("the name"));
  EXPECT_THAT(out, HasSubstr("guard: the source: the text"));
  ASSERT_EQ(RunHere({"history", "the *", "--csv"}), 0);
  EXPECT_EQ(out, "time,series,min,mean,max\n1970-01-01T00:00:08Z,the name,3.5,4.5,5.5\n");
}

TEST_F(CommandsAtWork, TheFleetIsACommandOrAFlag) {
  ASSERT_EQ(RunHere({"fleet"}), 0);
  const std::string table = out;
  EXPECT_EQ(TakeRequest().kind_case(), control::Request::kListFleet);
  ASSERT_EQ(RunHere({"--fleet"}), 0) << err;
  EXPECT_EQ(TakeRequest().kind_case(), control::Request::kListFleet);
  EXPECT_EQ(out, table);
  ASSERT_EQ(Run({"--socket", options.socket_path, "--json", "--fleet", "porch"}), 0) << err;
  EXPECT_EQ(TakeRequest().list_fleet().name(), "porch");
  EXPECT_EQ(out[0], '{');
  EXPECT_EQ(Run({"status", "--fleet"}), 64) << "of another command it is no option";
}

TEST_F(CommandsAtWork, OptionsOfEveryCommandMayStandAnywhere) {
  EXPECT_EQ(Run({"--json", "--socket", options.socket_path, "status"}), 0) << err;
  EXPECT_EQ(Run({"source", "--socket", options.socket_path, "list", "--json"}), 0) << err;
  EXPECT_EQ(out[0], '{');
}

TEST_F(CommandsAtWork, PicturesGoIntoTheFolder) {
  ASSERT_EQ(RunHere({"snapshot", "--output", folder.File("now")}), 0) << err;
  const std::string file = folder.File("now/the-name.png");
  EXPECT_THAT(out, HasSubstr(file));
  EXPECT_EQ(*files.ReadFile(file), "the png");
  ASSERT_EQ(RunHere({"snapshot", "--output", folder.File("now"), "--json"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("\"png\":\"\"")) << "it is in the file";
}

TEST_F(CommandsAtWork, APictureOfAnEventGoesIntoTheFolder) {
  ASSERT_EQ(RunHere({"events", "picture", "17", "--output", folder.File("events")}), 0) << err;
  const std::string file = folder.File("events/event-17.jpg");
  EXPECT_EQ(out, file + "\n");
  EXPECT_EQ(*files.ReadFile(file), "the jpeg");
}

}  // namespace
}  // namespace hypnos::cli
