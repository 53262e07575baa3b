// Contract cases: creations that only ask (dryRun=All).
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kDryRun = "?dryRun=All";

// The answer has what the server would make, with all defaults. Nothing is stored.
void MakesNothing(ContractProbe& api) {
  const Json owner = api.ExpectOk(api.Post(api.Rollouts(), SampleRollout("web")), 201);
  Json rs = SampleReplicaSet("web-dry-run", 0);
  rs["metadata"]["ownerReferences"] = ControlledBy(owner);
  const Json asked = api.ExpectOk(api.Post(api.ReplicaSets() + kDryRun, rs), 201);
  api.ExpectEqual("name", NameOf(asked), "web-dry-run");
  api.Expect(!UidOf(asked).empty(), "the answer has a uid");
  api.ExpectEqual("resourceVersion", RevisionOf(asked), "");
  api.ExpectEqual("owner", ControllerUidOf(asked), UidOf(owner));
  api.ExpectRefused(api.Get(api.ReplicaSets("web-dry-run")), 404, "NotFound");
  const Json made = api.ExpectOk(api.Post(api.ReplicaSets(), rs), 201);
  api.ExpectEqual("template", At(asked, {"spec", "template"}), At(made, {"spec", "template"}));
  api.ExpectEqual("policy", TextAt(asked, {"spec", "template", "spec", "restartPolicy"}), "Always");
  api.Expect(UidOf(made) != UidOf(asked), "the ReplicaSet has another uid than the answer had");
}

void NoEvent(ContractProbe& api) {
  const std::string since = RevisionOf(api.ExpectOk(api.Get(api.ReplicaSets()), 200));
  const auto watch =
      api.Watch(api.ReplicaSets() + "?watch=1&timeoutSeconds=60&resourceVersion=" + since);
  api.ExpectOk(api.Post(api.ReplicaSets() + kDryRun, SampleReplicaSet("asked", 0)), 201);
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("made", 0)), 201);
  if (!api.AwaitEvents(watch, 1)) return;
  api.ExpectEqual("the first event", NameOf(*watch->events[0].object), "made");
}

void NameExists(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const ProbeReply reply = api.Post(api.ReplicaSets() + kDryRun, SampleReplicaSet("web", 0));
  api.ExpectRefused(reply, 409, "AlreadyExists");
  // Under a name that the server makes, there is no conflict.
  Json rs = SampleReplicaSet("", 0);
  rs["metadata"].erase("name");
  rs["metadata"]["generateName"] = "web-";
  const Json asked = api.ExpectOk(api.Post(api.ReplicaSets() + kDryRun, rs), 201);
  api.Expect(NameOf(asked).size() == 9, "generated name: " + NameOf(asked));
}

// Expects that a dry run is refused, and in the same words as a creation.
void ExpectSameRefusal(ContractProbe& api, const std::string& path, const Json& object, int code,
                       const std::string& reason) {
  const ProbeReply asked = api.Post(path + kDryRun, object);
  if (!api.ExpectRefused(asked, code, reason)) return;
  const ProbeReply made = api.Post(path, object);
  api.ExpectEqual("message", At(asked.json(), {"message"}), At(made.json(), {"message"}));
}

void RefusedAlike(ContractProbe& api) {
  Json pod = SamplePod("web", "web");
  api.ExpectOk(api.Post(api.Pods() + kDryRun, pod), 201);
  api.ExpectRefused(api.Get(api.Pods("web")), 404, "NotFound");
  pod["spec"]["containers"][0].erase("image");
  ExpectSameRefusal(api, api.Pods(), pod, 422, "Invalid");
  Json rs = SampleReplicaSet("web", 0);
  rs["spec"]["template"]["spec"]["restartPolicy"] = "Never";
  ExpectSameRefusal(api, api.ReplicaSets(), rs, 422, "Invalid");
  Json web = SampleRollout("web");
  web["spec"]["replicas"] = -1;
  ExpectSameRefusal(api, api.Rollouts(), web, 422, "Invalid");
}

std::string NamespacePath(const ContractProbe& api) {
  return "/api/v1/namespaces/" + api.namespace_name();
}

// Tells the model what its admission refuses (admission.h). A real server ignores it.
void Annotate(ContractProbe& api, const std::string& key, const std::string& value) {
  Json annotation;
  annotation["metadata"]["annotations"]["windlass.example/" + key] = value;
  api.ExpectOk(api.MergePatch(NamespacePath(api), annotation), 200);
}

// Writes the ResourceQuota that a real server reads, with what a controller would write into its
// status: nothing is used so far. The model has no such resource.
void SetQuota(ContractProbe& api, const std::string& counted, const std::string& limit) {
  const std::string quotas = NamespacePath(api) + "/resourcequotas";
  Json quota = {{"apiVersion", "v1"}, {"kind", "ResourceQuota"}};
  quota["metadata"]["name"] = "quota";
  quota["spec"]["hard"][counted] = limit;
  const ProbeReply made = api.Post(quotas, quota);
  if (made.code == 404) return;
  if (made.code == 409) api.ExpectOk(api.MergePatch(quotas + "/quota", quota), 200);
  Json status;
  status["status"]["hard"][counted] = limit;
  status["status"]["used"][counted] = "0";
  api.ExpectOk(api.MergePatch(quotas + "/quota/status", status), 200);
}

