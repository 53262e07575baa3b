#include "kubeclient/client/token_bucket.h"

#include "test/catch.h"

namespace windlass::token_bucket_test {
namespace {

MonotonicTime At(Duration since_start) { return {since_start}; }

int TakeAll(TokenBucket& bucket, MonotonicTime now) {
  int taken = 0;
  while (taken < 10'000 && bucket.TryTake(now)) ++taken;
  return taken;
}

TEST_CASE("A full bucket gives its burst, then its rate (C-010)") {
  TokenBucket bucket(50, 100);
  CHECK(TakeAll(bucket, At(seconds(5))) == 100);
  CHECK(bucket.NextAt(At(seconds(5))) == At(seconds(5) + milliseconds(20)));
  CHECK_FALSE(bucket.TryTake(At(seconds(5) + milliseconds(20) - Duration(1))));
  CHECK(bucket.TryTake(At(seconds(5) + milliseconds(20))));
  CHECK(TakeAll(bucket, At(seconds(6))) == 49);
  CHECK(TakeAll(bucket, At(seconds(3600))) == 100);
}

TEST_CASE("A bucket says when it is full again") {
  TokenBucket bucket(50, 100);
  CHECK(bucket.full_at() == At(seconds(0)));
  TakeAll(bucket, At(seconds(5)));
  CHECK(bucket.full_at() == At(seconds(7)));
  CHECK(bucket.TryTake(At(seconds(6))));
  CHECK(bucket.full_at() == At(seconds(7) + milliseconds(20)));
  TokenBucket unlimited(0, 1);
  CHECK(unlimited.TryTake(At(seconds(5))));
  CHECK(unlimited.full_at() == At(seconds(5)));
}

TEST_CASE("A token is there exactly when it was announced") {
  TokenBucket bucket(7.3, 3);
  MonotonicTime now = At(Duration(1));
  for (int i = 0; i < 1000; ++i) {
    now = bucket.NextAt(now);
    REQUIRE(bucket.TryTake(now));
  }
}

TEST_CASE("Several tokens are there when as many were announced") {
  struct Row {
    Duration span;
    Duration wait;
    int tokens;
  };
  const Row row = GENERATE(values<Row>({
      {Duration{0}, milliseconds(20), 1},
      {milliseconds(20), milliseconds(20), 1},
      {milliseconds(200), milliseconds(200), 10},
      {seconds(60), seconds(2), 100},  // at most the burst
  }));
  TokenBucket bucket(50, 100);
  TakeAll(bucket, At(seconds(5)));
  const MonotonicTime ready = bucket.NextAt(At(seconds(5)), row.span);
  CHECK(ready == At(seconds(5) + row.wait));
  CHECK(TakeAll(bucket, ready) == row.tokens);
}

TEST_CASE("Settings at the edges") {
  struct Row {
    double per_second;
    int burst;
    int at_once;
  };
  const Row row = GENERATE(values<Row>({
      {0, 1, 10'000},   // no limit
      {-1, 1, 10'000},  // no limit
      {1e12, 1, 1},     // the fastest rate: one token per nanosecond
      {1, 0, 1},        // counts as a burst of 1; with 0 there would never be a token
      {1e-12, 5, 5},    // the interval is cut at one hour
      {1e-12, 2'000'000'000, 10'000},
  }));
  CAPTURE(row.per_second, row.burst);
  TokenBucket bucket(row.per_second, row.burst);
  CHECK(TakeAll(bucket, At(seconds(1))) == row.at_once);
}

TEST_CASE("Another rate keeps the tokens that are there, as far as they fit (C-011)") {
  TokenBucket bucket(10, 20);
  const MonotonicTime now = At(seconds(5));
  for (int i = 0; i < 14; ++i) bucket.TryTake(now);  // 6 are left
  SECTION("a smaller bucket") {
    bucket.SetRate(now, 5, 4);
    CHECK(TakeAll(bucket, now) == 4);
    CHECK(TakeAll(bucket, now + seconds(2)) == 4);
  }
  SECTION("a larger one") {
    bucket.SetRate(now, 100, 200);
    CHECK(TakeAll(bucket, now) == 6);
    CHECK(bucket.NextAt(now) == now + milliseconds(10));
    CHECK(TakeAll(bucket, now + seconds(1)) == 100);
  }
  SECTION("an empty one stays empty") {
    TakeAll(bucket, now);
    bucket.SetRate(now, 2, 4);
    CHECK(bucket.NextAt(now) == now + milliseconds(500));
  }
  SECTION("to no limit and back it begins full") {
    bucket.SetRate(now, 0, 1);
    CHECK(TakeAll(bucket, now) == 10'000);
    bucket.SetRate(now, 2, 4);
    CHECK(TakeAll(bucket, now) == 4);
  }
}

}  // namespace
}  // namespace windlass::token_bucket_test
