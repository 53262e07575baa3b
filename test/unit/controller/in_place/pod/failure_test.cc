// Whether a patch has failed: P-060.
#include "controller/in_place/pod/failure.h"

#include <functional>

#include "controller/in_place/pod/completion.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/support/changes.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass::in_place::failure_test {
namespace {

using namespace test;

constexpr seconds kTimeout{600};

void Waits(Pod& pod, const std::string& reason) {
  PodContainer& app = pod.containers[0];
  app.state = ContainerState::kWaiting;
  app.waiting_reason = reason;
  app.started_at = {};
  app.ready = false;
  pod.ready = {ConditionStatus::kFalse, {1010}};
}

// Lets the container of the new image start.
void Restarted(Pod& pod) {
  pod.containers[0].id = Id(IdText('B'));
  pod.containers[0].restart_count = 1;
}

TEST_CASE("P-060 the reasons a container does not get out of") {
  const std::string reason =
      GENERATE("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
               "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed",
               "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
               "PostStartHookError", "CrashLoopBackOff");
  CAPTURE(reason);
  CHECK(IsFailingReason(reason));
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  Restarted(pod);
  Waits(pod, reason);
  CHECK(FailureOf(pod, StateWith({AppPatch()}), kTimeout, {1010}) == PodFailure{"app", reason});
}

TEST_CASE("P-060 a container that is on its way has not failed") {
  const std::string reason = GENERATE("ContainerCreating", "PodInitializing", "");
  CAPTURE(reason);
  CHECK_FALSE(IsFailingReason(reason));
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  Waits(pod, reason);
  CHECK_FALSE(FailureOf(pod, StateWith({AppPatch()}), kTimeout, {1010}));
}

using Edit = std::function<void(Pod&, PodState&)>;

Edit Waiting(const std::string& reason) {
  return [=](Pod& pod, PodState&) { Waits(pod, reason); };
}
// The container of the new image runs. `count` is 1 if it has not failed since.
Edit RestartCount(int count) {
  return [=](Pod& pod, PodState&) {
    Restarted(pod);
    pod.containers[0].restart_count = count;
  };
}
Edit StartedAt(int64_t at) {
  return [=](Pod& pod, PodState&) { pod.containers[0].started_at = {at}; };
}
Edit NotReadySince(int64_t since) {
  return [=](Pod& pod, PodState&) { pod.ready = {ConditionStatus::kFalse, {since}}; };
}
// The kubelet has seen that generation; 0: it does not say.
Edit Observed(int64_t generation) {
  return [=](Pod& pod, PodState&) { pod.observed_generation = generation; };
}
void NeverRan(Pod& pod, PodState& state) {
  pod.containers[0].id = {};
  state.containers[0].id.clear();
}
void OldImagePutBack(Pod& pod, PodState& state) {
  pod.containers[0].image = "r/app:1";
  state.containers[0].of_template = true;
  pod.meta.generation = pod.observed_generation = 3;
}
void AnotherWaits(Pod& pod, PodState&) {
  pod.containers.push_back(Running("log", "r/log:1", 'C', "L1", {450}));
  pod.containers[1].state = ContainerState::kWaiting;
  pod.containers[1].waiting_reason = "CrashLoopBackOff";
}
void RestartedBefore(Pod& pod, PodState& state) {
  pod.containers[0].restart_count = 9;
  state.containers[0].restart_count = 7;
}
void JustScheduled(Pod& pod, PodState&) {
  pod.scheduled = {ConditionStatus::kTrue, {8990}};
  pod.ready = {};
}
// An earlier patch was, when this one was made.
void WasUnderWay(Pod&, PodState& state) { state.containers[0].seen = {{IdText('A'), "r/app:1"}}; }
// Windlass drains the Pod by its gate since 5000, for its next patch.
void Draining(Pod& pod, PodState& state) {
  Restarted(pod);
  pod.containers[0].started_at = {1010};
  pod.containers_ready = {ConditionStatus::kTrue, {1020}};
  pod.ready = {ConditionStatus::kFalse, {5001}};
  state.drain = Drained{.since = {5000}, .how = {.mode = Drain::Mode::kGate}};
}
// Another readiness gate, as of a load balancer, keeps Ready false since shortly after the patch.
// The containers have been ready since then.
void KeptByAnotherGate(Pod& pod, PodState&) {
  Restarted(pod);
  pod.containers[0].started_at = {1010};
  pod.ready = {ConditionStatus::kFalse, {1001}};
  pod.containers_ready = {ConditionStatus::kTrue, {1020}};
}
// A policy of the API server keeps the Pod from coming back into traffic after its patch, and its
// drain, which began before the patch, keeps Ready false.
void KeptOutByPolicy(Pod& pod, PodState& state) {
  KeptByAnotherGate(pod, state);
  pod.ready = {ConditionStatus::kFalse, {901}};
  state.drain = Drained{.since = {900}, .how = {.mode = Drain::Mode::kGate}};
}
void PatchedOutOfTraffic(Pod&, PodState& state) {
  state.drain = Drained{.since = {900}, .how = {.mode = Drain::Mode::kGate}};
}
Edit ContainersNotReadySince(int64_t since) {
  return [=](Pod& pod, PodState&) { pod.containers_ready = {ConditionStatus::kFalse, {since}}; };
}
Edit HeardAgainSince(int64_t since) {
  return [=](Pod&, PodState& state) { state.heard_since = WallTime{since}; };
}
void Deleting(Pod& pod, PodState&) { pod.meta.deletion_timestamp = {1005}; }

struct Row {
  std::string id;
  Edit edit;
  int64_t now;
  std::string want;  // "<container> <reason>"
  std::optional<int64_t> want_look_again{};
};

TEST_CASE("signs of failure are those of the patch (P-060)") {
  const Row row = GENERATE(values<Row>({
      {"P-060 in flight", kNothing, 1010, "", 1600},
      {"P-081 admission put the old image back, which runs well", OldImagePutBack, 1000,
       "app ImagePutBack"},
      {"P-060 the image is not there", Waiting("ErrImagePull"), 1010, "app ErrImagePull"},
      {"P-060 told before the kubelet saw the patch", All(Waiting("ErrImagePull"), Observed(3)),
       1010, "", 1610},
      {"P-060 a kubelet that does not say what it has seen",
       All(Waiting("ErrImagePull"), Observed(0)), 1010, "app ErrImagePull"},
      {"P-060 the old container was in a crash loop already", Waiting("CrashLoopBackOff"), 1010, "",
       1610},
      {"P-060 the new one is, too", All(RestartCount(1), Waiting("CrashLoopBackOff")), 1010,
       "app CrashLoopBackOff"},
      {"P-060 the old one ran until its kill, and no new one comes",
       All(Waiting("CrashLoopBackOff"), ContainersNotReadySince(1002)), 1012,
       "app CrashLoopBackOff"},
      {"P-060 for a moment the reason may be the old one's",
       All(Waiting("CrashLoopBackOff"), ContainersNotReadySince(1002)), 1011, "", 1012},
      {"P-060 while the kubelet was cut off, the old one may have crashed",
       All(Waiting("CrashLoopBackOff"), ContainersNotReadySince(1030), HeardAgainSince(1000)), 1600,
       "", 1660},
      {"P-060 nor before the kubelet saw the patch",
       All(Waiting("CrashLoopBackOff"), ContainersNotReadySince(1002), Observed(3)), 1100, "",
       1610},
      {"P-060 the old one had ended before: the new image may be pulled for long",
       All(Waiting("CrashLoopBackOff"), ContainersNotReadySince(999)), 1300, "", 1610},
      {"P-060 nothing ever ran: which image is missing, time tells",
       All(Waiting("ImagePullBackOff"), NeverRan), 1009, "", 1010},
      {"P-060 nothing ever ran, and it is the new one", All(Waiting("ImagePullBackOff"), NeverRan),
       1010, "app ImagePullBackOff"},
      {"P-034 P-060 a patch was under way: which image is missing, time tells",
       All(Waiting("ImagePullBackOff"), WasUnderWay), 1009, "", 1010},
      {"P-060 another container's waiting is not ours", AnotherWaits, 1010, "", 1600},
      {"P-060 a container that is gone", [](Pod& pod, PodState&) { pod.containers.clear(); }, 1010,
       "", 1600},

      {"P-060 restarted by us, and once more", RestartCount(2), 1010, "", 1600},
      {"P-060 three restarts", RestartCount(3), 1010, "app TooManyRestarts"},
      {"P-060 restarts of weeks are no crash loop",
       All(RestartCount(4), StartedAt(1'200'010), NotReadySince(1'200'000)), 1'200'020, "",
       1'200'600},
      {"P-060 one that lasts is, a quarter of an hour for each restart at most",
       All(RestartCount(100), NotReadySince(1000 + 100 * 900)), 1000 + 100 * 900,
       "app TooManyRestarts"},
      {"P-060 and more than that is none", All(RestartCount(100), NotReadySince(1001 + 100 * 900)),
       1001 + 100 * 900, "", 1601 + 100 * 900},
      {"P-060 it is over when the container had run for ten minutes",
       All(RestartCount(3), StartedAt(1100), NotReadySince(1700)), 1700, "", 2300},
      {"P-060 but not sooner", All(RestartCount(3), StartedAt(1101), NotReadySince(1700)), 1700,
       "app TooManyRestarts"},
      {"P-040 P-060 restarts of a week out of traffic are no crash loop",
       All(KeptOutByPolicy, RestartCount(4), StartedAt(600'010), ContainersNotReadySince(600'000)),
       600'020, "", 600'600},
      {"P-060 P-066 nor are those before the containers were ready, while it is kept out",
       All(KeptOutByPolicy, RestartCount(3)), 1110, ""},
      {"P-060 nor are those of a week behind another gate",
       All(KeptByAnotherGate, RestartCount(4), StartedAt(600'010),
           ContainersNotReadySince(600'000)),
       600'020, " PodTimeout"},
      {"P-060 behind a gate, three restarts in a row are a crash loop",
       All(KeptByAnotherGate, RestartCount(3), ContainersNotReadySince(1100)), 1110,
       "app TooManyRestarts"},
      {"P-060 restarts before the patch do not count", RestartedBefore, 1010, "", 1600},

      {"P-060 not available in time", kNothing, 1600, " PodTimeout"},
      {"P-060 not ready in time, counted from the restart",
       All(RestartCount(1), NotReadySince(1020)), 1619, "", 1620},
      {"P-060 it was available, and for a moment is not",
       All(RestartCount(1), NotReadySince(90000)), 90001, "", 90600},
      {"P-060 only metadata was patched", [](Pod&, PodState& state) { state.containers.clear(); },
       1010, "", 1600},
      {"P-060 a Pod that no node takes is not the patch's fault",
       [](Pod& pod, PodState&) { pod.node_name = {}; }, 9000, ""},
      {"P-060 nor when one has just taken it", JustScheduled, 9000, "", 9590},
      {"P-040 P-060 Windlass keeps it out of traffic for its next patch", Draining, 9000, ""},
      {"P-040 P-060 its containers fail meanwhile: the drain before that does not count",
       All(Draining, ContainersNotReadySince(8000)), 8599, "", 8600},
      {"P-040 P-060 they stay so", All(Draining, ContainersNotReadySince(8000)), 8600,
       " PodTimeout"},
      {"P-040 P-060 drained, patched, and not restarted in time", PatchedOutOfTraffic, 1600,
       " PodTimeout"},
      {"P-060 deleting", All(Waiting("ErrImagePull"), Deleting), 1010, ""},
  }));
  CAPTURE(row.id);

  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  PodState state = StateWith({AppPatch()});
  row.edit(pod, state);
  const auto failure = FailureOf(pod, state, kTimeout, {row.now});
  CHECK((failure ? failure->container + ' ' + failure->reason : "") == row.want);
  const auto look_again = FailureLookAgain(pod, state, kTimeout, {row.now});
  CHECK(look_again ==
        (row.want_look_again ? std::optional(WallTime{*row.want_look_again}) : std::nullopt));
  if (look_again) CHECK(FailureOf(pod, state, kTimeout, *look_again));
}

TEST_CASE("P-060 the first of several containers is named") {
  Pod pod = PodWith(
      {Running("app", "r/app:2", 'B', "I2", {1010}), Running("log", "r/log:2", 'C', "L1", {450})});
  ContainerPatch log = AppPatch();
  log.name = "log";
  log.id = IdText('C');
  pod.containers[1].state = ContainerState::kWaiting;
  pod.containers[1].waiting_reason = "InvalidImageName";
  const PodState state = StateWith({AppPatch(), log});
  CHECK(FailureOf(pod, state, kTimeout, {1010}) == PodFailure{"log", "InvalidImageName"});
  pod.containers[0].restart_count = 3;
  CHECK(FailureOf(pod, state, kTimeout, {1010}) == PodFailure{"app", "TooManyRestarts"});
}

TEST_CASE("P-060 a failure is shown as a sentence that ends with its reason") {
  const auto [failure, text] = GENERATE(table<PodFailure, std::string>({
      {{"app", "ErrImagePull"}, "container app of pod web-1 does not run (ErrImagePull)"},
      {{"app", "CrashLoopBackOff"}, "container app of pod web-1 does not run (CrashLoopBackOff)"},
      {{"app", "TooManyRestarts"},
       "container app of pod web-1 has restarted at least 3 times since it got its image "
       "(TooManyRestarts)"},
      {{"app", "ImagePutBack"},
       "a webhook put back the old image of container app of pod web-1 (ImagePutBack)"},
      {{"", "PodTimeout"}, "pod web-1 has been unavailable for more than 600 s (PodTimeout)"},
  }));
  CHECK(TextOf(failure, "pod web-1", kTimeout) == text);
}

TEST_CASE("P-024 P-060 a stand-in fails as a patched Pod does, from when it was made") {
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I2", {1001})});
  pod.meta.generation = pod.observed_generation = 1;
  pod.meta.creation_timestamp = {1000};
  pod.scheduled = {ConditionStatus::kTrue, {1000}};
  Waits(pod, "ErrImagePull");
  pod.containers[0].id = {};
  const auto reason = [&](WallTime now) {
    const auto failure = FailureOf(pod, AsIfPatched(pod), kTimeout, now);
    return failure ? failure->reason : "";
  };
  CHECK(reason({1010}) == "ErrImagePull");
  pod.ready = {ConditionStatus::kFalse, {1000}};
  CHECK(FailsForLongAt(pod, AsIfPatched(pod)) == WallTime{1060});
  pod.containers[0].waiting_reason = "ContainerCreating";
  CHECK(reason({1500}).empty());
  CHECK(reason({1610}) == "PodTimeout");
  Restarted(pod);
  pod.containers[0].waiting_reason = "CrashLoopBackOff";
  CHECK(reason({1500}) == "CrashLoopBackOff");
  pod.containers[0].state = ContainerState::kRunning;
  CHECK(reason({1500}).empty());
  pod.containers[0].restart_count = 3;
  CHECK(reason({1500}) == "TooManyRestarts");
}

TEST_CASE("P-062 a Pod that fails has a minute to recover") {
  const PodState state = StateWith({AppPatch()});
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "I2", {1010})});
  CHECK(FailsForLongAt(pod, state) == WallTime{1060});
  CHECK_FALSE(HasFailedForLong(pod, state, {1059}));
  CHECK(HasFailedForLong(pod, state, {1060}));
  pod.ready = {ConditionStatus::kFalse, {4600}};  // Ready changed an hour later
  CHECK_FALSE(HasFailedForLong(pod, state, {4659}));
  CHECK(HasFailedForLong(pod, state, {4660}));
  pod.scheduled = {ConditionStatus::kTrue, {5000}};  // it got its node after its patch
  CHECK(FailsForLongAt(pod, state) == WallTime{5060});
}

// Whom this serves: who rolls out a bad image for the first time. Between its tries the kubelet
// says CrashLoopBackOff, though it has created no container. That made the failure come and go.
TEST_CASE("P-060 P-062 the minute goes on while the kubelet waits between its tries") {
  const PodState state = StateWith({AppPatch()});  // patched at 1000
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  const std::string reason = GENERATE("ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff");
  CAPTURE(reason);
  Waits(pod, reason);
  pod.ready = pod.containers_ready = {ConditionStatus::kFalse, {1010}};
  CHECK(FailureOf(pod, state, kTimeout, {1030}) == PodFailure{"app", reason});
  CHECK(FailsForLongAt(pod, state) == WallTime{1070});
}

// Whom this serves: who tries a revision again after the image has come. The kubelet still waits
// after the tries before, for up to five minutes, before it looks for the image.
TEST_CASE("P-060 P-062 a Pod is not given up before the kubelet has tried again") {
  PodState state = StateWith({AppPatch()});  // patched at 1000
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  const bool went_back = GENERATE(true, false);
  CAPTURE(went_back);
  if (went_back) pod.containers[0].restart_count = state.containers[0].restart_count = 1;
  if (!went_back) WasUnderWay(pod, state);
  Waits(pod, "CrashLoopBackOff");
  pod.ready = pod.containers_ready = {ConditionStatus::kFalse, {1010}};
  CHECK(FailureOf(pod, state, kTimeout, {1020})->reason == "CrashLoopBackOff");
  CHECK(FailsForLongAt(pod, state) == WallTime{1010 + 300 + 60});
  pod.containers[0].waiting_reason = "ErrImagePull";  // it has tried, and failed
  CHECK(FailsForLongAt(pod, state) == WallTime{1070});
  pod.containers[0].waiting_reason = "CrashLoopBackOff";
  pod.containers[0].restart_count = 2;  // the new image runs, and crashes
  CHECK(FailsForLongAt(pod, state) == WallTime{1070});
}

// Whom this serves: whose containers crash once while the Pod is drained for long. With drain Gate,
// Ready has not changed since the drain began, so the revision was given up at once.
TEST_CASE("P-040 P-062 a Pod that fails in its drain has the same minute") {
  PodState state = StateWith({AppPatch()});
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  Draining(pod, state);  // since 5000
  Waits(pod, "CrashLoopBackOff");
  pod.ready = {ConditionStatus::kFalse, {5001}};
  pod.containers_ready = {ConditionStatus::kFalse, {8000}};
  CHECK(FailureOf(pod, state, kTimeout, {8000})->reason == "CrashLoopBackOff");
  CHECK(FailsForLongAt(pod, state) == WallTime{8060});
  CHECK_FALSE(HasFailedForLong(pod, state, {8059}));
  CHECK(HasFailedForLong(pod, state, {8060}));
}

// Whom this serves: whose Pods have a readiness gate of a load balancer that opens late. Ready has
// not changed since the patch, so the revision was given up at the first crash.
TEST_CASE("P-062 a Pod that fails behind a closed readiness gate has the same minute") {
  PodState state = StateWith({AppPatch()});  // patched at 1000
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {450})});
  KeptByAnotherGate(pod, state);
  Waits(pod, "CrashLoopBackOff");
  pod.ready = {ConditionStatus::kFalse, {1001}};
  pod.containers_ready = {ConditionStatus::kFalse, {1240}};
  CHECK(FailureOf(pod, state, kTimeout, {1240})->reason == "CrashLoopBackOff");
  CHECK(FailsForLongAt(pod, state) == WallTime{1300});
  CHECK_FALSE(HasFailedForLong(pod, state, {1299}));
  CHECK(HasFailedForLong(pod, state, {1300}));
  CHECK(FailureOf(pod, state, kTimeout, {1601})->reason == "CrashLoopBackOff");
}

