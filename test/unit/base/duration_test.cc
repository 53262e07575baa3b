// Durations as text.
#include "kubeclient/base/duration.h"

#include "test/catch.h"

namespace windlass::duration_test {
namespace {

TEST_CASE("durations are Go's") {
  CHECK(ParseDuration("500ms") == milliseconds(500));
  CHECK(ParseDuration("1h1m1s") == seconds(3661));
  CHECK(ParseDuration("1.5s") == milliseconds(1500));
  CHECK(ParseDuration("4.1m") == seconds(246));
  CHECK(ParseDuration("0s") == Duration(0));
  for (const char* text : {"", "10", "s", "-1s", "1x", "1s2", "9999999h", " 1s", "nans", "nanm",
                           "nan(1)s", "-nans", "1snans", "infs", "infinityh"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDuration(text).has_value());
  }
}

}  // namespace
}  // namespace windlass::duration_test
