// The only way into the core thread: other threads post messages, the core thread drains them.
//
// Post never blocks a network thread and never drops a reply: each producer has only a limited
// number of messages in the inbox (one per call in flight, one per stream that has lines, one per
// signal). Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "kubeclient/base/clock.h"

namespace windlass {

// The largest number of messages that wait for the core. The producers' own bounds keep the number
// far below it.
inline constexpr size_t kInboxMessagesMax = 65536;

class Inbox {
 public:
  using Message = std::function<void()>;

  // Any thread. Asserts that fewer than kInboxMessagesMax messages wait; otherwise a producer has a
  // bug.
  void Post(Message message);

  // Core thread. Runs up to `most` messages and returns how many ran. Messages that are posted
  // during Drain wait for the next call.
  int Drain(int most);

  // Core thread. Returns as soon as a message waits, or after `longest`.
  void WaitFor(Duration longest);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_;  // guarded by mutex_
};

}  // namespace windlass
