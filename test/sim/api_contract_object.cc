// Contract cases: creation, defaults, generations and the status sub-resource.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

Json Annotated(const char* value) {
  Json patch;
  patch["metadata"]["annotations"]["note"] = value;
  return patch;
}

int64_t Generation(const Json& object) { return IntAt(object, {"metadata", "generation"}); }

void CreateTwice(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const ProbeReply reply = api.Post(api.Deployments(), SampleDeployment("web"));
  api.ExpectRefused(reply, 409, "AlreadyExists");
  api.ExpectEqual("message", reply.json()["message"], "deployments.apps \"web\" already exists");
  Json details = {{"name", "web"}, {"group", "apps"}, {"kind", "deployments"}};
  api.ExpectEqual("details", reply.json()["details"], details);
}

void DeploymentDefaults(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"].erase("replicas");
  const Json made = api.ExpectOk(api.Post(api.Deployments(), web), 201);
  const Json& spec = made["spec"];
  api.ExpectEqual("replicas", spec["replicas"], 1);
  api.ExpectEqual("revisionHistoryLimit", spec["revisionHistoryLimit"], 10);
  api.ExpectEqual("progressDeadlineSeconds", spec["progressDeadlineSeconds"], 600);
  Json strategy = {{"type", "RollingUpdate"}};
  strategy["rollingUpdate"] = {{"maxSurge", "25%"}, {"maxUnavailable", "25%"}};
  api.ExpectEqual("strategy", spec["strategy"], strategy);
  api.Expect(!spec.contains("minReadySeconds") && !spec.contains("paused"),
             "minReadySeconds 0 and paused false are left out");
  api.ExpectEqual("generation", Generation(made), 1);
  api.ExpectEqual("status", made["status"], Json::object());
}

void TemplateDefaults(ContractProbe& api) {
  const Json made = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json wanted = Json::parse(R"({
    "metadata": {"labels": {"app": "web"}},
    "spec": {
      "containers": [{"name": "web", "image": "registry.example/web:1", "resources": {},
                      "terminationMessagePath": "/dev/termination-log",
                      "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}],
      "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
      "securityContext": {}, "schedulerName": "default-scheduler"}})");
  api.ExpectEqual("template", made["spec"]["template"], wanted);
}

// A defaulted template, copied into a ReplicaSet, comes back equal (D-708).
void TemplateRoundTrip(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"]["template"]["spec"]["containers"][0]["securityContext"] = Json::object();
  web["spec"]["template"]["spec"]["volumes"] = Json::array();
  const Json made = api.ExpectOk(api.Post(api.Deployments(), web), 201);
  Json rs = SampleReplicaSet("web", 0);
  rs["spec"]["template"] = made["spec"]["template"];
  const Json copy = api.ExpectOk(api.Post(api.ReplicaSets(), rs), 201);
  api.ExpectEqual("template", copy["spec"]["template"], made["spec"]["template"]);
}

void StatusIgnoredOnCreate(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["status"]["replicas"] = 5;
  web["metadata"]["generation"] = 7;
  const Json made = api.ExpectOk(api.Post(api.Deployments(), web), 201);
  api.ExpectEqual("status", made["status"], Json::object());
  api.ExpectEqual("generation", Generation(made), 1);
}

void VersionOnCreate(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"]["resourceVersion"] = "5";
  const ProbeReply reply = api.Post(api.Deployments(), web);
  api.ExpectEqual("code", reply.code, 500);
}

void CreateInMissingNamespace(ContractProbe& api) {
  const ProbeReply reply =
      api.Post("/apis/apps/v1/namespaces/no-such-namespace/deployments", SampleDeployment("web"));
  api.ExpectRefused(reply, 404, "NotFound");
  api.ExpectEqual("kind", reply.json()["details"]["kind"], "namespaces");
}

void CreateInAnotherNamespace(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"]["namespace"] = "another";
  api.ExpectRefused(api.Post(api.Deployments(), web), 400, "BadRequest");
}

void CreateWithoutName(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"].erase("name");
  const ProbeReply reply = api.Post(api.Deployments(), web);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], "metadata.name");
}

void GeneratedNames(ContractProbe& api) {
  Json pod = SamplePod("", "web");
  pod["metadata"].erase("name");
  pod["metadata"]["generateName"] = "web-";
  const std::string a = NameOf(api.ExpectOk(api.Post(api.Pods(), pod), 201));
  const std::string b = NameOf(api.ExpectOk(api.Post(api.Pods(), pod), 201));
  api.Expect(a.starts_with("web-") && a.size() == 9, "generated name: " + a);
  api.Expect(a != b, "generated names differ");
}

void AnnotationBumpsDeployment(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), Annotated("1")), 200);
  api.ExpectEqual("generation", Generation(after), 2);
}

void AnnotationDoesNotBumpReplicaSet(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const Json noted = api.ExpectOk(api.MergePatch(api.ReplicaSets("web"), Annotated("1")), 200);
  api.ExpectEqual("generation", Generation(noted), 1);
  Json patch = Annotated("2");
  patch["spec"]["replicas"] = 2;
  const Json scaled = api.ExpectOk(api.MergePatch(api.ReplicaSets("web"), patch), 200);
  api.ExpectEqual("generation after scaling", Generation(scaled), 2);
}

void LabelsDoNotBump(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json patch = Json::parse(R"({"metadata": {"labels": {"team": "a"}}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
}

void SpecBumps(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json patch = Json::parse(R"({"spec": {"paused": true}})");
  api.ExpectEqual("generation",
                  Generation(api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200)), 2);
}

