// Contract cases: what validation refuses (D-406, D-701).
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

// Expects that the server refuses `patch` of a fresh Deployment and names these fields, in this
// order.
void ExpectInvalid(ContractProbe& api, const std::string& subresource, const char* patch,
                   std::vector<std::string> fields) {
  const ProbeReply reply = api.MergePatch(api.Deployments("web") + subresource, Json::parse(patch));
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  Json named = Json::array();
  for (const Json& cause : reply.json()["details"]["causes"]) named.push_back(cause["field"]);
  api.ExpectEqual("fields", named, fields);
}

void CreateWeb(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
}

void Inequalities(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "/status",
                R"({"status": {"replicas": 1, "updatedReplicas": 2, "readyReplicas": 3,
                               "availableReplicas": 4}})",
                {"status.updatedReplicas", "status.readyReplicas", "status.availableReplicas",
                 "status.availableReplicas"});
}

void AvailableAboveReady(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "/status",
                R"({"status": {"replicas": 3, "readyReplicas": 1, "availableReplicas": 2}})",
                {"status.availableReplicas"});
}

void NegativeCounters(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "/status", R"({"status": {"observedGeneration": -1}})",
                {"status.observedGeneration"});
  ExpectInvalid(api, "/status", R"({"status": {"terminatingReplicas": -1}})",
                {"status.terminatingReplicas"});
}

void CollisionCount(ContractProbe& api) {
  CreateWeb(api);
  const Json zero = Json::parse(R"({"status": {"collisionCount": 0}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web") + "/status", zero), 200);
  ExpectInvalid(api, "/status", R"({"status": {"collisionCount": null}})",
                {"status.collisionCount"});
  const Json two = Json::parse(R"({"status": {"collisionCount": 2}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web") + "/status", two), 200);
  ExpectInvalid(api, "/status", R"({"status": {"collisionCount": 1}})", {"status.collisionCount"});
  ExpectInvalid(api, "/status", R"({"status": {"collisionCount": null}})",
                {"status.collisionCount"});
}

// The server lets observedGeneration go back. Not to do so is the controller's duty (I-35).
void ObservedGenerationIsFree(ContractProbe& api) {
  CreateWeb(api);
  const std::string status = api.Deployments("web") + "/status";
  api.ExpectOk(api.MergePatch(status, Json::parse(R"({"status":{"observedGeneration":9}})")), 200);
  const Json after = api.ExpectOk(
      api.MergePatch(status, Json::parse(R"({"status":{"observedGeneration":1}})")), 200);
  api.ExpectEqual("observedGeneration", IntAt(after, {"status", "observedGeneration"}), 1);
}

void ReplicaSetInequalities(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const Json patch = Json::parse(R"({"status": {"replicas": 1, "fullyLabeledReplicas": 2,
                                                "readyReplicas": 3, "availableReplicas": 4}})");
  const ProbeReply reply = api.MergePatch(api.ReplicaSets("web") + "/status", patch);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("causes", reply.json()["details"]["causes"].size(), 4);
}

void SelectorImmutable(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "",
                R"({"spec": {"selector": {"matchLabels": {"app": "x"}},
                             "template": {"metadata": {"labels": {"app": "x"}}}}})",
                {"spec.selector"});
}

void SelectorMatchesTemplate(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"template": {"metadata": {"labels": {"app": "x"}}}}})",
                {"spec.template.metadata.labels"});
}

void SelectorRequired(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"].erase("selector");
  api.ExpectRefused(api.Post(api.Deployments(), web), 422, "Invalid");
  web["spec"]["selector"] = Json::object();
  api.ExpectRefused(api.Post(api.Deployments(), web), 422, "Invalid");
}

void NegativeReplicas(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"replicas": -1}})", {"spec.replicas"});
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const ProbeReply reply =
      api.MergePatch(api.ReplicaSets("web"), Json::parse(R"({"spec": {"replicas": -1}})"));
  api.ExpectRefused(reply, 422, "Invalid");
}

void BothZero(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "",
                R"({"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0,
                                                            "maxUnavailable": 0}}}})",
                {"spec.strategy.rollingUpdate.maxUnavailable"});
  // A maxSurge of 0 is valid with a percentage that rounds to zero Pods (I-07).
  const Json tiny = Json::parse(
      R"({"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "1%"}}}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web"), tiny), 200);
}

void PercentAboveHundred(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": "101%"}}}})",
                {"spec.strategy.rollingUpdate.maxUnavailable"});
  const Json surge =
      Json::parse(R"({"spec": {"strategy": {"rollingUpdate": {"maxSurge": "200%"}}}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web"), surge), 200);
}

void RecreateWithRollingUpdate(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"strategy": {"type": "Recreate"}}})",
                {"spec.strategy.rollingUpdate"});
  const Json right =
      Json::parse(R"({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), right), 200);
  api.ExpectEqual("strategy", after["spec"]["strategy"], {{"type", "Recreate"}});
}

void UnknownStrategy(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"strategy": {"type": "Fancy", "rollingUpdate": null}}})",
                {"spec.strategy"});
}

void DeadlineAboveMinReady(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"minReadySeconds": 600}})", {"spec.progressDeadlineSeconds"});
}

void NegativeHistory(ContractProbe& api) {
  CreateWeb(api);
  ExpectInvalid(api, "", R"({"spec": {"revisionHistoryLimit": -1}})",
                {"spec.revisionHistoryLimit"});
}

