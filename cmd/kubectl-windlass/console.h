// Console: where a command writes its texts, and what the command knows about the terminal. Tests
// use a Console that stores the texts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace windlass::cli {

// The size of a terminal in cells.
struct TerminalSize {
  int width = 80;
  int height = 24;

  bool operator==(const TerminalSize&) const = default;
};

struct Console {
  std::function<void(std::string_view)> out;      // standard output
  std::function<void(std::string_view)> message;  // standard error
  // Returns why a text for standard output could not be written, for example "no space left on
  // device"; "" if all texts were written.
  std::function<std::string()> lost = [] { return std::string(); };
  bool terminal = false;  // standard output is a terminal, and TERM is neither empty nor dumb
  bool colour = false;    // `terminal` is true, and NO_COLOR is empty
  bool ascii = false;     // the user's locale is not UTF-8: a terminal gets ASCII texts
  std::function<TerminalSize()> size = [] { return TerminalSize(); };  // the size at this moment

  // Writes `text` as one line. Line, Error and Warning pass the text through Printable, so that no
  // escape sequence in the text reaches the terminal.
  void Line(const std::string& text) const;
  // Writes "error: <text>" to standard error, as kubectl does. The text may have several lines.
  void Error(const std::string& text) const;
  // Writes "Warning: <text>" to standard error; nothing if the text is empty.
  void Warning(const std::string& text) const;
};

// Returns true if `locale`, the name of a locale such as "de_DE.UTF-8", names the character set
// UTF-8.
bool IsUtf8(std::string_view locale);

// Writes the text to the file descriptor with write(2), without the buffers of <cstdio>. Returns ""
// if all was written, else the error. Two special cases:
//   - another program has set O_NONBLOCK on the terminal or pipe: waits until there is room
//   - the program that reads the pipe has ended, as in `… | head`: SIGPIPE ends this process, as is
//     the default for a program
std::string WriteText(int file, std::string_view text);

// Returns the console of this process.
Console ProcessConsole();

}  // namespace windlass::cli
