// What frames show, as far as somebody has said so.
//
// A label is a place in the list of classes. It comes from a file that says of which frames it
// holds, from a name that holds for all of them, from the folder in which the video or the image
// lies, or from a synthetic scene that knows what it draws. A frame of which nothing is said has
// none.
//
// The file is CSV with a header, one row a stretch of frames, in their order:
//     first,last,label          or, a row a frame:     frame,label
//     0,24,walking                                     17,walking
// Frames count from 0 as in Frame::index; both ends of a stretch belong to it. Fields may stand in
// double quotes; lines may end in CR LF.
// Errors of opening: those of reading the file; kInvalidArgument, reason BAD_LABELS, as
// "file:line: sentence" for a file that makes no sense, and for a name that is none of the classes.
// Source::Next: kInvalidArgument, reason LABELS_BEYOND_END, at the end of a round, where the file
// speaks of frames that the clip does not have.
#pragma once

#include <string>
#include <vector>

namespace hypnos {

struct LabelOptions {
  enum class From {
    kNowhere,
    kFile,
    kName,
    kFolder,  // files and folders only
    kScene,   // synthetic scenes only
  };
  From from = From::kNowhere;
  // kFile: its path; kName: the name.
  std::string text;
  // The names, each once.
  std::vector<std::string> classes;
};

}  // namespace hypnos
