// One informer for each projection: shared, started for the first user, stopped with the last.
#include "controller/runtime/informers.h"

#include <string>
#include <utility>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "test/catch.h"
#include "test/unit/cache/scripted_transport.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass::informers_test {
namespace {

struct Fixture {
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

  VirtualTime time;
  Random random{1};
  NullLog log;
  ScriptedTransport transport;
  SymbolTable symbols;
  Decoder decoder{symbols};
  Informers informers{{time, random, log, time.timers(), transport, decoder}, "ns"};
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

}  // namespace
}  // namespace windlass::informers_test
