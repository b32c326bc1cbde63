// What hangs together.
#include <gtest/gtest.h>

#include "config/support.h"
#include "hypnos/base/format.h"

namespace hypnos::config {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string AboutSources(const std::string& sources) {
  return Complaint("sources:\n" + sources + kEncoding + kNetwork);
}
std::string AboutEncoding(const std::string& encoding) {
  return Complaint(std::string(kSources) + kNetwork + "encoding: " + encoding);
}
std::string AboutLayers(const std::string& layers, const std::string& rest = "") {
  return Complaint(std::string(kSources) + kEncoding + "network: {layers: " + layers + "}\n" +
                   rest);
}

TEST(Validate, SourcesHaveNamesOfTheirOwn) {
  EXPECT_EQ(AboutSources("  - {name: a, camera: {}}\n  - {name: a, camera: {}}\n"),
            "f:3:12: the name 'a' is already taken at f:2:12");
}

TEST(Validate, EntriesOfAPlaylistHaveNamesOfTheirOwn) {
  EXPECT_EQ(AboutSources("  - name: a\n    playlist:\n      entries:\n"
                         "        - {name: a, synthetic: {}}\n"
                         "        - {name: b, synthetic: {}}\n"
                         "        - {name: b, synthetic: {}}\n"),
            "f:7:18: the name 'b' is already taken at f:6:18");
}

TEST(Validate, APlaylistHoldsOnlyWhatEnds) {
  EXPECT_EQ(AboutSources("  - name: a\n    playlist:\n      entries:\n"
                         "        - {name: a, camera: {}}\n"
                         "        - {name: b, stream: {url: 'rtsp://h'}}\n"
                         "        - {name: c, playlist: {entries: [{name: x, synthetic: {}}]}}\n"
                         "        - {name: d, file: {path: x, rounds: 0}}\n"
                         "        - {name: e, folder: {path: x, rounds: 0}}\n"
                         "        - {name: f, synthetic: {frames: 0}}\n"),
            "f:5:21: a playlist cannot hold a camera: it never ends\n"
            "f:6:21: a playlist cannot hold a stream: it never ends\n"
            "f:7:21: a playlist cannot hold another\n"
            "f:8:45: an entry of a playlist must end: 'rounds' cannot be 0\n"
            "f:9:47: an entry of a playlist must end: 'rounds' cannot be 0\n"
            "f:10:41: an entry of a playlist must end: 'frames' cannot be 0");
}

// The configuration of a text has no frames to describe.
std::string AboutText(const std::string& source, const std::string& rest = "") {
  return Complaint("sources: [{name: a, " + source + "}]\n" + kNetwork + rest);
}

TEST(Validate, ATextNeedsNoEncoding) {
  EXPECT_EQ(AboutText("text: {path: x}"), "");
  EXPECT_EQ(AboutText("text: {path: '-'}"), "");
  EXPECT_EQ(AboutText("text: {path: x, rounds: 0}", "encoding: {text: {readers: 9}}\n"), "");
}

TEST(Validate, WhatIsReadAsItComesIsReadByOneReaderOnce) {
  const std::string readers = "encoding: {text: {readers: 9}}\n";
  EXPECT_THAT(AboutText("text: {path: '-'}", readers),
              HasSubstr("the standard input is read by one reader"));
  EXPECT_THAT(AboutText("text: {path: x, follow: true}", readers),
              HasSubstr("a text that is followed is read by one reader"));
  EXPECT_THAT(AboutText("text: {path: x, follow: true, rounds: 2}"),
              HasSubstr("a text that is followed is read once"));
}

TEST(Validate, OnlyAFileCanBeFollowed) {
  EXPECT_THAT(AboutText("text: {path: '-', follow: true}"),
              HasSubstr("only a file can be followed: leave the key out"));
  EXPECT_EQ(AboutText("text: {path: x, follow: true}"), "");
}

TEST(Validate, OneNetworkReadsTextsOrPictures) {
  const std::string list = "playlist: {entries: [{name: b, text: {path: x}}, {name: c, ";
  EXPECT_EQ(AboutText(list + "text: {path: x}}]}"), "");
  EXPECT_THAT(AboutText(list + "synthetic: {}}]}"), HasSubstr("either texts, series or pictures"));
  EXPECT_THAT(AboutText(list + "text: {path: '-'}}]}"), HasSubstr("the standard input"));
  EXPECT_THAT(AboutText(list + "text: {path: x, follow: true}}]}"), HasSubstr("must end"));
  EXPECT_THAT(AboutText(list + "text: {path: x, rounds: 0}}]}"), HasSubstr("cannot be 0"));
}

TEST(Validate, TheReadOutIsOfTheKindThatTheSourceIs) {
  EXPECT_EQ(AboutText("text: {path: x}", "generator: {kind: softmax}\n"), "");
  EXPECT_THAT(AboutText("text: {path: x}", "generator: {kind: linear}\n"),
              HasSubstr("which softmax predicts"));
  EXPECT_THAT(
      Complaint(std::string(kSources) + kEncoding + kNetwork + "generator: {kind: softmax}"),
      HasSubstr("softmax predicts symbols, and what is watched has none"));
}

TEST(Validate, AThresholdMovesBetweenPhasesOnly) {
  const auto about = [](const std::string& rule) {
    return Complaint(std::string(kSources) + kEncoding + kNetwork + "learning: {rule: " + rule +
                     ", threshold_share: 0.1}");
  };
  EXPECT_EQ(about("rehearsed"), "");
  EXPECT_EQ(about("deferred_contrast"), "");
  EXPECT_THAT(about("interleaved"), HasSubstr("a threshold moves between phases"));
  EXPECT_THAT(about("looking"), HasSubstr("a threshold moves between phases"));
}

TEST(Validate, LeastSquaresPredictPicturesOnly) {
  EXPECT_THAT(AboutText("text: {path: x}", "generator: {rule: least_squares}\n"),
              HasSubstr("least squares predict pictures"));
  EXPECT_EQ(
      Complaint(std::string(kSources) + kEncoding + kNetwork + "generator: {rule: least_squares}"),
      "");
  EXPECT_THAT(Complaint(std::string(kSources) + kEncoding + kNetwork +
                        "generator: {rule: least_squares, rate: 0}"),
              HasSubstr("never learns"));
}

TEST(Validate, OnlyWhatIsLiveHasAGate) {
  const std::string gate = "  - name: a\n    gate: {frozen_seconds: 9}\n    ";
  EXPECT_EQ(AboutSources(gate + "camera: {}\n"), "");
  EXPECT_EQ(AboutSources(gate + "stream: {url: 'rtsp://a/b'}\n"), "");
  EXPECT_THAT(AboutSources(gate + "synthetic: {}\n"), HasSubstr("only cameras and streams"));
}

TEST(Validate, ATextHasNoHybridsAndNoEndlessView) {
  EXPECT_THAT(AboutText("text: {path: x}", "learning: {negatives: {hybrid: 1}}\n"),
              HasSubstr("a text has none"));
  EXPECT_EQ(AboutText("text: {path: x}", "learning: {negatives: {splice: 1}}\n"), "");
  EXPECT_THAT(AboutText("text: {path: x}", "encoding: {text: {window: 1000}}\n"),
              HasSubstr("choose a shorter window"));
}

TEST(Validate, TheViewOfATextIsOfSymbolsAndNotOfBytes) {
  const auto about = [](const char* alphabet) {
    return AboutText("text: {path: x}",
                     Format("encoding: {{text: {{window: 1000, alphabet: {}}}}}\n", alphabet));
  };
  EXPECT_EQ(about("abc"), "");
  EXPECT_EQ(about("абвгдежзийклмнопрстуфхцчшщъыьэю"), "") << "31 of two bytes each";
  EXPECT_THAT(about("abcdefghijklmnopqrstuvwxyz0123456789"),
              HasSubstr("1000 symbols in view are 36000 inputs"));
}

TEST(Validate, AnEntryOfAPlaylistHasNoQueue) {
  const auto about = [](const std::string& keys) {
    return AboutSources(
        "  - name: a\n    queue_frames: 9\n    on_full: block\n"
        "    playlist:\n      entries:\n"
        "        - {name: b, " +
        keys + "synthetic: {}}\n");
  };
  EXPECT_EQ(about("on_full: drop_oldest, queue_frames: 9, "),
            "f:7:30: an entry of a playlist has no queue of its own: 'on_full' belongs beside "
            "'playlist', and holds for the whole list\n"
            "f:7:57: an entry of a playlist has no queue of its own: 'queue_frames' belongs beside "
            "'playlist', and holds for the whole list");
  EXPECT_EQ(about("on_full: by_kind, queue_frames: 4, "), "") << "as --print-config writes it";
}

TEST(Validate, AFileEndsAfterItsStart) {
  EXPECT_EQ(AboutSources("  - {name: a, file: {path: x, start_seconds: 5, end_seconds: 5}}\n"),
            "f:2:62: the end at 5 s is not after the start at 5 s; 0 is the file's own end");
  EXPECT_EQ(AboutSources("  - {name: a, file: {path: x, start_seconds: 5}}\n"), "");
  EXPECT_EQ(AboutSources("  - {name: a, file: {path: x, start_seconds: 5, end_seconds: 5.5}}\n"),
            "");
}

TEST(Validate, AStreamHasAKnownScheme) {
  const auto about = [](const std::string& url) {
    return AboutSources("  - {name: a, stream: {url: '" + url + "'}}\n");
  };
  for (const char* good :
       {"rtsp://h", "rtsps://h", "http://h/x", "https://h", "udp://@:5000", "tcp://h:1"}) {
    EXPECT_EQ(about(good), "");
  }
  EXPECT_EQ(about("rstp://me:hush@h"),
            "f:2:29: a stream's url begins with rtsp://, rtsps://, http://, https://, udp:// or "
            "tcp://, not 'rstp://'; did you mean 'rtsp://'?");
  EXPECT_THAT(about("/dev/video0"), StartsWith("f:2:29: a stream's url begins with rtsp://"));
  EXPECT_EQ(about("rtsp://"), "f:2:29: the url names no host");
}

TEST(Validate, ARegionAndMasksLieWithinThePicture) {
  const auto about = [](const std::string& view) {
    return AboutSources("  - {name: a, camera: {}, " + view + "}\n");
  };
  EXPECT_EQ(about("region: {left: 0.1, top: 0.2, width: 0.9, height: 0.8}"), "");
  EXPECT_EQ(about("masks: [{width: 0.25}, {left: 0.5, width: 0.5, top: 0.9, height: 0.1}]"), "");
  EXPECT_EQ(about("region: {left: 0.5, width: 0.6}"),
            "f:2:54: left + width is 1.1, beyond the edge of the picture: all are shares of it, "
            "from 0 to 1, and together at most 1");
  EXPECT_THAT(about("masks: [{}, {top: 0.5}]"), HasSubstr("top + height is 1.5, beyond the edge"));
  EXPECT_THAT(about("masks: [{left: 20}]"), HasSubstr("left"));
  EXPECT_THAT(about("region: {width: 0}"), HasSubstr("width"));
  EXPECT_THAT(AboutText("text: {path: x}, masks: [{}]"),
              HasSubstr("a text has no picture of which a part could be seen"));
}

TEST(Validate, OnlyWhatIsLiveIsPassedOver) {
  EXPECT_EQ(AboutSources("  - {name: a, camera: {}, max_frame_rate_hz: 5}\n"), "");
  EXPECT_EQ(AboutSources("  - {name: a, stream: {url: 'rtsp://h'}, max_frame_rate_hz: 5}\n"), "");
  EXPECT_EQ(AboutSources("  - {name: a, file: {path: x}, max_frame_rate_hz: 5}\n"),
            "f:2:51: only cameras and streams can be passed over: here nothing is lost; leave it "
            "out");
}

TEST(Validate, OnlyWhatIsNotLiveHasAPace) {
  EXPECT_EQ(AboutSources("  - {name: a, file: {path: x}, pace: realtime}\n"), "");
  EXPECT_EQ(AboutSources("  - {name: a, pace: realtime, playlist: {entries: [{name: x, synthetic: "
                         "{}}]}}\n"),
            "");
  EXPECT_THAT(AboutSources("  - {name: a, camera: {}, pace: realtime}\n"),
              HasSubstr("come in their own time anyway"));
  EXPECT_THAT(AboutText("text: {path: x}, pace: realtime"), HasSubstr("no time of its own"));
  EXPECT_THAT(AboutSources("  - {name: a, playlist: {entries: [{name: x, pace: realtime, "
                           "synthetic: {}}]}}\n"),
              HasSubstr("'pace' belongs beside 'playlist'"));
}

TEST(Validate, TransportAndLoginFitTheUrl) {
  const auto about = [](const std::string& stream) {
    return AboutSources("  - {name: a, stream: {" + stream + "}}\n");
  };
  EXPECT_EQ(about("url: 'rtsp://h', transport: udp, credentials_file: /login"), "");
  EXPECT_EQ(about("url: 'http://h/a@b', credentials_file: /login"), "");
  EXPECT_THAT(about("url: 'http://h', transport: tcp"), HasSubstr("only rtsp:// and rtsps://"));
  EXPECT_THAT(about("url: 'udp://h:1', credentials_file: /login"), HasSubstr("nobody logs in"));
  const std::string both = about("url: 'rtsp://me:hush@h/x', credentials_file: /login");
  EXPECT_THAT(both, HasSubstr("the url holds a login as well"));
  EXPECT_EQ(both.find("hush"), std::string::npos);
}

TEST(Validate, APixelFormatHasFourCharacters) {
  const auto about = [](const std::string& format) {
    return AboutSources("  - {name: a, camera: {pixel_format: " + format + "}}\n");
  };
  EXPECT_EQ(about("MJPG"), "");
  EXPECT_THAT(about("MJPEG"), HasSubstr("the four characters that V4L2 gives it"));
  EXPECT_THAT(about("'YUY '"), HasSubstr("the four characters"));
}

TEST(Validate, PatchesCoverTheFrame) {
  EXPECT_EQ(AboutEncoding("{patches: {size: 8, stride: 9}}"),
            "f:3:39: a stride of 9 leaves gaps between patches of 8");
  EXPECT_EQ(AboutEncoding("{width: 32, height: 31, patches: {size: 32, stride: 16}}"),
            "f:3:51: a patch of 32 does not fit into a height of 31");
  EXPECT_EQ(AboutEncoding("{width: 32, height: 32, patches: {size: 32, stride: 32}}"), "");
}

TEST(Validate, AWholeFrameHasASize) {
  EXPECT_THAT(AboutEncoding("{}"),
              HasSubstr("give encoding.width and height, or encoding.patches"));
  EXPECT_THAT(AboutEncoding("{width: 32}"), StartsWith("f:3:1: without encoding.patches"));
  EXPECT_EQ(AboutEncoding("{width: 256, height: 128}"), "") << "as large as may be";
}

TEST(Validate, AWholeFrameIsSmallAndTheSumIsShown) {
  EXPECT_EQ(AboutEncoding("{width: 1920, height: 1080}"),
            "f:3:19: 1920x1080x1 = 2073600 inputs; a read-out that predicts each of them from all "
            "takes 2073600 x 2073600 weights, 16018.1 GiB, and may take at most 4: give a smaller "
            "encoding.width and height, or encoding.patches");
  EXPECT_THAT(AboutEncoding("{width: 257, height: 128}"), HasSubstr("257x128x1 = 32896 inputs"));
  EXPECT_THAT(AboutEncoding("{width: 128, height: 128, colour: bgr, temporal_difference: on, "
                            "optical_flow: on}"),
              HasSubstr("128x128x6 = 98304 inputs"));
}

TEST(Validate, APatchIsSmallAndTheSumIsShown) {
  EXPECT_EQ(AboutEncoding("{patches: {size: 181}}"), "");
  EXPECT_EQ(AboutEncoding("{patches: {size: 182}}"),
            "f:3:28: 182x182x1 = 33124 inputs; a read-out that predicts each of them from all "
            "takes 33124 x 33124 weights, 4.1 GiB, and may take at most 4: give a smaller "
            "encoding.patches.size");
  EXPECT_THAT(AboutEncoding("{colour: bgr, patches: {size: 128}}"),
              HasSubstr("128x128x3 = 49152 inputs"));
}

TEST(Validate, ConstraintUnitsAreUnits) {
  EXPECT_EQ(AboutLayers("[{units: 4, constraint_units: 4}, {constraint_units: 257}]"),
            "f:3:72: 257 constraint units are more than all 256 units");
}

TEST(Validate, DreamsReachTheTop) {
  const std::string complaint =
      "f:4:25: a dream of 4 steps is too short: it reaches layer l only l-1 steps later, so 3 "
      "layers need at least 5";
  const std::string layers = "[{}, {}, {}]";
  EXPECT_EQ(AboutLayers(layers, "schedule: {dream_steps: 4}\n"), complaint);
  EXPECT_EQ(AboutLayers(layers, "schedule: {dream_steps: 4, sleep_steps: 0}\n"), "");
  EXPECT_EQ(AboutLayers(layers,
                        "schedule: {dream_steps: 4, wake_steps: 0}\n"
                        "learning: {rule: interleaved}\n"),
            complaint);
  EXPECT_EQ(AboutLayers(layers, "schedule: {dream_steps: 5}\n"), "");
  EXPECT_EQ(AboutLayers("[{}, {}, {}, {}, {}, {}, {}]"),
            "f:1:1: a dream of 8 steps is too short: it reaches layer l only l-1 steps later, so 7 "
            "layers need at least 9");
}

TEST(Validate, HoursOfSleepAreTimesOfTheDayInAZoneThatThereIs) {
  const auto about = [](const char* schedule) {
    return AboutLayers("[{}]", std::string("schedule: ") + schedule + "\n");
  };
  EXPECT_EQ(about("{hours: [{from: '23:30', to: '5:00', days: [friday, monday]}]}"), "");
  EXPECT_EQ(about("{hours: [{from: '25:00', to: '5:00'}]}"),
            "f:4:27: '25:00' is no time of day: write hours and minutes, as 23:30");
  EXPECT_THAT(about("{hours: [{from: '23:30', to: noon}]}"), HasSubstr("'noon' is no time of day"));
  EXPECT_THAT(about("{hours: [{from: '23:30', to: '1:00', days: [sometimes]}]}"),
              HasSubstr("monday"));
  EXPECT_EQ(about("{time_zone: Europe/Berlin}"), "");
  EXPECT_THAT(about("{time_zone: Europe/Nowhere}"),
              HasSubstr("f:4:23: there is no time zone 'Europe/Nowhere' on this machine"));
}

TEST(Validate, WhatIsJudgedByTheProbeSetNeedsOne) {
  const auto about = [](const char* schedule, const char* probe) {
    return AboutLayers("[{}]", Format("schedule: {}\nprobe: {}\n", schedule, probe));
  };
  for (const char* schedule : {"{need: {auc: 0.6}}", "{need: {negatives_above: 0.2}}",
                               "{need: {positives_below: 0.5}}", "{wake_when_finished: true}"}) {
    EXPECT_EQ(about(schedule, "{every_steps: 100}"), "") << schedule;
    for (const char* probe : {"{every_steps: 0}", "{sequences: 0}"}) {
      EXPECT_THAT(about(schedule, probe), HasSubstr("is judged by the probe set")) << schedule;
    }
  }
  EXPECT_EQ(about("{need: {margin: 0.1}}", "{sequences: 0}"), "") << "nothing is looked at";
}

TEST(Validate, NeedCanBeMetAndComesBeforeTheCount) {
  const auto about = [](const char* schedule) {
    return AboutLayers("[{}]", std::string("schedule: ") + schedule + "\n");
  };
  for (const char* need :
       {"negatives_above: 0.05", "goodness_ratio: 0.04", "saturated: 0.05", "auc: 0.95"}) {
    EXPECT_THAT(about(("{need: {" + std::string(need) + "}}").c_str()),
                HasSubstr("nothing would ever be good enough"))
        << need;
    EXPECT_EQ(about(("{need: {margin: 0.01, " + std::string(need) + "}}").c_str()), "") << need;
  }
  EXPECT_THAT(about("{need: {auc: 0.6, least_wake_steps: 128}}"),
              HasSubstr("falls asleep by count"));
  EXPECT_EQ(about("{wake_steps: 0, need: {auc: 0.6, least_wake_steps: 128}}"), "");
}

TEST(Validate, WhoNeverSleepsHasNoReasonTo) {
  for (const char* rule : {"interleaved", "looking", "rehearsed"}) {
    for (const char* reason : {"hours: [{from: '1:00', to: '2:00'}]", "quiet_seconds: 9",
                               "need: {auc: 0.6}", "wake_when_finished: true"}) {
      const std::string said =
          AboutLayers("[{}]", Format("learning: {{rule: {}}}\nschedule: {{{}}}\n", rule, reason));
      if (std::string(rule) == "rehearsed") {
        EXPECT_EQ(said, "") << reason;
      } else {
        EXPECT_THAT(said, HasSubstr("is for rules that sleep")) << rule << reason;
      }
    }
  }
}

TEST(Validate, WhoSleepsByWhateverReasonDreamsToTheTop) {
  for (const char* reason :
       {"hours: [{from: '1:00', to: '2:00'}]", "quiet_seconds: 9", "need: {saturated: 0.9}"}) {
    EXPECT_THAT(AboutLayers("[{}, {}, {}]",
                            Format("schedule: {{dream_steps: 4, wake_steps: 0, {}}}\n", reason)),
                HasSubstr("is too short"))
        << reason;
  }
}

TEST(Validate, ThereIsSomethingToLearnAgainst) {
  EXPECT_EQ(AboutLayers("[{}]", "learning:\n  negatives: {dream: 0}\n"),
            "f:5:3: all weights are 0, so that there is nothing to learn against: give dream, "
            "one_step, hybrid, splice, random_label, predicted_label or hurried a weight above 0");
  EXPECT_EQ(AboutLayers("[{}]", "learning: {negatives: {dream: 0, splice: 0.5}}\n"), "");
  EXPECT_EQ(AboutLayers("[{}]", "learning: {negatives: {}}\n"), "");
  EXPECT_EQ(AboutLayers("[{}]", "learning: {negatives: {hybrid: -0.5, one_step: .nan}}\n"),
            "f:4:32: 'hybrid' must be a number from 0 to 1000000, found '-0.5'\n"
            "f:4:48: 'one_step' must be a number from 0 to 1000000, found '.nan'");
}

TEST(Validate, WhatIsMadeOfTwoSequencesNeedsThem) {
  EXPECT_EQ(AboutLayers("[{}]",
                        "memory: {sequences: 1}\nlearning: {negatives: {hybrid: 1, splice: 2}}\n"),
            "f:5:43: it is made of two remembered sequences, and memory.sequences is 1: remember "
            "more, or leave the weight at 0");
  EXPECT_EQ(AboutLayers("[{}]", "memory: {sequences: 1}\nlearning: {negatives: {one_step: 1}}\n"),
            "");
}

TEST(Validate, OneProbeSequenceHasNoOtherToCutTo) {
  EXPECT_EQ(AboutLayers("[{}]", "probe: {sequences: 1}\n"),
            "f:4:20: a jump cut leads from one sequence to another: give two or more, or 0 for no "
            "probing");
  EXPECT_EQ(AboutLayers("[{}]", "probe: {sequences: 0}\n"), "");
  EXPECT_EQ(AboutLayers("[{}]", "probe: {sequences: 2}\n"), "");
}

TEST(Validate, AGuardThatWouldNeverSayAnythingIsRefused) {
  const auto about = [](const char* guard, const char* rest) {
    return AboutLayers("[{}]", Format("guard: {}\n{}\n", guard, rest));
  };
  EXPECT_EQ(about("{enabled: true}", ""), "");
  EXPECT_EQ(about("{enabled: true, auc: 0.6, cosine: 0.99, effective_rank: 2}", ""), "");
  EXPECT_THAT(about("{enabled: true}", "probe: {sequences: 0}"), HasSubstr("there is none"));
  EXPECT_THAT(about("{enabled: true}", "probe: {every_steps: 0, after_sleep: false}"),
              HasSubstr("it never is"));
  EXPECT_EQ(about("{enabled: true}", "probe: {every_steps: 0}"), "");
  EXPECT_THAT(about("{enabled: true}", "probe: {every_steps: 0}\nlearning: {rule: interleaved}"),
              HasSubstr("it never is"));
  EXPECT_THAT(about("{enabled: true}", "learning: {rule: looking}"),
              HasSubstr("nothing can be lost"));
  EXPECT_THAT(about("{enabled: true, auc: 0.6}", "probe: {after_sleep: false}"),
              HasSubstr("looked at after each sleep"));
  EXPECT_EQ(about("{enabled: false, auc: 0.6}", "probe: {sequences: 0}"), "");
}

TEST(Validate, NoveltyThatCouldTellNothingIsRefused) {
  const auto about = [](const char* novelty, const char* encoding, const char* rest = "") {
    return Complaint(std::string(kSources) +
                     Format("encoding: {}\nnetwork: {{layers: [{{}}]}}\nnovelty: {}\n{}\n",
                            encoding, novelty, rest));
  };
  const char* patches = "{patches: {size: 8}}";
  const char* whole = "{width: 32, height: 24}";
  EXPECT_EQ(about("{enabled: true}", patches), "");
  EXPECT_THAT(about("{enabled: true}", whole), HasSubstr("without encoding.patches there is one"));
  EXPECT_THAT(about("{enabled: true}", patches, "learning: {rule: looking}"),
              HasSubstr("learns from none"));
  EXPECT_THAT(about("{enabled: true, scene_share: 0.3}", patches),
              HasSubstr("switch encoding.motion on"));
  EXPECT_EQ(about("{enabled: true, scene_share: 0.3}", "{motion: true, patches: {size: 8}}"), "");
  EXPECT_THAT(about("{enabled: true, warm_up_seconds: 0}", patches), HasSubstr("above 0"));
  EXPECT_THAT(about("{enabled: true, begin_score: 2, end_score: 3}", patches),
              HasSubstr("cannot end above it"));
  EXPECT_EQ(about("{enabled: false, begin_score: 2, end_score: 3}", whole), "");
}

TEST(Validate, PicturesOfEventsNeedEventsAndAFolderOfTheirOwn) {
  const auto about = [](const std::string& notify, const std::string& rest = "") {
    return Complaint(Minimal() + "notify: {" + notify + "}\n" + rest);
  };
  const std::string novelty = "novelty: {enabled: true}\n";
  const std::string hook = "webhooks: [{name: phone, url: 'http://h', picture: true}]";
  EXPECT_EQ(about("events: {}", novelty), "");
  EXPECT_EQ(about(hook, novelty), "");
  EXPECT_THAT(about("events: {}"), HasSubstr("novelty.enabled is false"));
  EXPECT_THAT(about(hook), HasSubstr("novelty.enabled is false"));
  EXPECT_EQ(about("webhooks: [{name: phone, url: 'http://h'}]"), "");
  EXPECT_THAT(about("events: {folder: ''}", novelty), HasSubstr("needs a folder"));
  const std::string there = "events: {folder: /x/phone}";
  EXPECT_THAT(about(there, novelty + "checkpoint: {folder: /x/phone}\n"),
              HasSubstr("checkpoints are kept there"));
  EXPECT_THAT(about(there, novelty + "record: {enabled: true, folder: /x/phone}\n"),
              HasSubstr("sessions are kept there"));
  EXPECT_EQ(about(there, novelty + "record: {enabled: false}\n"), "");
  EXPECT_THAT(about(there, novelty + "history: {folder: /x/phone}\n"),
              HasSubstr("history are kept there"));
  EXPECT_THAT(about(there + ", folder: /x, " + hook, novelty), HasSubstr("wait for a webhook"));
  EXPECT_EQ(about(there + ", folder: /y, " + hook, novelty), "");
}

TEST(Validate, LimitsOfTheGuardCanBeKeptTo) {
  const auto about = [](const char* guard) {
    return AboutLayers("[{}]", Format("guard: {{enabled: true, {}}}\n", guard));
  };
  EXPECT_THAT(about("auc: 0.96"), HasSubstr("no AUC would be sound by the margin"));
  EXPECT_EQ(about("auc: 0.95"), "");
  EXPECT_THAT(about("weight_norm: 1.05"), HasSubstr("choose more than 1.053"));
  EXPECT_EQ(about("weight_norm: 1.06"), "");
  for (const char* hostile :
       {"rate_factor: 0", "rate_factor: 1.1", "rate_factor: .nan", "attempts: -1", "attempts: 1001",
        "scorings: 0", "dead_units: 1.5", "margin: 1", "auc: .inf", "weight_norm: -3"}) {
    EXPECT_NE(about(hostile), "") << hostile;
  }
}

TEST(Validate, ProbedPlacesTakeNoMoreThanAboutAGigabyte) {
  EXPECT_EQ(AboutLayers("[{}]", "probe: {sequences: 1000, locations: 101}\n"),
            "f:4:37: 101 places of each of 1000 sequences are 101000, and may be at most 100000: "
            "choose fewer of either, some dozens of places say what more would");
  EXPECT_EQ(AboutLayers("[{}]", "probe: {sequences: 1000, locations: 100}\n"), "");
}

TEST(Validate, RmsGoesWithInterleavedLearningOnly) {
  EXPECT_THAT(AboutLayers("[{}]", "learning: {optimiser: rms}\n"),
              StartsWith("f:4:23: rms goes with learning.rule: interleaved only: "));
  EXPECT_EQ(AboutLayers("[{}]", "learning: {optimiser: rms, rule: interleaved}\n"), "");
  EXPECT_EQ(AboutLayers("[{}]", "learning: {optimiser: rms, rule: looking}\n"), "");
}

TEST(Validate, DoesNotBuildOnValuesThatAreWrong) {
  EXPECT_EQ(AboutLayers("[{unit: 300, constraint_units: 300}]"),
            "f:3:21: unknown key 'unit' in layer; did you mean 'units'?");
  EXPECT_EQ(AboutLayers("[{units: x, constraint_units: 300}]"),
            "f:3:28: 'units' must be a whole number from 1 to 1048576, found 'x'");
  EXPECT_THAT(AboutEncoding("{patchs: {}}"), Not(HasSubstr("\n")));
  EXPECT_THAT(AboutEncoding("{patches: 5}"), Not(HasSubstr("\n")));
}

TEST(Validate, StillChecksWhatIsNotWrong) {
  EXPECT_EQ(AboutLayers("[{dampign: 1, units: 3, constraint_units: 4}]"),
            "f:3:21: unknown key 'dampign' in layer; did you mean 'damping'?\n"
            "f:3:61: 4 constraint units are more than all 3 units");
}

std::string AboutLabels(const std::string& classes, const std::string& sources) {
  return Complaint("labels: {classes: " + classes + "}\nsources:\n" + sources + kEncoding +
                   kNetwork);
}

TEST(Validate, WrongLabelsNeedTwoClassesAndARuleThatShowsBothSides) {
  const auto about = [](const std::string& classes, const std::string& rest,
                        const std::string& layers = "[{}]") {
    return AboutLayers(layers, "labels: {classes: " + classes + "}\n" + rest);
  };
  EXPECT_EQ(about("[a, b]", "learning: {negatives: {dream: 0, random_label: 1}}\n"), "");
  EXPECT_EQ(about("[a, b]", "learning: {rule: looking, negatives: {predicted_label: 1}}\n"), "");
  EXPECT_EQ(about("[a]", "learning: {negatives: {predicted_label: 1}}\n"),
            "f:5:41: labels.classes names 1, and a wrong label is another one: name two at the "
            "least, or leave the weight at 0");
  EXPECT_EQ(about("[a, b]", "learning: {rule: carried_velocity, negatives: {random_label: 1}}\n"),
            "f:5:62: a wrong label is told from the right one side by side, which only the rules "
            "rehearsed and interleaved show: choose one of them, or leave the weight at 0");
  EXPECT_EQ(
      about("[a, b]", "learning: {negatives: {random_label: 1}}\n", "[{}, {top_down: false}]"),
      "f:3:35: labels stand above the top layer, which then has to read from above: leave "
      "top_down on, or choose labels.place: input");
  EXPECT_EQ(about("[a, b]", "learning: {negatives: {random_label: 0}}\n", "[{top_down: false}]"),
            "");
}

TEST(Validate, ClassesHaveNamesOfTheirOwn) {
  const std::string source = "  - {name: a, camera: {}}\n";
  EXPECT_EQ(AboutLabels("[a, b]", source), "");
  EXPECT_EQ(AboutLabels("[a, b, a]", source), "f:1:26: the class 'a' is already there at f:1:20");
  EXPECT_EQ(AboutLabels("[a, '']", source), "f:1:23: a class must have a name");
  std::string many = "[x";
  for (int i = 0; i < 1000; ++i) many += ", c" + std::to_string(i);
  EXPECT_EQ(AboutLabels(many + "]", source), "f:1:10: 1001 classes are more than 1000");
}

TEST(Validate, LabelsAreOfTheClasses) {
  EXPECT_EQ(AboutLabels("[walking]", "  - {name: a, labels: {name: walkin}, camera: {}}\n"),
            "f:3:30: 'walkin' is none of labels.classes; did you mean 'walking'?");
  EXPECT_EQ(AboutSources("  - {name: a, labels: {name: walking}, camera: {}}\n"),
            "f:2:15: labels.classes does not say which labels there are");
  EXPECT_EQ(AboutLabels("[a]",
                        "  - name: l\n    playlist:\n      entries:\n"
                        "        - {name: x, labels: {name: b}, synthetic: {}}\n"),
            "f:6:36: 'b' is none of labels.classes; did you mean 'a'?");
}

TEST(Validate, LabelsComeFromWhereTheyCan) {
  EXPECT_EQ(AboutLabels("[a]", "  - {name: a, labels: {file: f.csv}, camera: {}}\n"),
            "f:3:30: a file cannot say what a camera or stream is going to show; give a name, or "
            "set labels while it runs");
  EXPECT_EQ(AboutLabels("[a]", "  - {name: a, labels: {folder: {}}, synthetic: {}}\n"),
            "f:3:24: only what lies in a folder can be called as the folder is");
  EXPECT_EQ(AboutLabels("[a]", "  - {name: a, labels: {scene: {}}, synthetic: {}}\n"),
            "f:3:24: only the synthetic scene digits knows what it shows");
  EXPECT_THAT(
      AboutLabels("[a]", "  - {name: a, labels: {scene: {}}, synthetic: {scene: digits}}\n"),
      StartsWith("f:3:24: the scene shows the digits 0 to 9, and '0' is none of "));
  EXPECT_EQ(AboutLabels("[a]",
                        "  - name: l\n    labels: {name: a}\n    playlist:\n"
                        "      entries: [{name: x, synthetic: {}}]\n"),
            "f:4:5: labels belong to the entries of a playlist, each has its own");
}

TEST(Validate, WhatIsRecordedHasAFolderAndRoom) {
  const auto about = [](const std::string& record) {
    return AboutLayers("[{}]", "record: {" + record + "}\n");
  };
  EXPECT_EQ(about("enabled: true"), "");
  EXPECT_EQ(about("enabled: true, folder: kept, budget_megabytes: 0"), "");
  EXPECT_EQ(about("folder: kept"),
            "f:4:18: nothing is recorded there while record.enabled is false: switch it on, or "
            "leave this out");
  EXPECT_EQ(about("enabled: true, folder: ''"),
            "f:4:33: what is recorded needs a folder: name one");
  EXPECT_EQ(about("enabled: true, budget_megabytes: 100, segment_megabytes: 51"),
            "f:4:43: 100 megabytes are less than two files of record.segment_megabytes, which take "
            "102: the one that is written is never removed");
}

TEST(Validate, TheHistoryHasAFolderOfItsOwn) {
  const auto about = [](const std::string& rest) { return AboutLayers("[{}]", rest + "\n"); };
  EXPECT_EQ(about("history: {folder: kept}"), "");
  EXPECT_EQ(about("history: {enabled: false}"), "");
  EXPECT_EQ(about("history: {enabled: false, folder: kept}"),
            "f:4:35: nothing is remembered there while history.enabled is false: switch it on, or "
            "leave this out");
  EXPECT_EQ(about("checkpoint: {folder: kept}\nhistory: {folder: kept}"),
            "f:5:19: checkpoints are kept there, too: name another folder for one of them");
  EXPECT_EQ(about("record: {enabled: true, folder: kept}\nhistory: {folder: kept}"),
            "f:5:19: sessions are kept there, too: name another folder for one of them");
}

TEST(Validate, ASessionOfTextsIsAText) {
  EXPECT_EQ(AboutSources("  - {name: a, session: {path: s, text: true}}\n"
                         "  - {name: b, text: {path: t}}\n"),
            "");
  EXPECT_THAT(AboutSources("  - {name: a, session: {path: s}}\n"
                           "  - {name: b, text: {path: t}}\n"),
              ::testing::HasSubstr("one network reads either texts, series or pictures"));
}

}  // namespace
}  // namespace hypnos::config
