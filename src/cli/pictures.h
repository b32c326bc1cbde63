// Pictures that a daemon sends, as files. A file is there whole or not at all, and what a daemon
// calls a picture leads nowhere but into the folder.
// Threads: thread-compatible.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos::cli {

using Pictures = google::protobuf::RepeatedPtrField<control::Picture>;

// "surprise.png" of "surprise": letters, digits, '-', '_' and '.', which is not the first.
std::string PictureFileName(const control::Picture& picture);

// Writes them into the folder, which is made if it is not there, over files of the same names, and
// takes the pictures' bytes out of the message. Those without a name become `unnamed`-001, -002,
// ... kUnavailable, reason CANNOT_WRITE, naming file and cause.
Status KeepPictures(const std::string& folder, const std::string& unnamed, FileSystem& files,
                    Pictures& pictures);

// One that is a JPEG already, likewise.
Status KeepJpeg(const std::string& folder, const std::string& name, FileSystem& files,
                const std::string& jpeg);

// A table; `folder` is where they were kept, or empty.
std::string PicturesText(const Pictures& pictures, const std::string& folder);

}  // namespace hypnos::cli