void RestartPolicy(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"]["template"]["spec"]["restartPolicy"] = "Never";
  const ProbeReply reply = api.Post(api.Deployments(), web);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"],
                  "spec.template.spec.restartPolicy");
}

void LeaseDuration(ContractProbe& api) {
  Json lease = SampleLease("lock", "a");
  lease["spec"]["leaseDurationSeconds"] = 0;
  api.ExpectRefused(api.Post(api.Leases(), lease), 422, "Invalid");
}

void LeaseWithoutHolder(ContractProbe& api) {
  Json lease = api.ExpectOk(api.Post(api.Leases(), SampleLease("lock", "a")), 201);
  lease["spec"]["holderIdentity"] = "";
  lease["spec"]["leaseDurationSeconds"] = 1;
  const Json after = api.ExpectOk(api.Put(api.Leases("lock"), lease), 200);
  api.ExpectEqual("holder", TextAt(after, {"spec", "holderIdentity"}), "");
}

// A real server reads a ResourceQuota, whose status a controller writes; here the case writes it.
// The model reads an annotation. Each ignores the other's.
void LimitReplicaSets(ContractProbe& api, const std::string& limit) {
  const std::string own = "/api/v1/namespaces/" + api.namespace_name();
  Json annotation;
  annotation["metadata"]["annotations"]["windlass.example/replicaset-quota"] = limit;
  api.ExpectOk(api.MergePatch(own, annotation), 200);
  Json quota = {{"apiVersion", "v1"}, {"kind", "ResourceQuota"}};
  quota["metadata"]["name"] = "quota";
  quota["spec"]["hard"]["count/replicasets.apps"] = limit;
  if (api.Post(own + "/resourcequotas", quota).code != 201) return;
  Json status;
  status["status"]["hard"]["count/replicasets.apps"] = limit;
  status["status"]["used"]["count/replicasets.apps"] = "0";
  api.ExpectOk(api.MergePatch(own + "/resourcequotas/quota/status", status), 200);
}

void Quota(ContractProbe& api) {
  LimitReplicaSets(api, "1");
  // Admission sees a new quota a little later.
  ProbeReply reply;
  int made = 0;
  const bool refused = api.Await([&] {
    reply = api.Post(api.ReplicaSets(), SampleReplicaSet("web-" + std::to_string(++made), 0));
    return reply.code != 201;
  });
  if (!api.Expect(refused, "the quota is reached")) return;
  api.ExpectRefused(reply, 403, "Forbidden");
  const std::string name = "web-" + std::to_string(made);
  api.ExpectEqual("message", reply.json()["message"],
                  "replicasets.apps \"" + name +
                      "\" is forbidden: exceeded quota: quota, requested: "
                      "count/replicasets.apps=1, used: count/replicasets.apps=1, limited: "
                      "count/replicasets.apps=1");
  // A name that exists gets the same answer: admission comes before the check of the name.
  api.ExpectRefused(api.Post(api.ReplicaSets(), SampleReplicaSet("web-1", 0)), 403, "Forbidden");
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
}

void RollbackToNoNumber(ContractProbe& api) {
  Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  web["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = "latest";
  const ProbeReply reply = api.Put(api.Deployments("web"), web);
  api.ExpectRefused(reply, 400, "BadRequest");
  api.ExpectEqual("message", reply.json()["message"],
                  "Deployment in version \"v1\" cannot be handled as a Deployment: failed to parse "
                  "annotation[deprecated.deployment.rollback.to]=latest as int64: "
                  "strconv.ParseInt: parsing \"latest\": invalid syntax");
  web["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = "-3";
  const ProbeReply negative = api.Put(api.Deployments("web"), web);
  api.ExpectRefused(negative, 422, "Invalid");
  api.ExpectEqual("field", negative.json()["details"]["causes"][0]["field"],
                  "spec.rollback.version");
  web["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = "3";
  api.ExpectOk(api.Put(api.Deployments("web"), web), 200);
}

}  // namespace

std::vector<ContractCase> ValidationCases() {
  return {
      {"counters of a Deployment's status above replicas are refused", Inequalities},
      {"available above ready is refused", AvailableAboveReady},
      {"negative counters are refused", NegativeCounters},
      {"collisionCount never goes down", CollisionCount},
      {"observedGeneration may be set to anything", ObservedGenerationIsFree},
      {"counters of a ReplicaSet's status above replicas are refused", ReplicaSetInequalities},
      {"the selector is immutable", SelectorImmutable},
      {"the selector must match the template", SelectorMatchesTemplate},
      {"a selector is required and must not be empty", SelectorRequired},
      {"negative replicas are refused", NegativeReplicas},
      {"maxSurge and maxUnavailable are not both 0, but may both round to 0", BothZero},
      {"maxUnavailable is at most 100 %, maxSurge may be more", PercentAboveHundred},
      {"Recreate has no rollingUpdate", RecreateWithRollingUpdate},
      {"an unknown strategy is refused", UnknownStrategy},
      {"the progress deadline is longer than minReadySeconds", DeadlineAboveMinReady},
      {"revisionHistoryLimit is not negative", NegativeHistory},
      {"restartPolicy of a template is Always", RestartPolicy},
      {"a Lease lasts at least a second", LeaseDuration},
      {"a Lease may be given up", LeaseWithoutHolder},
      {"a revision to roll back to is a number, and not negative", RollbackToNoNumber},
      {"a ReplicaSet above the quota is refused before its name is looked at", Quota},
  };
}

}  // namespace windlass::sim
