// What users are told about settings that are valid but perhaps not meant that way, and about the
// start of a rollout (P-083, P-084).
#include <algorithm>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::warnings_test {
namespace {

int64_t EventsWith(const Started& c, const std::string& part) {
  return std::ranges::count_if(c.events, [&](const std::string& event) {
    return event.starts_with("deployment ns/web: annotation ") &&
           event.find(part) != std::string::npos;
  });
}

bool MessageHas(Started& c, const std::string& part) {
  return c.InPlaceMessage().find(part) != std::string::npos;
}

TEST_CASE("a misspelt setting is told at once, and once (P-083)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partiton", "3");
  c.SettleInPlace();
  CHECK(EventsWith(c, "partiton") == 1);
  CHECK(MessageHas(c, "annotation windlass.dev/in-place-partiton: is not a known setting"));
  c.RollOutInPlace("v2");
  CHECK(EventsWith(c, "partiton") == 1);
  CHECK(MessageHas(c, "partiton"));
  CHECK(c.InPlaceCondition() == "False Complete");
  c.Edit([](auto& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place-partiton"); });
  c.SettleInPlace();
  CHECK_FALSE(MessageHas(c, "Warning"));
}

TEST_CASE("a removed setting that says what holds anyway is told, and changes nothing (P-083)") {
  Started c(4);
  const auto pods = c.PodNames();
  c.Annotate("windlass.dev/in-place-fields", "image,metadata,tolerations");
  c.Annotate("windlass.dev/in-place-init-images", "Recreate");
  c.RollOutInPlace("v2");
  CHECK(EventsWith(c, "in-place-fields: has no effect any more") == 1);
  CHECK(MessageHas(c, "in-place-init-images: has no effect any more"));
  CHECK(c.InPlaceCondition() == "False Complete");
  CHECK(c.PodNames() == pods);
}

TEST_CASE("a partition of more Pods than there are is told (P-083)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "9");
  c.RollOutInPlace("v2");
  CHECK(EventsWith(c, "more than the 4 replicas") == 1);
  CHECK(c.InPlaceCondition() == "True Partitioned");
  c.Annotate("windlass.dev/in-place-partition", "8");
  c.SettleInPlace();
  CHECK(EventsWith(c, "more than the 4 replicas") == 2);  // another value
}

// Whom this serves: who means to try a revision again, and mistypes its number.
TEST_CASE("a revision to try again that is not the one given up is told, once (P-062 P-083)") {
  const std::string key = "windlass.dev/in-place-unblock";
  const std::string warning =
      "annotation " + key + ": names revision 7, but revision 2 is the one that is given up";
  Started c(4);
  c.FailForLong("v2", "Revert");
  c.SettleInPlace();
  REQUIRE(c.InPlaceCondition() == "True GivenUp");
  CHECK_FALSE(MessageHas(c, "Warning"));
  c.Annotate(key, "7");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(EventsWith(c, "names revision 7") == 1);
  CHECK(c.InPlaceMessage().ends_with(". Warning: deployment ns/web: " + warning));
  c.Annotate(key, "2");
  c.Sync();
  CHECK(c.InPlaceCondition() != "True GivenUp");
  CHECK_FALSE(MessageHas(c, "Warning"));
  c.RollOutInPlace("v3");  // the number may stay: no revision is given up
  CHECK(c.PodsOf("v3") > 0);
  CHECK_FALSE(MessageHas(c, "Warning"));
  CHECK(EventsWith(c, "names revision") == 1);
  Proves("P-083");
}

TEST_CASE("of many warnings three are told, and that there are more (P-083)") {
  Started c(2);
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    c.Annotate(std::string("windlass.dev/in-place-") + key, "1");
  }
  c.SettleInPlace();
  CHECK(MessageHas(c, "in-place-c: "));
  CHECK_FALSE(MessageHas(c, "in-place-d: "));
  CHECK(MessageHas(c, "; and 2 more"));
}

TEST_CASE("a rollout is announced with its revision and what changes (P-084)") {
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  const std::string of = "Pods of replica set " + c.NameOf("v1") + " are updated in place";
  CHECK(std::ranges::count(c.events,
                           "Revision 2: " + of + ", at most 1 of 4 at a time: a: v1 to v2") == 1);
  c.Undo("1");
  c.SettleInPlace();
  c.SetImage("v2");  // the ReplicaSet is there already
  c.Sync();
  CHECK(std::ranges::count(c.events,
                           "Revision 4: " + of + ", at most 1 of 4 at a time: a: v1 to v2") == 1);
}

}  // namespace
}  // namespace windlass::in_place::warnings_test
