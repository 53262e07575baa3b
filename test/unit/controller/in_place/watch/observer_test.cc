// What users and metrics show of Pods that are updated in place.
#include "controller/in_place/watch/observer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/deployment/deployment_controller.h"
#include "controller/in_place/phases/decisions.h"
#include "controller/workload/decisions.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/random.h"
#include "kubeclient/client/event_recorder.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_log.h"
#include "test/unit/client/fake_transport.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::observer_test {
namespace {

using in_place::test::Id;
using in_place::test::IdText;
using in_place::test::kDeployment;

const Uid kPodUid = *Uid::Parse("11111111-1111-4222-8333-444455556666");

// Deployment shop/web with Pod web-1, and everything that was reported about them.
struct Fixture : ClientWorld {
  explicit Fixture(bool leading = true) : ClientWorld({.qps = 0}) {
    observer.Lead(leading);
    PutDeployment("True", "Patching");
    pod = in_place::test::PodWith(
        {in_place::test::Running("app", "app:1", 'A', "I1", clock.Wall() + seconds(-500))});
    pod.meta.namespace_ = "shop";
    pod.meta.uid = kPodUid;
    pod.meta.generation = 3;
    pod.observed_generation = 3;
    Put();
  }

  void PutDeployment(const std::string& status, const std::string& reason,
                     const std::string& name = "web", const std::string& message = "") {
    Deployment web;
    web.meta.namespace_ = "shop";
    web.meta.name = name;
    web.meta.uid = name == "web" ? kDeployment : Uid{7, std::hash<std::string>()(name)};
    web.meta.annotations = {{"windlass.dev/in-place", policy}};
    web.meta.resource_version = {std::to_string(++version)};
    web.spec.min_ready_seconds = min_ready_seconds;
    web.spec.progress_deadline_seconds = progress_deadline_seconds;
    web.status.conditions = {{"windlass.dev/InPlace", status, reason, message, {}, {}}};
    deployments.objects().Apply(std::move(web));
  }
  RolloutHold Hold() const { return InPlaceHoldOf(*deployments.Find({"shop", "web"})); }
  void Put() {
    pod.meta.resource_version = {std::to_string(++version)};
    pods.Apply(pod);
  }
  PodContainer& app() { return pod.containers[0]; }

  // Windlass patches container app to `image`.
  void Patch(const std::string& image, int64_t revision = 6) {
    in_place::PodState state = in_place::test::StateWith({{.name = "app",
                                                           .from = std::string(app().image.text()),
                                                           .to = image,
                                                           .id = app().id.ToString(),
                                                           .image_id = "I1",
                                                           .restart_count = app().restart_count}});
    state.revision = revision;
    state.generation_before = pod.meta.generation;
    state.at = clock.Wall();
    ++pod.meta.generation;
    app().image = image;
    pod.meta.annotations.Set(in_place::kPodState, *in_place::WritePodState(state));
    Put();
  }
  // The kubelet has started the container.
  void Restart(char id) {
    pod.observed_generation = pod.meta.generation;
    app().id = Id(IdText(id));
    app().image_id = "I2";
    app().state = ContainerState::kRunning;
    app().waiting_reason = {};
    app().started_at = clock.Wall();
    ++app().restart_count;
    Put();
  }
  void Waits(const std::string& reason) {
    pod.observed_generation = pod.meta.generation;
    app().state = ContainerState::kWaiting;
    app().waiting_reason = reason;
    pod.ready = {ConditionStatus::kFalse, clock.Wall()};
    Put();
  }

  // Returns "InPlaceUpdated: Updated in place to …" for each Event so far; all are about the Pod.
  std::vector<std::string> Told() {
    while (transport.waiting() > 0) transport.Answer(Success("e"));  // one is under way at a time
    std::vector<std::string> told;
    for (const HttpRequest& http : transport.sent) {
      const auto body = nlohmann::json::parse(http.body);
      CHECK(body["involvedObject"]["kind"] == "Pod");
      CHECK(body["involvedObject"]["uid"] == kPodUid.ToString());
      told.push_back(body["reason"].get<std::string>() + ": " + body["message"].get<std::string>());
    }
    return told;
  }

