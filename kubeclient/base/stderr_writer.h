// StderrWriter: writes lines to a pipe, and never waits for the process that reads the pipe.
//
// A container's standard error is a pipe. A plain write would block the logging thread once 64 KiB
// are unread.
//   - If the pipe has room, the writer writes the line at once.
//   - Otherwise it keeps the line. A thread, started at the first such line, writes the kept lines
//     as soon as the pipe has room.
//   - If the kept lines would exceed kKeptBytesMax, it drops all further lines until the kept lines
//     are written. Then it writes a line that says how many lines it dropped.
//   - If the pipe is broken, it drops the kept lines.
//   - It cuts a line that is longer than kLogLineBytesMax. A line longer than kKeptBytesMax would
//     never fit (BI-75).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace windlass {

// The most bytes of lines that a writer keeps: about 3,000 lines.
inline constexpr size_t kKeptBytesMax = size_t{1} << 20U;

// The most bytes of a line that a writer writes. Much less than kKeptBytesMax, so that one long
// line leaves room for others.
inline constexpr size_t kLogLineBytesMax = kKeptBytesMax / 4;

// Returns how many lines the writers of this process have dropped.
uint64_t LogLinesDropped();

// Thread-safe.
class StderrWriter {
 public:
  // `fd` must stay open. `dropped_line` returns a line such as "7 lines were dropped", for a
  // `count` of 7.
  StderrWriter(int fd, std::function<std::string(uint64_t count)> dropped_line);
  // Gives the reader of the pipe a second to take the kept lines, and drops the rest.
  ~StderrWriter();
  StderrWriter(const StderrWriter&) = delete;
  StderrWriter& operator=(const StderrWriter&) = delete;

  // Writes `line`, which ends in a newline. Returns at once. If `line` is longer than
  // kLogLineBytesMax, writes its beginning, and says how many bytes it leaves out.
  void Write(std::string_view line);

 private:
  void Keep(std::string_view line);
  bool Flush();
  bool Fits(std::string_view line) const;
  void TellDropped();
  void DropKept();
  void Run();

  const int fd_;
  const std::function<std::string(uint64_t count)> dropped_line_;
  std::mutex mutex_;
  std::condition_variable kept_;
  // Guarded by mutex_:
  std::string buffer_;
  size_t written_ = 0;    // bytes of buffer_ that are written
  uint64_t dropped_ = 0;  // dropped lines that no line has reported yet
  bool stopping_ = false;
  std::thread thread_;  // started when the first line is kept
};

}  // namespace windlass
