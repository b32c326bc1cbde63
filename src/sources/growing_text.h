// The bytes of a text that is read as it comes.
// One that is followed may be emptied, or renamed while another takes its place, as logs are: see
// Joint. The other one is gone on with once something stands in it and the first has been read to
// its end, since who writes may have kept that open for a while. Where it was renamed several times
// meanwhile, what lies between is found by its name (see RotatedFilesOf), and read first. One that
// begins with all that was read of the first is the same that was written anew, with more in it, as
// by rsync or an editor, and is gone on with at that place. One in which nothing stands but the
// beginning of the first may become so, and is waited for until something else stands in it.
// Threads: one thread reads; any may interrupt it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/imaging/interruption.h"
#include "sources/byte_stream.h"
#include "sources/file_footprint.h"

namespace hypnos {

class GrowingText {
 public:
  // Begun anew: it had become shorter, or other bytes stand before those that are new.
  using Piece = BytePiece;

  // "-" is the standard input. Errors: those of opening, naming the path; kInvalidArgument, reason
  // NOT_A_FILE, where it is no regular file: to open a pipe waits for ever for somebody who writes
  // to it, and its end is none.
  static Result<GrowingText> Open(const std::string& path, bool follow);
  GrowingText(GrowingText&& other) noexcept;
  GrowingText& operator=(GrowingText&&) = delete;
  ~GrowingText();

  // Blocks until there is something. kUnavailable where it cannot be read any more.
  Result<Piece> Read();
  // See ByteStream. The file of the place may have been renamed since.
  std::optional<FilePlace> PlaceAt(int64_t offset) const;
  bool GoOn(const FilePlace& place);
  // Ends a wait, and every one to come.
  void Interrupt() { interruption_->Raise(); }

 private:
  // Until there is something to read, or for a while where nobody would say so. False: interrupted.
  bool Wait() const;

  Result<bool> HasBegunAnew() const;
  Status BeginAnewWhereItHas();
  // -1: none has taken its place yet.
  int OpenReplacement();
  // Of those that were renamed after the one that is read and before the one that is there: the
  // first. None, or -1: it has been renamed again since it was found.
  // `told`: what is lost was told before.
  std::optional<int> OpenNextRenamed(const struct stat& here, const struct stat& there,
                                     bool told) const;
  // Whether what stands in another file stands at the beginning of this one, too, and is less than
  // was read of it.
  bool IsBeginning(int file) const;
  // Whether all that was read stands at its beginning, too.
  bool GoOnIn(int file);
  void MoveTo(int file);

  GrowingText(std::string path, int file, bool follow);

  std::string path_;
  int file_;
  int next_ = -1;      // what has taken its place
  bool over_ = false;  // and it was told that the other one is at its end
  bool follow_;
  FileFootprint footprint_;
  Joint joint_ = Joint::kGoesOn;  // of the next piece
  // What has taken its place, cannot be gone on with yet, and was looked at with all beside it.
  std::optional<struct stat> looked_at_;
  std::unique_ptr<Interruption> interruption_ = std::make_unique<Interruption>();
};

}  // namespace hypnos
