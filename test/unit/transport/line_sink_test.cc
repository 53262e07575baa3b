// LineSink alone: the same lines however the bytes are divided, and its limits.
#include "kubeclient/transport/line_sink.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

#include "test/catch.h"
#include "test/property.h"
#include "test/support/manual_clock.h"

namespace windlass::line_sink_test {
namespace {

using Lines = std::vector<std::string>;

// A sink, with the network's and the core's end on one thread.
struct Pipe {
  explicit Pipe(LineSink::Limits limits = {}) : sink(clock, limits, [this] { ++announced; }) {}

  // The network's end: true when more may be put. A held-back piece stays readable.
  Taken Put(std::string bytes) {
    kept.push_back(std::move(bytes));
    resumed.reset();
    const Taken taken = sink.Put(kept.back(), [this](bool more) {
      REQUIRE_FALSE(resumed.has_value());
      resumed = more;
    });
    if (taken == Taken::kLater) ++pauses;
    return taken;
  }
  bool Deliver(int most = 1000) {
    return sink.Deliver(most, [this](std::string_view line, size_t length) {
      const bool whole = line.size() == length;
      lines.push_back(std::string(line) + (whole ? "" : "… of " + std::to_string(length)));
    });
  }

  ManualClock clock{MonotonicTime{}};
  int announced = 0;
  int pauses = 0;  // how often Put returned kLater
  LineSink sink;
  std::deque<std::string> kept;
  std::optional<bool> resumed;
  Lines lines;
};

// Returns the lines of a text, in the simplest way.
Lines Split(const std::string& text) {
  Lines lines;
  std::string line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (!line.empty() && line != "\r") lines.push_back(line);
    line.clear();
  }
  return lines;
}

TEST_CASE(
    "any chunking of the same bytes gives the same lines within the same bound (R-027, R-042)") {
  CheckProperty("lines are independent of chunks and of when they are fetched", [] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n', '\r', '\0'));
    const auto sizes = *rc::gen::container<std::vector<uint8_t>>(rc::gen::inRange<uint8_t>(1, 9));
    const auto most = *rc::gen::inRange(1, 4);
    LineSink::Limits limits;
    limits.waiting_bytes_max = *rc::gen::inRange<size_t>(1, 4 * kLineOverheadBytes);
    Pipe pipe(limits);
    pipe.sink.HeadersArrived(false);

    size_t at = 0;
    for (size_t i = 0; at < text.size(); ++i) {
      const size_t size = sizes.empty() ? 3 : sizes[i % sizes.size()];
      const Taken taken = pipe.Put(text.substr(at, size));
      at += size;
      RC_ASSERT(taken != Taken::kRefused);
      if (taken == Taken::kAll && i % 2 == 0) pipe.Deliver(most);
      while (taken == Taken::kLater && !pipe.resumed) {
        RC_ASSERT(pipe.sink.has_lines());  // otherwise the Put would wait for ever
        pipe.Deliver(most);
      }
      RC_ASSERT(pipe.resumed.value_or(true));
    }
    while (pipe.Deliver(most)) {
    }
    RC_ASSERT(pipe.lines == Split(text));
    RC_ASSERT(pipe.sink.bytes_peak() <=
              limits.waiting_bytes_max + text.size() + kLineOverheadBytes);
  });
}

TEST_CASE("64 readable zeros follow each line") {
  Pipe pipe;
  pipe.sink.HeadersArrived(false);
  pipe.Put("split o");
  pipe.Put("ver two\nwhole\n");
  int seen = 0;
  pipe.sink.Deliver(10, [&](std::string_view line, size_t) {
    ++seen;
    const std::string_view behind(line.data() + line.size(), kLinePaddingBytes);
    CHECK(behind == std::string(kLinePaddingBytes, '\0'));
  });
  CHECK(seen == 2);
}

