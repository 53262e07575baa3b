// Cuts a response into lines. The network thread puts bytes in; the core thread takes lines out.
//
//   network ── Put(bytes) ──▶ [ partial line │ waiting lines │ rest ] ── Deliver(16) ──▶ core
//
// Guarantees, however the network divides the bytes:
//   - Lines come in order and without their '\n'. After each line there are kLinePaddingBytes
//     readable zeros, because simdjson reads ahead. Empty lines are left out. A last line without
//     '\n' is never delivered.
//   - Memory is bounded, whatever the server sends. Once the waiting lines have
//     Limits::waiting_bytes_max bytes, Put returns kLater, and the bytes that have no room stay in
//     the caller's buffer.
//   - If a line is longer than Limits::line_bytes_max, only its head is kept and delivered, and the
//     rest is skipped. A line longer than Limits::line_skip_bytes_max closes the connection.
//   - Before HeadersArrived, Put takes no bytes and returns kLater, because only the status shows
//     whether the body is lines or an error.
//   - At most one announcement is outstanding: `lines_arrived` is called again only after a Deliver
//     has returned false.
// Thread-safe. Callbacks are called without the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// What became of bytes that the network thread put into a ByteSink.
enum class Taken : uint8_t {
  kAll,      // the sink took the bytes: put the next ones
  kLater,    // read nothing more from the socket until the sink calls `resume`
  kRefused,  // the sink wants no more bytes: close the connection
};

// Where the network thread puts the bytes of a response.
class ByteSink {
 public:
  // After kLater the sink calls `resume` exactly once, on any thread. `more` is true to ask for the
  // next bytes, and false to close the connection.
  using Resume = std::function<void(bool more)>;

  virtual ~ByteSink() = default;

  // Network thread; one call at a time. After kLater the caller keeps `bytes` readable until the
  // sink calls `resume`.
  virtual Taken Put(std::string_view bytes, Resume resume) = 0;
};

// Collects the body of one reply, up to `bytes_max`. The network thread fills it. Read it only
// after the exchange has ended.
class BodySink final : public ByteSink {
 public:
  explicit BodySink(size_t bytes_max = kBodyBytesMax) : bytes_max_(bytes_max) {}

  Taken Put(std::string_view bytes, Resume) override {
    if (bytes.size() > bytes_max_ - body_.size()) {
      too_large_ = true;
      return Taken::kRefused;
    }
    body_.append(bytes);
    return Taken::kAll;
  }

  bool too_large() const { return too_large_; }
  std::string Take() { return std::move(body_); }

 private:
  const size_t bytes_max_;
  std::string body_;
  bool too_large_ = false;
};

// How many bytes of one stream's lines may wait for the core thread. At this limit the socket is
// not read, so that the server has to wait (back-pressure).
inline constexpr size_t kLineSinkBytesMax = size_t{1} << 20U;

class LineSink final : public ByteSink {
 public:
  struct Limits {
    // The total size of the complete lines that wait for Deliver, with kLineOverheadBytes for each.
    size_t waiting_bytes_max = kLineSinkBytesMax;
    size_t line_bytes_max = kLineBytesMax;
    size_t line_head_bytes = kLineHeadBytes;
    size_t line_skip_bytes_max = kLineSkipBytesMax;
    size_t error_body_bytes_max = kErrorBodyBytesMax;
  };

  // `clock` must outlive the sink and be thread-safe. `lines_arrived` is called on the network
  // thread when lines wait for Deliver; it may be null.
  LineSink(const Clock& clock, Limits limits, std::function<void()> lines_arrived);

  // --- network threads ---
  Taken Put(std::string_view bytes, Resume resume) override;
  // If `error` is true, the body belongs to an error response: up to Limits::error_body_bytes_max
  // of it are kept, and it is not cut into lines.
  void HeadersArrived(bool error);

  // --- core thread ---
  // Calls `on_line` for up to `most` lines, with the text and the length of the line. If only the
  // head of a line was kept, passes the text of the head and the length of the whole line.
  // Returns true if more lines wait. Then call Deliver again: `lines_arrived` is not called for
  // these lines. `on_line` is allowed to call Abort.
  bool Deliver(int most, const std::function<void(std::string_view, size_t)>& on_line);
  // Drops all lines that wait, calls `resume(false)` if a Put waits, and refuses later Puts.
  // Idempotent.
  void Abort();
  // Returns when the server last sent something; bytes of an error body do not count.
  // While lines wait for Deliver, or a Put waits, returns the current time, because then the server
  // waits for us.
  MonotonicTime SilentSince() const;

  // --- any thread ---
  bool has_lines() const;
  bool line_without_end() const;  // true if a line above line_skip_bytes_max closed the connection
  std::string error_body() const;
  size_t bytes() const;       // held now: the unfinished line, and the lines that wait
  size_t bytes_peak() const;  // the most that were ever held

 private:
  enum class Mode : uint8_t { kUndecided, kLines, kErrorBody, kClosed };

  struct Line {
    std::string text;  // with its padding
    size_t length;     // of the whole line, without padding
  };

  // What to do once the lock is released: call `resume(more)` if it is set, and announce lines.
  struct Afterwards {
    Resume resume;
    bool more = false;
    bool announce = false;
  };

  Taken TakeRest();
  void SplitRest();
  void Keep(std::string_view piece);
  void EndLine();
  Taken KeepErrorBody();
  Afterwards Settle(Taken taken);
  void Do(const Afterwards& afterwards) const;

  const Clock& clock_;
  const Limits limits_;
  const std::function<void()> lines_arrived_;

  mutable std::mutex mutex_;  // guards everything below
  Mode mode_ = Mode::kUndecided;
  std::deque<Line> lines_;
  size_t waiting_bytes_ = 0;
  std::string partial_;    // a line whose '\n' has not arrived yet, or its head
  size_t length_ = 0;      // of that line so far
  std::string_view rest_;  // bytes in the buffer of a Put that waits
  Resume resume_;          // of that Put; null when none waits
  bool announced_ = false;
  bool without_end_ = false;
  std::string error_body_;
  MonotonicTime last_byte_;
  size_t bytes_peak_ = 0;
};

// Memory of a waiting line beyond its characters. Padding: the zeros after the line. Overhead: the
// padding, and the std::string that holds the line.
inline constexpr size_t kLinePaddingBytes = 64;
inline constexpr size_t kLineOverheadBytes = kLinePaddingBytes + sizeof(std::string);

}  // namespace windlass
