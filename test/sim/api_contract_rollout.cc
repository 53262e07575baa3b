// Contract cases: what a Rollout, a custom resource, has that a Deployment has not, and the other
// way round: its form, its status endpoint and its generation.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kOtherUid = "11111111-2222-4333-8444-555555555555";

Json CreateWeb(ContractProbe& api) {
  return api.ExpectOk(api.Post(api.Rollouts(), SampleRollout("web")), 201);
}

Json PatchStatus(ContractProbe& api, const char* status) {
  Json patch;
  patch["status"] = Json::parse(status);
  return api.ExpectOk(api.MergePatch(api.Rollouts("web") + "/status", patch), 200);
}

// The status of a Rollout that was never written.
Json NoStatusYet() { return {{"observedGeneration", -1}}; }

int64_t Generation(const Json& object) { return IntAt(object, {"metadata", "generation"}); }

// Unlike a Deployment, it has minReadySeconds 0, no rollingUpdate that it was not given, and a
// status before the first write of one (RO-060).
void Defaults(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["spec"].erase("replicas");
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  Json spec = web["spec"];
  spec.update({{"replicas", 1},
               {"minReadySeconds", 0},
               {"progressDeadlineSeconds", 600},
               {"revisionHistoryLimit", 10}});
  spec["strategy"]["type"] = "RollingUpdate";
  api.ExpectEqual("spec", At(made, {"spec"}), spec);
  api.ExpectEqual("generation", Generation(made), 1);
  api.ExpectEqual("status", At(made, {"status"}), NoStatusYet());
  const Json read = api.ExpectOk(api.Get(api.Rollouts("web")), 200);
  api.ExpectEqual("status as read", At(read, {"status"}), NoStatusYet());
}

void InnerDefaults(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["spec"]["strategy"] = Json::parse(
      R"({"type": "InPlaceIfPossible", "rollingUpdate": {"maxSurge": 1}, "inPlace": {}})");
  web["spec"]["rollbackTo"] = Json::object();
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  const Json strategy = Json::parse(R"({
    "type": "InPlaceIfPossible", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"},
    "inPlace": {"surge": "Auto", "canaryFirst": true, "drain": "None", "onFailure": "Hold",
                "pdb": "Respect", "resources": "Never"}})");
  api.ExpectEqual("strategy", At(made, {"spec", "strategy"}), strategy);
  const Json rollback = Json::parse(R"({"revision": 0})");
  api.ExpectEqual("rollbackTo", At(made, {"spec", "rollbackTo"}), rollback);
}

void NullBringsDefaultBack(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["spec"]["replicas"] = nullptr;
  web["spec"]["paused"] = nullptr;
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  api.ExpectEqual("replicas", At(made, {"spec", "replicas"}), 1);
  api.Expect(!At(made, {"spec"}).contains("paused"), "a null without a default is dropped");
  const Json asked = Json::parse(R"({"spec": {"replicas": 4, "rollbackTo": {"revision": 3}}})");
  api.ExpectOk(api.MergePatch(api.Rollouts("web"), asked), 200);
  const Json taken = Json::parse(R"({"spec": {"replicas": null, "rollbackTo": null}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Rollouts("web"), taken), 200);
  api.ExpectEqual("replicas", At(after, {"spec", "replicas"}), 1);
  api.Expect(!At(after, {"spec"}).contains("rollbackTo"), "rollbackTo is gone");
}

// The template is stored as it was sent: without the defaults of a Pod, with fields that the CRD
// does not know, with what is empty and even with nulls of unknown fields.
void TemplateAsSent(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["spec"]["template"] = Json::parse(R"({
    "metadata": {"labels": {"app": "web"}, "creationTimestamp": null},
    "spec": {
      "containers": [{"name": "web", "image": "registry.example/web:1", "resources": {},
                      "env": [], "newField": {"mode": "Fast"}}],
      "securityContext": {}, "nodeSelector": null, "volumes": []}})");
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  api.ExpectEqual("template", At(made, {"spec", "template"}), web["spec"]["template"]);
}

// A ReplicaSet that is made of it has the defaults.
void TemplateOfReplicaSet(ContractProbe& api) {
  const Json made = CreateWeb(api);
  Json rs = SampleReplicaSet("web", 0);
  rs["spec"]["template"] = At(made, {"spec", "template"});
  const Json copy = api.ExpectOk(api.Post(api.ReplicaSets(), rs), 201);
  Json wanted = At(made, {"spec", "template"});
  wanted["spec"].update(Json::parse(R"({
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
    "securityContext": {}, "schedulerName": "default-scheduler"})"));
  wanted["spec"]["containers"][0].update(Json::parse(R"({
    "resources": {}, "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"})"));
  api.ExpectEqual("template", At(copy, {"spec", "template"}), wanted);
}

