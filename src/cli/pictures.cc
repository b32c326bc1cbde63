#include "cli/pictures.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/figures.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

constexpr size_t kMostNameBytes = 100;

Error CannotWrite(const std::string& what) { return {Code::kUnavailable, "CANNOT_WRITE", what}; }

bool Harmless(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

Status Written(const std::string& path, const std::string& bytes, FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(const auto file, files.CreateFile(path));
  HYPNOS_RETURN_IF_ERROR(file->Append(bytes));
  HYPNOS_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

// Beside the file, so that it can be renamed; of this process alone.
Status WriteWhole(const std::string& path, const std::string& bytes, FileSystem& files) {
  const std::string partial = Format("{}.{}.partial", path, getpid());
  Status status = Written(partial, bytes, files);
  if (status.ok()) status = files.Rename(partial, path);
  if (status.ok()) return {};
  // It may not even be there, and what went wrong first is what counts.
  static_cast<void>(files.Remove(partial));
  return CannotWrite(status.error().message);
}

Status MakeFolderFor(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return {};
  return CannotWrite(Format("cannot make the folder '{}': {}", folder, error.message()));
}

std::string SizeText(const control::Picture& picture) {
  return Format("{}x{}", picture.width(), picture.height());
}

std::string MapText(const control::Picture& picture) {
  if (picture.map().empty()) return "-";
  const auto [least, most] = std::ranges::minmax(picture.map());
  return Format("{:.4g} to {:.4g} over {}x{} places", least, most, picture.map_columns(),
                picture.map_rows());
}

}  // namespace

std::string PictureFileName(const control::Picture& picture) {
  std::string name = picture.name().substr(0, kMostNameBytes);
  for (char& c : name) {
    if (!Harmless(c)) c = '-';
  }
  if (name.starts_with('.')) name[0] = '-';
  return name + ".png";
}

Status KeepPictures(const std::string& folder, const std::string& unnamed, FileSystem& files,
                    Pictures& pictures) {
  HYPNOS_RETURN_IF_ERROR(MakeFolderFor(folder));
  std::set<std::string> used;
  size_t number = 0;
  for (control::Picture& picture : pictures) {
    ++number;
    if (picture.name().empty()) picture.set_name(Format("{}-{:03}", unnamed, number));
    // Two of a name must not become one.
    if (!used.insert(PictureFileName(picture)).second) {
      picture.set_name(Format("{}-{:03}", picture.name().substr(0, kMostNameBytes - 20), number));
      used.insert(PictureFileName(picture));
    }
    HYPNOS_RETURN_IF_ERROR(
        WriteWhole(folder + "/" + PictureFileName(picture), picture.png(), files));
    picture.clear_png();
  }
  return {};
}

Status KeepJpeg(const std::string& folder, const std::string& name, FileSystem& files,
                const std::string& jpeg) {
  HYPNOS_RETURN_IF_ERROR(MakeFolderFor(folder));
  return WriteWhole(folder + "/" + name, jpeg, files);
}

std::string PicturesText(const Pictures& pictures, const std::string& folder) {
  Table table({"picture", ">size", "figures", folder.empty() ? "" : "file"});
  for (const control::Picture& picture : pictures) {
    table.Add({picture.name().empty() ? "-" : Printable(picture.name()), SizeText(picture),
               MapText(picture), folder.empty() ? "" : folder + "/" + PictureFileName(picture)});
  }
  std::string text = table.Text("no pictures");
  if (folder.empty() && !table.empty()) {
    text += "to keep the pictures, name a folder with --output\n";
  }
  return text;
}

}  // namespace hypnos::cli
