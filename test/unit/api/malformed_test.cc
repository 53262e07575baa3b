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
    {R"("metadata":[])", "metadata: want an object"},
    {R"("metadata":{"name":5})", "metadata.name: want a string"},
    {R"("metadata":{"uid":"web"})", "metadata.uid: want a UUID"},
    {R"("metadata":{"labels":{"a":1}})", "metadata.labels.a: want a string"},
    {R"("metadata":{"labels":"x"})", "metadata.labels: want an object"},
    {R"("metadata":{"annotations":{"a":{}}})", "metadata.annotations.a: want a string"},
    {R"("metadata":{"creationTimestamp":"yesterday"})",
     "metadata.creationTimestamp: want an RFC 3339 time"},
    {R"("metadata":{"deletionTimestamp":0})", "metadata.deletionTimestamp: want a string"},
    {R"("metadata":{"ownerReferences":[{},{"controller":"yes"}]})",
     "metadata.ownerReferences[1].controller: want true or false"},
    {R"("metadata":{"ownerReferences":[null]})", "metadata.ownerReferences[0]: want an object"},
    {R"("metadata":{"generation":9223372036854775808})", "metadata.generation: want a 64-bit"},
    {R"("metadata":{"generation":1.0})", "metadata.generation: want a 64-bit"},
    {R"("metadata":{"generation":1e3})", "metadata.generation: want a 64-bit"},
    {R"("spec":"x")", "spec: want an object"},
    {R"("spec":{"replicas":"3"})", "spec.replicas: want a 32-bit integer"},
    {R"("spec":{"replicas":2147483648})", "spec.replicas: want a 32-bit integer"},
    {R"("spec":{"replicas":-2147483649})", "spec.replicas: want a 32-bit integer"},
    {R"("spec":{"paused":1})", "spec.paused: want true or false"},
    {R"("spec":{"strategy":{"rollingUpdate":{"maxSurge":true}}})",
     "spec.strategy.rollingUpdate.maxSurge: want a 32-bit integer or a string"},
    {R"("spec":{"strategy":{"rollingUpdate":{"maxSurge":1.5}}})",
     "spec.strategy.rollingUpdate.maxSurge: want a 32-bit integer"},
    {R"("spec":{"selector":{"matchExpressions":[{"values":[1]}]}})",
     "spec.selector.matchExpressions[0].values[0]: want a string"},
    {R"("spec":{"template":[]})", "spec.template: want an object"},
    {R"("metadata":{"name":"x"},"spec":{"template":{"spec":{"x":[1,tru]}}})",
     "spec.template: spec.x[1]"},
    {R"("status":{"conditions":{}})", "status.conditions: want an array"},
    {R"("status":{"conditions":[{"type":"A","lastUpdateTime":""}]})",
     "status.conditions[0].lastUpdateTime: want an RFC 3339 time"},
    {R"("status":{"observedGeneration":null,"replicas":{}})", "status.replicas: want a 32-bit"},
    {R"("metadata":{"name":""})", "metadata.name: missing"},
    {R"("kind":"Status")", "metadata.name: missing"},
};

const std::vector<test::MalformedRow> kOfPod = {
    {R"("spec":{"nodeName":1})", "spec.nodeName: want a string"},
    {R"("spec":{"containers":{}})", "spec.containers: want an array"},
    {R"("spec":{"containers":[null]})", "spec.containers[0]: want an object"},
    {R"("spec":{"initContainers":[{"image":[]}]})", "spec.initContainers[0].image: want a str"},
    {R"("spec":{"terminationGracePeriodSeconds":1.5})",
     "spec.terminationGracePeriodSeconds: want a 64-bit integer"},
    {R"("status":{"observedGeneration":"3"})", "status.observedGeneration: want a 64-bit"},
    {R"("status":{"conditions":[{"type":"Ready","lastTransitionTime":"now"}]})",
     "status.conditions[0].lastTransitionTime: want an RFC 3339 time"},
    {R"("status":{"containerStatuses":[{"ready":"yes"}]})",
     "status.containerStatuses[0].ready: want true or false"},
    {R"("status":{"containerStatuses":[{"restartCount":2147483648}]})",
     "status.containerStatuses[0].restartCount: want a 32-bit integer"},
    {R"("status":{"initContainerStatuses":[{"state":{"running":{"startedAt":1}}}]})",
     "status.initContainerStatuses[0].state.running.startedAt: want a string"},
    {R"("metadata":{"name":"x","annotations":{"windlass.dev/in-place-state":{}}})",
     "metadata.annotations.windlass.dev/in-place-state: want a string"},
    {R"("kind":"Pod")", "metadata.name: missing"},
};

const std::vector<test::MalformedRow> kOfNode = {
    {R"("status":{"conditions":[{"type":1}]})", "status.conditions[0].type: want a str"},
    {R"("status":{"nodeInfo":{"kubeletVersion":1.32}})",
     "status.nodeInfo.kubeletVersion: want a string"},
    {R"("kind":"Node")", "metadata.name: missing"},
};

const std::vector<test::MalformedRow> kOfBudget = {
    {R"("status":{"disruptionsAllowed":"1"})", "status.disruptionsAllowed: want a 32-bit integer"},
    {R"("status":{"disruptedPods":["web-1"]})", "status.disruptedPods: want an object"},
    {R"("spec":{"selector":[]})", "spec.selector: want an object"},
    {R"("metadata":{})", "metadata.name: missing"},
};

const std::vector<test::MalformedRow> kOfConfigMap = {
    {R"("metadata":{},"data":{})", "metadata.name: missing"},
    {R"("data":{"a":"b"})", "metadata.name: missing"},
    {R"("metadata":{"name":"n"},"data":{"a":1})", "data.a: want a string"},
    {R"("metadata":{"name":"n"},"data":["a"])", "data: want an object"},
};

const std::vector<test::MalformedRow> kOfService = {
    {R"("metadata":{},"spec":{})", "metadata.name: missing"},
    {R"("spec":{})", "metadata.name: missing"},
    {R"("metadata":{"name":"n"},"spec":{"selector":{"a":1}})", "spec.selector.a: want a string"},
    {R"("metadata":{"name":"n"},"spec":{"type":1})", "spec.type: want a string"},
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
