// Contract cases: evictions, and what PodDisruptionBudgets say about them (C-019).
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

Json EvictionOf(const std::string& pod, const std::string& uid) {
  return {{"apiVersion", "policy/v1"},
          {"kind", "Eviction"},
          {"metadata", {{"name", pod}}},
          {"deleteOptions", {{"preconditions", {{"uid", uid}}}}}};
}

std::string EvictionPath(const ContractProbe& api, const std::string& pod) {
  return api.Pods(pod) + "/eviction";
}

ProbeReply EvictPod(ContractProbe& api, const Json& pod) {
  return api.Post(EvictionPath(api, NameOf(pod)), EvictionOf(NameOf(pod), UidOf(pod)));
}

// Creates a Pod on a node without a kubelet. The server deletes it gracefully because it has a
// node.
Json CreatePodOfNode(ContractProbe& api) {
  Json pod = SamplePod("web", "web");
  pod["spec"]["nodeName"] = "no-such-node";
  return api.ExpectOk(api.Post(api.Pods(), pod), 201);
}

// Creates a Pod that a budget protects: it runs and is Ready.
Json CreateReadyPod(ContractProbe& api) {
  CreatePodOfNode(api);
  Json status;
  status["status"]["phase"] = "Running";
  status["status"]["conditions"] = Json::array();
  status["status"]["conditions"].push_back({{"type", "Ready"}, {"status", "True"}});
  return api.ExpectOk(api.MergePatch(api.Pods("web") + "/status", status), 200);
}

// Creates a budget with the counters that the disruption controller would write.
void CreateBudget(ContractProbe& api, const std::string& name, int allowed,
                  int64_t observed_generation = 1) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = name;
  budget["spec"] = {{"minAvailable", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}};
  api.ExpectOk(api.Post(api.Budgets(), budget), 201);
  Json status;
  status["status"] = {{"disruptionsAllowed", allowed},
                      {"observedGeneration", observed_generation},
                      {"expectedPods", 1 + allowed},
                      {"desiredHealthy", 1},
                      {"currentHealthy", 1 + allowed}};
  api.ExpectOk(api.MergePatch(api.Budgets(name) + "/status", status), 200);
}

void DeleteAtOnce(ContractProbe& api) {
  api.ExpectOk(api.Delete(api.Pods("web"), {{"gracePeriodSeconds", 0}}), 200);
}

void ExpectThere(ContractProbe& api) {
  const Json pod = api.ExpectOk(api.Get(api.Pods("web")), 200);
  api.Expect(!IsDeleting(pod), "the Pod stays");
  api.Expect(ConditionOf(pod, "DisruptionTarget").is_null(), "the Pod has no condition");
}

void ExpectEvicted(ContractProbe& api, const ProbeReply& reply) {
  const Json status = api.ExpectOk(reply, 201);
  api.ExpectEqual("kind", status["kind"], "Status");
  api.ExpectEqual("status", status["status"], "Success");
  const Json pod = api.ExpectOk(api.Get(api.Pods("web")), 200);
  api.Expect(IsDeleting(pod), "the Pod is being deleted");
  api.ExpectEqual("reason", TextAt(ConditionOf(pod, "DisruptionTarget"), {"reason"}),
                  "EvictionByEvictionAPI");
}

void ExpectOfBudget(ContractProbe& api, const ProbeReply& reply, const std::string& why) {
  if (!api.ExpectRefused(reply, 429, "TooManyRequests")) return;
  const Json& causes = At(reply.json(), {"details", "causes"});
  if (!api.Expect(causes.size() == 1, "one cause")) return;
  api.ExpectEqual("cause", causes[0]["reason"], "DisruptionBudget");
  api.ExpectEqual("why", causes[0]["message"], why);
  ExpectThere(api);
}

void EvictOne(ContractProbe& api) {
  ExpectEvicted(api, EvictPod(api, CreatePodOfNode(api)));
  DeleteAtOnce(api);
}

// Of a Pod that is Pending, the real server answers only after 10 s, because it tries such an
// eviction again.
void EvictAnother(ContractProbe& api) {
  CreateReadyPod(api);
  const std::string other = "01234567-89ab-4cde-8f01-23456789abcd";
  api.ExpectRefused(api.Post(EvictionPath(api, "web"), EvictionOf("web", other)), 409, "Conflict");
  ExpectThere(api);
  api.ExpectRefused(api.Post(EvictionPath(api, "web"), EvictionOf("other", other)), 400,
                    "BadRequest");
  api.ExpectRefused(api.Post(EvictionPath(api, "nobody"), EvictionOf("nobody", other)), 404,
                    "NotFound");
  DeleteAtOnce(api);
}

void AllowedByBudget(ContractProbe& api) {
  const Json pod = CreateReadyPod(api);
  CreateBudget(api, "web", 1);
  ExpectEvicted(api, EvictPod(api, pod));
  const Json budget = api.Get(api.Budgets("web")).json();
  api.ExpectEqual("allowed", budget["status"]["disruptionsAllowed"], 0);
  api.Expect(At(budget, {"status", "disruptedPods"}).contains("web"), "the Pod is noted");
  DeleteAtOnce(api);
}

void RefusedByBudget(ContractProbe& api) {
  const Json pod = CreateReadyPod(api);
  CreateBudget(api, "web", 0);
  const ProbeReply reply = EvictPod(api, pod);
  ExpectOfBudget(api, reply, "The disruption budget web needs 1 healthy pods and has 1 currently");
  api.Expect(!reply.retry_after, "the server does not say when to try again");
  DeleteAtOnce(api);
}

void BudgetNotSeen(ContractProbe& api) {
  const Json pod = CreateReadyPod(api);
  CreateBudget(api, "web", 1, /*observed_generation=*/0);
  const ProbeReply reply = EvictPod(api, pod);
  ExpectOfBudget(api, reply, "The disruption budget web is still being processed by the server.");
  api.Expect(reply.retry_after == seconds(10), "the server says when to try again");
  DeleteAtOnce(api);
}

void SeveralBudgets(ContractProbe& api) {
  const Json pod = CreateReadyPod(api);
  CreateBudget(api, "web", 1);
  CreateBudget(api, "more", 1);
  const ProbeReply reply = EvictPod(api, pod);
  api.ExpectRefused(reply, 500, "");
  api.ExpectEqual("message", TextAt(reply.json(), {"message"}),
                  "This pod has more than one PodDisruptionBudget, which the eviction subresource "
                  "does not support.");
  ExpectThere(api);
  DeleteAtOnce(api);
}

void PendingPod(ContractProbe& api) {
  const Json pod = CreatePodOfNode(api);
  CreateBudget(api, "web", 0);
  ExpectEvicted(api, EvictPod(api, pod));
  DeleteAtOnce(api);
}

}  // namespace

std::vector<ContractCase> EvictionCases() {
  return {
      {"an eviction deletes the Pod, and is answered with a Status", EvictOne},
      {"an eviction of another Pod of that name is refused", EvictAnother},
      {"an eviction takes a disruption from the Pod's budget", AllowedByBudget},
      {"a budget without disruptions refuses an eviction with 429", RefusedByBudget},
      {"a budget that was not looked at refuses an eviction for some seconds", BudgetNotSeen},
      {"a Pod with two budgets is not evicted, which only the message says", SeveralBudgets},
      {"a Pod that is Pending is evicted whatever its budget says", PendingPod},
  };
}

}  // namespace windlass::sim
