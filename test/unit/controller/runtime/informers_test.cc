// One informer for each projection: shared, started for the first user, stopped with the last.
#include "controller/runtime/informers.h"

#include <string>
#include <utility>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "test/catch.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::informers_test {
namespace {

struct Fixture : InformerParts<> {
  SharedInformer<ReplicaSet>& ReplicaSets() {
    ReflectorOptions options;
    options.resource = resources::kReplicaSets;
    return informers.Of<ReplicaSet>({"replicasets", options, &DecodeReplicaSet});
  }
  std::vector<std::string> Shown() const {
    std::vector<std::string> names;
    for (const InformerSnapshot& seen : informers.Snapshots()) names.push_back(seen.resource);
    return names;
  }

  Informers informers{environment, "ns"};
};

TEST_CASE_METHOD(Fixture, "two controllers that ask for one projection get one informer") {
  CHECK(&ReplicaSets() == &ReplicaSets());
}

TEST_CASE_METHOD(Fixture, "an informer runs from its first user until its last one has gone") {
  SharedInformer<ReplicaSet>& shared = ReplicaSets();
  const Reflector& reflector = shared.informer.reflector();
  CHECK(Shown().empty());
  informers.Use({&shared});
  CHECK(reflector.state() != ReflectorState::kStopped);
  CHECK(Shown() == std::vector<std::string>{"replicasets"});
  informers.Use({&shared});
  informers.Release({&shared});
  CHECK(reflector.state() != ReflectorState::kStopped);
  informers.Release({&shared});
  CHECK(reflector.state() == ReflectorState::kStopped);
  CHECK(Shown().empty());
}

// Runs the informer that `shared` is, and answers its first request with a list of `names`.
void Sync(Fixture& f, SharedInformer<ReplicaSet>& shared, const std::string& version,
          const std::vector<std::string>& names) {
  REQUIRE(f.transport.streaming());
  for (const std::string& name : names) f.transport.Line(wire::Added(name + "@1"));
  f.transport.Line(wire::InitialEventsEnd(version));
  REQUIRE(shared.HasSynced());
}

TEST_CASE_METHOD(Fixture, "an informer that is let go ends later, with its memory (R-063)") {
  SharedInformer<ReplicaSet>& shared = ReplicaSets();
  const Reflector& reflector = shared.informer.reflector();
  const Store<ReplicaSet>& store = shared.informer.store();
  informers.Use({&shared});
  informers.Use({&shared});
  Sync(*this, shared, "5", {"a", "b"});
  informers.LetGo({&shared});
  time.Advance(2 * kInformerLingers);
  CHECK(shared.HasSynced());  // there is another user

  informers.LetGo({&shared});
  time.Advance(kInformerLingers - seconds(1));
  CHECK(shared.HasSynced());
  CHECK(shared.used());
  CHECK(Shown() == std::vector<std::string>{"replicasets"});

  SECTION("unless it is used again") {
    const size_t asked = transport.requests().size();
    informers.Use({&shared});
    time.Advance(seconds(2));
    CHECK(shared.HasSynced());
    CHECK(transport.requests().size() == asked);
    informers.LetGo({&shared});  // the time begins anew
    time.Advance(kInformerLingers - seconds(1));
    CHECK(shared.HasSynced());
    time.Advance(seconds(2));
    CHECK_FALSE(shared.used());
  }
  SECTION("and starts from nothing when it is used again") {
    time.Advance(seconds(2));
    CHECK_FALSE(shared.used());
    CHECK_FALSE(shared.HasSynced());
    CHECK(reflector.state() == ReflectorState::kStopped);
    CHECK(store.size() == 0);
    CHECK(Shown().empty());
    informers.Use({&shared});
    CHECK_FALSE(shared.HasSynced());
    Sync(*this, shared, "9", {"a"});
    CHECK(store.size() == 1);
  }
  SECTION("and is released at once when the process ends") {
    informers.Use({&shared});
    informers.Release({&shared});
    CHECK(reflector.state() == ReflectorState::kStopped);
    CHECK_FALSE(shared.HasSynced());
  }
}

TEST_CASE_METHOD(Fixture, "an informer that is used again while its store is emptied is complete") {
  SharedInformer<ReplicaSet>& shared = ReplicaSets();
  const Store<ReplicaSet>& store = shared.informer.store();
  std::vector<std::string> names;
  for (int i = 1000; i < 2200; ++i) names.push_back("rs-" + std::to_string(i));
  informers.Use({&shared});
  Sync(*this, shared, "5", names);
  informers.LetGo({&shared});
  time.Advance(kInformerLingers + milliseconds(1));
  REQUIRE(store.size() > 0);
  REQUIRE(store.size() < names.size());
  CHECK_FALSE(shared.HasSynced());
  informers.Use({&shared});
  Sync(*this, shared, "6", names);
  time.Advance(seconds(60));
  CHECK(store.size() == names.size());
  CHECK(shared.HasSynced());
}

TEST_CASE_METHOD(Fixture, "all who listen hear that an informer starts over, and once each") {
  SharedInformer<ReplicaSet>& shared = ReplicaSets();
  int one = 0;
  int other = 0;
  int resets = 0;
  shared.informer.on_reset.Add([&] { ++one; });
  shared.informer.on_reset.Add([&] { ++other; });
  informers.on_reset = [&] { ++resets; };
  informers.Use({&shared});
  shared.informer.Reset("a test asks for it");
  CHECK(std::vector{one, other, resets} == std::vector{1, 1, 1});
}

TEST_CASE_METHOD(Fixture, "an informer without room is given up, and tried again later (R-065)") {
  CacheBudget budget(symbols, 4000);
  Informers bounded({time, random, log, time.timers(), transport, decoder, nullptr, &budget}, "ns");
  ReflectorOptions options;
  options.resource = resources::kReplicaSets;
  SharedInformer<ReplicaSet>& shared = bounded.Of<ReplicaSet>(
      {.name = "replicasets", .options = options, .decode = &DecodeReplicaSet, .gives_up = true});
  int told = 0;
  shared.on_given_up.Add([&] { ++told; });
  bounded.Use({&shared});
  REQUIRE(transport.streaming());
  for (int i = 100; i < 120; ++i) transport.Line(wire::Added("rs-" + std::to_string(i) + "@1"));
  CHECK(shared.running());
  time.Advance(seconds(1));
  CHECK(told == 1);
  CHECK(shared.used());
  CHECK_FALSE(shared.running());
  CHECK(shared.given_up().find("leaves no room for all") != std::string::npos);
  CHECK(shared.Trouble().empty());
  CHECK(shared.reflector().state() == ReflectorState::kStopped);
  CHECK(budget.held() < 1000);

  SECTION("and is complete when there is room") {
    time.Advance(kGivenUpFor);
    CHECK(shared.running());
    Sync(*this, shared, "9", {"a"});
    CHECK(shared.given_up().empty());
  }
  SECTION("unless nobody needs it any more") {
    bounded.LetGo({&shared});
    CHECK_FALSE(shared.used());
    CHECK(shared.given_up().empty());
    time.Advance(2 * kGivenUpFor);
    CHECK(shared.reflector().state() == ReflectorState::kStopped);
  }
}

}  // namespace
}  // namespace windlass::informers_test
