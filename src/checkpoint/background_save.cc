#include "hypnos/checkpoint/background_save.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kForks = false;
#else
constexpr bool kForks = true;
#endif

Error NoChild(const std::string& why) {
  return {Code::kUnavailable, "NO_CHILD", "cannot save beside the work that goes on: " + why};
}

// What a child has to say, in fields that end in a zero byte:
//   name, bytes | "", code, reason, message
std::string Told(const Result<CheckpointInfo>& saved) {
  std::string text;
  const auto field = [&](const std::string& value) { text += value + '\0'; };
  if (saved.ok()) {
    field(saved->name);
    field(Format("{}", saved->bytes));
    return text;
  }
  field("");
  field(Format("{}", static_cast<int>(saved.error().code)));
  field(saved.error().reason);
  field(saved.error().message);
  return text;
}

Result<CheckpointInfo> Understood(const std::string& told, CheckpointFacts facts) {
  std::vector<std::string> fields;
  for (size_t at = 0; at < told.size();) {
    const size_t end = told.find('\0', at);
    if (end == std::string::npos) break;
    fields.push_back(told.substr(at, end - at));
    at = end + 1;
  }
  const auto number = [&](size_t field) {
    uint64_t value = 0;
    std::from_chars(fields[field].data(), fields[field].data() + fields[field].size(), value);
    return value;
  };
  if (fields.size() == 2) return CheckpointInfo{fields[0], number(1), std::move(facts)};
  if (fields.size() == 4) return Error{static_cast<Code>(number(1)), fields[2], fields[3]};
  return NoChild("the process that was to do it has ended before it was done");
}

void WriteAll(int descriptor, const std::string& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno != EINTR) return;
    if (count > 0) done += static_cast<size_t>(count);
  }
}

std::string ReadAll(int descriptor) {
  std::string bytes;
  char buffer[4096];
  while (true) {
    const ssize_t count = read(descriptor, buffer, sizeof(buffer));
    if (count > 0) bytes.append(buffer, static_cast<size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return bytes;
  }
}

// Descriptors of the parent would keep its connections open after it has closed them.
void CloseAllBut(int kept) {
  const auto last = static_cast<unsigned>(kept);
  if (kept > 3) syscall(SYS_close_range, 3U, last - 1, 0U);
  syscall(SYS_close_range, last + 1, ~0U, 0U);
}

// What is thrown must not leave: behind it there is another daemon, without its threads.
[[noreturn]] void RunChild(int write_end, pid_t parent, CheckpointFolder& folder,
                           const CheckpointFacts& facts, const StatePicture& state) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  // Whoever stops the daemon from a terminal tells all its processes; this one ends by itself.
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) signal(number, SIG_IGN);
  CloseAllBut(write_end);
  // What waits for memory bandwidth or a disk waits less than this.
  (void)!nice(5);
  try {
    WriteAll(write_end, Told(folder.Save(facts, state)));
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

}  // namespace

BackgroundSave::~BackgroundSave() {
  if (child_ < 0) return;
  kill(child_, SIGKILL);
  (void)Wait();
}

Status BackgroundSave::Start(CheckpointFolder& folder, const CheckpointFacts& facts,
                             const StatePicture& state) {
  HYPNOS_CHECK(child_ < 0 && !done_);
  if (!kForks) {
    done_ = folder.Save(facts, state);
    return {};
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return NoChild(std::strerror(errno));
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) RunChild(ends[1], parent, folder, facts, state);
  const int failed = errno;
  close(ends[1]);
  if (child < 0) {
    close(ends[0]);
    return NoChild(std::strerror(failed));
  }
  child_ = child;
  read_end_ = ends[0];
  facts_ = facts;
  return {};
}

Result<CheckpointInfo> BackgroundSave::Wait() {
  if (done_) return *std::exchange(done_, std::nullopt);
  HYPNOS_CHECK(child_ >= 0);
  const std::string told = ReadAll(read_end_);
  close(std::exchange(read_end_, -1));
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return Understood(told, std::move(facts_));
}

}  // namespace hypnos
