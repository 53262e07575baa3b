#include "cmd/kubectl-windlass/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace windlass::cli {
namespace {

void Write(std::FILE* file, std::string_view text) {
  const size_t written = std::fwrite(text.data(), 1, text.size(), file);
  if (written == text.size() && std::fflush(file) == 0) return;
  if (errno != EPIPE) return;
  // The reader is gone, as in `… | head`: end as a program that does not ignore the signal.
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
}

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

TerminalSize SizeNow() {
  winsize size{};
  TerminalSize result;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return result;
  if (size.ws_col > 0) result.width = size.ws_col;
  if (size.ws_row > 0) result.height = size.ws_row;
  return result;
}

}  // namespace

Console ProcessConsole() {
  Console console;
  console.out = [](std::string_view text) { Write(stdout, text); };
  console.message = [](std::string_view text) { Write(stderr, text); };
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  console.terminal = isatty(STDOUT_FILENO) == 1 && !dumb;
  console.colour = console.terminal && !IsSet("NO_COLOR");
  console.size = &SizeNow;
  return console;
}

}  // namespace windlass::cli