// Posts a dry run until the answer has that code: admission sees a new quota a little later.
// Returns the last answer.
ProbeReply AwaitCode(ContractProbe& api, const std::string& path, const Json& object, int code) {
  ProbeReply reply;
  api.Await([&] {
    reply = api.Post(path + kDryRun, object);
    return reply.code == code;
  });
  return reply;
}

// A refusal that judges who asks, or how much there is, and not the Pod: 403, not 422.
void AboveQuota(ContractProbe& api) {
  Annotate(api, "pod-refused", "403");
  SetQuota(api, "pods", "0");
  const Json pod = SamplePod("web", "web");
  api.ExpectRefused(AwaitCode(api, api.Pods(), pod, 403), 403, "Forbidden");
  ExpectSameRefusal(api, api.Pods(), pod, 403, "Forbidden");
}

void LimitReplicaSets(ContractProbe& api, const std::string& limit) {
  Annotate(api, "replicaset-quota", limit);
  SetQuota(api, "count/replicasets.apps", limit);
}

// A quota counts ReplicaSets, whatever their size.
void ReplicaSetAboveQuota(ContractProbe& api) {
  LimitReplicaSets(api, "0");
  const Json web = SampleReplicaSet("web", 0);
  const ProbeReply refused = AwaitCode(api, api.ReplicaSets(), web, 403);
  if (!api.ExpectRefused(refused, 403, "Forbidden")) return;
  api.ExpectEqual("message", At(refused.json(), {"message"}),
                  "replicasets.apps \"web\" is forbidden: exceeded quota: quota, requested: "
                  "count/replicasets.apps=1, used: count/replicasets.apps=0, limited: "
                  "count/replicasets.apps=0");
  ExpectSameRefusal(api, api.ReplicaSets(), web, 403, "Forbidden");
  api.ExpectOk(api.Post(api.Pods() + kDryRun, SamplePod("web", "web")), 201);
}

// Dry runs take nothing of a quota of one. The creation takes it, so the next dry run is refused.
void UsesNoQuota(ContractProbe& api) {
  LimitReplicaSets(api, "0");
  const Json web = SampleReplicaSet("web", 0);
  api.ExpectRefused(AwaitCode(api, api.ReplicaSets(), web, 403), 403, "Forbidden");
  LimitReplicaSets(api, "1");
  api.ExpectOk(AwaitCode(api, api.ReplicaSets(), web, 201), 201);
  api.ExpectOk(api.Post(api.ReplicaSets() + kDryRun, web), 201);
  api.ExpectOk(api.Post(api.ReplicaSets(), web), 201);
  const ProbeReply next = api.Post(api.ReplicaSets() + kDryRun, SampleReplicaSet("next", 0));
  api.ExpectRefused(next, 403, "Forbidden");
}

void UnknownValue(ContractProbe& api) {
  const ProbeReply reply = api.Post(api.ReplicaSets() + "?dryRun=Some", SampleReplicaSet("web", 0));
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], "dryRun");
}

// What a creation drops, a strict one refuses, and names.
void UnknownFields(ContractProbe& api) {
  const std::string strict = std::string(kDryRun) + "&fieldValidation=Strict";
  Json rs = SampleReplicaSet("web", 0);
  api.ExpectOk(api.Post(api.ReplicaSets() + strict, rs), 201);
  rs["spec"]["template"]["spec"]["noSuchField"] = 1;
  const ProbeReply refused = api.Post(api.ReplicaSets() + strict, rs);
  api.ExpectRefused(refused, 400, "BadRequest");
  api.ExpectEqual("message", At(refused.json(), {"message"}),
                  "ReplicaSet in version \"v1\" cannot be handled as a ReplicaSet: strict decoding "
                  "error: unknown field \"spec.template.spec.noSuchField\"");
  Json pod = SamplePod("web", "web");
  pod["metadata"]["noSuchField"] = "a";
  pod["spec"]["containers"][0]["noSuchField"] = "b";
  const ProbeReply both = api.Post(api.Pods() + strict, pod);
  api.ExpectRefused(both, 400, "BadRequest");
  api.ExpectEqual(
      "message", At(both.json(), {"message"}),
      "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown "
      "field \"metadata.noSuchField\", unknown field "
      "\"spec.containers[0].noSuchField\"");
  api.ExpectOk(api.Post(api.Pods() + kDryRun, pod), 201);
}

}  // namespace

std::vector<ContractCase> DryRunCases() {
  return {
      {"a dry-run creation answers with defaults and stores nothing", MakesNothing},
      {"a watch does not show a dry-run creation", NoEvent},
      {"a dry-run creation of a name that exists is AlreadyExists", NameExists},
      {"a dry-run creation is refused like a creation", RefusedAlike},
      {"a dry-run Pod above a quota is forbidden, not invalid", AboveQuota},
      {"a quota refuses the dry run of a ReplicaSet as it refuses its creation",
       ReplicaSetAboveQuota},
      {"a dry run uses up nothing of a quota", UsesNoQuota},
      {"a dry run knows All alone", UnknownValue},
      {"a field that the server does not know is refused if the request is strict", UnknownFields},
  };
}

}  // namespace windlass::sim
