// A new leader compares its caches with lists, however large the objects are (L-011).
#include "controller/runtime/leadership_barrier.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass::leadership_barrier_test {
namespace {

using wire::ListOf;
using wire::Object;

std::string MetadataList(const std::string& version, const std::vector<std::string>& objects,
                         const std::string& continue_token = "") {
  return ListOf(version, objects, continue_token, "PartialObjectMetadataList", "meta.k8s.io/v1");
}

struct Fixture : InformerParts<> {
  std::vector<ComparedCache> Caches() {
    ReflectorOptions options;
    options.resource = resources::kReplicaSets;
    options.metadata_only = true;
    return {{options, [this](const ListedVersions& listed) {
               seen.clear();
               for (const auto& [key, version] : listed.objects) {
                 seen += key.name + "@" + version.resource_version.text + " ";
               }
               return behind;
             }}};
  }
  std::string Limit() const { return transport.Parameter("limit").value_or("none"); }
  void RefuseAsTooLarge() { transport.Fail(ErrorKind::kTooLarge, "larger than 32 MiB"); }

  std::string behind;  // what the cache lacks
  std::string seen;    // the list that it was last compared with
  int passed = 0;
  LeadershipBarrier barrier{environment, [this] { return Caches(); }, [this] { ++passed; }};
};

TEST_CASE_METHOD(Fixture, "it is passed when the cache holds all pages of the list (L-011)") {
  CHECK(Limit() == "500");
  transport.Reply(200, MetadataList("10", {Object("a@3")}, "next"));
  CHECK(transport.Parameter("continue") == "next");
  transport.Reply(200, MetadataList("10", {Object("b@4")}));
  CHECK(seen == "a@3 b@4 ");
  CHECK(passed == 1);
  CHECK(barrier.trouble().empty());
}

// Whom this serves: everybody but the tenant of the large objects. Without it nothing is written
// after a change of leader.
TEST_CASE_METHOD(Fixture, "a page that is too large is asked for with fewer objects (L-011)") {
  RefuseAsTooLarge();
  CHECK(Limit() == "250");
  transport.Reply(200, MetadataList("10", {Object("a@3")}, "next"));
  CHECK(Limit() == "250");
  RefuseAsTooLarge();
  CHECK(Limit() == "125");
  CHECK(transport.Parameter("continue") == "next");
  for (int i = 0; i < 3; ++i) transport.Reply(200, MetadataList("10", {Object("b@4")}, "more"));
  CHECK(Limit() == "125");
  transport.Reply(200, MetadataList("10", {Object("b@4")}, "more"));
  CHECK(Limit() == "250");  // four pages have fitted
  transport.Reply(200, MetadataList("10", {Object("c@5")}));
  CHECK(seen == "a@3 b@4 c@5 ");
  CHECK(passed == 1);
}

TEST_CASE_METHOD(Fixture, "an object that fits into no page comes as a stream (L-011)") {
  for (int i = 0; i < 9; ++i) RefuseAsTooLarge();
  REQUIRE(transport.Parameter("sendInitialEvents") == "true");
  transport.Line(wire::Added("a@3"));
  const std::string huge = wire::Added("huge@4");
  transport.LongLine(huge.substr(0, huge.find("spec")) + R"(spec":{"template":"<<<)");
  transport.LongLine(R"({"type":"ADDED","object":{"metadata":{"annotations":{"a":"<<<<)");
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(seen == "a@3 huge@4 ");
  CHECK(passed == 1);
}

TEST_CASE_METHOD(Fixture, "who may watch but not list compares with the start of a watch (L-011)") {
  transport.Reply(403, wire::ApiStatus(403, "Forbidden"));
  REQUIRE(transport.Parameter("sendInitialEvents") == "true");
  transport.Line(wire::Added("a@3"));
  transport.Line(wire::Added("b@4"));
  transport.Line(wire::Deleted("a@5"));
  transport.Line(wire::Bookmark("6"));
  CHECK(passed == 0);
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(seen == "b@4 ");
  CHECK(passed == 1);
}

TEST_CASE_METHOD(Fixture, "why it is not passed is told until it is (L-011)") {
  transport.Reply(500, "no");
  CHECK(barrier.trouble() ==
        "cannot see what the former leader wrote: the list of replicasets failed: HTTP 500");
  time.Advance(seconds(6));
  behind = "ns/a";
  transport.Reply(200, MetadataList("10", {Object("a@3")}));
  time.Advance(seconds(31));
  CHECK(barrier.trouble() ==
        "the cache still lacks what the former leader wrote: replicasets ns/a");
  CHECK(passed == 0);
  behind.clear();
  transport.Reply(200, MetadataList("11", {Object("a@3")}));
  CHECK(passed == 1);
  CHECK(barrier.trouble().empty());
}

}  // namespace
}  // namespace windlass::leadership_barrier_test
