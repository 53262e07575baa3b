// The whole table of recoveries, rule by rule, for each kind of request that may fail.
#include "kubeclient/cache/relist_or_retry.h"

#include <ostream>

#include "test/catch.h"
#include "test/unit/cache/wire.h"

namespace windlass::relist_or_retry_test {
namespace {

ListWatchFailure Http(int code, const std::string& reason = "") {
  ListWatchFailure failure;
  failure.code = code;
  failure.reason = reason;
  return failure;
}
ListWatchFailure TooLarge() {
  ListWatchFailure failure = Http(504, "Timeout");
  failure.version_too_large = true;
  return failure;
}

struct Row {
  std::string id;
  ListWatchFailure failure;
  Recovery watch_list;
  Recovery list;
  Recovery watch;
};

TEST_CASE("what a failure calls for (R-021, R-022, R-024)") {
  using R = Recovery;
  const ListWatchFailure refused = ListWatchFailure::FromError({ErrorKind::kNotSent, "refused"});
  const ListWatchFailure garbage = ListWatchFailure::Malformed("not JSON");
  const ListWatchFailure large = ListWatchFailure::FromError({ErrorKind::kTooLarge, "32 MiB"});
  const Row row = GENERATE_COPY(values<Row>({
      {"R-027 garbage", garbage, R::kRelist, R::kRelist, R::kRelist},
      {"more than we take", large, R::kRelistInPages, R::kRelistInPages, R::kRelistInPages},
      {"R-023 no response", refused, R::kAgain, R::kAgain, R::kAgain},
      {"R-021", Http(410), R::kRelistConsistently, R::kRelistConsistently, R::kRelistNow},
      {"R-021 by reason", Http(500, "Expired"), R::kRelistConsistently, R::kRelistConsistently,
       R::kRelistNow},
      {"R-021 by reason", Http(400, "Gone"), R::kRelistConsistently, R::kRelistConsistently,
       R::kRelistNow},
      {"R-022", Http(429), R::kAgain, R::kAgain, R::kAgain},
      {"R-022 by reason", Http(500, "TooManyRequests"), R::kAgain, R::kAgain, R::kAgain},
      {"R-022", Http(500), R::kAgain, R::kAgain, R::kAgainThenRelist},
      {"R-022", Http(504, "Timeout"), R::kAgain, R::kAgain, R::kAgainThenRelist},
      {"R-022", TooLarge(), R::kRelistConsistently, R::kRelistConsistently, R::kRelistConsistently},
      {"R-022", Http(500, "StoreReadError"), R::kRelist, R::kRelist, R::kRelist},
      {"R-024", Http(401), R::kAgainOnce, R::kAgainOnce, R::kAgainOnce},
      {"R-024", Http(403), R::kWaitForRight, R::kWaitForRight, R::kWaitForRight},
      {"R-024, R-014", Http(404), R::kListInstead, R::kWaitForApi, R::kWaitForApi},
      {"R-014", Http(422), R::kListInstead, R::kRelist, R::kRelist},
      {"not even an error", Http(302), R::kRelist, R::kRelist, R::kRelist},
  }));
  CAPTURE(row.id, row.failure.Describe());
  CHECK(RecoveryFrom(Asked::kWatchList, row.failure) == row.watch_list);
  CHECK(RecoveryFrom(Asked::kList, row.failure) == row.list);
  CHECK(RecoveryFrom(Asked::kWatch, row.failure) == row.watch);
}

TEST_CASE("a failure is read from whatever came (R-055)") {
  SymbolTable symbols;
  Decoder decoder(symbols);
  const ListWatchFailure lagging =
      ListWatchFailure::FromResponse(504, wire::VersionTooLarge(), seconds(3), decoder);
  CHECK(lagging.version_too_large);
  CHECK(lagging.retry_after == seconds(3));  // the longer one of header and body
  CHECK(lagging.Describe() == "Timeout: Too large resource version");
  CHECK(lagging.Label() == "504");

  const ListWatchFailure html =
      ListWatchFailure::FromResponse(502, "<html>", std::nullopt, decoder);
  CHECK(html.Describe() == "HTTP 502");
  CHECK(html.retry_after == Duration{0});

  CHECK(Http(200'000).Label() == "other");
  CHECK(ListWatchFailure::Malformed("x").Label() == "malformed");
  CHECK(ListWatchFailure::FromError({ErrorKind::kNotSent, "x"}).Label() == "transport");
  CHECK(ListWatchFailure::FromError({ErrorKind::kMalformed, "x"}).Label() == "malformed");
  CHECK(Http(403, "Forbidden").Describe() == "Forbidden");
}

}  // namespace
}  // namespace windlass::relist_or_retry_test
