#include "kubeclient/lease/lease_view.h"

#include <algorithm>
#include <limits>

namespace windlass {

void LeaseView::See(const Lease& fresh, MonotonicTime now) {
  // Compares the spec and not the resourceVersion, because a new label is not a renewal.
  if (!lease_ || lease_->record != fresh.record) observed_at_ = now;
  lease_ = fresh;
  looked_at_ = now;
  known_ = true;
  ever_seen_ = true;
  holder_ = fresh.record.holder;
  transitions_ = fresh.record.transitions;
  free_at_ = FreeAt(fresh.record, now);
}

// Notes that the Lease is absent, and when this process may create it:
//   - if this process leads: at once, because another client has deleted the Lease (L-007);
//   - if it has never seen a Lease: at once;
//   - otherwise: after the longer of the Lease's duration and ours. A process may have renewed the
//     Lease just before its deletion, and may still lead.
// The duration begins anew if we did not look for two retry periods: a new Lease may have been
// created and deleted since.
void LeaseView::SeeNothing(MonotonicTime now, bool leading) {
  const bool news = lease_ || now - looked_at_ > options_.retry_period * 2;
  looked_at_ = now;
  known_ = true;
  if (leading || !ever_seen_) {
    free_at_ = now;
  } else if (news) {
    const int32_t length = lease_ ? lease_->record.duration_seconds : 0;
    free_at_ = now + std::max<Duration>(seconds(length), options_.lease_duration);
  }
  lease_.reset();
  holder_.clear();
}

MonotonicTime LeaseView::FreeAt(const LeaseRecord& record, MonotonicTime now) const {
  if (record.holder == options_.identity) return now;
  if (record.holder.empty()) {
    return Yields(record) ? observed_at_ + options_.lease_duration : now;
  }
  return observed_at_ + LengthOf(record, options_.lease_duration);
}

bool LeaseView::Yields(const LeaseRecord& record) const {
  return !record.preferred_holder.empty() && record.preferred_holder != options_.identity;
}

std::string LeaseView::ClaimBody(int64_t micros, bool leading) const {
  const LeaseRecord before = lease_ ? lease_->record : LeaseRecord{};
  const bool same_term = ours() || (!lease_ && leading);
  const auto length = std::chrono::duration_cast<seconds>(options_.lease_duration).count();
  const bool room = transitions_ < std::numeric_limits<int32_t>::max();
  const LeaseRecord record = {
      .holder = options_.identity,
      .duration_seconds = static_cast<int32_t>(length),
      .acquire_micros = ours() && before.acquire_micros != 0 ? before.acquire_micros : micros,
      .renew_micros = micros,
      .transitions = transitions_ + (!same_term && room ? 1 : 0)};
  return LeaseBody(lease_ ? *lease_ : NewLease(options_.name), record);
}

std::string LeaseView::ReleaseBody(int64_t micros) const {
  const LeaseRecord record = {.holder = "",
                              .duration_seconds = 1,
                              .acquire_micros = micros,
                              .renew_micros = micros,
                              .transitions = lease_->record.transitions,
                              .preferred_holder = lease_->record.preferred_holder};
  return LeaseBody(*lease_, record);
}

}  // namespace windlass
