// StderrWriter, with a pipe that nobody reads.
#include "kubeclient/base/stderr_writer.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "test/catch.h"

namespace windlass::stderr_writer_test {
namespace {

struct Pipe {
  Pipe() { REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~Pipe() {
    CloseReader();
    close(ends[1]);
  }
  void CloseReader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  // Reads until `end` is the end of what was read.
  std::string ReadUntil(const std::string& end) const {
    std::string text;
    std::array<char, 65536> buffer{};
    while (!text.ends_with(end)) {
      const ssize_t size = read(ends[0], buffer.data(), buffer.size());
      if (size <= 0) return text;
      text.append(buffer.data(), static_cast<size_t>(size));
    }
    return text;
  }

  std::array<int, 2> ends{};  // to read, to write
};

std::string Told(uint64_t count) { return std::to_string(count) + " dropped\n"; }

// "line 7, and then some\n", 1000 bytes.
std::string LineOf(size_t number) {
  std::string line = "line " + std::to_string(number) + " ";
  line.append(999 - line.size(), 'x');
  return line + "\n";
}

TEST_CASE("A line that standard error takes is written at once") {
  const Pipe pipe;
  StderrWriter writer(pipe.ends[1], Told);
  writer.Write("one\n");
  CHECK(pipe.ReadUntil("\n") == "one\n");
}

TEST_CASE("Nobody reads: writing goes on, and what is kept comes later, in order") {
  const Pipe pipe;
  std::string expected;
  StderrWriter writer(pipe.ends[1], Told);
  for (size_t i = 0; i < 500; ++i) {  // a pipe holds 64 KiB
    writer.Write(LineOf(i));
    expected += LineOf(i);
  }
  CHECK(pipe.ReadUntil(LineOf(499)) == expected);
  writer.Write("after\n");
  CHECK(pipe.ReadUntil("\n") == "after\n");
}

TEST_CASE("Lines beyond 1 MiB are dropped, and a line says how many") {
  const uint64_t before = LogLinesDropped();
  const Pipe pipe;
  StderrWriter writer(pipe.ends[1], Told);
  for (size_t i = 0; i < 2000; ++i) writer.Write(LineOf(i));
  const uint64_t dropped = LogLinesDropped() - before;
  REQUIRE(dropped > 800);
  REQUIRE(dropped < 1000);
  const std::string text = pipe.ReadUntil(" dropped\n");
  CHECK(text.ends_with("\n" + Told(dropped)));
  CHECK(static_cast<uint64_t>(std::ranges::count(text, '\n')) == 2000 - dropped + 1);
  writer.Write("after\n");
  CHECK(pipe.ReadUntil("\n") == "after\n");
}

TEST_CASE("A line of 2 MiB is cut, and later lines are written (BI-75)") {
  const uint64_t before = LogLinesDropped();
  const Pipe pipe;
  StderrWriter writer(pipe.ends[1], Told);
  constexpr size_t kLong = size_t{2} << 20U;
  writer.Write(std::string(kLong - 1, 'x') + "\n");
  writer.Write("after\n");
  REQUIRE(LogLinesDropped() == before);  // else nothing comes
  const std::string text = pipe.ReadUntil("after\n");
  const std::string left_out = std::to_string(kLong - 1 - kLogLineBytesMax);
  CHECK(text ==
        std::string(kLogLineBytesMax, 'x') + "… (" + left_out + " bytes left out)\nafter\n");
}

TEST_CASE("A process ends although nobody reads what it said") {
  const Pipe pipe;
  StderrWriter writer(pipe.ends[1], Told);
  for (size_t i = 0; i < 500; ++i) writer.Write(LineOf(i));
}

TEST_CASE("Lines are dropped if the reader is gone") {
  const uint64_t before = LogLinesDropped();
  Pipe pipe;
  StderrWriter writer(pipe.ends[1], Told);
  pipe.CloseReader();
  signal(SIGPIPE, SIG_IGN);  // as cmd/windlass/signals.cc does
  writer.Write("one\n");
  CHECK(LogLinesDropped() == before + 1);
}

}  // namespace
}  // namespace windlass::stderr_writer_test
