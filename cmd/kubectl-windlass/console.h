// Console: where a command writes, and what the command knows of the terminal. Tests pass a Console
// that keeps the texts.
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
  // Returns why a text for standard output was lost, for example "no space left on device"; "" if
  // none was lost.
  std::function<std::string()> lost = [] { return std::string(); };
  bool terminal = false;  // standard output is a terminal, and TERM is neither empty nor dumb
  bool colour = false;    // `terminal` is true, and NO_COLOR is empty
  bool ascii = false;     // the user's locale is not UTF-8; texts become ASCII only in a terminal
  std::function<TerminalSize()> size = [] { return TerminalSize(); };  // the present size

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

// Writes the text to the file descriptor, past the buffers of <cstdio>. Returns why this has
// failed;
// "" if it has not. Waits for room if another program has set O_NONBLOCK on the terminal or pipe.
// If the program that reads the output has ended, as in `… | head`, ends this process by SIGPIPE,
// as a program does by default.
std::string WriteText(int file, std::string_view text);

// Returns the console of this process.
Console ProcessConsole();

}  // namespace windlass::cli
