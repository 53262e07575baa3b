// The network gives a LineSink a stream in pieces of any size, while the core empties the sink at
// any pace. The lines are those of the stream in one piece.
#include <algorithm>
#include <string>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/random.h"
#include "kubeclient/transport/line_sink.h"
#include "test/fuzz/input.h"
#include "test/support/draw.h"

namespace windlass::fuzz {
namespace {

struct StoppedClock final : Clock {
  MonotonicTime Now() const override { return {}; }
  WallTime Wall() const override { return {}; }
  int64_t WallMicros() const override { return 0; }
};

struct Outcome {
  std::vector<std::string> lines;  // of a line that is skipped: its head and its length
  bool without_end = false;
  bool operator==(const Outcome&) const = default;
};

std::string Skipped(std::string_view head, size_t length) {
  return std::string(head) + "… of " + std::to_string(length);
}

// Returns what the contract of LineSink says, in the simplest way.
Outcome Split(std::string_view stream, const LineSink::Limits& limits) {
  Outcome outcome;
  while (!stream.empty()) {
    const size_t end = stream.find('\n');
    const std::string_view line = stream.substr(0, end);
    if (line.size() > limits.line_skip_bytes_max) {
      outcome.without_end = true;
      break;
    }
    if (end == std::string_view::npos) break;
    if (line.size() > limits.line_bytes_max) {
      outcome.lines.push_back(Skipped(line.substr(0, limits.line_head_bytes), line.size()));
    } else if (!line.empty() && line != "\r") {
      outcome.lines.emplace_back(line);
    }
    stream.remove_prefix(end + 1);
  }
  return outcome;
}

// The network and the core take turns at random.
class Exchange {
 public:
  Exchange(LineSink::Limits limits, Random& random)
      : limits_(limits), random_(random), sink_(clock_, limits, [] {}) {}

  Outcome Run(std::string_view stream) {
    const bool headers_first = Below(random_, 2) == 0;
    if (headers_first) sink_.HeadersArrived(false);
    while (!stream.empty() && !refused_) {
      const size_t most = std::min<size_t>(stream.size(), 1 + Below(random_, 40));
      Put(stream.substr(0, most));
      stream.remove_prefix(most);
      if (Below(random_, 3) == 0) Deliver();
    }
    sink_.HeadersArrived(false);
    while (sink_.has_lines()) Deliver();
    outcome_.without_end = sink_.line_without_end();
    const size_t one_line = limits_.line_bytes_max + kLineOverheadBytes;
    WL_ASSERT(sink_.bytes_peak() <= limits_.waiting_bytes_max + 2 * one_line);
    return std::move(outcome_);
  }

 private:
  void Put(std::string_view bytes) {
    bool waiting = true;
    const Taken taken = sink_.Put(bytes, [&](bool more) {
      WL_ASSERT(waiting);  // called exactly once
      waiting = false;
      refused_ = !more;
    });
    if (taken != Taken::kLater) {
      refused_ = taken == Taken::kRefused;
      return;
    }
    sink_.HeadersArrived(false);
    while (waiting) Deliver();
  }

  void Deliver() {
    const int most = 1 + static_cast<int>(Below(random_, 4));
    sink_.Deliver(most, [&](std::string_view line, size_t length) {
      const std::string_view padding(line.data() + line.size(), kLinePaddingBytes);
      WL_ASSERT(padding.find_first_not_of('\0') == std::string_view::npos);
      const bool whole = line.size() == length;
      outcome_.lines.push_back(whole ? std::string(line) : Skipped(line, length));
    });
  }

  const LineSink::Limits limits_;
  Random& random_;
  StoppedClock clock_;
  LineSink sink_;
  Outcome outcome_;
  bool refused_ = false;
};

void Check(std::string_view stream) {
  Random random(FingerprintOf(stream).low);  // the same seed for the same stream
  for (int i = 0; i < 3; ++i) {
    LineSink::Limits limits;
    limits.waiting_bytes_max = 1 + Below(random, 600);
    limits.line_bytes_max = 1 + Below(random, 400);
    limits.line_head_bytes = 1 + Below(random, static_cast<uint32_t>(limits.line_bytes_max));
    limits.line_skip_bytes_max = limits.line_bytes_max + Below(random, 400);
    WL_ASSERT(Exchange(limits, random).Run(stream) == Split(stream, limits));
  }
}

const Target kTarget("line_sink", &Check);

}  // namespace
}  // namespace windlass::fuzz
