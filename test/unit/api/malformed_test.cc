// What is wrong with an object that cannot be decoded: the error names the first such field.
#include <vector>

#include "kubeclient/api/config_map.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/service.h"
#include "test/catch.h"
#include "test/unit/api/check_malformed.h"

namespace windlass::malformed_test {
namespace {

const std::vector<test::MalformedRow> kOfDeployment = {
    {R"("metadata":[])", "metadata: must be an object"},
    {R"("metadata":{"name":5})", "metadata.name: must be a string"},
    {R"("metadata":{"uid":"web"})", "metadata.uid: must be a UUID"},
    {R"("metadata":{"labels":{"a":1}})", "metadata.labels.a: must be a string"},
    {R"("metadata":{"labels":"x"})", "metadata.labels: must be an object"},
    {R"("metadata":{"annotations":{"a":{}}})", "metadata.annotations.a: must be a string"},
    {R"("metadata":{"creationTimestamp":"yesterday"})",
     "metadata.creationTimestamp: must be an RFC 3339 time"},
    {R"("metadata":{"deletionTimestamp":0})", "metadata.deletionTimestamp: must be a string"},
    {R"("metadata":{"ownerReferences":[{},{"controller":"yes"}]})",
     "metadata.ownerReferences[1].controller: must be true or false"},
    {R"("metadata":{"ownerReferences":[null]})", "metadata.ownerReferences[0]: must be an object"},
    {R"("metadata":{"generation":9223372036854775808})", "metadata.generation: must be a 64-bit"},
    {R"("metadata":{"generation":1.0})", "metadata.generation: must be a 64-bit"},
    {R"("metadata":{"generation":1e3})", "metadata.generation: must be a 64-bit"},
    {R"("spec":"x")", "spec: must be an object"},
    {R"("spec":{"replicas":"3"})", "spec.replicas: must be a 32-bit integer"},
    {R"("spec":{"replicas":2147483648})", "spec.replicas: must be a 32-bit integer"},
    {R"("spec":{"replicas":-2147483649})", "spec.replicas: must be a 32-bit integer"},
    {R"("spec":{"paused":1})", "spec.paused: must be true or false"},
    {R"("spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}})",
     "spec.strategy.rollingUpdate.maxSurge: must be a 32-bit integer or a string"},
    {R"("spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}})",
     "spec.strategy.rollingUpdate.maxSurge: must be a 32-bit integer"},
    {R"("spec":{"selector":{"matchExpressions":[{"values":[1]}]}})",
     "spec.selector.matchExpressions[0].values[0]: must be a string"},
    {R"("spec":{"template":[]})", "spec.template: must be an object"},
    {R"("metadata":{"name":"x"},"spec":{"template":{"spec":{"x":[1,tru]}}})",
     "spec.template: spec.x[1]"},
    {R"("status":{"conditions":{}})", "status.conditions: must be an array"},
    {R"("status":{"conditions":[{"type":"A","lastUpdateTime":""}]})",
     "status.conditions[0].lastUpdateTime: must be an RFC 3339 time"},
    {R"("status":{"observedGeneration":null,"replicas":{}})", "status.replicas: must be a 32-bit"},
    {R"("metadata":{"name":""})", "metadata.name: is missing"},
    {R"("kind":"Status")", "metadata.name: is missing"},
};

const std::vector<test::MalformedRow> kOfPod = {
    {R"("spec":{"nodeName":1})", "spec.nodeName: must be a string"},
    {R"("spec":{"containers":{}})", "spec.containers: must be an array"},
    {R"("spec":{"containers":[null]})", "spec.containers[0]: must be an object"},
    {R"("spec":{"initContainers":[{"image":[]}]})", "spec.initContainers[0].image: must be a str"},
    {R"("spec":{"terminationGracePeriodSeconds":1.5})",
     "spec.terminationGracePeriodSeconds: must be a 64-bit integer"},
    {R"("status":{"observedGeneration":"3"})", "status.observedGeneration: must be a 64-bit"},
    {R"("status":{"conditions":[{"type":"Ready","lastTransitionTime":"now"}]})",
     "status.conditions[0].lastTransitionTime: must be an RFC 3339 time"},
    {R"("status":{"containerStatuses":[{"ready":"yes"}]})",
     "status.containerStatuses[0].ready: must be true or false"},
    {R"("status":{"containerStatuses":[{"restartCount":2147483648}]})",
     "status.containerStatuses[0].restartCount: must be a 32-bit integer"},
    {R"("status":{"initContainerStatuses":[{"state":{"running":{"startedAt":1}}}]})",
     "status.initContainerStatuses[0].state.running.startedAt: must be a string"},
    {R"("metadata":{"name":"x","annotations":{"windlass.dev/in-place-state":{}}})",
     "metadata.annotations.windlass.dev/in-place-state: must be a string"},
    {R"("kind":"Pod")", "metadata.name: is missing"},
};

const std::vector<test::MalformedRow> kOfNode = {
    {R"("status":{"conditions":[{"type":1}]})", "status.conditions[0].type: must be a str"},
    {R"("status":{"nodeInfo":{"kubeletVersion":1.32}})",
     "status.nodeInfo.kubeletVersion: must be a string"},
    {R"("kind":"Node")", "metadata.name: is missing"},
};

const std::vector<test::MalformedRow> kOfBudget = {
    {R"("status":{"disruptionsAllowed":"1"})",
     "status.disruptionsAllowed: must be a 32-bit integer"},
    {R"("status":{"disruptedPods":["web-1"]})", "status.disruptedPods: must be an object"},
    {R"("spec":{"selector":[]})", "spec.selector: must be an object"},
    {R"("metadata":{})", "metadata.name: is missing"},
};

const std::vector<test::MalformedRow> kOfConfigMap = {
    {R"("metadata":{},"data":{})", "metadata.name: is missing"},
    {R"("data":{"a":"b"})", "metadata.name: is missing"},
    {R"("metadata":{"name":"n"},"data":{"a":1})", "data.a: must be a string"},
    {R"("metadata":{"name":"n"},"data":["a"])", "data: must be an object"},
};

const std::vector<test::MalformedRow> kOfService = {
    {R"("metadata":{},"spec":{})", "metadata.name: is missing"},
    {R"("spec":{})", "metadata.name: is missing"},
    {R"("metadata":{"name":"n"},"spec":{"selector":{"a":1}})", "spec.selector.a: must be a string"},
    {R"("metadata":{"name":"n"},"spec":{"type":1})", "spec.type: must be a string"},
};

const std::vector<test::MalformedRow> kOfController = {
    {R"("metadata":{"name":"web"},"spec":{"template":{"a":}})",
     "document: The JSON document has an improper structure"},
};

TEST_CASE("a known field of the wrong type is malformed, and named") {
  test::CheckMalformed(DecodeDeployment, kOfDeployment);
  test::CheckMalformed(DecodePod, kOfPod);
  test::CheckMalformed(DecodeNode, kOfNode);
  test::CheckMalformed(DecodePodDisruptionBudget, kOfBudget);
  test::CheckMalformed(DecodeConfigMap, kOfConfigMap);
  test::CheckMalformed(DecodeService, kOfService);
  test::CheckMalformed(DecodeReplicationController, kOfController);
}

}  // namespace
}  // namespace windlass::malformed_test
