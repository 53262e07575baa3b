#include "kubeclient/client/circuit_breaker.h"

#include <algorithm>

namespace windlass {

void CircuitBreaker::Note(CallOutcome outcome, MonotonicTime now, std::string_view namespace_) {
  if (tripped_) {
    if (outcome != CallOutcome::kUseful || now - opened_at_ < kBreakerOpenMin) return;
    tripped_ = false;
    return Forget();
  }
  const int64_t number = now.since_start / seconds(1);
  Second& second = window_[static_cast<size_t>(number) % window_.size()];
  if (second.number != number) second = {.number = number};
  ++second.answers;
  const bool unanswered = outcome == CallOutcome::kUnanswered;
  if (outcome == CallOutcome::kUseful) {
    ++second.useful;
  } else if (outcome == CallOutcome::kInternal || unanswered) {
    ++(unanswered ? second.unanswered : second.internal);
    NoteInternal(namespace_, now);
  } else {
    ++second.bad;
  }
  if (unanswered) {
    ++unanswered_in_a_row_;
  } else if (outcome == CallOutcome::kUnreachable || outcome == CallOutcome::kRefused) {
    ++unreachable_in_a_row_;
  } else {
    unreachable_in_a_row_ = unanswered_in_a_row_ = 0;
  }
  const bool silent = InSeveralNamespaces(now) && IsSilent(now);
  const int in_a_row = unreachable_in_a_row_ + (silent ? unanswered_in_a_row_ : 0);
  if (in_a_row < kBreakerFailures && !MostAreBad(now)) return;
  tripped_ = true;
  opened_at_ = now;
}

void CircuitBreaker::NoteInternal(std::string_view namespace_, MonotonicTime now) {
  std::erase_if(internal_, [&](const auto& one) { return now - one.second >= kBreakerWindow; });
  internal_.insert_or_assign(std::string(namespace_), now);
  if (internal_.size() <= kBreakerNamespacesMin) return;
  internal_.erase(
      std::ranges::min_element(internal_, {}, [](const auto& one) { return one.second; }));
}

bool CircuitBreaker::InSeveralNamespaces(MonotonicTime now) const {
  const auto namespaces = std::ranges::count_if(
      internal_, [&](const auto& one) { return now - one.second < kBreakerWindow; });
  return static_cast<size_t>(namespaces) >= kBreakerNamespacesMin;
}

// Returns true if no call that ended within kBreakerWindow was kUseful.
bool CircuitBreaker::IsSilent(MonotonicTime now) const {
  const int64_t present = now.since_start / seconds(1);
  return std::ranges::none_of(window_, [&](const Second& second) {
    const bool recent = present - second.number < static_cast<int64_t>(window_.size());
    return recent && second.useful > 0;
  });
}

bool CircuitBreaker::MostAreBad(MonotonicTime now) const {
  const int64_t present = now.since_start / seconds(1);
  int answers = 0;
  int bad = 0;
  const bool several = InSeveralNamespaces(now);
  const bool silent = IsSilent(now);
  for (const Second& second : window_) {
    if (present - second.number >= static_cast<int64_t>(window_.size())) continue;
    answers += second.answers;
    bad += second.bad + (several ? second.internal : 0);
    if (several && silent) bad += second.unanswered;
  }
  return answers >= kBreakerAnswersMin && 2 * bad > answers;
}

// Forgets all outcomes. They led to the outage, and say nothing about the server now that it is
// back.
void CircuitBreaker::Forget() {
  unreachable_in_a_row_ = unanswered_in_a_row_ = 0;
  window_.fill({});
  internal_.clear();
}

Duration ProbeWait(int probes_sent) {
  constexpr int kDoublings = 3;
  return std::min<Duration>(seconds(1 << std::min(probes_sent, kDoublings)), kProbeWaitMax);
}

}  // namespace windlass
