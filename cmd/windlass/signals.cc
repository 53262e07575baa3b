#include "cmd/windlass/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

namespace windlass {
namespace {

sigset_t Ending() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Signals::Signals(Inbox& inbox, std::function<void()> on_first)
    : inbox_(inbox), on_first_(std::move(on_first)) {
  const sigset_t set = Ending();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A write to a broken connection must return an error, not end the process.
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { Wait(); });
}

Signals::~Signals() {
  stop_ = true;
  // Every thread blocks the signal, so it only wakes sigwait and ends no thread.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void Signals::Wait() {
  const sigset_t set = Ending();
  int received = 0;
  for (int count = 0;;) {
    sigwait(&set, &received);
    if (stop_) return;
    if (++count > 1) _exit(1);
    inbox_.Post(on_first_);
  }
}

}  // namespace windlass
