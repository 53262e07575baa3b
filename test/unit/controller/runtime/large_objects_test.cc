#include "controller/runtime/large_objects.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::large_objects_test {
namespace {

constexpr size_t kMega = size_t{1} << 20U;

QueueKey Key(const std::string& name) { return {{Symbol("shop"), name}}; }

// Whom this serves: who has a large object, beside somebody whose syncs read large ones.
TEST_CASE("answers do not take the room that a large object waits for (R-067)") {
  LargeObjects large;
  REQUIRE(large.Take(Key("a"), 5 * kMega));
  CHECK_FALSE(large.Take(Key("b"), 6 * kMega));
  CHECK_FALSE(large.Keep(Key("c"), 4 * kMega));  // half of it counts, and would fit
  CHECK(large.Keep(Key("d"), kLargeJsonBytes));  // as little as others do not count either
  large.Free(Key("a"));
  CHECK(large.Take(Key("b"), 6 * kMega));
  CHECK(large.Keep(Key("f"), 4 * kMega));
  CHECK_FALSE(large.Keep(Key("e"), 4 * kMega));
  large.Free(Key("b"));
  large.Free(Key("f"));
  CHECK(large.Keep(Key("g"), 100 * kMega));  // nobody else is there
  CHECK_FALSE(large.Take(Key("a"), kMega));
  large.Free(Key("g"));
  CHECK(large.Take(Key("a"), kMega));
  Proves("R-067");
}

// Whom this serves: who reads large objects, beside somebody whose syncs fill the room again as
// soon as one of them ends.
TEST_CASE("a sync whose answers had no room begins with it the next time (R-067)") {
  LargeObjects large;
  REQUIRE(large.Take(Key("a"), 6 * kMega));
  REQUIRE_FALSE(large.Keep(Key("b"), 10 * kMega));
  large.Free(Key("b"));
  CHECK_FALSE(large.Take(Key("b"), 0));  // it is set aside, and has its turn
  large.Free(Key("a"));
  CHECK(large.Take(Key("b"), 0));
  CHECK_FALSE(large.Take(Key("a"), 6 * kMega));
  CHECK(large.Keep(Key("b"), 10 * kMega));
  large.Free(Key("b"));
  CHECK(large.Take(Key("a"), 6 * kMega));
  CHECK(large.Take(Key("b"), 0));  // once only
}

}  // namespace
}  // namespace windlass::large_objects_test
