// What a cache lacks of a list (L-011).
#include "controller/runtime/listed_versions.h"

#include <string>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "test/catch.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/thing.h"
#include "test/unit/cache/wire.h"

namespace windlass::listed_versions_test {
namespace {

// The cache holds a@3 and b@4, and knows all up to "10".
struct Fixture : InformerParts<> {
  Fixture() {
    informer.Start();
    for (const char* object : {"a@3", "b@4"}) transport.Line(wire::Added(object));
    transport.Line(wire::InitialEventsEnd("10"));
  }
  // Returns what the cache lacks of a list of these objects.
  std::string Behind(const std::string& version, const std::vector<std::string>& objects) const {
    ListedVersions listed;
    listed.version = ResourceVersion{version};
    for (const std::string& text : objects) {
      const Thing thing = ParseThing(text);
      listed.objects[KeyOf(thing.meta)] = {wire::UidOf(text), thing.meta.resource_version};
    }
    return FirstBehind(informer, listed);
  }

  Informer<ReplicaSet> informer{
      environment, ReflectorOptions{resources::kReplicaSets, "", "", false}, &DecodeReplicaSet};
};

TEST_CASE_METHOD(Fixture, "a cache that has seen the version of a list lacks nothing (L-011)") {
  CHECK(Behind("10", {"a@3", "b@4"}).empty());
  CHECK(Behind("9", {"c@5"}).empty());
}

TEST_CASE_METHOD(Fixture, "nor does one that holds all that a newer list shows (L-011)") {
  CHECK(Behind("12", {"a@3", "b@4"}).empty());
  informer.store().Fold(DecodeReplicaSet(decoder, wire::Object("c@13")).value());  // after the list
  CHECK(Behind("12", {"a@3", "b@4"}).empty());
}

TEST_CASE_METHOD(Fixture,
                 "a newer version, another object, and one that is gone are named (L-011)") {
  CHECK(Behind("12", {"a@11", "b@4"}) == "ns/a");
  CHECK(Behind("12", {"a@3", "b@4", "c@11"}) == "ns/c");
  CHECK(Behind("12", {"a#9@11", "b@4"}) == "ns/a");
  CHECK(Behind("12", {"a@3"}) == "ns/b");
}

TEST_CASE_METHOD(Fixture, "nothing is complete while a list of its own is applied (L-011, R-006)") {
  transport.Line(wire::ErrorEvent(410, "Expired"));
  for (int i = 1; i <= 2500; ++i) {
    const std::string number = std::to_string(i);
    transport.Line(wire::Added("o" + number + "#" + number + "@15"));
  }
  transport.Line(wire::InitialEventsEnd("20"));
  CHECK_FALSE(Behind("20", {}).empty());
  time.Advance(seconds(1));
  CHECK(informer.store().size() == 2500);
  CHECK(Behind("20", {}).empty());
}

}  // namespace
}  // namespace windlass::listed_versions_test
