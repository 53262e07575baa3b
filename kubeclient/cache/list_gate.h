// Lists of a server in trouble come one after another: with two or more informers failing,
// at most one of those that share a gate lists at a time. While all is well nobody waits.
//
// Each informer has its own back-off besides. Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <set>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

class ListGate {
 public:
  using Member = uint64_t;

  // Both must outlive the gate.
  ListGate(const Clock& clock, TimerQueue& timers) : clock_(clock), timers_(timers) {}
  ~ListGate() { timers_.Cancel(timer_); }
  ListGate(const ListGate&) = delete;
  ListGate& operator=(const ListGate&) = delete;

  Member Join() { return ++last_; }
  // To be called before the member goes away.
  void Part(Member member);

  // Whether the member's latest list or watch failed.
  void SetFailing(Member member, bool failing);

  // Calls `list` at once, or in a turn of its own when it is this member's turn: first come, first
  // served. Who is inside already stays there.
  void Enter(Member member, std::function<void()> list);
  // The list is complete or given up, or is not waited for any more. Idempotent.
  void Leave(Member member);

  bool inside(Member member) const { return inside_.contains(member); }

 private:
  struct Waiting {
    Member member;
    std::function<void()> list;
  };

  bool may_list() const { return failing_.size() < 2 || inside_.empty(); }
  void AdmitLater();
  void Admit();

  const Clock& clock_;
  TimerQueue& timers_;
  Member last_ = 0;
  std::set<Member> failing_;
  std::set<Member> inside_;
  std::list<Waiting> waiting_;
  TimerId timer_ = 0;
};

}  // namespace windlass