  std::string policy = "IfPossible";
  int32_t min_ready_seconds = 0;
  int32_t progress_deadline_seconds = kUnlimited;
  Node node = [] {
    Node heard;
    heard.heard = true;
    return heard;
  }();
  RecordingLog log;
  bool faulty = false;  // what is computed of a Pod fails an assertion
  EventRecorder events{clock, log, client};
  Random random{1};
  Informers informers{{clock, random, log, timers, transport, decoder}, ""};
  DeploymentStore deployments{informers};
  Store<Pod> pods;
  InPlaceObserver observer{
      clock,
      informers.faults(),
      timers,
      [this](const ObjectReference& about, const Event& event) { events.Record(about, event); },
      deployments,
      pods,
      [this](const Pod&) { return deployments.FindMeta({"shop", "web"}); },
      [this](const Pod&) {
        WL_ASSERT(!faulty);
        return &node;
      }};
  Pod pod;
  uint64_t version = 100;
};

using Counts = std::map<std::string, uint64_t>;

TEST_CASE("A Pod is told of when its containers have been restarted, not when they are asked to") {
  Fixture f;
  f.Patch("app:2");
  CHECK(f.Told().empty());
  f.pod.observed_generation = f.pod.meta.generation;  // the sync that will kill it has begun
  f.Put();
  CHECK(f.Told().empty());
  f.Advance(seconds(7));
  f.Restart('B');
  CHECK(f.Told() == std::vector<std::string>{"InPlaceUpdated: Updated in place to revision 6 in "
                                             "7 s"});
  const InPlaceFigures figures = f.observer.figures();
  CHECK(figures.restart.count() == 1);
  CHECK(figures.restart.sum == 7);
  CHECK(figures.available.sum == 7);
  CHECK(f.observer.followed() == 0);
  f.Put();  // nothing is told twice
  CHECK(f.Told().size() == 1);
}

TEST_CASE("A Pod that is drained for the next patch is not told of for the last one again") {
  Fixture f;
  f.Patch("app:2");
  f.Restart('B');
  const auto told = f.Told();
  REQUIRE(told.size() == 1);
  f.Advance(seconds(20));
  auto state = *std::move(*in_place::PodStateOf(f.pod));
  for (const bool drained : {true, false}) {
    state.drain.reset();
    if (drained)
      state.drain =
          in_place::Drained{.since = f.clock.Wall(), .how = {.mode = in_place::Drain::Mode::kGate}};
    f.pod.meta.annotations.Set(in_place::kPodState, *in_place::WritePodState(state));
    f.Put();
  }
  CHECK(f.Told() == told);
}

TEST_CASE("Availability is told from restarts where minReadySeconds makes a difference") {
  Fixture f;
  f.min_ready_seconds = 30;
  f.PutDeployment("True", "Patching");
  f.Patch("app:2");
  f.Advance(seconds(7));
  f.Restart('B');
  CHECK(f.observer.figures().available.count() == 0);
  CHECK(f.observer.followed() == 1);
  f.Advance(seconds(29));
  CHECK(f.observer.figures().available.count() == 0);
  f.Advance(seconds(1));  // by a timer: no event comes
  CHECK(f.observer.figures().available.sum == 37);
  CHECK(f.observer.followed() == 0);
  CHECK(f.timers.empty());
}

TEST_CASE("A failure is told once for each Pod, revision and reason (P-060)") {
  Fixture f;
  f.Patch("app:bad");
  for (int i = 0; i < 3; ++i) {
    f.Waits("ErrImagePull");
    f.Waits("ImagePullBackOff");
  }
  CHECK(
      f.Told() ==
      std::vector<std::string>{
          "InPlaceFailed: Revision 6 fails: container app of this Pod does not run (ErrImagePull)",
          "InPlaceFailed: Revision 6 fails: container app of this Pod does not run "
          "(ImagePullBackOff)"});
  f.Patch("app:worse", 7);
  f.app().waiting_reason = {};
  f.Put();
  f.Waits("ErrImagePull");
  CHECK(f.Told().back() ==
        "InPlaceFailed: Revision 7 fails: container app of this Pod does not run (ErrImagePull)");
  CHECK(f.observer.figures().failures == Counts{{"ErrImagePull", 2}, {"ImagePullBackOff", 1}});
  f.pods.ApplyDelete(KeyOf(f.pod.meta), kPodUid, {"900"});
  CHECK(f.observer.followed() + f.observer.told() == 0);
}

TEST_CASE("A Pod that does not become available in time has failed, without an event") {
  Fixture f;
  f.progress_deadline_seconds = 60;
  f.PutDeployment("True", "Patching");
  f.Patch("app:2");
  f.Restart('B');
  f.pod.ready = {ConditionStatus::kFalse, f.clock.Wall()};
  f.Patch("app:3", 7);
  f.Restart('C');
  f.Advance(seconds(59));
  CHECK(f.observer.figures().failures.empty());
  f.Advance(seconds(1));
  CHECK(f.Told().back() ==
        "InPlaceFailed: Revision 7 fails: this Pod has been unavailable for more than 60 s "
        "(PodTimeout)");
}

// Whom this serves: whose drain is longer than the progress deadline. The Pod runs the image of the
// last revision, and nothing is wrong with it.
TEST_CASE("P-040 P-060 a Pod that Windlass drains for its next patch is not told of as failed") {
  Fixture f;
  f.progress_deadline_seconds = 60;
  f.PutDeployment("True", "Patching");
  f.Patch("app:2");
  f.Restart('B');
  const auto told = f.Told();
  f.Advance(seconds(100));
  auto state = *std::move(*in_place::PodStateOf(f.pod));
  state.drain = in_place::Drained{
      .since = f.clock.Wall(),
      .how = {.mode = in_place::Drain::Mode::kLabel, .label = "traffic", .on = "on", .off = "off"}};
  f.pod.meta.annotations.Set(in_place::kPodState, *in_place::WritePodState(state));
  f.Put();
  f.Advance(seconds(100));
  f.Put();
  CHECK(f.Told() == told);
  CHECK(f.observer.figures().failures.empty());
}

TEST_CASE("A crash after the Pod was available is told while the rollout lasts, not later") {
  Fixture f;
  f.Patch("app:2");
  f.Restart('B');
  REQUIRE(f.observer.followed() == 0);
  SECTION("in the rollout") {
    f.Waits("CrashLoopBackOff");
    CHECK(f.Told().back() ==
          "InPlaceFailed: Revision 6 fails: container app of this Pod does not run "
          "(CrashLoopBackOff)");
  }
  SECTION("afterwards") {
    f.PutDeployment("False", "Complete");
    f.Waits("CrashLoopBackOff");
    CHECK(f.Told().size() == 1);
    CHECK(f.observer.figures().failures.empty());
  }
}

TEST_CASE("Who does not lead follows Pods, and says and counts nothing") {
  Fixture f(false);
  f.Patch("app:2");
  f.Advance(seconds(4));
  SECTION("to the end") {
    f.Restart('B');
    CHECK(f.Told().empty());
    CHECK(f.observer.figures().restart.count() == 0);
  }
  SECTION("until it leads") {
    f.observer.Lead(true);
    f.Advance(seconds(2));
    f.Restart('B');
    CHECK(f.Told().size() == 1);
    CHECK(f.observer.figures().restart.sum == 6);  // since the patch
  }
}

TEST_CASE("After a restart, young patches are taken up and old ones are not") {
  struct Row {
    seconds age;
    bool followed;
  };
  const Row row = GENERATE(values<Row>(
      {{seconds(0), true}, {seconds(600), true}, {seconds(601), false}, {seconds(90000), false}}));
  CAPTURE(row.age.count());
  Fixture f;
  f.Patch("app:2");
  const Pod patched = f.pod;
  f.Advance(row.age);
  Store<Pod> pods;
  InPlaceObserver observer(
      f.clock, f.informers.faults(), f.timers,
      [&f](const ObjectReference& about, const Event& event) { f.events.Record(about, event); },
      f.deployments, pods, [&f](const Pod&) { return f.deployments.FindMeta({"shop", "web"}); },
      [&f](const Pod&) { return &f.node; });
  observer.Lead(true);
  pods.Apply(patched);
  CHECK(observer.followed() == (row.followed ? 1 : 0));
}

// A process that starts now, beside or after that of the Fixture, and leads at once. Its watch of
// Pods has not begun.
struct Restarted {
  explicit Restarted(Fixture& before) : f(before) { observer.Lead(true); }

