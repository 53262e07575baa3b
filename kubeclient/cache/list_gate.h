// Makes the lists of informers come one after another while the API server is in trouble.
// Each informer of one API server is a member of the gate. While two or more members fail, a member
// begins a list only if no other member lists. Otherwise no member waits.
//
// Each informer also has its own back-off. Core thread only.
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

  // `clock` and `timers` must outlive the gate.
  ListGate(const Clock& clock, TimerQueue& timers) : clock_(clock), timers_(timers) {}
  ~ListGate() { timers_.Cancel(timer_); }
  ListGate(const ListGate&) = delete;
  ListGate& operator=(const ListGate&) = delete;

  Member Join() { return ++last_; }
  // Call before the member is destroyed.
  void Part(Member member);

  // Call to tell the gate whether the member's latest list or watch failed.
  void SetFailing(Member member, bool failing);

  // Calls `list` at once in two cases:
  //   - The member has entered before and not left.
  //   - The member may list now, and no other member waits.
  // Otherwise a timer calls `list` when the member's turn comes: first come, first served.
  void Enter(Member member, std::function<void()> list);
  // Call when the member's list is complete, given up or no longer wanted. A second call does
  // nothing.
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
