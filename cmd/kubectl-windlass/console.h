// Console: where a command writes, and what it knows of the terminal there. Tests pass one that
// keeps the texts.
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
  bool terminal = false;                          // standard output is a terminal
  bool colour = false;  // a terminal that shows colours, and the user did not switch them off
  bool ascii = false;   // the user's locale is not UTF-8
  std::function<TerminalSize()> size = [] { return TerminalSize(); };  // now: it may change

  // Writes the text as one line. Here and below, the text goes through Printable, so that no escape
  // sequence in it reaches the terminal.
  void Line(const std::string& text) const;
  // Writes "error: <text>" to standard error, as kubectl does. The text may have several lines.
  void Error(const std::string& text) const;
  // Writes "Warning: <text>" to standard error; nothing if the text is empty.
  void Warning(const std::string& text) const;
};

// Returns true if the text of a locale's name, such as "de_DE.UTF-8", says that it is UTF-8.
bool IsUtf8(std::string_view locale);

// Returns the console of this process.
Console ProcessConsole();

}  // namespace windlass::cli
