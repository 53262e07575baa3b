// A response cut into lines, between the network thread that fills it and the core that empties it.
//
//   network ── Put(bytes) ──▶ [ partial line │ waiting lines │ rest ] ── Deliver(256) ──▶ core
//
// Guarantees, for any chunking of the same bytes:
//   - the same lines, in order, without their '\n', each with kLinePaddingBytes of readable zeros
//   behind
//     it (simdjson reads ahead); empty lines are left out, a line without '\n' is never delivered;
//   - back-pressure: while more than Limits::waiting_bytes_max wait, Put answers kLater and the
//   rest of
//     the caller's bytes stays where it is, so memory is bounded whatever the server sends;
//   - nothing is taken before HeadersArrived: whether bytes are lines or an error body depends on
//   it;
//   - at most one announcement is outstanding: `lines_arrived` is called again only after a Deliver
//   that
//     returned false.
// Thread-safe. Callbacks are called without the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/transport/byte_sink.h"

namespace windlass {

// Bytes of lines that wait for the core, per stream. While more wait, the socket is not read, so
// that the server has to wait (back-pressure).
inline constexpr size_t kLineSinkBytesMax = size_t{1} << 20U;

class LineSink final : public ByteSink {
 public:
  struct Limits {
    size_t waiting_bytes_max = kLineSinkBytesMax;  // of whole lines, their bookkeeping included
    size_t line_bytes_max = kLineBytesMax;
    size_t error_body_bytes_max = kErrorBodyBytesMax;
  };

  // `clock` must be thread-safe.
  LineSink(const Clock& clock, Limits limits, std::function<void()> lines_arrived);

  // --- network threads ---
  Taken Put(std::string_view bytes, Resume resume) override;
  // With `error` the body is kept as it comes, cut at its limit, instead of being split.
  void HeadersArrived(bool error);

  // --- core thread ---
  // Hands over up to `most` lines; true when more are waiting. `on_line` may call Abort.
  bool Deliver(int most, const std::function<void(std::string_view)>& on_line);
  // Drops what waits, releases a Put that waits, refuses every later one. Idempotent.
  void Abort();
  // Since when the server has been silent: not while lines wait or the socket is not being read.
  MonotonicTime SilentSince() const;

  // --- any thread ---
  bool has_lines() const;
  bool line_too_long() const;
  std::string error_body() const;
  size_t bytes() const;  // held now: partial line and waiting lines
  size_t bytes_peak() const;

 private:
  enum class Mode : uint8_t { kUndecided, kLines, kErrorBody, kClosed };

  // What to do after the lock is released.
  struct Afterwards {
    Resume resume;
    bool more = false;
    bool announce = false;
  };

  Taken TakeRest();
  void SplitRest();
  Taken KeepErrorBody();
  Afterwards Settle(Taken taken);
  void Do(const Afterwards& afterwards) const;

  const Clock& clock_;
  const Limits limits_;
  const std::function<void()> lines_arrived_;

  mutable std::mutex mutex_;  // guards everything below
  Mode mode_ = Mode::kUndecided;
  std::deque<std::string> lines_;  // each with its padding
  size_t waiting_bytes_ = 0;
  std::string partial_;    // the beginning of a line whose '\n' has not come yet
  std::string_view rest_;  // the caller's bytes that wait for room
  Resume resume_;          // set while rest_ waits
  bool announced_ = false;
  bool too_long_ = false;
  std::string error_body_;
  MonotonicTime last_byte_;
  size_t bytes_peak_ = 0;
};

// What one waiting line costs beyond its characters.
inline constexpr size_t kLinePaddingBytes = 64;
inline constexpr size_t kLineOverheadBytes = kLinePaddingBytes + sizeof(std::string);

}  // namespace windlass
