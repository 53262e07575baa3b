// A drain by a label whose value changes with the template: a Pod gets back the value of its own
// template (P-040, P-051).
#include <algorithm>
#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::drain_values_test {
namespace {

using Json = nlohmann::json;

// Three Pods of v1 with label value "on"; v2 has "open". One Pod is drained for the update.
class Renamed : public InPlaceCluster {
 public:
  Renamed() : InPlaceCluster(3, 1) {
    Edit([](Json& d) {
      d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on";
      d["metadata"]["annotations"]["windlass.dev/in-place-drain"] = "Label:traffic=on/off";
    });
    SettleInPlace();
    Edit([](Json& d) {
      d["spec"]["template"]["metadata"]["labels"]["traffic"] = "open";
      d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
      d["metadata"]["annotations"]["windlass.dev/in-place-drain"] = "Label:traffic=open/off";
      d["metadata"]["annotations"]["windlass.dev/in-place-on-failure"] = "Revert";
    });
    Sync();
    REQUIRE(With("off") == 1);
    REQUIRE(With("on") == 2);
  }
  int With(const std::string& value) const {
    int count = 0;
    for (const std::string& pod : PodNames()) count += LabelOf(pod, "traffic") == value ? 1 : 0;
    return count;
  }
};

TEST_CASE("a drained Pod that is not patched after all gets back the value it had (P-051)") {
  Renamed c;
  SECTION("paused") {
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  }
  SECTION("kept by the partition") { c.Annotate("windlass.dev/in-place-partition", "3"); }
  SECTION("out of traffic by somebody else, too") {
    c.Annotate("windlass.dev/in-place-partition", "3");
    for (const std::string& pod : c.PodNames()) c.SetLabel(pod, "traffic", "off");
  }
  SECTION("not asked for any more") {
    const bool paused = GENERATE(false, true);
    c.Edit([&](Json& d) {
      d["spec"]["paused"] = paused;
      d["metadata"]["annotations"].erase("windlass.dev/in-place");
    });
  }
  c.Sync();
  CHECK(c.With("on") == 3);
}

TEST_CASE("undone before it is patched, too") {
  Renamed c;
  c.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on";
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v1";
  });
  SECTION("with the drain of that template") {
    c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  }
  SECTION("or with one that does not fit") {}
  c.Sync();
  CHECK(c.With("on") == 3);
}

TEST_CASE("undone after one is patched, it goes back all the same (P-034)") {
  Renamed c;
  while (std::ranges::none_of(c.PodNames(),
                              [&](const std::string& pod) { return c.ImageOfPod(pod) == "v2"; })) {
    ++c.now;
    c.Sync();
  }
  c.Edit([](Json& d) {
    d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on";
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v1";
  });
  c.SettleInPlace();  // the drain is still that of the other template
  for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.With("on") == 3);
  CHECK(c.InPlaceMessage().find("has value \"on\"") != std::string::npos);
}

TEST_CASE("a Pod that is patched gets the new value, and back the old one (P-062)") {
  Renamed c;
  SECTION("it works") {
    c.SettleInPlace();
    CHECK(c.With("open") == 3);
  }
  SECTION("it does not") {
    for (int i = 0; i < 12; ++i) {
      ++c.now;
      c.Sync();
    }
    c.RestartAll();
    c.FailToPullImage("v2");
    c.now += 61;
    c.SettleInPlace();
    CHECK(c.InPlaceCondition() == "True GivenUp");
    for (const std::string& pod : c.PodNames()) CHECK(c.ImageOfPod(pod) == "v1");
    CHECK(c.With("on") == 3);
  }
}

}  // namespace
}  // namespace windlass::in_place::drain_values_test