// Whom this serves: whose rollout met a node that was cut off for longer than the deadline. Ready
// keeps the time that the kubelet knows, from before the patch.
TEST_CASE("P-060 P-062 a Pod has its time anew when its kubelet is heard again") {
  PodState state = StateWith({AppPatch()});  // patched at 1000
  const Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {900})});
  state.heard_since = std::nullopt;
  CHECK_FALSE(FailureOf(pod, state, kTimeout, {9000}));
  CHECK_FALSE(FailureLookAgain(pod, state, kTimeout, {9000}));
  state.heard_since = WallTime{9000};
  CHECK_FALSE(FailureOf(pod, state, kTimeout, {9659}));
  CHECK(FailureLookAgain(pod, state, kTimeout, {9659}) == WallTime{9660});
  CHECK(FailureOf(pod, state, kTimeout, {9660})->reason == "PodTimeout");
  CHECK(FailsForLongAt(pod, state) == WallTime{9120});
}

// Whom this serves: whose good image would be given up because the clock of a new leader is wrong.
TEST_CASE("P-047 P-060 a ready Pod does not fail while only our clock is waited for") {
  ContainerPatch patch = AppPatch();
  patch.seen = {{IdText('A'), "r/app:1"}};    // patched once more before it was done
  const PodState state = StateWith({patch});  // at 1000 by our clock
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "I2", {3000})});
  pod.containers[0].restart_count = 1;
  const WallTime done = *CompletionOf(pod, state, {1700}).look_again;
  CHECK(done > WallTime{3000});
  CHECK_FALSE(FailureOf(pod, state, kTimeout, {1700}));
  CHECK(FailureLookAgain(pod, state, kTimeout, {1700}) == done);
  CHECK(CompletionOf(pod, state, done).complete);
  pod.containers_ready = {ConditionStatus::kFalse, {1010}};
  CHECK(FailureOf(pod, state, kTimeout, {1700})->reason == "PodTimeout");
  Proves("P-047 P-060");
}

// Whom this serves: whose good image would be given up because the old one crashed during a cut.
TEST_CASE("P-060 restarts that the kubelet made while it was cut off are not the new image's") {
  PodState state = StateWith({AppPatch()});  // patched at 1000
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "I1", {3990})});
  pod.containers[0].restart_count = 4;
  pod.ready = {ConditionStatus::kFalse, {4000}};
  CHECK(FailureOf(pod, state, kTimeout, {4010})->reason == "TooManyRestarts");
  state.heard_since = WallTime{4000};
  CHECK_FALSE(FailureOf(pod, state, kTimeout, {4010}));
}

TEST_CASE("P-060 an old waiting reason has its time anew when the kubelet is heard again") {
  Pod pod = PodWith({Running("app", "r/app:2", 'A', "I1", {900})});
  PodState state = StateWith({AppPatch()});  // patched at 1000
  WasUnderWay(pod, state);
  Waits(pod, "ErrImagePull");
  state.heard_since = WallTime{4000};
  CHECK_FALSE(FailureOf(pod, state, kTimeout, {4069}));
  CHECK(FailureOf(pod, state, kTimeout, {4070})->reason == "ErrImagePull");
}

}  // namespace
}  // namespace windlass::in_place::failure_test
