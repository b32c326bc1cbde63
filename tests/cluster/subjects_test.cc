#include "hypnos/cluster/subjects.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace hypnos {
namespace {

TEST(Subjects, AreReadAsTopicsByMqttClients) {
  const Subjects subjects("home.hypnos", "porch");
  EXPECT_EQ(subjects.Status(), "home.hypnos.porch.status");
  EXPECT_EQ(subjects.StatusOfAny(), "home.hypnos.*.status");
  EXPECT_EQ(subjects.Events("ALARM"), "home.hypnos.porch.events.alarm");
  EXPECT_EQ(TopicOf(subjects.Source("front door")), "home/hypnos/porch/sources/front_x20door");
  EXPECT_EQ(subjects.Picture("door"), "home.hypnos.porch.pictures.door");
}

TEST(Subjects, WordsAndPrefixesAreWhatEveryBrokerTakes) {
  for (const char* word : {"porch", "Porch-2", "a_b", "7"}) EXPECT_TRUE(IsSubjectWord(word));
  for (const char* word : {"", "a.b", "a b", "*", ">", "a/b", "#", "+", "\xc3\xa4", "$SYS"}) {
    EXPECT_FALSE(IsSubjectWord(word)) << word;
  }
  EXPECT_TRUE(IsSubjectWord(std::string(64, 'a')));
  EXPECT_FALSE(IsSubjectWord(std::string(65, 'a')));
  for (const char* prefix : {"hypnos", "home.hypnos", "a.b.c.d.e.f.g.h"}) {
    EXPECT_TRUE(IsSubjectPrefix(prefix));
  }
  for (const char* prefix : {"", ".", "a.", ".a", "a..b", "a.*", "a.b.c.d.e.f.g.h.i"}) {
    EXPECT_FALSE(IsSubjectPrefix(prefix)) << prefix;
  }
}

TEST(Subjects, AnyNameBecomesAWordOfItsOwn) {
  EXPECT_EQ(SubjectWord("front_door-2"), "front_door-2");
  EXPECT_EQ(SubjectWord("a.b"), "a_x2eb");
  EXPECT_NE(SubjectWord("a_x2eb"), SubjectWord("a.b"));
  const std::string longer(70, 'a');
  std::set<std::string> words = {SubjectWord(longer), SubjectWord(longer + "a"), SubjectWord(""),
                                 SubjectWord(std::string(64, 'a'))};
  EXPECT_EQ(words.size(), 4u);
  for (const std::string& word : words) EXPECT_TRUE(IsSubjectWord(word)) << word;
  EXPECT_TRUE(rc::check([](const std::string& one, const std::string& other) {
    RC_ASSERT(IsSubjectWord(SubjectWord(one)));
    if (one != other) RC_ASSERT(SubjectWord(one) != SubjectWord(other));
  }));
}

}  // namespace
}  // namespace hypnos
