// A Lease that anybody may have written, and what a candidate makes of it.
#include <algorithm>
#include <string>

#include "kubeclient/api/time.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/lease/lease_view.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

constexpr Duration kLength = seconds(15);

// A record written into this Lease is read out of it.
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
  // Nobody has to wait for the past, nor longer than what the record says, or our own length.
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
