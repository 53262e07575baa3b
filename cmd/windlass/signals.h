// Signals: handles SIGTERM and SIGINT, and SIGHUP if SignalOptions::hang_up is true. The first
// signal posts a message to the core thread, which ends the process in order. A later signal ends
// the process at once, unless it comes too soon after the first (SignalOptions::second_after).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "kubeclient/base/inbox.h"

namespace windlass {

struct SignalOptions {
  // True for a command-line tool: SIGHUP, which comes when the terminal is closed, ends the process
  // like SIGTERM. If the process ignores SIGHUP, as after nohup, it goes on. False for a daemon,
  // which has no terminal.
  bool hang_up = false;
  // A later signal is ignored if it comes sooner than this after the first. The program `timeout`
  // sends two signals at once, and a command-line tool needs a moment to undo what it has begun.
  std::chrono::nanoseconds second_after{0};
};

// Construct it before any other thread exists, because threads inherit the signal mask that the
// constructor sets. The first signal posts `on_first` to the inbox. A later signal that is not
// ignored (second_after) ends the process with exit code 1. `inbox` must outlive this object.
class Signals {
 public:
  Signals(Inbox& inbox, std::function<void()> on_first, SignalOptions options = {});
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Wait();

  Inbox& inbox_;
  std::function<void()> on_first_;
  const SignalOptions options_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace windlass