TEST_CASE("bytes wait for the headers, which say what they are") {
  Pipe pipe;
  CHECK(pipe.Put("a\nb\n") == Taken::kLater);
  CHECK_FALSE(pipe.resumed.has_value());
  CHECK(pipe.announced == 0);
  SECTION("lines") {
    pipe.sink.HeadersArrived(false);
    CHECK(pipe.resumed == true);
    CHECK(pipe.announced == 1);
    pipe.Deliver();
    CHECK(pipe.lines == Lines{"a", "b"});
  }
  SECTION("an error body") {
    pipe.sink.HeadersArrived(true);
    CHECK(pipe.resumed == true);
    CHECK(pipe.announced == 0);
    CHECK(pipe.Put("c") == Taken::kAll);
    CHECK(pipe.sink.error_body() == "a\nb\nc");
  }
}

TEST_CASE("a full sink holds the caller back until the core has caught up (R-042)") {
  LineSink::Limits limits;
  limits.waiting_bytes_max = 2 * (kLineOverheadBytes + 4);
  Pipe pipe(limits);
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.Put("1111\n") == Taken::kAll);
  CHECK(pipe.Put("2222\n3333\n4444\n") == Taken::kLater);
  CHECK(pipe.sink.bytes() == limits.waiting_bytes_max);
  CHECK(pipe.pauses == 1);
  CHECK(pipe.Deliver(1));
  CHECK_FALSE(pipe.resumed.has_value());  // 3333 took the room, so 4444 must wait
  CHECK(pipe.Deliver(1));
  CHECK(pipe.resumed == true);
  pipe.Deliver();
  CHECK(pipe.lines == Lines{"1111", "2222", "3333", "4444"});
  CHECK(pipe.sink.bytes() == 0);
  CHECK(pipe.sink.bytes_peak() == limits.waiting_bytes_max);
}

TEST_CASE("empty lines cost nothing: a flood of them is not held back") {
  Pipe pipe;
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.Put(std::string(3'000'000, '\n')) == Taken::kAll);
  CHECK(pipe.sink.bytes_peak() == 0);
}

TEST_CASE("a line is announced once, until the core has fetched everything (R-027)") {
  Pipe pipe;
  pipe.sink.HeadersArrived(false);
  pipe.Put("a\nb\n");
  pipe.Put("c\n");
  CHECK(pipe.announced == 1);
  CHECK(pipe.Deliver(2));  // true: the caller calls Deliver again, without an announcement
  pipe.Put("d\n");
  CHECK(pipe.announced == 1);
  CHECK_FALSE(pipe.Deliver());
  pipe.Put("e\n");
  CHECK(pipe.announced == 2);
}

TEST_CASE(
    "a line above the limit is skipped: its head is delivered, and all others whole (R-027)") {
  LineSink::Limits limits;
  limits.line_bytes_max = 8;
  limits.line_head_bytes = 3;
  Pipe pipe(limits);
  pipe.sink.HeadersArrived(false);
  struct Row {
    std::vector<std::string> pieces;
    std::vector<std::string> lines;
  };
  const Row row = GENERATE(values<Row>({
      {{"ok\n12345678\nz\n"}, {"ok", "12345678", "z"}},
      {{"ok\n123456789\nz\n"}, {"ok", "123… of 9", "z"}},
      {{"ok\n1234", "5678", "\nz\n"}, {"ok", "12345678", "z"}},
      {{"ok\n1234", "5678", "9", "\nz\n"}, {"ok", "123… of 9", "z"}},
      {{"ok\n1", "23456789012345", "67890\nz\n"}, {"ok", "123… of 20", "z"}},
      {{"ok\n1234", "5678", "9"}, {"ok"}},
      {{"123456789\n123456789\n"}, {"123… of 9", "123… of 9"}},
  }));
  for (const std::string& piece : row.pieces) CHECK(pipe.Put(piece) == Taken::kAll);
  CHECK(pipe.sink.bytes() <= 64 * row.lines.size() + 3 * kLineOverheadBytes);
  CHECK_FALSE(pipe.sink.line_without_end());
  pipe.Deliver();
  CHECK(pipe.lines == row.lines);
}