void UnknownFields(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["noSuchSection"] = 1;
  web["spec"]["noSuchField"] = 1;
  web["spec"]["template"]["noSuchField"] = 1;
  web["spec"]["strategy"] = Json::parse(R"({"type": "RollingUpdate", "noSuchField": {"a": 1}})");
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  api.Expect(!made.contains("noSuchSection"), "unknown section");
  api.Expect(!At(made, {"spec"}).contains("noSuchField"), "unknown field of spec");
  api.Expect(!At(made, {"spec", "template"}).contains("noSuchField"), "unknown field of template");
  const Json strategy = Json::parse(R"({"type": "RollingUpdate"})");
  api.ExpectEqual("strategy", At(made, {"spec", "strategy"}), strategy);
  const Json after = PatchStatus(api, R"({"phase": "Healthy", "noSuchField": 1})");
  const Json status = Json::parse(R"({"observedGeneration": -1, "phase": "Healthy"})");
  api.ExpectEqual("status", At(after, {"status"}), status);
}

void StatusIgnored(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["status"]["replicas"] = 5;
  web["metadata"]["generation"] = 7;
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  api.ExpectEqual("status of a creation", At(made, {"status"}), NoStatusYet());
  api.ExpectEqual("generation", Generation(made), 1);
  const Json patch = Json::parse(R"({"status": {"replicas": 7}})");
  const Json early = api.ExpectOk(api.MergePatch(api.Rollouts("web"), patch), 200);
  api.ExpectEqual("status of a patch", At(early, {"status"}), NoStatusYet());
  const Json written = PatchStatus(api, R"({"replicas": 2})");
  const Json after = api.ExpectOk(api.MergePatch(api.Rollouts("web"), patch), 200);
  api.ExpectEqual("status", At(after, {"status"}), At(written, {"status"}));
  api.ExpectEqual("resourceVersion", RevisionOf(after), RevisionOf(written));
  Json removed = Json::array();
  removed.push_back({{"op", "remove"}, {"path", "/status"}});
  const Json kept = api.ExpectOk(api.JsonPatch(api.Rollouts("web"), removed), 200);
  api.ExpectEqual("replicas", At(kept, {"status", "replicas"}), 2);
}

// Unlike a Deployment's, its status endpoint stores no annotation: what Windlass must publish with
// the status is in the status.
void StatusAlone(ContractProbe& api) {
  CreateWeb(api);
  const Json patch = Json::parse(R"({
    "metadata": {"labels": {"team": "a"}, "annotations": {"note": "1"},
                 "finalizers": ["windlass.dev/wait"]},
    "spec": {"replicas": 9},
    "status": {"observedGeneration": 1, "replicas": 1}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Rollouts("web") + "/status", patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
  api.ExpectEqual("annotation", AnnotationOf(after, "note"), "");
  api.ExpectEqual("label", LabelOf(after, "team"), "");
  api.Expect(At(after, {"metadata", "finalizers"}).is_null(), "no finalizer");
  api.ExpectEqual("replicas", At(after, {"spec", "replicas"}), 1);
  const Json status = Json::parse(R"({"observedGeneration": 1, "replicas": 1})");
  api.ExpectEqual("status", At(after, {"status"}), status);
}

// Unlike a Deployment's, its status keeps zeros and what is empty.
void StatusAsSent(ContractProbe& api) {
  CreateWeb(api);
  const Json after = PatchStatus(api, R"({
    "observedGeneration": 0, "replicas": 0, "terminatingReplicas": 0, "selector": "",
    "conditions": [], "phase": null})");
  Json status = Json::parse(R"({
    "observedGeneration": 0, "replicas": 0, "terminatingReplicas": 0, "selector": "",
    "conditions": []})");
  api.ExpectEqual("status", At(after, {"status"}), status);
  status.erase("terminatingReplicas");
  const Json less = PatchStatus(api, R"({"terminatingReplicas": null})");
  api.ExpectEqual("status with a field less", At(less, {"status"}), status);
}

