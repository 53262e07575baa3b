// What is wrong with an object that cannot be decoded: the error names the first such field. Here
// is what CheckFields does not show.
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replication_controller.h"
#include "test/catch.h"
#include "test/unit/api/check_fields.h"

namespace windlass::malformed_test {
namespace {

TEST_CASE("what the table of fields cannot show is malformed, too") {
  test::CheckMalformed(
      DecodeDeployment,
      {{R"("metadata":{"ownerReferences":[{},{"controller":"yes"}]})",
        "metadata.ownerReferences[1].controller: must be true or false"},
       {R"("metadata":{"generation":1e3})", "metadata.generation: must be a 64-bit integer"},
       {R"("metadata":{"name":"x"},"spec":{"template":{"spec":{"x":[1,tru]}}})",
        "spec.template: spec.x[1]"},
       {R"("status":{"observedGeneration":null,"replicas":{}})",
        "status.replicas: must be a 32-bit integer"}});
  test::CheckMalformed(DecodeReplicationController,
                       {{R"("metadata":{"name":"web"},"spec":{"template":{"a":}})",
                         "document: The JSON document has an improper structure"}});
  test::CheckMalformed(
      DecodePod, {{R"("metadata":{"name":"x","annotations":{"windlass.dev/in-place-state":{}}})",
                   "metadata.annotations.windlass.dev/in-place-state: must be a string"}});
}

}  // namespace
}  // namespace windlass::malformed_test
