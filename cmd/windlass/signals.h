// SIGTERM and SIGINT as messages on the core thread: the first ends in order, the second at once.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "kubeclient/base/inbox.h"

namespace windlass {

// Must be constructed before any other thread exists: it blocks the signals for all of them. The
// first signal posts `on_first` to the inbox; the second ends the process with exit code 1.
class Signals {
 public:
  Signals(Inbox& inbox, std::function<void()> on_first);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  void Wait();

  Inbox& inbox_;
  std::function<void()> on_first_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace windlass
