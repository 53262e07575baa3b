// How the queue treats an error that ended a sync: C-015, as a table.
#include "controller/runtime/after_error.h"

#include "kubeclient/cache/work_queue.h"
#include "test/catch.h"
#include "test/proves.h"

namespace windlass::after_error_test {
namespace {

using Kind = SyncResult::Kind;

struct Row {
  ErrorKind error;
  Retry retry;
  Kind want;
  Duration longest;
};

TEST_CASE("no key is dropped, and what cannot get better soon is asked for seldom") {
  const Row row = GENERATE(values<Row>({
      {ErrorKind::kConflict, Retry::kBackOff, Kind::kConflict, Duration{0}},
      {ErrorKind::kNotFound, Retry::kBackOff, Kind::kConflict, Duration{0}},
      {ErrorKind::kNamespaceTerminating, Retry::kBackOff, Kind::kForget, Duration{0}},
      {ErrorKind::kServer, Retry::kForget, Kind::kForget, Duration{0}},
      {ErrorKind::kForbidden, Retry::kBackOff, Kind::kRetry, kPolicyRetryMax},
      {ErrorKind::kInvalid, Retry::kBackOff, Kind::kRetry, kPolicyRetryMax},
      {ErrorKind::kInvalid, Retry::kOnSpecChange, Kind::kRetry, kPolicyRetryMax},
      {ErrorKind::kQuotaExceeded, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kDisruptionBudget, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kWebhook, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kForbidden, Retry::kForget, Kind::kForget, Duration{0}},
      {ErrorKind::kAlreadyExists, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kGone, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kUnauthorized, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kTls, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kConfig, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kServer, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kMalformed, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kNotSent, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kThrottled, Retry::kBackOff, Kind::kRetry, kRetryMax},
      {ErrorKind::kFenced, Retry::kBackOff, Kind::kRetry, kRetryMax},
  }));
  CAPTURE(Name(row.error));
  const SyncResult result = AfterError({row.error, "no", 0}, row.retry);
  CHECK(result.kind == row.want);
  CHECK(result.longest == row.longest);
  Proves("D-530 D-533 B-09");
}

TEST_CASE("a key waits at least as long as the server asked (C-011)") {
  for (const Retry retry : {Retry::kBackOff, Retry::kOnSpecChange}) {
    CHECK(AfterError({ErrorKind::kThrottled, "slow down", 7000}, retry).at_least == seconds(7));
    CHECK(AfterError({ErrorKind::kThrottled, "slow down", 0}, retry).at_least == Duration{0});
  }
  Proves("D-535");
}

}  // namespace
}  // namespace windlass::after_error_test