TEST_CASE("a line without an end closes the connection, the lines before it are not lost (R-027)") {
  LineSink::Limits limits;
  limits.line_bytes_max = 4;
  limits.line_head_bytes = 2;
  limits.line_skip_bytes_max = 8;
  const bool waits_outside = GENERATE(false, true);
  if (waits_outside) limits.waiting_bytes_max = 1;
  Pipe pipe(limits);
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.Put("a\n123456789") == (waits_outside ? Taken::kLater : Taken::kRefused));
  CHECK_FALSE(pipe.Deliver());
  if (waits_outside) CHECK(pipe.resumed == false);
  CHECK(pipe.sink.line_without_end());
  CHECK(pipe.lines == std::vector<std::string>{"a"});
}

TEST_CASE("abort drops what waits, releases who waits, refuses the rest") {
  LineSink::Limits limits;
  limits.waiting_bytes_max = 1;
  Pipe pipe(limits);
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.Put("a\nb\n") == Taken::kLater);
  pipe.sink.Abort();
  CHECK(pipe.resumed == false);
  CHECK_FALSE(pipe.Deliver());
  CHECK(pipe.lines.empty());
  CHECK(pipe.sink.bytes() == 0);
  CHECK(pipe.Put("c\n") == Taken::kRefused);
  pipe.sink.Abort();
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.Put("d\n") == Taken::kRefused);
}

TEST_CASE("a handler may abort the sink it is fed from") {
  Pipe pipe;
  pipe.sink.HeadersArrived(false);
  pipe.Put("a\nb\nc\n");
  Lines seen;
  CHECK_FALSE(pipe.sink.Deliver(10, [&](std::string_view line, size_t) {
    seen.emplace_back(line);
    pipe.sink.Abort();
  }));
  CHECK(seen == Lines{"a"});
}

TEST_CASE("silence is the server's, not ours (R-025)") {
  LineSink::Limits limits;
  limits.waiting_bytes_max = 1;
  Pipe pipe(limits);
  const auto at = [](int s) { return MonotonicTime{seconds(s)}; };
  pipe.clock.now = at(1);
  pipe.sink.HeadersArrived(false);
  CHECK(pipe.sink.SilentSince() == at(1));
  pipe.clock.now = at(5);
  CHECK(pipe.Put("a\nb\n") == Taken::kLater);
  pipe.clock.now = at(50);
  CHECK(pipe.sink.SilentSince() == at(50));  // the current time, because we do not read
  pipe.Deliver();
  CHECK(pipe.resumed == true);
  pipe.Deliver();
  pipe.clock.now = at(60);
  CHECK(pipe.sink.SilentSince() == at(50));
  pipe.clock.now = at(70);
  CHECK(pipe.Put("half") == Taken::kAll);
  CHECK(pipe.sink.SilentSince() == at(70));
}

TEST_CASE("an error body gets no more time by trickling in (R-025)") {
  Pipe pipe;
  pipe.clock.now = MonotonicTime{seconds(1)};
  pipe.sink.HeadersArrived(true);
  pipe.clock.now = MonotonicTime{seconds(9)};
  pipe.Put("x");
  CHECK(pipe.sink.SilentSince() == MonotonicTime{seconds(1)});
}

TEST_CASE("BodySink takes up to its limit and not a byte more (BI-74)") {
  BodySink sink(5);
  CHECK(sink.Put("123", nullptr) == Taken::kAll);
  CHECK(sink.Put("45", nullptr) == Taken::kAll);
  CHECK_FALSE(sink.too_large());
  CHECK(sink.Put("6", nullptr) == Taken::kRefused);
  CHECK(sink.too_large());
  CHECK(sink.Take() == "12345");
}

}  // namespace
}  // namespace windlass::line_sink_test
