// The core thread's loop. Everything the core thread does is a message or a timer.
//
//   drain inbox (≤ 256 messages) → fire timers → sleep until the next timer or message
//
// Once the messages of a turn have used up kTurnCpuShare, the turn goes on to the timers. One of
// them renews the Lease, and must not be late.
// Source: docs/design/001.
#pragma once

#include <functional>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/inbox.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

// The most messages that one turn of the loop handles, so that timers get their turn.
inline constexpr int kMessagesPerTurn = 256;
// The most lines of one stream that one message delivers. A turn can go on to the timers only after
// a whole message. Example, with 2 ms per line: the timers wait at most kTurnCpuShare (25 ms) +
// 16 * 2 ms = 57 ms.
inline constexpr int kLinesPerMessage = 16;
// CPU time after which a turn handles no further message.
inline constexpr Duration kTurnCpuShare = milliseconds(25);

class CoreLoop {
 public:
  // All references must outlive the loop.
  CoreLoop(const Clock& clock, Log& log, Inbox& inbox, TimerQueue& timers);

  // Runs turns on the calling thread, the core thread, until `finished` returns true. Calls
  // `finished` before each turn, and again before it sleeps.
  void Run(const std::function<bool()>& finished);

  // Called after each turn with the CPU time that the core thread used in that turn. May be null.
  std::function<void(Duration cpu)> on_turn;

 private:
  void Turn(Duration cpu_at_start);

  const Clock& clock_;
  Log& log_;
  Inbox& inbox_;
  TimerQueue& timers_;
};

}  // namespace windlass
