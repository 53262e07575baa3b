// Which Pods of a namespace may be down because of Windlass: P-038.
#include "controller/in_place/watch/pods_in_flight.h"

#include <string>

#include "controller/workload/in_place_annotations.h"
#include "kubeclient/base/assert.h"
#include "test/catch.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::pods_in_flight_test {
namespace {

using in_place::test::Id;
using in_place::test::IdText;

// Pod shop/web-1, whose container is being restarted for image app:2.
struct Fixture : ClientWorld {
  Fixture() : ClientWorld({.qps = 0}) {
    pod = in_place::test::PodWith(
        {in_place::test::Running("app", "app:2", 'A', "I1", clock.Wall() + seconds(-500))});
    pod.meta.namespace_ = "shop";
    state.at = clock.Wall();
    Put();
  }

  void Put() {
    pod.meta.annotations.Set(in_place::kPodState, *in_place::WritePodState(state));
    pod.meta.resource_version = {std::to_string(++version)};
    pods.Apply(pod);
  }
  // The kubelet has started the container. The digest of its image is `image_id`.
  void Restart(const std::string& image_id) {
    pod.containers[0].id = Id(IdText('B'));
    pod.containers[0].image_id = image_id;
    pod.containers[0].started_at = clock.Wall();
    Put();
  }
  size_t Found(const std::string& namespace_ = "shop", bool skip = false) {
    const ObjectKey key{namespace_, ""};
    return in_flight.In(key.namespace_, [skip](const Pod&) { return skip; }).size();
  }

  uint64_t version = 100;
  Pod pod;
  in_place::PodState state = in_place::test::StateWith(
      {{.name = "app", .from = "app:1", .to = "app:2", .id = IdText('A'), .image_id = "I1"}});
  Store<Pod> pods;
  Node node = [] {
    Node heard;
    heard.heard = true;
    return heard;
  }();
  RecordingLog log;
  FaultLog faults{clock, log};
  bool faulty = false;  // what is computed of a Pod fails an assertion
  PodsInFlight in_flight{clock, faults, pods, [this](const Pod&) {
                           WL_ASSERT(!faulty);
                           return &node;
                         }};
};

TEST_CASE_METHOD(Fixture,
                 "a Pod of which nothing is known because of a fault may be down (Q-014)") {
  Restart("I2");
  CHECK(in_flight.noted() == 0);
  faulty = true;
  Put();
  CHECK(in_flight.noted() == 1);
  CHECK(Found() == 1);
  REQUIRE_FALSE(log.lines.empty());
  CHECK(log.lines[0].find("pods shop/web-1") != std::string::npos);
  faulty = false;
  Restart("I2");
  CHECK(Found() == 0);
}

TEST_CASE_METHOD(Fixture, "P-038 a Pod is in flight in its namespace until it is restarted") {
  CHECK(Found() == 1);
  CHECK(Found("shop", /*skip=*/true) == 0);
  CHECK(Found() == 1);  // a Pod that was skipped stays
  CHECK(Found("else") == 0);
  CHECK(Found("web") == 0);
  Restart("I2");
  CHECK(Found() == 0);
  CHECK(in_flight.noted() == 0);
}

TEST_CASE_METHOD(Fixture, "P-038 a Pod is dropped when time alone shows that it was restarted") {
  Restart("I1");
  CHECK(Found() == 1);
  Advance(seconds(600));
  CHECK(in_flight.noted() == 1);
  CHECK(Found() == 0);
  CHECK(in_flight.noted() == 0);
}

TEST_CASE_METHOD(Fixture, "P-038 a new process finds the Pods that another one has patched") {
  PodsInFlight later{clock, faults, pods, [this](const Pod&) { return &node; }};
  CHECK(later.noted() == 1);
}

TEST_CASE_METHOD(Fixture, "P-038 a restarted Pod counts until it is Ready and back in traffic") {
  Restart("I2");
  pod.ready = {ConditionStatus::kFalse, clock.Wall()};
  Put();
  CHECK(Found() == 1);
  pod.ready = {ConditionStatus::kTrue, clock.Wall()};
  state.drain = in_place::Drained{};
  state.drain->since = clock.Wall();
  state.drain->how.mode = in_place::Drain::Mode::kGate;
  Put();
  CHECK(Found() == 1);
  state.drain.reset();
  Put();
  CHECK(Found() == 0);
}

TEST_CASE_METHOD(Fixture,
                 "P-038 a Pod whose state cannot be read counts only while it is not Ready") {
  pod.meta.annotations.Set(in_place::kPodState, "{");
  pod.meta.resource_version = {std::to_string(++version)};
  pods.Apply(pod);
  CHECK(Found() == 0);
  pod.ready = {ConditionStatus::kFalse, clock.Wall()};
  pod.meta.resource_version = {std::to_string(++version)};
  pods.Apply(pod);
  CHECK(Found() == 1);
}

TEST_CASE_METHOD(Fixture, "P-038 a Pod that is gone or going is not in flight") {
  SECTION("going") {
    pod.meta.deletion_timestamp = clock.Wall();
    Put();
  }
  SECTION("gone") { pods.ApplyDelete(KeyOf(pod.meta), pod.meta.uid, {"200"}); }
  SECTION("another client gave it another image") {
    pod.containers[0].image = "app:mine";
    pod.meta.generation = 5;
    Put();
  }
  CHECK(in_flight.noted() == 0);
  CHECK(Found() == 0);
}

}  // namespace
}  // namespace windlass::pods_in_flight_test
