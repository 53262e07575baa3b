// Cells: what a text takes of a terminal's line, and that no text of others moves the terminal.
#include "cmd/kubectl-windlass/cells.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

#include "cmd/kubectl-windlass/console.h"
#include "test/catch.h"
#include "test/property.h"

namespace windlass::cli::cells_test {
namespace {

TEST_CASE("Combining characters take no cell, and wide ones two") {
  struct Row {
    std::string text;
    size_t cells;
  };
  const Row row = GENERATE(values<Row>({{"", 0},
                                        {"web", 3},
                                        {"├─ …", 4},
                                        {"cafe\u0301", 4},  // the accent stands on the e
                                        {"日本", 4},
                                        {"🚀!", 3},
                                        {"a\u200bb", 2},
                                        {"\xff\xfe", 2}}));
  CAPTURE(row.text);
  CHECK(CellsOf(row.text) == row.cells);
}

TEST_CASE("What a terminal would obey becomes a blank, and what is not UTF-8 a question mark") {
  struct Row {
    std::string text;
    std::string printed;
    std::string ascii;
  };
  const Row row = GENERATE(values<Row>({
      {"plain text", "plain text", "plain text"},
      {"two\nlines\tand\ra tab", "two lines and a tab", "two lines and a tab"},
      {"\x1b[31mred\x1b[2J", " [31mred [2J", " [31mred [2J"},
      {"\x1b]0;title\x07", " ]0;title ", " ]0;title "},
      {"a\u009b2Jb", "a 2Jb", "a 2Jb"},  // CSI in one character
      {"a\u2028b\u202ec\u2066d", "a b c d", "a b c d"},
      {std::string("a\0b\x7f", 4), "a b ", "a b "},
      {"caf\xe9", "caf?", "caf?"},
      {"\xe6\x97", "??", "??"},
      {"\xed\xa0\x80", "???", "???"},        // half of a surrogate pair
      {"\xf4\x90\x80\x80", "????", "????"},  // beyond the last character
      {"\xc0\x80", "??", "??"},              // a longer form than needed
      {"日本 cafe\u0301…", "日本 cafe\u0301…", "?? cafe..."},
  }));
  CAPTURE(row.text);
  CHECK(Printable(row.text) == row.printed);
  CHECK(Printable(row.text, /*ascii=*/true) == row.ascii);
}

TEST_CASE("Words are kept whole where they fit") {
  using Lines = std::vector<std::string>;
  struct Row {
    std::string text;
    size_t first;
    size_t rest;
    Lines lines;
  };
  const Row row = GENERATE(values<Row>({
      {"", 5, 5, {""}},
      {"no such tag: v123456789", 12, 6, {"no such tag:", "v12345", "6789"}},
      {"a b  c", 10, 10, {"a b  c"}},
      {"  indented text", 10, 8, {"  indented", "text"}},
      {"one two", 3, 3, {"one", "two"}},
      {"one two   ", 3, 3, {"one", "two"}},
      {"日本語 日本", 5, 5, {"日本", "語", "日本"}},
      {"xe\u0301e\u0301e\u0301", 2, 2, {"xe\u0301", "e\u0301e\u0301"}},
      {"日", 1, 1, {"日"}},  // no room at all
  }));
  CAPTURE(row.text);
  CHECK(Wrap(row.text, row.first, row.rest) == row.lines);
}

TEST_CASE("Whatever is written, its lines fit, and the terminal obeys none of it") {
  CheckProperty("lines of any text", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("a", "web", " ", "  ", "\n", "\x1b[2J", "\x07", "\u0301",
                                      "日", "🚀", "\xff", "\xe6\x97", "\u009b", "…", "\u202e"));
    const auto first = *rc::gen::inRange<size_t>(2, 12);
    const auto rest = *rc::gen::inRange<size_t>(2, 12);
    const bool ascii = *rc::gen::arbitrary<bool>();
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    std::string line = Printable(text, ascii);
    RC_ASSERT(Printable(line, ascii) == line);
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      RC_ASSERT(byte >= ' ' && byte != 0x7F && (byte < 0x80 || !ascii));
    }
    std::string joined;
    const std::vector<std::string> lines = Wrap(line, first, rest);
    for (size_t i = 0; i < lines.size(); ++i) {
      RC_ASSERT(CellsOf(lines[i]) <= (i == 0 ? first : rest));
      joined += lines[i];
    }
    std::erase(joined, ' ');
    std::erase(line, ' ');
    RC_ASSERT(joined == line);
  });
}

TEST_CASE("A text is cut between characters") {
  CHECK(Cut("日本", 3) == "日");
  CHECK(Cut("cafe\u0301s", 4) == "cafe\u0301");
  CHECK(Cut("web", 9) == "web");
  CHECK(Cut("web", 0).empty());
}

TEST_CASE("The name of a locale says whether it is UTF-8") {
  for (const char* name : {"C.UTF-8", "C.utf8", "de_DE.UTF-8@euro", "UTF-8"}) {
    CHECK(IsUtf8(name));
  }
  for (const char* name : {"", "C", "POSIX", "de_DE", "de_DE@euro", "ja_JP.eucJP", "C.ISO8859-1"}) {
    CHECK_FALSE(IsUtf8(name));
  }
}

TEST_CASE("Lines, errors and warnings give a terminal nothing to obey") {
  Console console;
  std::string written;
  console.out = console.message = [&written](std::string_view text) { written += text; };
  console.Line("one\x1b[2Jline\nand café");
  console.Error("what\x1b[2J\nwhy");
  console.Warning("\x9b");
  CHECK(written == "one [2Jline and café\nerror: what [2J\nwhy\nWarning: ?\n");
  written.clear();
  console.ascii = true;
  console.Line("café");  // a pipe: the reader decides
  console.terminal = true;
  console.Line("café");
  CHECK(written == "café\ncaf?\n");
}

TEST_CASE("A write to a full disk is not taken for a success") {
  int file = open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  const size_t length = GENERATE(size_t{10}, size_t{1'000'000});
  CHECK(WriteText(file, std::string(length, 'x')) == "no space left on device");
  close(file);
  file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  CHECK(WriteText(file, "x").empty());
  close(file);
}

// Programs that share a terminal, or the pipe of a CI system, share its mode, too.
TEST_CASE("A full pipe that another program made non-blocking is waited for") {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  REQUIRE(fcntl(ends[0], F_SETFL, 0) == 0);  // only the end for writing is non-blocking
  std::string text;
  for (int line = 0; line < 100'000; ++line) text += std::to_string(line) + '\n';
  std::string arrived;
  std::thread reader([&] {
    char part[4096];
    for (ssize_t size = 0; (size = read(ends[0], part, sizeof part)) > 0;) {
      arrived.append(part, static_cast<size_t>(size));
    }
  });
  const std::string why = WriteText(ends[1], text);
  close(ends[1]);
  reader.join();
  close(ends[0]);
  CHECK(why.empty());
  CHECK((arrived == text));  // without the texts, which are long
}

}  // namespace
}  // namespace windlass::cli::cells_test
