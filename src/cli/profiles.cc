#include "cli/profiles.h"

#include <set>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/load.h"
#include "proto/profiles.pb.h"

namespace hypnos::cli {
namespace {

using Environment = std::map<std::string, std::string>;
using Entry = pb::Profile;
using File = pb::Profiles;

Error Wrong(const char* reason, std::string sentence) {
  return {Code::kInvalidArgument, reason, std::move(sentence)};
}

Status Check(const File& file, const std::string& path) {
  std::set<std::string> names;
  for (const Entry& entry : file.profiles()) {
    const std::string name = Printable(entry.name());
    if (!names.insert(entry.name()).second) {
      return Wrong("PROFILE_INVALID", Format("{}: two profiles are called '{}'", path, name));
    }
    if (entry.socket().empty() == entry.address().empty()) {
      return Wrong("PROFILE_INVALID",
                   Format("{}: profile '{}' needs either a socket or an address", path, name));
    }
  }
  return {};
}

Result<File> Read(const std::string& path, FileSystem& files) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path));
  File file;
  HYPNOS_RETURN_IF_ERROR(config::Fill(text, path, {}, &file));
  HYPNOS_RETURN_IF_ERROR(Check(file, path));
  return file;
}

std::string Expanded(const std::string& path, const Environment& environment) {
  const auto home = environment.find("HOME");
  if (!path.starts_with("~/") || home == environment.end()) return path;
  return home->second + path.substr(1);
}

Profile FromEntry(const Entry& entry, const Environment& environment) {
  Profile profile;
  profile.socket = Expanded(entry.socket(), environment);
  profile.address = entry.address();
  profile.tls = entry.tls();
  profile.tls_ca = Expanded(entry.tls_ca(), environment);
  profile.tls_cert = Expanded(entry.tls_cert(), environment);
  profile.tls_key = Expanded(entry.tls_key(), environment);
  profile.token_file = Expanded(entry.token_file(), environment);
  return profile;
}

Result<Profile> Find(const File& file, const std::string& path, const std::string& name,
                     const Environment& environment) {
  std::string names;
  for (const Entry& entry : file.profiles()) {
    if (entry.name() == name) return FromEntry(entry, environment);
    names += (names.empty() ? "" : ", ") + Printable(entry.name());
  }
  return Wrong("NO_PROFILE", Format("there is no profile '{}' in {}, which {}", Printable(name),
                                    path, names.empty() ? "has none" : "has " + names));
}

}  // namespace

Result<Profile> NamedProfile(const std::string& path, const std::string& name,
                             const Environment& environment, FileSystem& files) {
  if (path.empty() || !files.Exists(path)) {
    return Wrong("NO_PROFILE",
                 Format("there is no profile '{}': there is no file {}", Printable(name),
                        path.empty() ? "~/.config/hypnos/profiles.yaml" : path));
  }
  HYPNOS_ASSIGN_OR_RETURN(const File file, Read(path, files));
  return Find(file, path, name, environment);
}

Result<std::optional<Profile>> DefaultProfile(const std::string& path,
                                              const Environment& environment, FileSystem& files) {
  if (path.empty() || !files.Exists(path)) return std::optional<Profile>();
  HYPNOS_ASSIGN_OR_RETURN(const File file, Read(path, files));
  if (file.default_profile().empty()) return std::optional<Profile>();
  HYPNOS_ASSIGN_OR_RETURN(Profile profile, Find(file, path, file.default_profile(), environment));
  return std::optional(std::move(profile));
}

}  // namespace hypnos::cli
