// Console: where a command writes, and what it knows of the terminal there. Tests pass one that
// keeps the texts.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace windlass::cli {

// The size of a terminal in characters.
struct TerminalSize {
  int width = 80;
  int height = 24;
};

struct Console {
  std::function<void(std::string_view)> out;      // standard output
  std::function<void(std::string_view)> message;  // standard error
  bool terminal = false;                          // standard output is a terminal
  bool colour = false;  // a terminal that shows colours, and the user did not switch them off
  std::function<TerminalSize()> size = [] { return TerminalSize(); };  // now: it may change

  // Writes the text and a line end.
  void Line(std::string text) const { out(text += '\n'); }
  // Writes "error: <text>" to standard error, as kubectl does.
  void Error(const std::string& text) const { message("error: " + text + "\n"); }
  void Warning(const std::string& text) const { message("Warning: " + text + "\n"); }
};

// Returns the console of this process.
Console ProcessConsole();

}  // namespace windlass::cli
