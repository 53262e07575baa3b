// The safety of leader election, by seeds: two gates are never open at once.
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/support/draw.h"
#include "test/unit/lease/lease_world.h"

namespace windlass::leader_election_safety_test {
namespace {

using nlohmann::json;

bool EverybodySawAHolder(LeaseWorld& world) {
  return std::ranges::all_of(world.candidates,
                             [](const auto& candidate) { return candidate->saw_holder; });
}

// Each run has
//   - a network that loses, reorders, and delays beyond every deadline
//   - clocks that differ by a third
//   - suspensions, crashes with restarts, releases, edits
//   - watches that are refused, late or silent
// Or, instead of restarts, a Lease that is deleted now and then, but only once all candidates know
// it: a candidate that never saw the Lease cannot know its holder, and no candidate can know a
// holder that came and went between two reads.
void RunChaos(uint64_t seed) {
  Random random(seed);
  LeaseWorld world;
  const bool deletions = seed % 2 == 0;
  world.watchable = seed % 3 != 0;
  bool calm = false;
  world.fate = [&](const Candidate&, const HttpRequest&) {
    if (calm) return Fate{};
    Fate fate{.out = milliseconds(Below(random, 50)), .back = milliseconds(Below(random, 50))};
    switch (Below(random, 8)) {
      case 0: fate.request_lost = true; break;
      case 1: fate.reply_lost = true; break;
      case 2: fate.not_sent = true; break;
      case 3: fate.out = milliseconds(Below(random, 30'000)); break;
      case 4: fate.back = milliseconds(Below(random, 12'000)); break;
      default: break;
    }
    return fate;
  };
  MonotonicTime deleted;
  int started = 0;
  const auto start = [&] {
    ++started;
    Candidate& fresh = world.Add("c" + std::to_string(started), 850 + Below(random, 300),
                                 seed * 1000 + static_cast<uint64_t>(started));
    fresh.clock.wall_at_start += int64_t{Below(random, 1'000'000)} * 1000;
    fresh.election.Start();
  };
  start();
  start();
  world.RunFor(seconds(20));
  for (int i = 0; i < 60; ++i) {
    Candidate& one = *world.candidates[Below(random, static_cast<uint32_t>(started))];
    switch (Below(random, 10)) {
      case 0: one.Suspend(); break;
      case 1:
      case 2: one.Resume(); break;
      case 3:
        if (deletions || one.crashed()) break;
        if (Below(random, 2) == 0) {
          one.Crash();
        } else if (one.running() && !std::exchange(one.stopping, true)) {
          one.election.Stop([&one] { one.Crash(); });
        } else {
          break;
        }
        start();
        break;
      case 4:
        if (world.server.lease) {
          world.server.Edit([&](json& lease) { lease["metadata"]["labels"]["n"] = i; });
        }
        break;
      case 5:
        if (!deletions || !EverybodySawAHolder(world)) break;
        if (world.now - deleted < seconds(30)) break;
        if (world.server.lease) world.server.Delete();
        deleted = world.now;
        break;
      default: break;
    }
    world.RunFor(milliseconds(Below(random, 12'000)));
    REQUIRE_FALSE(world.two_gates_open);
  }
  calm = true;
  for (const auto& candidate : world.candidates) candidate->Resume();
  world.RunFor(seconds(120));
  REQUIRE_FALSE(world.two_gates_open);
  REQUIRE(world.OpenGates() == 1);
}

// L-003, L-005.
TEST_CASE("Never two open gates, and one once the trouble is over (L-003, L-005)") {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    RunChaos(seed);
  }
}

}  // namespace
}  // namespace windlass::leader_election_safety_test
