#include "cmd/windlass/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <utility>

namespace windlass {
namespace {

// Returns true if the process ignores `signal`, as after nohup.
bool IsIgnored(int signal) {
  struct sigaction present{};
  return sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

sigset_t Ending(const SignalOptions& options) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (options.hang_up && !IsIgnored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Signals::Signals(Inbox& inbox, std::function<void()> on_first, SignalOptions options)
    : inbox_(inbox), on_first_(std::move(on_first)), options_(options) {
  const sigset_t set = Ending(options_);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A write to a broken connection must return an error, not end the process.
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { Wait(); });
}

Signals::~Signals() {
  stop_ = true;
  // Wakes sigwait. The signal ends no thread, because every thread blocks it.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void Signals::Wait() {
  const sigset_t set = Ending(options_);
  int received = 0;
  std::optional<std::chrono::steady_clock::time_point> first;
  for (;;) {
    sigwait(&set, &received);
    if (stop_) return;
    const auto now = std::chrono::steady_clock::now();
    if (first && now - *first >= options_.second_after) _exit(1);
    if (first) continue;
    first = now;
    inbox_.Post(on_first_);
  }
}

}  // namespace windlass
