#include "cmd/kubectl-windlass/console.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "cmd/kubectl-windlass/cells.h"

namespace windlass::cli {
namespace {

// Returns the text for an errno, beginning with a small letter: "no space left on device".
std::string ErrorText(int error) {
  std::string reason = std::generic_category().message(error);
  if (!reason.empty()) {
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  }
  return reason;
}

// Returns the error that close() reports for standard output; "" if there is none, or if standard
// output was closed before. If a file system such as NFS cannot store a text, it may report this
// only in close(). Closes a copy of the descriptor, so standard output stays open.
std::string WhyNotStored() {
  const int copy = dup(STDOUT_FILENO);
  return copy >= 0 && close(copy) != 0 ? ErrorText(errno) : "";
}

// Returns the value of the environment variable `name`; "" if the variable is not set.
std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Returns the name of the locale for characters: the value of the first of these variables that is
// not empty, in the order that POSIX defines. Returns "" for the locale C.
std::string_view CharacterLocale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!Variable(name).empty()) return Variable(name);
  }
  return "";
}

// Passes each line of the text through Printable. So the line breaks stay, and all other characters
// that control a terminal are replaced.
std::string PrintableLines(std::string_view text, bool ascii) {
  std::string lines;
  for (;;) {
    const size_t end = text.find('\n');
    lines += Printable(text.substr(0, end), ascii) + '\n';
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
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

void Console::Line(const std::string& text) const {
  out(Printable(text, terminal && ascii) + '\n');
}

void Console::Error(const std::string& text) const {
  message("error: " + PrintableLines(text, terminal && ascii));
}

void Console::Warning(const std::string& text) const {
  if (text.empty()) return;
  message("Warning: " + PrintableLines(text, terminal && ascii));
}

bool IsUtf8(std::string_view locale) {
  locale = locale.substr(0, locale.find('@'));
  const size_t dot = locale.find('.');
  std::string charset;
  for (const char c : dot == locale.npos ? locale : locale.substr(dot + 1)) {
    if (c != '-') charset += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return charset == "utf8";
}

std::string WriteText(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    pollfd room{.fd = file, .events = POLLOUT, .revents = 0};
    if (error == EAGAIN && (poll(&room, 1, -1) >= 0 || errno == EINTR)) continue;
    if (error == EPIPE) {
      signal(SIGPIPE, SIG_DFL);
      raise(SIGPIPE);
    }
    return ErrorText(error);
  }
  return "";
}

Console ProcessConsole() {
  Console console;
  const auto lost = std::make_shared<std::string>();
  console.out = [lost](std::string_view text) {
    const std::string why = WriteText(STDOUT_FILENO, text);
    if (lost->empty()) *lost = why;
  };
  console.lost = [lost] { return lost->empty() ? WhyNotStored() : *lost; };
  // Ignores an error of this write: the error could only be printed to standard error, too.
  console.message = [](std::string_view text) {
    static_cast<void>(WriteText(STDERR_FILENO, text));
  };
  const std::string_view term = Variable("TERM");
  const bool dumb = term.empty() || term == "dumb";
  console.terminal = isatty(STDOUT_FILENO) == 1 && !dumb;
  console.colour = console.terminal && Variable("NO_COLOR").empty();
  console.ascii = !IsUtf8(CharacterLocale());
  console.size = &SizeNow;
  return console;
}

}  // namespace windlass::cli
