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

// A real server reads a ResourceQuota, whose status a controller writes; here the case writes it.
// The model reads an annotation. Each ignores the other's.
void ForbidPods(ContractProbe& api) {
  const std::string own = "/api/v1/namespaces/" + api.namespace_name();
  Json annotation;
  annotation["metadata"]["annotations"]["windlass.example/pod-refused"] = "403";
  api.ExpectOk(api.MergePatch(own, annotation), 200);
  Json quota = {{"apiVersion", "v1"}, {"kind", "ResourceQuota"}};
  quota["metadata"]["name"] = "quota";
  quota["spec"]["hard"]["pods"] = "0";
  if (api.Post(own + "/resourcequotas", quota).code != 201) return;
  Json status;
  status["status"]["hard"]["pods"] = "0";
  status["status"]["used"]["pods"] = "0";
  api.ExpectOk(api.MergePatch(own + "/resourcequotas/quota/status", status), 200);
}

// A refusal that judges who asks, or how much there is, and not the Pod: 403, not 422.
void AboveQuota(ContractProbe& api) {
  ForbidPods(api);
  // Admission sees a new quota a little later.
  ProbeReply reply;
  const bool refused = api.Await([&] {
    reply = api.Post(api.Pods() + kDryRun, SamplePod("web", "web"));
    return reply.code != 201;
  });
  if (!api.Expect(refused, "Pods are forbidden")) return;
  api.ExpectRefused(reply, 403, "Forbidden");
  ExpectSameRefusal(api, api.Pods(), SamplePod("web", "web"), 403, "Forbidden");
}

void UnknownValue(ContractProbe& api) {
  const ProbeReply reply = api.Post(api.ReplicaSets() + "?dryRun=Some", SampleReplicaSet("web", 0));
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], "dryRun");
}

}  // namespace

std::vector<ContractCase> DryRunCases() {
  return {
      {"a dry-run creation answers with defaults and stores nothing", MakesNothing},
      {"a watch does not show a dry-run creation", NoEvent},
      {"a dry-run creation of a name that exists is AlreadyExists", NameExists},
      {"a dry-run creation is refused like a creation", RefusedAlike},
      {"a dry-run Pod above a quota is forbidden, not invalid", AboveQuota},
      {"a dry run knows All alone", UnknownValue},
  };
}

}  // namespace windlass::sim
