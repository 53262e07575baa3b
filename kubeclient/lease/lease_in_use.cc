#include "kubeclient/lease/lease_in_use.h"

#include <utility>

#include "kubeclient/client/call_deadlines.h"

namespace windlass {
namespace {

constexpr Duration kLookAgain = seconds(1);

}  // namespace

LeaseInUse::LeaseInUse(const Clock& clock, TimerQueue& timers, Transport& transport, LeaseName name,
                       Duration lease_duration,
                       std::function<void(const std::string& holder)> found)
    : clock_(clock),
      timers_(timers),
      transport_(transport),
      name_(std::move(name)),
      lease_duration_(lease_duration),
      found_(std::move(found)) {
  Look();
}

LeaseInUse::~LeaseInUse() {
  lifetime_.End();
  timers_.Cancel(timer_);
  if (call_ != 0) transport_.Cancel(call_);
}

void LeaseInUse::Look() {
  call_ = transport_.Call(GetLease(name_, kLeaseCallDeadline),
                          lifetime_.Guard([this](const Result<HttpResponse>& response) {
                            call_ = 0;
                            Answered(ReadLeaseAnswer(response));
                          }));
}

void LeaseInUse::Answered(const LeaseAnswer& answer) {
  const LeaseRecord& now = answer.lease.record;
  bool go_on = false;
  if (answer.kind == LeaseAnswer::Kind::kLease) {
    if (now.holder.empty()) return found_("");
    if (first_ && *first_ != now) return found_(now.holder);
    if (!first_) {
      first_ = now;
      until_ = clock_.Now() + LengthOf(now, lease_duration_);
    }
    go_on = clock_.Now() < until_;
  } else {
    const bool may_work_later = answer.kind == LeaseAnswer::Kind::kNotDone ||
                                answer.kind == LeaseAnswer::Kind::kLater ||
                                answer.kind == LeaseAnswer::Kind::kUnclear;
    go_on = may_work_later;
  }
  if (!go_on) return found_("");
  timer_ = timers_.At(clock_.Now() + kLookAgain, [this] { Look(); });
}

}  // namespace windlass
