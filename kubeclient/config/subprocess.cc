#include "kubeclient/config/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

namespace windlass {
namespace {

// How often we ask whether the program has ended; while no program runs, we do not ask.
// We cannot wait for SIGCHLD instead: the kernel sends it to the process and not to the thread that
// waits.
constexpr Duration kLookAgain = milliseconds(20);
// The most reads from a pipe before we look at the deadline and at `stop` again.
constexpr int kReadsMax = 16;

Error Wrong(std::string what) { return {ErrorKind::kConfig, std::move(what)}; }
Error Failed(const std::string& what, int code) {
  return Wrong(what + ": " + std::generic_category().message(code));
}

class Descriptor {
 public:
  Descriptor() = default;
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void Hold(int fd) {
    Close();
    fd_ = fd;
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;

  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read.Hold(ends[0]);
    write.Hold(ends[1]);
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Starts the program. Returns 0, or the errno value that says why it could not be started.
int Spawn(const Program& program, const Pipe& output, const Pipe& messages, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, output.write.get(), STDOUT_FILENO);
  if (!program.interactive) {
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, messages.write.get(), STDERR_FILENO);
  }
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  // An interactive program stays in our process group. In another group, the kernel would stop it
  // when it reads from the terminal.
  if (!program.interactive) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes, static_cast<short>(flags));

  std::vector<std::string> arguments = program.args;
  arguments.insert(arguments.begin(), program.path);
  std::vector<std::string> environment = program.environment;
  const int failure = posix_spawn(&child, program.path.c_str(), &files, &attributes,
                                  Pointers(arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure;
}

// The state of a pipe after Drain.
enum class Rest : uint8_t { kNothingNow, kPerhapsMore, kClosed };

// Moves the content of the pipe to `into` until `into` has `most` bytes, and drops the rest. Reads
// at most kReadsMax times, so that a program that writes without end cannot keep us here.
Rest Drain(Descriptor& from, std::string& into, size_t most) {
  char buffer[4096];
  for (int reads = 0; reads < kReadsMax; ++reads) {
    const ssize_t got = read(from.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Rest::kNothingNow;
    if (got <= 0) return Rest::kClosed;
    const size_t room = most - std::min(most, into.size());
    into.append(buffer, std::min(room, static_cast<size_t>(got)));
  }
  return Rest::kPerhapsMore;
}

// A running program. If the program has not ended, the destructor kills its whole process group. An
// interactive program is in our own process group (Spawn), so only the program itself is killed.
class Child {
 public:
  Child(pid_t pid, bool has_group) : pid_(pid), has_group_(has_group) {}
  ~Child() {
    if (ended_) return;
    if (has_group_) kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);  // in case the program has not entered its own group yet
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Returns the exit code, or 128 + N after signal N; nullopt while the program runs.
  std::optional<Result<int>> ExitCode() {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
    ended_ = true;  // from now on pid_ may name another process
    if (ended < 0) return Result<int>(Failed("its exit code is not known", errno));
    return Result<int>(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }

 private:
  const pid_t pid_;
  const bool has_group_;
  bool ended_ = false;
};

}  // namespace

Result<ProgramOutput> RunProgram(const Program& program, const Clock& clock, Duration longest,
                                 size_t output_bytes_max, int stop) {
  Pipe output;
  Pipe messages;
  if (!output.Open() || !messages.Open()) return Failed("a pipe cannot be opened", errno);
  const MonotonicTime limit = clock.Now() + longest;
  pid_t pid = 0;
  const int failure = Spawn(program, output, messages, pid);
  if (failure != 0) return Failed("cannot be run", failure);
  Child child(pid, !program.interactive);
  output.write.Close();
  messages.write.Close();

  ProgramOutput result;
  std::optional<Result<int>> exit_code;
  for (;;) {
    // Ask for the exit code before reading: if the program has ended, the reads that follow find
    // the rest of its output. Do not wait for the pipes to close: children that the program leaves
    // behind may keep them open.
    if (!exit_code) exit_code = child.ExitCode();
    if (exit_code && !exit_code->ok()) return exit_code->error();
    const Rest rest = Drain(output.read, result.output, output_bytes_max + 1);
    if (rest == Rest::kClosed) output.read.Close();
    if (Drain(messages.read, result.messages, kExecMessageBytesMax) == Rest::kClosed) {
      messages.read.Close();
    }
    if (result.output.size() > output_bytes_max) {
      return Wrong("wrote more than " + std::to_string(output_bytes_max >> 10U) + " KiB");
    }
    if (exit_code && rest != Rest::kPerhapsMore) {
      result.exit_code = **exit_code;
      return result;
    }
    if (clock.Now() >= limit) {
      const auto whole = std::chrono::duration_cast<seconds>(longest).count();
      return Wrong("did not end within " + std::to_string(whole) + " s");
    }
    pollfd ready[] = {
        {stop, POLLIN, 0}, {output.read.get(), POLLIN, 0}, {messages.read.get(), POLLIN, 0}};
    const auto wait = std::chrono::duration_cast<milliseconds>(kLookAgain).count();
    poll(ready, 3, static_cast<int>(wait));
    if (ready[0].revents != 0) return Error{ErrorKind::kCancelled, "was stopped"};
  }
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kExecMessageBytesMax)) {
    const bool blank = (c >= 0 && c <= ' ') || c == 127;
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace windlass
