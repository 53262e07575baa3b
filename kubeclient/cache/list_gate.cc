#include "kubeclient/cache/list_gate.h"

#include <utility>

namespace windlass {

void ListGate::Part(Member member) {
  SetFailing(member, false);
  Leave(member);
}

void ListGate::SetFailing(Member member, bool failing) {
  if (failing) {
    failing_.insert(member);
  } else if (failing_.erase(member) > 0) {
    AdmitLater();
  }
}

void ListGate::Enter(Member member, std::function<void()> list) {
  std::erase_if(waiting_, [&](const Waiting& one) { return one.member == member; });
  if (!inside(member) && !(may_list() && waiting_.empty())) {
    waiting_.push_back({member, std::move(list)});
    return AdmitLater();
  }
  inside_.insert(member);
  list();
}

void ListGate::Leave(Member member) {
  std::erase_if(waiting_, [&](const Waiting& one) { return one.member == member; });
  if (inside_.erase(member) > 0) AdmitLater();
}

// Uses a timer, so that the next member's list does not begin inside a call of Leave or SetFailing.
void ListGate::AdmitLater() {
  if (waiting_.empty() || !may_list() || timer_ != 0) return;
  timer_ = timers_.At(clock_.Now(), [this] {
    timer_ = 0;
    Admit();
  });
}

void ListGate::Admit() {
  if (waiting_.empty() || !may_list()) return;
  const Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  inside_.insert(next.member);
  AdmitLater();
  next.list();
}

}  // namespace windlass
