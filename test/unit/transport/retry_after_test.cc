// ParseRetryAfter: the forms of the header (BI-73).
#include "kubeclient/transport/retry_after.h"

#include <string>

#include "test/catch.h"

namespace windlass::retry_after_test {
namespace {

TEST_CASE("Retry-After is a number of seconds within bounds, or absent (BI-73)") {
  struct Row {
    std::string header;
    std::optional<int> want;
  };
  const Row row = GENERATE(values<Row>({
      {"0", 0},
      {"1", 1},
      {"60", 60},
      {"61", 60},
      {"1000000000", 60},
      {"99999999999999999999999999", 60},
      {" 7 ", 7},
      {"007", 7},
      {"-5", 0},
      {"", {}},
      {" ", {}},
      {"-", {}},
      {"+5", {}},
      {"1.5", {}},
      {"1e9", {}},
      {"5s", {}},
      {"5, 6", {}},
      {"Wed, 21 Oct 2026 07:28:00 GMT", {}},
  }));
  CAPTURE(row.header);
  const std::optional<Duration> got = ParseRetryAfter(row.header);
  REQUIRE(got.has_value() == row.want.has_value());
  if (got) CHECK(*got == Duration(seconds(*row.want)));
}

}  // namespace
}  // namespace windlass::retry_after_test