  Fixture& f;
  Store<Pod> pods;
  const Node* node = &f.node;
  InPlaceObserver observer{
      f.clock,
      f.informers.faults(),
      f.timers,
      [this](const ObjectReference& about, const Event& event) { f.events.Record(about, event); },
      f.deployments,
      pods,
      [this](const Pod&) { return f.deployments.FindMeta({"shop", "web"}); },
      [this](const Pod&) { return node; }};
};

// Whom this serves: who reads the Events of a Pod, or the figures of restarts, after Windlass was
// restarted or upgraded. The Pod restarted in 7 s, and that is told already.
TEST_CASE("After a restart, a Pod that was updated before is not told of again (P-084)") {
  const bool node_is_known = GENERATE(true, false);
  const bool changes = GENERATE(true, false);  // while its node is not known
  CAPTURE(node_is_known, changes);
  Fixture f;
  f.Patch("app:2");
  f.Advance(seconds(7));
  f.Restart('B');
  f.app().image_id = "I1";  // only times show that it was restarted
  f.Put();
  f.Advance(seconds(100));
  const auto told = f.Told();
  REQUIRE(told.size() == 1);
  Restarted after(f);
  if (!node_is_known) after.node = nullptr;
  after.pods.Apply(f.pod);
  after.node = &f.node;
  if (changes) {
    f.pod.meta.labels.Set("a", "b");
    f.pod.meta.resource_version = {"900"};
    after.pods.Apply(f.pod);
  }
  f.Advance(seconds(100));
  CHECK(f.Told() == told);
  CHECK(after.observer.figures().restart.count() == 0);
  CHECK(after.observer.figures().available.count() == 0);
  CHECK(after.observer.followed() == 0);
  Proves("P-084");
}

TEST_CASE("After a restart, a Pod in flight is told of when it is updated, with its seconds") {
  Fixture f;
  f.Patch("app:2");
  f.Advance(seconds(20));
  Restarted after(f);
  after.pods.Apply(f.pod);
  CHECK(f.Told().empty());
  f.observer.Lead(false);
  f.Advance(seconds(10));
  f.Restart('B');
  after.pods.Apply(f.pod);
  CHECK(f.Told() == std::vector<std::string>{"InPlaceUpdated: Updated in place to revision 6 in "
                                             "30 s"});
  CHECK(after.observer.figures().restart.sum == 30);
  CHECK(after.observer.figures().available.sum == 30);
}

TEST_CASE("After a restart, it is measured when an updated Pod becomes available (P-084)") {
  Fixture f;
  f.min_ready_seconds = 60;
  f.PutDeployment("True", "Patching");
  f.Patch("app:2");
  f.Advance(seconds(7));
  f.Restart('B');
  f.observer.Lead(false);
  f.Advance(seconds(20));
  const auto told = f.Told();
  Restarted after(f);
  after.pods.Apply(f.pod);
  f.Advance(seconds(50));
  CHECK(f.Told() == told);
  CHECK(after.observer.figures().restart.count() == 0);
  CHECK(after.observer.figures().available.sum == 67);
}

// Returns true if the log has a fault in what is computed of Pod web-1.
bool HasFault(const RecordingLog& log) {
  return std::ranges::any_of(log.lines, [](const std::string& line) {
    return line.starts_with("error internal error outside of a sync object=") &&
           line.find("pods shop/web-1") != std::string::npos &&
           line.find("assertion failed: !faulty") != std::string::npos;
  });
}

TEST_CASE("An assertion that fails over a changed Pod ends no process (Q-014)") {
  Fixture f;
  f.faulty = true;
  f.Patch("app:2");  // the cache shows the patch
  CHECK(HasFault(f.log));
  CHECK(f.observer.followed() == 0);
  f.faulty = false;
  f.Put();
  CHECK(f.Told().empty());
  CHECK(f.observer.figures().failures.empty());
}

TEST_CASE("An assertion that fails over a Pod when its time has come ends no process (Q-014)") {
  Fixture f;
  f.progress_deadline_seconds = 600;
  f.PutDeployment("True", "Patching");
  f.Patch("app:2");
  REQUIRE(f.observer.followed() == 1);
  REQUIRE_FALSE(f.timers.empty());
  f.faulty = true;
  f.Advance(seconds(700));  // no event comes
  CHECK(HasFault(f.log));
  CHECK(f.observer.followed() == 0);
  CHECK(f.timers.empty());
  CHECK(f.Told().empty());
}

TEST_CASE("What is not ours is not told of") {
  Fixture f;
  SECTION("an annotation that cannot be read") {
    f.pod.meta.annotations.Set(in_place::kPodState, "{");
    f.Put();
  }
  SECTION("a Pod that is being deleted") {
    f.Patch("app:2");
    f.pod.meta.deletion_timestamp = f.clock.Wall();
    f.Put();
  }
  SECTION("the annotation is taken away") {
    f.Patch("app:2");
    f.pod.meta.annotations.Erase(in_place::kPodState);
    f.Put();
  }
  CHECK(f.observer.followed() == 0);
  f.Restart('B');
  CHECK(f.Told().empty());
  CHECK(f.observer.figures().restart.count() == 0);
}

// Another client changes the spec, including the image.
void Edit(Fixture& f, const std::string& image = {}) {
  if (!image.empty()) f.app().image = image;
  ++f.pod.meta.generation;
  f.Put();
}

TEST_CASE("Who edits a Pod while it is being updated is told of once for each revision (P-081)") {
  Fixture f;
  f.Patch("app:2");
  Edit(f, "app:mine");
  const std::string drift =
      "InPlaceDrift: Another client edited this Pod while Windlass was updating it to revision 6: "
      "container app has app:mine, not app:2";
  CHECK(f.Told() == std::vector<std::string>{drift});
  CHECK(f.observer.followed() == 0);
  f.Put();
  Edit(f, "app:mine-too");
  CHECK(f.Told().size() == 1);
  f.Patch("app:2");  // by the rollout, which goes on
  Edit(f, "app:mine");
  CHECK(f.Told().size() == 1);
  f.Patch("app:3", 7);
  Edit(f, "app:mine");
  CHECK(f.Told().size() == 2);
  CHECK(f.observer.figures().failures.empty());
  f.pods.ApplyDelete(KeyOf(f.pod.meta), kPodUid, {"900"});
  CHECK(f.observer.told() == 0);
}

TEST_CASE("also where the edit left the images alone, and then the update counts (P-081)") {
  Fixture f;
  f.Patch("app:2");
  Edit(f);
  CHECK(f.Told() == std::vector<std::string>{
                        "InPlaceDrift: Another client edited this Pod while Windlass was updating "
                        "it to revision 6: the images that Windlass set are unchanged"});
  f.Put();
  f.Restart('B');
  CHECK(f.Told().size() == 2);
  CHECK(f.Told().back() == "InPlaceUpdated: Updated in place to revision 6 in 0 s");
}

TEST_CASE("what admission makes of a patch is no edit, nor is one before or long after (P-081)") {
  const bool leading = GENERATE(true, false);
  Fixture f(leading);
  const size_t updates = leading ? 1 : 0;
  SECTION("admission, which is told with the update") {
    f.Patch("app:2");
    f.app().image = "mirror/app:2";
    f.Put();
    f.Restart('B');
    REQUIRE(f.Told().size() == updates);
    if (leading) {
      CHECK(f.Told().back().ends_with("; admission set the image of app to mirror/app:2"));
    }
  }
  SECTION("a Pod that is of use again") {
    f.Patch("app:2");
    f.Restart('B');
    Edit(f, "app:mine");
    CHECK(f.Told().size() == updates);
  }
  SECTION("before the patch") {
    Edit(f, "app:mine");
    f.Patch("app:2");
    f.Restart('B');
    CHECK(f.Told().size() == updates);
  }
  SECTION("in the words of who does not lead") {
    f.observer.Lead(false);
    f.Patch("app:2");
    Edit(f, "app:mine");
    CHECK(f.Told().empty());
  }
  for (const std::string& told : f.Told()) CHECK(told.starts_with("InPlaceUpdated"));
}

TEST_CASE("Writes are counted by result") {
  Fixture f;
  const auto decided = [&](Decision decision) { f.observer.Decided({decision, {}}); };
  decided(in_place::decisions::kPatchPod);
  decided(in_place::decisions::kPatchPod);
  f.observer.Refused({in_place::decisions::kPatchPod, {}}, {ErrorKind::kConflict, "testing value"});
  decided(in_place::decisions::kExchangePending);
  f.observer.Refused({in_place::decisions::kExchangeHost, {}}, {ErrorKind::kConflict, "changed"});
  decided(in_place::decisions::kExchangeHost);
  decided(in_place::decisions::kExchangeForget);
  decided(workload::decisions::kScaleUpNewReplicaSet);
  const InPlaceFigures figures = f.observer.figures();
  CHECK(figures.patches == Counts{{"Conflict", 1}, {"Success", 2}});
  CHECK(figures.exchanges == Counts{{"Begun", 1}, {"Conflict", 1}, {"Done", 1}, {"Forgotten", 1}});
}

TEST_CASE("Rollouts that replace Pods instead are counted by reason, where that is decided") {
  Fixture f;
  f.observer.Decided({workload::decisions::kCreateNewReplicaSet, {}, "FieldChanged"});
  f.observer.Decided({workload::decisions::kAnnotateNewReplicaSet, {}, "FieldChanged"});
  f.observer.Decided({in_place::decisions::kFallBackToReplace, {}, "ErrImagePull"});
  f.observer.Decided({workload::decisions::kCreateNewReplicaSet, {}});
  f.observer.Refused({in_place::decisions::kFallBackToReplace, {}, "HostGone"},
                     {ErrorKind::kConflict, ""});
  CHECK(f.observer.figures().fallbacks == Counts{{"ErrImagePull", 1}, {"FieldChanged", 2}});
}

TEST_CASE("Whatever somebody writes into the condition, no metric grows by it") {
  Fixture f;
  for (const char* why : {"", "Mine", "FieldChanged:/spec/hostNetwork", "pod web-1: app: Mine-3"}) {
    f.PutDeployment("False", "NotPossible", "web", why);
    f.PutDeployment("False", why);
    f.PutDeployment("False", "Complete");
  }
  CHECK(f.observer.figures().fallbacks.empty());
  CHECK(f.Hold().cause.empty());
}

TEST_CASE("What holds an update in place up is told from its condition") {
  Fixture f;
  for (const char* reason : {"AnnotationNotKept", "WaitingForBudget", "WaitingForPDB", "Failing",
                             "GivenUp", "InvalidConfig", "MissingRights"}) {
    f.PutDeployment("True", reason);
    CHECK(f.Hold().cause == reason);
    CHECK_FALSE(f.Hold().by_user);
  }
  for (const char* reason : {"Patching", "Complete", "Paused", "NotPossible", "Mine"}) {
    f.PutDeployment("False", reason);
    CHECK(f.Hold().cause.empty());  // not possible: replaced instead
    CHECK_FALSE(f.Hold().by_user);
  }
  f.PutDeployment("True", "Partitioned");
  CHECK(f.Hold().cause.empty());
  CHECK(f.Hold().by_user);
  f.policy = "only";
  f.PutDeployment("False", "NotPossible");
  CHECK(f.Hold().cause == "NotPossible");
}

TEST_CASE("The strategy in place is what the Deployment asks for") {
  Fixture f;
  const auto strategy = [&](const char* policy) {
    f.policy = policy;
    f.PutDeployment("False", "Complete");
    return InPlaceStrategyOf(*f.deployments.Find({"shop", "web"}));
  };
  CHECK(strategy("ifpossible") == "InPlaceIfPossible");
  CHECK(strategy("Only") == "InPlaceOnly");
  CHECK(strategy("Disabled").empty());
}

}  // namespace
}  // namespace windlass::observer_test
