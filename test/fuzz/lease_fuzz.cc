// A Lease that any program may have written, and what a candidate for leader does with it.
#include <algorithm>
#include <string>

#include "kubeclient/api/time.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/lease/lease_view.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

constexpr Duration kLength = seconds(15);

// A record that is written into this Lease can be read from it again.
void CheckRoundTrip(const Lease& lease) {
  LeaseRecord record = lease.record;
  record.acquire_micros = 1700000000000001;
  record.renew_micros = -1;
  const Result<Lease> written = ParseLease(LeaseBody(lease, record));
  WL_ASSERT(written.ok());
  WL_ASSERT(written->record == record);
}

void CheckCandidate(const Lease& lease) {
  LeaseView view({{"kube-system", "windlass"}, "me", kLength, seconds(2)});
  const MonotonicTime now{seconds(1000)};
  view.See(lease, now);
  WL_ASSERT(view.known() && view.holder() == lease.record.holder);
  // A candidate never waits for a time in the past. It waits at most as long as the record says, or
  // as our own lease length if that is longer.
  WL_ASSERT(view.free_at() >= now);
  WL_ASSERT(view.free_at() - now <=
            std::max<Duration>(kLength, seconds(lease.record.duration_seconds)));

  const Result<Lease> claimed = ParseLease(view.ClaimBody(1700000000000000, false));
  WL_ASSERT(claimed.ok());
  WL_ASSERT(claimed->record.holder == "me" && claimed->record.transitions >= 0);
  const Result<Lease> released = ParseLease(view.ReleaseBody(1700000000000000));
  WL_ASSERT(released.ok());
  WL_ASSERT(released->record.holder.empty());
}

void Check(std::string_view body) {
  const Result<Lease> lease = ParseLease(body);
  for (const int code : {200, 401, 404, 409, 500}) {
    const Result<HttpResponse> response = HttpResponse{code, "", std::string(body), {}};
    const LeaseAnswer answer = ReadLeaseAnswer(response);
    WL_ASSERT(code != 200 || (answer.kind == LeaseAnswer::Kind::kLease) == lease.ok());
  }
  if (!lease.ok()) return;
  CheckRoundTrip(*lease);
  CheckCandidate(*lease);
}

const Target kTarget("lease", &Check);

}  // namespace
}  // namespace windlass::fuzz
