#include "controller/runtime/noisy_keys.h"

#include <optional>
#include <string>

#include "test/catch.h"

namespace windlass::noisy_keys_test {
namespace {

const QueueKey kA{"ns", "a"};
const MonotonicTime kStart{seconds(1000)};

TEST_CASE("A key is noisy after more than ten calls in one sync (Q-011)") {
  NoisyKeys keys;
  CHECK(keys.Note(kA, kNoisyCallsPerSync, kStart) == std::nullopt);
  CHECK_FALSE(keys.IsNoisy(kA, kStart));
  CHECK(keys.Note(kA, kNoisyCallsPerSync + 1, kStart) == 2 * kNoisyCallsPerSync + 1);
  CHECK(keys.IsNoisy(kA, kStart));
  // Known already.
  CHECK(keys.Note(kA, kNoisyCallsPerSync + 1, kStart + seconds(30)) == std::nullopt);
  CHECK(keys.IsNoisy(kA, kStart + seconds(89)));
  CHECK_FALSE(keys.IsNoisy(kA, kStart + seconds(90)));
  CHECK_FALSE(keys.IsNoisy({"ns", "b"}, kStart));
}

TEST_CASE("A key is noisy after more than a hundred calls in a minute (Q-011)") {
  NoisyKeys keys;
  for (int i = 0; i < kNoisyCallsPerMinute; ++i) {
    CHECK(keys.Note(kA, 1, kStart + milliseconds(500 * i)) == std::nullopt);
  }
  CHECK(keys.Note(kA, 1, kStart + seconds(59)) == kNoisyCallsPerMinute + 1);
}

TEST_CASE("As many calls in more than a minute are none too many (Q-011)") {
  NoisyKeys keys;
  for (int i = 0; i < 10 * kNoisyCallsPerMinute; ++i) {
    CHECK(keys.Note(kA, 1, kStart + milliseconds(700 * i)) == std::nullopt);
  }
}

TEST_CASE("A key that was noisy and costs little now is served as others again (Q-011)") {
  NoisyKeys keys;
  keys.Note(kA, 2 * kNoisyCallsPerMinute, kStart);
  for (int i = 1; i < 130; ++i) keys.Note(kA, 1, kStart + seconds(i));
  CHECK_FALSE(keys.IsNoisy(kA, kStart + seconds(130)));
}

TEST_CASE("Keys that cost nothing any more are forgotten") {
  NoisyKeys keys;
  for (int i = 0; i < 50; ++i) keys.Note({"ns", std::to_string(i)}, 20, kStart);
  keys.Note(kA, 0, kStart);
  CHECK(keys.size() == 50);
  keys.Note(kA, 1, kStart + seconds(120));
  CHECK(keys.size() == 1);
}

}  // namespace
}  // namespace windlass::noisy_keys_test
