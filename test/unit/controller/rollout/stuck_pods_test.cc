// Which Pod is told of, and in which words.
#include "controller/rollout/stuck_pods.h"

#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"

namespace windlass::rollout::stuck_pods_test {
namespace {

const Uid kOf{0xA0, 102};

UnreadyPod Waits(std::string name, std::string reason, std::string message = "") {
  return {.name = std::move(name),
          .controller = kOf,
          .containers = {{.name = "app",
                          .waiting_reason = std::move(reason),
                          .waiting_message = std::move(message)}}};
}

UnreadyPod Crashes(std::string name, std::string waits, int64_t restarts) {
  return {.name = std::move(name),
          .controller = kOf,
          .containers = {{.name = "app",
                          .waiting_reason = std::move(waits),
                          .waiting_message = "back-off " + std::to_string(10 * restarts) + "s",
                          .exit_code = 1,
                          .exit_reason = "Error",
                          .restarts = restarts}}};
}

UnreadyPod Homeless(std::string name) {
  return {.name = std::move(name),
          .controller = kOf,
          .unschedulable = true,
          .scheduling_message = "0/3 nodes are available: 3 Insufficient cpu"};
}

std::optional<StuckPod> Find(const std::vector<UnreadyPod>& pods,
                             StuckMoment moment = StuckMoment::kMoving,
                             const std::optional<StuckPod>& told = std::nullopt,
                             const std::string& shown = "") {
  return FindStuckPod(pods, kOf, moment, told, shown);
}

std::string Text(const UnreadyPod& pod, StuckMoment moment = StuckMoment::kMoving) {
  const auto found = Find({pod}, moment);
  return found ? found->message : "";
}

TEST_CASE("a Pod that does not get on by itself is told with container and reason (RO-141)") {
  CHECK(Text(Waits("p", "ImagePullBackOff", "Back-off pulling image \"app:404\"")) ==
        "Pod p: container app does not start: Back-off pulling image \"app:404\" "
        "(ImagePullBackOff)");
  CHECK(Text(Waits("p", "InvalidImageName")) ==
        "Pod p: container app does not start (InvalidImageName)");
  CHECK(Text(Waits("p", "CreateContainerConfigError", "configmap \"x\" not found")) ==
        "Pod p: container app does not start: configmap \"x\" not found "
        "(CreateContainerConfigError)");
  CHECK(Text(Crashes("p", "CrashLoopBackOff", 1)) ==
        "Pod p: container app does not keep running (CrashLoopBackOff); it ended with exit code 1 "
        "(Error)");
  // It runs between two crashes.
  CHECK(Text(Crashes("p", "", 2)) ==
        "Pod p: container app does not keep running (CrashLoopBackOff); it ended with exit code 1 "
        "(Error)");
  CHECK(Text(Waits("p", "CrashLoopBackOff", "back-off 10s")) ==
        "Pod p: container app does not keep running (CrashLoopBackOff)");
  UnreadyPod other = Waits("p", "ErrImagePull");
  other.controller = {0xA0, 7};
  CHECK(Text(other).empty());
  Proves("RO-141");
}

TEST_CASE("what may end by itself is told at a pause and after the deadline (RO-141)") {
  const auto late = GENERATE(StuckMoment::kAtPause, StuckMoment::kTimedOut);
  struct Row {
    UnreadyPod pod;
    std::string text;
  };
  const UnreadyPod runs{.name = "p", .controller = kOf, .containers = {{.name = "app"}}};
  const UnreadyPod gated{.name = "p", .controller = kOf};
  const UnreadyPod silent{.name = "p", .controller = kOf, .unschedulable = true};
  for (const Row& row : {
           Row{Homeless("p"),
               "Pod p is not scheduled yet: 0/3 nodes are available: 3 Insufficient cpu"},
           Row{silent, "Pod p is not scheduled yet"},
           Row{Waits("p", "ContainerCreating"),
               "Pod p: container app has not started (ContainerCreating)"},
           Row{Crashes("p", "", 1),
               "Pod p: container app restarts; it ended with exit code 1 (Error)"},
           Row{runs, "Pod p: container app runs, but is not ready"},
           Row{gated, "Pod p is not ready"},
       }) {
    CHECK(Text(row.pod).empty());
    CHECK(Text(row.pod, late) == row.text);
  }
  Proves("RO-141");
}

// For the user whose migration takes long: the container works, and was started again before.
TEST_CASE("an init container that runs is no crash loop, and has to end (RO-141)") {
  const int64_t restarts = GENERATE(0, 1, 2, 9);
  CAPTURE(restarts);
  const auto late = GENERATE(StuckMoment::kAtPause, StuckMoment::kTimedOut);
  UnreadyPod pod = Waits("p", "");
  pod.containers[0].name = "setup";
  pod.containers[0].init_runs = true;
  pod.containers[0].restarts = restarts;
  pod.containers.push_back({.name = "app", .waiting_reason = "PodInitializing"});
  std::string before;
  if (restarts > 0) {
    pod.containers[0].exit_code = 1;
    pod.containers[0].exit_reason = "Error";
    before = "; the run before ended with exit code 1 (Error)";
  }
  CHECK(Text(pod).empty());
  CHECK(Text(pod, late) == "Pod p: init container setup has not ended yet" + before);
  CHECK(Find({pod}, late)->kind == StuckKind::kNotReady);
  Proves("RO-141");
}

TEST_CASE("the most frequent reason is told, by the Pod whose name is first (RO-141)") {
  const std::vector<UnreadyPod> pods = {
      Waits("a", "CreateContainerConfigError"),
      Crashes("d", "CrashLoopBackOff", 4),
      Waits("c", "ErrImagePull", "not found"),
      Waits("b", "ImagePullBackOff", "Back-off"),
      Homeless("e"),
  };
  CHECK(Find(pods)->message == "Pod b: container app does not start: Back-off (ImagePullBackOff)");
  CHECK(Find(pods)->reason == "ImagePullBackOff");
  CHECK(Find({pods[1], pods[0]})->pod == "a");  // equally many
  CHECK_FALSE(Find({}));
  Proves("RO-141");
}

TEST_CASE("the same words are told while the Pod stays stuck (RO-142)") {
  const auto told = Find({Waits("c", "ErrImagePull", "not found")});
  REQUIRE(told);
  // The kubelet switches between the two, and another reason is more frequent now.
  const std::vector<UnreadyPod> pods = {Waits("a", "CreateContainerConfigError"),
                                        Waits("b", "CreateContainerConfigError"),
                                        Waits("c", "ImagePullBackOff", "Back-off")};
  CHECK(Find(pods, StuckMoment::kMoving, told) == told);
  CHECK(Find({pods[0], pods[1]}, StuckMoment::kMoving, told)->pod == "a");
  // Another reason of the same Pod is news.
  CHECK(Find({Crashes("c", "CrashLoopBackOff", 1)}, StuckMoment::kMoving, told) != told);
  // A process that has just started knows the stored words only.
  const std::string shown = "Pod c: container app does not start: Back-off (ImagePullBackOff)";
  CHECK(Find(pods, StuckMoment::kMoving, std::nullopt, shown)->message == shown);
  // Restarts and the back-off change.
  CHECK(Text(Crashes("p", "CrashLoopBackOff", 1)) == Text(Crashes("p", "CrashLoopBackOff", 9)));
  Proves("RO-142");
}

TEST_CASE("a runtime's words become one line of at most 200 bytes") {
  CHECK(InOneLine("two\nlines\r\n\t") == "two lines");
  CHECK(InOneLine(std::string(200, 'x')) == std::string(200, 'x'));
  CHECK(InOneLine(std::string(201, 'x')) == std::string(200, 'x') + "…");
  CHECK(InOneLine(std::string(199, 'x') + "äb") == std::string(199, 'x') + "…");
  CHECK(InOneLine("").empty());
}

}  // namespace
}  // namespace windlass::rollout::stuck_pods_test
