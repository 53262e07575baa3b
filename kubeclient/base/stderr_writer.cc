#include "kubeclient/base/stderr_writer.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <utility>

#include "kubeclient/base/cut_text.h"

namespace windlass {
namespace {

// How long the destructor waits for the reader of the pipe to take the kept lines.
constexpr std::chrono::seconds kLastLinesMax{1};
// How long the thread waits for room in the pipe. After each wait it checks whether the writer is
// being destroyed.
constexpr int kLookMs = 100;

std::atomic<uint64_t> lines_dropped = 0;

// Waits up to `wait_ms`. Returns true if `fd` takes PIPE_BUF bytes without blocking, or if a write
// would fail at once.
bool HasRoom(int fd, int wait_ms) {
  pollfd one{fd, POLLOUT, 0};
  return poll(&one, 1, wait_ms) > 0;
}

// Returns the beginning of `line`, and a mark. Example: a line of 300,000 bytes and a newline
// becomes its first 262,144 bytes, "… (37856 bytes left out)" and a newline.
std::string CutLine(std::string_view line) {
  line.remove_suffix(1);
  const std::string_view kept = CutText(line, kLogLineBytesMax);
  return std::string(kept) + "… (" + std::to_string(line.size() - kept.size()) +
         " bytes left out)\n";
}

}  // namespace

uint64_t LogLinesDropped() { return lines_dropped; }

StderrWriter::StderrWriter(int fd, std::function<std::string(uint64_t count)> dropped_line)
    : fd_(fd), dropped_line_(std::move(dropped_line)) {}

StderrWriter::~StderrWriter() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  kept_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StderrWriter::Write(std::string_view line) {
  if (line.size() > kLogLineBytesMax) return Keep(CutLine(line));
  Keep(line);
}

void StderrWriter::Keep(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (!Fits(line)) {
    ++dropped_;
    ++lines_dropped;
    return;
  }
  buffer_.append(line);
  if (Flush() || stopping_) return;
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  kept_.notify_all();
}

bool StderrWriter::Fits(std::string_view line) const {
  return buffer_.size() - written_ + line.size() <= kKeptBytesMax && dropped_ == 0;
}

// Writes as many of the kept lines as the pipe has room for. Returns true if all are written.
// Does not block, because a pipe that has room takes at least PIPE_BUF bytes. The caller must hold
// the mutex.
bool StderrWriter::Flush() {
  while (written_ < buffer_.size() && HasRoom(fd_, 0)) {
    const size_t size = std::min<size_t>(buffer_.size() - written_, PIPE_BUF);
    const ssize_t taken = write(fd_, buffer_.data() + written_, size);
    if (taken < 0 && (errno == EINTR || errno == EAGAIN)) break;
    if (taken < 0) DropKept();  // the pipe is broken: no process will read it
    if (taken > 0) written_ += static_cast<size_t>(taken);
    if (written_ == buffer_.size()) TellDropped();
  }
  return written_ == buffer_.size();
}

// Call when all kept lines have been written. Empties the buffer. If lines were dropped, the buffer
// then gets one line, which says how many.
void StderrWriter::TellDropped() {
  buffer_.clear();
  written_ = 0;
  if (dropped_ > 0) buffer_ = dropped_line_(dropped_);
  dropped_ = 0;
}

void StderrWriter::DropKept() {
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(written_);
  lines_dropped += static_cast<uint64_t>(std::count(from, buffer_.end(), '\n'));
  written_ = buffer_.size();
  dropped_ = 0;
}

// Runs on the writer's own thread: waits until a line is kept and the pipe has room, and writes.
void StderrWriter::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (Flush()) {
      kept_.wait(lock, [this] { return stopping_ || written_ < buffer_.size(); });
      continue;
    }
    lock.unlock();
    HasRoom(fd_, kLookMs);
    lock.lock();
  }
  const auto until = std::chrono::steady_clock::now() + kLastLinesMax;
  while (!Flush() && std::chrono::steady_clock::now() < until) {
    lock.unlock();
    HasRoom(fd_, kLookMs);
    lock.lock();
  }
}

}  // namespace windlass
