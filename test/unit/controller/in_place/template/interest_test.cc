// What updates in place want kept of ReplicaSets and Pods.
#include "controller/in_place/template/interest.h"

#include <string>

#include "test/catch.h"

namespace windlass::in_place::interest_test {
namespace {

TEST_CASE("the template is kept of ReplicaSets that may be updated in place, and of no other") {
  struct Row {
    StringMap annotations;
    bool kept;
  };
  const Row row = GENERATE(values<Row>({
      {{}, false},
      {{{"windlass.dev/in-place-drain", "None"}}, false},
      {{{"windlass.dev/in-place", "Disabled"}}, false},
      {{{"windlass.dev/in-place", "disabled"}}, false},
      {{{"windlass.dev/in-place", "IfPossible"}}, true},
      {{{"windlass.dev/in-place", "only"}}, true},
      {{{"windlass.dev/in-place", "Release"}}, true},
      {{{"windlass.dev/in-place", "Onyl"}}, true},
      {{{"windlass.dev/in-place", ""}}, true},
  }));
  ObjectMeta rs;
  rs.annotations = row.annotations;
  CHECK(KeepsTemplate(rs) == row.kept);
  CHECK(Interest().keeps_template(rs) == row.kept);
}

TEST_CASE("of a Pod's annotations ours and its deletion cost are kept") {
  CHECK(KeepsPodAnnotation("windlass.dev/in-place-state"));
  CHECK(KeepsPodAnnotation("controller.kubernetes.io/pod-deletion-cost"));
  CHECK_FALSE(KeepsPodAnnotation("cni.example/ips"));
  CHECK_FALSE(KeepsPodAnnotation("example.com/windlass.dev/"));
  CHECK(Interest().keeps_pod_annotation("windlass.dev/in-place-state"));
  CHECK(Interest().pod_gate == "windlass.dev/in-place-ready");
}

}  // namespace
}  // namespace windlass::in_place::interest_test
