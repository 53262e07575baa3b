// Signals: turns SIGTERM and SIGINT into messages to the core thread. The first signal ends the
// process in order, the second at once.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "kubeclient/base/inbox.h"

namespace windlass {

// Construct it before any other thread exists, because threads inherit the signal mask that it
// sets. The first signal posts `on_first` to the inbox; the second ends the process with exit code
// 1. `inbox` must outlive it.
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
