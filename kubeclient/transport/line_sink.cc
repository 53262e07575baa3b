#include "kubeclient/transport/line_sink.h"

#include <algorithm>

namespace windlass {
namespace {

bool IsBlank(std::string_view line) { return line.empty() || line == "\r"; }

}  // namespace

LineSink::LineSink(const Clock& clock, Limits limits, std::function<void()> lines_arrived)
    : clock_(clock),
      limits_(limits),
      lines_arrived_(std::move(lines_arrived)),
      last_byte_(clock.Now()) {}

Taken LineSink::Put(std::string_view bytes, Resume resume) {
  Afterwards afterwards;
  Taken taken = Taken::kAll;
  {
    const std::scoped_lock lock(mutex_);
    // The bytes of an error body do not move last_byte_. So silence counts from the headers on, and
    // the limit on silence also ends an error body that trickles in byte by byte.
    if (mode_ != Mode::kErrorBody) last_byte_ = clock_.Now();
    rest_ = bytes;
    taken = TakeRest();
    if (taken == Taken::kLater) {
      resume_ = std::move(resume);
    } else {
      rest_ = {};  // taken or refused, so the caller may free `bytes` now
    }
    // Put's return value already tells the caller what to do, so `resume` must not be called.
    // Settle(kLater) does not arrange that call, and only announces lines.
    afterwards = Settle(Taken::kLater);
  }
  Do(afterwards);
  return taken;
}

void LineSink::HeadersArrived(bool error) {
  Afterwards afterwards;
  {
    const std::scoped_lock lock(mutex_);
    if (mode_ != Mode::kUndecided) return;
    mode_ = error ? Mode::kErrorBody : Mode::kLines;
    last_byte_ = clock_.Now();
    afterwards = Settle(TakeRest());
  }
  Do(afterwards);
}

bool LineSink::Deliver(int most, const std::function<void(std::string_view, size_t)>& on_line) {
  for (int delivered = 0; delivered < most; ++delivered) {
    Line line;
    {
      const std::scoped_lock lock(mutex_);
      if (lines_.empty()) break;
      line = std::move(lines_.front());
      lines_.pop_front();
      waiting_bytes_ -= line.text.size() - kLinePaddingBytes + kLineOverheadBytes;
    }
    on_line(std::string_view(line.text.data(), line.text.size() - kLinePaddingBytes), line.length);
  }
  Afterwards afterwards;
  bool more = false;
  {
    const std::scoped_lock lock(mutex_);
    if (resume_) last_byte_ = clock_.Now();  // silence does not count while we do not read
    const Taken taken = TakeRest();
    announced_ = true;  // our return value announces further lines
    afterwards = Settle(taken);
    more = !lines_.empty();
    announced_ = more;
  }
  Do(afterwards);
  return more;
}

void LineSink::Abort() {
  Afterwards afterwards;
  {
    const std::scoped_lock lock(mutex_);
    mode_ = Mode::kClosed;
    lines_.clear();
    waiting_bytes_ = 0;
    partial_ = std::string();
    afterwards = Settle(Taken::kRefused);
  }
  Do(afterwards);
}

MonotonicTime LineSink::SilentSince() const {
  const std::scoped_lock lock(mutex_);
  return lines_.empty() && !resume_ ? last_byte_ : clock_.Now();
}

Taken LineSink::TakeRest() {
  switch (mode_) {
    case Mode::kUndecided: return rest_.empty() ? Taken::kAll : Taken::kLater;
    case Mode::kErrorBody: return KeepErrorBody();
    case Mode::kClosed: return Taken::kRefused;
    case Mode::kLines: break;
  }
  SplitRest();
  if (without_end_) return Taken::kRefused;
  return rest_.empty() ? Taken::kAll : Taken::kLater;
}

void LineSink::SplitRest() {
  while (!rest_.empty() && waiting_bytes_ < limits_.waiting_bytes_max && !without_end_) {
    const size_t end = rest_.find('\n');
    const std::string_view piece = rest_.substr(0, end);
    if (end == std::string_view::npos) {
      Keep(piece);
      rest_ = {};
    } else {
      rest_.remove_prefix(end + 1);
      if (partial_.empty() && IsBlank(piece)) continue;
      partial_.reserve(std::min(partial_.size() + piece.size(), limits_.line_bytes_max) +
                       kLinePaddingBytes);
      Keep(piece);
      EndLine();
    }
    bytes_peak_ = std::max(bytes_peak_, waiting_bytes_ + partial_.size());
  }
}

// Adds `piece` to the line that has no end yet. Of a line above the limit only the head is kept.
void LineSink::Keep(std::string_view piece) {
  const bool skipped = length_ > limits_.line_bytes_max;
  length_ += piece.size();
  without_end_ = length_ > limits_.line_skip_bytes_max;
  if (skipped) return;
  if (length_ <= limits_.line_bytes_max) {
    partial_.append(piece);
    return;
  }
  std::string head = partial_.substr(0, limits_.line_head_bytes);
  head.append(piece.substr(0, limits_.line_head_bytes - head.size()));
  partial_ = std::move(head);  // frees the memory of the part that is not kept
}

void LineSink::EndLine() {
  Line line{std::exchange(partial_, {}), std::exchange(length_, 0)};
  if (without_end_ || IsBlank(line.text)) return;
  waiting_bytes_ += line.text.size() + kLineOverheadBytes;
  line.text.append(kLinePaddingBytes, '\0');
  lines_.push_back(std::move(line));
}

Taken LineSink::KeepErrorBody() {
  const size_t room = limits_.error_body_bytes_max - error_body_.size();
  const bool enough = rest_.size() > room;
  error_body_.append(rest_.substr(0, room));
  rest_ = {};
  return enough ? Taken::kRefused : Taken::kAll;
}

LineSink::Afterwards LineSink::Settle(Taken taken) {
  Afterwards afterwards;
  if (taken != Taken::kLater && resume_) {
    afterwards.resume = std::exchange(resume_, nullptr);
    afterwards.more = taken == Taken::kAll;
  }
  if (taken == Taken::kRefused) rest_ = {};
  if (!lines_.empty() && !announced_) announced_ = afterwards.announce = true;
  return afterwards;
}

void LineSink::Do(const Afterwards& afterwards) const {
  if (afterwards.resume) afterwards.resume(afterwards.more);
  if (afterwards.announce && lines_arrived_) lines_arrived_();
}

bool LineSink::has_lines() const {
  const std::scoped_lock lock(mutex_);
  return !lines_.empty();
}

bool LineSink::line_without_end() const {
  const std::scoped_lock lock(mutex_);
  return without_end_;
}

std::string LineSink::error_body() const {
  const std::scoped_lock lock(mutex_);
  return error_body_;
}

size_t LineSink::bytes() const {
  const std::scoped_lock lock(mutex_);
  return waiting_bytes_ + partial_.size();
}

size_t LineSink::bytes_peak() const {
  const std::scoped_lock lock(mutex_);
  return bytes_peak_;
}

}  // namespace windlass
