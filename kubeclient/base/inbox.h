// The one door into the core thread: other threads post, the core drains.
//
// Bounded by construction rather than by refusal: each producer may have only a bounded number of
// messages outstanding (one per call in flight, one per stream that has lines, one per signal), so
// Post never blocks a network thread and never loses a reply. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "kubeclient/base/clock.h"

namespace windlass {

// Messages that wait for the core. The producers' own bounds keep their number far below this.
inline constexpr size_t kInboxMessagesMax = 65536;

class Inbox {
 public:
  using Message = std::function<void()>;

  // Any thread. Asserts kInboxMessagesMax: a producer that breaks its bound is a bug.
  void Post(Message message);

  // Core thread. Runs up to `most` messages; returns how many ran. Messages posted meanwhile wait
  // for the next call.
  int Drain(int most);

  // Core thread. Returns when a message is there, or after `longest`.
  void WaitFor(Duration longest);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_;  // guarded by mutex_
};

}  // namespace windlass
