// The only way into the core thread: other threads post messages, and the core thread runs them.
//
// Post never waits for room and never drops a message. The inbox needs no limit, because each
// producer has few messages in it at a time:
//   - one for each call in flight
//   - at most three for each stream: its opening, its lines, its end
//   - one for each signal, each request for a snapshot and each new client certificate
// Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "kubeclient/base/clock.h"

namespace windlass {

// The most messages that may wait for the core thread. The producers post so few messages that the
// number of waiting messages stays far below this limit.
inline constexpr size_t kInboxMessagesMax = 65536;

class Inbox {
 public:
  using Message = std::function<void()>;

  // May be called on any thread. Asserts that fewer than kInboxMessagesMax messages wait, because
  // only a faulty producer posts more.
  void Post(Message message);

  // Core thread only. Runs up to `most` messages and returns how many ran. Messages that are posted
  // during Drain wait for the next call.
  int Drain(int most);

  // Core thread only. Returns as soon as a message waits, or after `longest`.
  void WaitFor(Duration longest);

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_;  // guarded by mutex_
};

}  // namespace windlass
