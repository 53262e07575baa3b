// What an informer endures: a server that is away for hours, objects of the largest size, objects
// that are deleted slowly. And that no caller can change what it holds.
#include <string>
#include <type_traits>

#include "kubeclient/base/answer_size.h"
#include "kubeclient/cache/informer.h"
#include "test/catch.h"
#include "test/unit/cache/reflector_fixture.h"

namespace windlass::informer_patience_test {
namespace {

// R-060: no access to a cached object allows changing it.
using Cache = Store<ReplicaSet>;
static_assert(std::is_same_v<decltype(std::declval<Cache&>().Find({})), const ReplicaSet*>);
static_assert(
    std::is_same_v<decltype(std::declval<Cache&>().OwnedBy({})), std::vector<const ReplicaSet*>>);
static_assert(std::is_same_v<decltype(Change<ReplicaSet>::new_object), const ReplicaSet*>);

struct Fixture : InformerParts<> {
  Informer<ReplicaSet> informer{environment, ReflectorOptions{resources::kReplicaSets, "", ""},
                                &DecodeReplicaSet};

  const ReplicaSet* Find(const std::string& name) { return informer.store().Find({"ns", name}); }
};

TEST_CASE_METHOD(Fixture, "a first list is tried for as long as it takes (R-008)") {
  informer.Start();
  const MonotonicTime start = time.Now();
  int tries = 0;
  while (time.Now() - start < seconds(4 * 3600)) {
    if (!transport.busy()) {
      time.Advance(seconds(1));
      continue;
    }
    ++tries;
    transport.Fail(ErrorKind::kNotSent, "connection refused");
    CHECK(!informer.HasSynced());
    CHECK(informer.reflector().trouble() == "watch replicasets: connection refused");
  }
  CHECK(tries > 4 * 3600 / 31);  // not given up
  CHECK(tries < 4 * 3600 / 5);   // and not too often (R-054)
  while (!transport.busy()) time.Advance(seconds(1));
  transport.Line(wire::InitialEventsEnd("10"));
  CHECK(informer.HasSynced());
  CHECK(informer.reflector().trouble().empty());
}

TEST_CASE_METHOD(Fixture, "an object of the largest size is like any other (R-058)") {
  std::string managed;
  for (int i = 0; i < 3000; ++i) {
    managed += std::string(i == 0 ? "" : ",") + R"({"manager":"m)" + std::to_string(i) +
               R"(","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{"f:)" +
               std::string(300, 'x') + R"(":{}}}}})";
  }
  const std::string object = R"({"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":)"
                             R"({"namespace":"ns","name":"a","uid":")" +
                             UidNumber(1).ToString() +
                             R"(","resourceVersion":"3","annotations":{)" + R"("big":")" +
                             std::string(size_t{256} << 10U, 'y') + R"("},"managedFields":[)" +
                             managed + R"(]},"spec":{"replicas":3}})";
  REQUIRE(object.size() > size_t{1200} << 10U);
  REQUIRE(object.size() < kLineBytesMax);
  informer.Start();
  transport.Line(wire::Event("ADDED", object));
  transport.Line(wire::InitialEventsEnd("10"));
  REQUIRE(Find("a") != nullptr);
  CHECK(Find("a")->replicas == 3);
  CHECK(informer.reflector().counters().decode_errors == 0);
}

TEST_CASE_METHOD(Fixture, "what is being deleted is there until it is gone (R-037)") {
  informer.Start();
  transport.Line(wire::Added("a@3"));
  transport.Line(wire::InitialEventsEnd("10"));
  transport.Line(wire::Event(
      "MODIFIED", R"({"kind":"ReplicaSet","apiVersion":"apps/v1","metadata":{"namespace":"ns",)"
                  R"("name":"a","uid":")" +
                      wire::UidOf("a@3").ToString() +
                      R"(","resourceVersion":"11","deletionTimestamp":"2026-01-01T00:00:00Z"}})"));
  REQUIRE(Find("a") != nullptr);
  CHECK(Find("a")->meta.deleting());
  transport.Line(wire::Deleted("a@12"));
  CHECK(Find("a") == nullptr);
}

}  // namespace
}  // namespace windlass::informer_patience_test
