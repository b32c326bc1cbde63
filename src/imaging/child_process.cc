#include "imaging/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr int kMomentMilliseconds = 500;
// Above the numbers that children give to what they inherit, so that none overwrites another.
constexpr int kOutOfTheWay = 64;

// Those that could not be reaped in time.
class LeftBehind {
 public:
  void Add(pid_t pid) {
    const std::lock_guard lock(mutex_);
    pids_.push_back(pid);
  }
  void Reap() {
    const std::lock_guard lock(mutex_);
    std::erase_if(pids_, [](pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; });
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

LeftBehind& left_behind() {
  static LeftBehind instance;
  return instance;
}

// Whether it has ended within a moment; then its status.
std::optional<int> WaitAMoment(pid_t pid) {
  int status = 0;
  for (int i = 0; i < kMomentMilliseconds; ++i) {
    const pid_t reaped = waitpid(pid, &status, WNOHANG);
    if (reaped == pid) return status;
    if (reaped < 0) return 0;  // nothing to wait for
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::nullopt;
}

class SpawnFiles {
 public:
  SpawnFiles() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;

  bool Inherit(const ChildProcess::Inherited& file) {
    Descriptor copy(fcntl(file.ours, F_DUPFD_CLOEXEC, kOutOfTheWay));
    if (!copy.valid()) return false;
    copies_.push_back(std::move(copy));
    return posix_spawn_file_actions_adddup2(&actions_, copies_.back().number(), file.theirs) == 0;
  }
  void Void(int theirs) {
    posix_spawn_file_actions_addopen(&actions_, theirs, "/dev/null", O_RDWR, 0);
  }
  void CloseFrom(int theirs) { posix_spawn_file_actions_addclosefrom_np(&actions_, theirs); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
  std::vector<Descriptor> copies_;
};

class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// Without what configures hypnosd, which may hold a password: whoever can look into the one process
// need not be able to look into the other.
std::vector<char*> EnvironmentForChildren() {
  std::vector<char*> kept;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    // Nor what the service manager has told the one process.
    const bool of_daemon = text.starts_with("HYPNOS_") || text.starts_with("NOTIFY_SOCKET=") ||
                           text.starts_with("WATCHDOG_");
    if (!of_daemon) kept.push_back(*variable);
  }
  kept.push_back(nullptr);
  return kept;
}

Error CannotStart(const std::string& program, const char* why) {
  return {
      Code::kUnavailable, "NO_CAPTURE_PROGRAM",
      Format("cannot start '{}', which reads cameras and streams and belongs beside hypnosd: {}",
             program, why)};
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (valid()) close(number_);
    number_ = other.Release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (valid()) close(number_);
}

Result<ChildProcess> ChildProcess::Start(const std::string& program,
                                         std::span<const Inherited> inherited) {
  left_behind().Reap();
  SpawnFiles files;
  files.Void(STDIN_FILENO);
  files.Void(STDOUT_FILENO);
  int first_unused = STDERR_FILENO + 1;
  for (const Inherited& file : inherited) {
    if (!files.Inherit(file)) return CannotStart(program, std::strerror(errno));
    first_unused = std::max(first_unused, file.theirs + 1);
  }
  // Not all that this process has open closes itself: sockets of clients would live on in a child.
  files.CloseFrom(first_unused);
  const SpawnAttributes attributes;
  std::string name = program;
  const std::array<char*, 2> arguments = {name.data(), nullptr};
  pid_t pid = 0;
  std::vector<char*> environment = EnvironmentForChildren();
  const int failed = posix_spawn(&pid, program.c_str(), files.get(), attributes.get(),
                                 arguments.data(), environment.data());
  if (failed != 0) return CannotStart(program, std::strerror(failed));
  return ChildProcess(pid);
}

ChildProcess::~ChildProcess() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  if (!WaitAMoment(pid_)) left_behind().Add(pid_);
}

ChildProcess::End ChildProcess::Ended() {
  const auto status = pid_ == 0 ? std::nullopt : WaitAMoment(pid_);
  if (!status) return {.how = "closed its socket"};
  pid_ = 0;
  if (WIFSIGNALED(*status)) {
    return {.how = Format("was ended by signal {}", WTERMSIG(*status))};
  }
  const int code = WEXITSTATUS(*status);
  return {.how = Format("ended with exit code {}", code), .exit_code = code};
}

}  // namespace hypnos