// The server compares resourceVersion before it drops the metadata of a status write. It does not
// compare the uid of a patch, which it drops.
void StatusLocking(ContractProbe& api) {
  const Json web = CreateWeb(api);
  PatchStatus(api, R"({"replicas": 1})");
  Json stale = Json::parse(R"({"status": {"replicas": 2}})");
  stale["metadata"]["resourceVersion"] = RevisionOf(web);
  const std::string status = api.Rollouts("web") + "/status";
  const ProbeReply reply = api.MergePatch(status, stale);
  api.ExpectRefused(reply, 409, "Conflict");
  api.ExpectEqual("message", At(reply.json(), {"message"}),
                  "Operation cannot be fulfilled on rollouts.windlass.dev \"web\": the object has "
                  "been modified; please apply your changes to the latest version and try again");
  Json other = Json::parse(R"({"status": {"replicas": 3}})");
  other["metadata"]["uid"] = kOtherUid;
  const Json after = api.ExpectOk(api.MergePatch(status, other), 200);
  api.ExpectEqual("replicas", At(after, {"status", "replicas"}), 3);
  api.ExpectEqual("uid", UidOf(after), UidOf(web));
  api.ExpectRefused(api.MergePatch(api.Rollouts("web"), other), 422, "Invalid");
}

void StatusValidation(ContractProbe& api) {
  CreateWeb(api);
  const std::string path = api.Rollouts("web") + "/status";
  struct Wrong {
    const char* patch;
    const char* field;
  };
  for (const Wrong& wrong : {
           Wrong{R"({"status": {"replicas": "3"}})", "status.replicas"},
           Wrong{R"({"status": {"conditions": [{"status": "True"}]}})",
                 "status.conditions[0].type"},
           Wrong{R"({"status": {"conditions": [{"type": "Ready", "status": "True"},
                                               {"type": "Ready", "status": "False"}]}})",
                 "status.conditions[1]"},
           Wrong{R"({"status": {"replicas": -1}})", ".status.replicas"},
       }) {
    const ProbeReply reply = api.MergePatch(path, Json::parse(wrong.patch));
    if (!api.ExpectRefused(reply, 422, "Invalid")) continue;
    api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], wrong.field);
  }
  // Unlike a Deployment's, counters may contradict each other, and collisionCount may go down.
  PatchStatus(api, R"({"replicas": 1, "updatedReplicas": 5, "collisionCount": 2})");
  const Json after = PatchStatus(api, R"({"collisionCount": 1})");
  api.ExpectEqual("collisionCount", At(after, {"status", "collisionCount"}), 1);
}

// Only a change of spec counts; an annotation of a Deployment counts, too.
void Generations(ContractProbe& api) {
  CreateWeb(api);
  const Json noted =
      Json::parse(R"({"metadata": {"annotations": {"note": "1"}, "labels": {"team": "a"}}})");
  const Json first = api.ExpectOk(api.MergePatch(api.Rollouts("web"), noted), 200);
  api.ExpectEqual("after metadata", Generation(first), 1);
  api.ExpectEqual("annotation", AnnotationOf(first, "note"), "1");
  api.ExpectEqual("after status", Generation(PatchStatus(api, R"({"replicas": 1})")), 1);
  const Json paused = Json::parse(R"({"spec": {"paused": true}})");
  const Json second = api.ExpectOk(api.MergePatch(api.Rollouts("web"), paused), 200);
  api.ExpectEqual("after spec", Generation(second), 2);
  const Json same = api.ExpectOk(api.MergePatch(api.Rollouts("web"), paused), 200);
  api.ExpectEqual("after the same spec", Generation(same), 2);
  api.ExpectEqual("resourceVersion", RevisionOf(same), RevisionOf(second));
}

}  // namespace

std::vector<ContractCase> RolloutCases() {
  return {
      {"a Rollout gets the defaults of its CRD", Defaults},
      {"the defaults of a Rollout reach into objects that are there", InnerDefaults},
      {"null for a field of a Rollout brings its default back", NullBringsDefaultBack},
      {"the template of a Rollout is stored as it was sent", TemplateAsSent},
      {"the template of a ReplicaSet made of a Rollout is defaulted", TemplateOfReplicaSet},
      {"a field that the CRD does not know is dropped", UnknownFields},
      {"creation and the main endpoint ignore the status of a Rollout", StatusIgnored},
      {"a Rollout's status endpoint takes nothing but the status", StatusAlone},
      {"the status of a Rollout keeps zeros and empty values", StatusAsSent},
      {"a status patch of a Rollout with a stale resourceVersion is a conflict", StatusLocking},
      {"the schema refuses what is wrong in the status of a Rollout", StatusValidation},
      {"only a change of spec bumps a Rollout's generation", Generations},
  };
}

}  // namespace windlass::sim
