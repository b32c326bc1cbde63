// A data set of one fixed camera, laid out as the copies of UCSD's are:
//   train or train_mp4   clips that show nothing unusual: videos, or folders of pictures
//   test                 the others
//   labels.csv           clip,frame,label: every frame of the others once, 1 where it shows
//                        something unusual; frames count from 0 in each clip
//   masks                may be missing: a folder for each of the others, with a picture for each
//                        of its frames, in their order, that is not 0 where it is unusual
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/result.h"
#include "lab/novelty_cell.h"

namespace hypnos::lab {

struct NoveltyData {
  std::vector<NoveltyClip> clips;  // in the order in which they are shown
  // By clip and frame.
  std::map<std::pair<std::string, int64_t>, bool> unusual;
  // Paths, by clip and frame; empty where there are none.
  std::map<std::pair<std::string, int64_t>, std::string> masks;
};

// kNotFound or kInvalidArgument, in a sentence that names the folder or the line.
Result<NoveltyData> ReadNoveltyData(const std::string& folder);

}  // namespace hypnos::lab
