// What counts as failing at a patch (in-place C.11).
#include "controller/runtime/in_place_failure.h"

#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/pods.h"

namespace windlass {
namespace {

using in_place::test::AppPatch;
using in_place::test::PodWith;
using in_place::test::Running;
using in_place::test::StateWith;

struct Row {
  std::string waiting;
  int32_t restarts;  // since the patch
  int64_t observed_generation;
  std::string want;  // the reason; empty: none
};

TEST_CASE("A patched container fails when it cannot start or does not stay (P-060)") {
  const Row row = GENERATE(values<Row>({
      {"", 0, 4, ""},
      {"", 1, 4, ""},
      {"ContainerCreating", 0, 4, ""},
      {"ErrImagePull", 0, 4, "ErrImagePull"},
      {"ErrImagePull", 0, 3, ""},              // of before the patch
      {"ErrImagePull", 0, 0, "ErrImagePull"},  // a kubelet that does not say
      {"ImagePullBackOff", 0, 4, "ImagePullBackOff"},
      {"InvalidImageName", 0, 4, "InvalidImageName"},
      {"ErrImageNeverPull", 0, 4, "ErrImageNeverPull"},
      {"RegistryUnavailable", 0, 4, "RegistryUnavailable"},
      {"SignatureValidationFailed", 0, 4, "SignatureValidationFailed"},
      {"CreateContainerConfigError", 0, 4, "CreateContainerConfigError"},
      {"CrashLoopBackOff", 0, 4, ""},  // the old one's
      {"CrashLoopBackOff", 1, 4, "CrashLoopBackOff"},
      {"RunContainerError", 1, 4, "RunContainerError"},
      {"", 2, 4, ""},
      {"", 3, 4, "TooManyRestarts"},
  }));
  CAPTURE(row.waiting, row.restarts, row.observed_generation);
  Pod pod = PodWith({Running("app", "r/app:2", 'B', "I2", {1010})});
  pod.observed_generation = row.observed_generation;
  pod.containers[0].waiting_reason = row.waiting;
  pod.containers[0].restart_count = 5 + row.restarts;
  in_place::PodState state = StateWith({AppPatch()});
  state.containers[0].restart_count = 5;
  const auto failure = FailureOf(pod, state);
  CHECK((failure ? failure->reason : "") == row.want);
  if (failure) CHECK(failure->container == "app");
}

TEST_CASE("A container that was not patched is nobody's failure here") {
  Pod pod = PodWith(
      {Running("app", "r/app:2", 'B', "I2", {1010}), Running("log", "r/log:1", 'C', "I3", {400})});
  pod.containers[1].waiting_reason = "CrashLoopBackOff";
  pod.containers[1].restart_count = 9;
  CHECK_FALSE(FailureOf(pod, StateWith({AppPatch()})));
}

}  // namespace
}  // namespace windlass