void MainEndpointIgnoresStatus(ContractProbe& api) {
  const Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json patch = Json::parse(R"({"status": {"replicas": 7}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("status", after["status"], Json::object());
  api.ExpectEqual("resourceVersion", RevisionOf(after), RevisionOf(web));
}

// A status write stores annotations and does not raise the generation; it ignores spec and labels
// (D-703).
void DeploymentStatusWrite(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  Json patch = Annotated("1");
  patch["metadata"]["labels"]["team"] = "a";
  patch["spec"]["replicas"] = 9;
  patch["status"] = {{"observedGeneration", 1}, {"replicas", 1}};
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web") + "/status", patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
  api.ExpectEqual("annotation", AnnotationOf(after, "note"), "1");
  api.ExpectEqual("label", LabelOf(after, "team"), "");
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 1);
  Json status = {{"observedGeneration", 1}, {"replicas", 1}};
  api.ExpectEqual("status", after["status"], status);
}

// Unlike a Deployment's, a ReplicaSet's status write stores labels, too.
void ReplicaSetStatusWrite(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  Json patch = Annotated("1");
  patch["metadata"]["labels"]["team"] = "a";
  patch["spec"]["replicas"] = 9;
  patch["status"] = {{"observedGeneration", 1}, {"replicas", 0}, {"terminatingReplicas", 0}};
  const Json after = api.ExpectOk(api.MergePatch(api.ReplicaSets("web") + "/status", patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
  api.ExpectEqual("annotation", AnnotationOf(after, "note"), "1");
  api.ExpectEqual("label", LabelOf(after, "team"), "a");
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 0);
  Json status = {{"observedGeneration", 1}, {"replicas", 0}, {"terminatingReplicas", 0}};
  api.ExpectEqual("status", after["status"], status);
}

// The server drops zero counters and keeps zero pointers: terminatingReplicas, collisionCount
// (D-782).
void StatusZeros(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json patch = Json::parse(R"({"status": {
    "observedGeneration": 1, "replicas": 0, "updatedReplicas": 0, "readyReplicas": 0,
    "availableReplicas": 0, "unavailableReplicas": 0, "terminatingReplicas": 0,
    "collisionCount": 0, "conditions": []}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web") + "/status", patch), 200);
  Json status = {{"observedGeneration", 1}, {"terminatingReplicas", 0}, {"collisionCount", 0}};
  api.ExpectEqual("status", after["status"], status);
}

void EventLife(ContractProbe& api) {
  const Json event = SampleEvent("web.1", api.namespace_name());
  const Json made = api.ExpectOk(api.Post(api.Events(), event), 201);
  api.ExpectEqual("count", made["count"], 1);
  api.ExpectRefused(api.Post(api.Events(), event), 409, "AlreadyExists");
  const Json patch = Json::parse(R"({"count": 2, "lastTimestamp": "2026-01-02T15:05:05Z"})");
  const Json after = api.ExpectOk(api.MergePatch(api.Events("web.1"), patch), 200);
  api.ExpectEqual("count", after["count"], 2);
  api.ExpectRefused(api.MergePatch(api.Events("web.2"), patch), 404, "NotFound");
}

void EventOfAnotherNamespace(ContractProbe& api) {
  Json event = SampleEvent("web.1", api.namespace_name());
  event["involvedObject"]["namespace"] = "another";
  api.ExpectRefused(api.Post(api.Events(), event), 422, "Invalid");
}

void UnknownFieldIsDropped(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"]["noSuchField"] = 1;
  const Json made = api.ExpectOk(api.Post(api.Deployments(), web), 201);
  api.Expect(!At(made, {"spec"}).contains("noSuchField"), "the field is dropped");
}

}  // namespace

std::vector<ContractCase> ObjectCases() {
  return {
      {"creating a name twice is AlreadyExists", CreateTwice},
      {"a Deployment is defaulted", DeploymentDefaults},
      {"a pod template is defaulted", TemplateDefaults},
      {"a defaulted template comes back unchanged from a ReplicaSet", TemplateRoundTrip},
      {"status and generation are ignored on creation", StatusIgnoredOnCreate},
      {"a resourceVersion on creation is refused with 500", VersionOnCreate},
      {"creating in a namespace that does not exist is 404 of the namespace",
       CreateInMissingNamespace},
      {"creating in another namespace than the path's is a bad request", CreateInAnotherNamespace},
      {"a name is required", CreateWithoutName},
      {"generateName makes distinct names with five characters more", GeneratedNames},
      {"an annotation edit bumps a Deployment's generation", AnnotationBumpsDeployment},
      {"an annotation edit does not bump a ReplicaSet's generation",
       AnnotationDoesNotBumpReplicaSet},
      {"a label edit does not bump a Deployment's generation", LabelsDoNotBump},
      {"a spec edit bumps a Deployment's generation", SpecBumps},
      {"the main endpoint ignores status", MainEndpointIgnoresStatus},
      {"a Deployment's status endpoint takes annotations, not labels or spec",
       DeploymentStatusWrite},
      {"a ReplicaSet's status endpoint takes annotations and labels, not spec",
       ReplicaSetStatusWrite},
      {"zero counters of a status are left out, zero pointers stay", StatusZeros},
      {"an Event is created once and its count can be patched", EventLife},
      {"an Event must be in the namespace of its object", EventOfAnotherNamespace},
      {"an unknown field is no error", UnknownFieldIsDropped},
  };
}

}  // namespace windlass::sim
