// Contract cases: DELETE, graceful and with finalizers, and what the garbage collector does then.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kOtherUid = "11111111-2222-4333-8444-555555555555";

Json Preconditions(const std::string& uid, const std::string& version) {
  Json options;
  if (!uid.empty()) options["preconditions"]["uid"] = uid;
  if (!version.empty()) options["preconditions"]["resourceVersion"] = version;
  return options;
}

Json CreateScheduledPod(ContractProbe& api) {
  Json pod = SamplePod("a", "web");
  pod["spec"]["nodeName"] = "no-such-node";
  return api.ExpectOk(api.Post(api.Pods(), pod), 201);
}

void DeleteAnswer(ContractProbe& api) {
  const Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json status = api.ExpectOk(
      api.Delete(api.Deployments("web"), Preconditions(UidOf(web), RevisionOf(web))), 200);
  api.ExpectEqual("kind", status["kind"], "Status");
  api.ExpectEqual("status", status["status"], "Success");
  api.ExpectEqual("uid", TextAt(status, {"details", "uid"}), UidOf(web));
  api.ExpectRefused(api.Get(api.Deployments("web")), 404, "NotFound");
}

void DeleteMissing(ContractProbe& api) {
  api.ExpectRefused(api.Delete(api.Deployments("nobody")), 404, "NotFound");
}

void DeleteOfAnotherUid(ContractProbe& api) {
  const Json rs = api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const ProbeReply reply = api.Delete(api.ReplicaSets("web"), Preconditions(kOtherUid, ""));
  api.ExpectRefused(reply, 409, "Conflict");
  api.ExpectEqual("message", reply.json()["message"],
                  "Operation cannot be fulfilled on ReplicaSet.apps \"web\": the UID in the "
                  "precondition (" +
                      std::string(kOtherUid) + ") does not match the UID in record (" + UidOf(rs) +
                      "). The object might have been deleted and then recreated");
  api.ExpectOk(api.Get(api.ReplicaSets("web")), 200);
}

void DeleteOfStaleVersion(ContractProbe& api) {
  const Json rs = api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  api.ExpectOk(api.MergePatch(api.ReplicaSets("web"), Json::parse(R"({"spec":{"replicas":1}})")),
               200);
  api.ExpectRefused(api.Delete(api.ReplicaSets("web"), Preconditions(UidOf(rs), RevisionOf(rs))),
                    409, "Conflict");
}

void UnscheduledPod(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Pods(), SamplePod("a", "web")), 201);
  const auto watch = api.Watch(api.Pods() + "?watch=1&timeoutSeconds=60&resourceVersion=" +
                               RevisionOf(api.Get(api.Pods()).json()));
  const Json last = api.ExpectOk(api.Delete(api.Pods("a")), 200);
  api.ExpectEqual("the answer is the Pod", last["kind"], "Pod");
  if (!api.AwaitEvents(watch, 2)) return;
  // The server marks the Pod and removes it in two writes, even without grace.
  api.ExpectTypes(watch, "MODIFIED DELETED");
  api.ExpectEqual(
      "grace", IntAt(*watch->events[0].object, {"metadata", "deletionGracePeriodSeconds"}, -1), 0);
  api.ExpectEqual("generation", IntAt(*watch->events[0].object, {"metadata", "generation"}), 2);
}

void ScheduledPod(ContractProbe& api) {
  CreateScheduledPod(api);
  const Json marked = api.ExpectOk(api.Delete(api.Pods("a")), 200);
  api.Expect(IsDeleting(marked), "marked");
  api.ExpectEqual("grace", IntAt(marked, {"metadata", "deletionGracePeriodSeconds"}), 30);
  const Json again = api.ExpectOk(api.Delete(api.Pods("a")), 200);
  api.ExpectEqual("resourceVersion", RevisionOf(again), RevisionOf(marked));
  api.ExpectOk(api.Get(api.Pods("a")), 200);
  Json now = Preconditions(UidOf(marked), "");
  now["gracePeriodSeconds"] = 0;
  api.ExpectOk(api.Delete(api.Pods("a"), now), 200);
  api.ExpectRefused(api.Get(api.Pods("a")), 404, "NotFound");
}

void TerminalPod(ContractProbe& api) {
  CreateScheduledPod(api);
  api.ExpectOk(
      api.MergePatch(api.Pods("a") + "/status", Json::parse(R"({"status": {"phase": "Failed"}})")),
      200);
  api.ExpectOk(api.Delete(api.Pods("a")), 200);
  api.ExpectRefused(api.Get(api.Pods("a")), 404, "NotFound");
}

void Finalizer(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"]["finalizers"] = {"example.org/keep"};
  api.ExpectOk(api.Post(api.Deployments(), web), 201);
  const Json marked = api.ExpectOk(api.Delete(api.Deployments("web")), 200);
  api.ExpectEqual("kind", marked["kind"], "Deployment");
  api.Expect(IsDeleting(marked), "marked");
  api.ExpectEqual("generation", IntAt(marked, {"metadata", "generation"}), 2);
  const Json free = Json::parse(R"({"metadata": {"finalizers": null}})");
  api.ExpectOk(api.MergePatch(api.Deployments("web"), free), 200);
  api.ExpectRefused(api.Get(api.Deployments("web")), 404, "NotFound");
}

struct Family {
  Json owner;
  Json child;
};

Family CreateFamily(ContractProbe& api) {
  Family family;
  family.owner = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  Json rs = SampleReplicaSet("web", 0);
  rs["metadata"]["ownerReferences"] = ControlledBy(family.owner);
  family.child = api.ExpectOk(api.Post(api.ReplicaSets(), rs), 201);
  return family;
}

bool Gone(ContractProbe& api, const std::string& target) {
  return api.Await([&] { return api.Get(target).code == 404; });
}

void BackgroundCascade(ContractProbe& api) {
  CreateFamily(api);
  api.ExpectOk(api.Delete(api.Deployments("web")), 200);
  api.Expect(Gone(api, api.ReplicaSets("web")), "the garbage collector removes the ReplicaSet");
}

void ForegroundCascade(ContractProbe& api) {
  CreateFamily(api);
  const Json marked =
      api.ExpectOk(api.Delete(api.Deployments("web"), {{"propagationPolicy", "Foreground"}}), 200);
  api.ExpectEqual("finalizers", marked["metadata"]["finalizers"], {"foregroundDeletion"});
  api.ExpectEqual("generation", IntAt(marked, {"metadata", "generation"}), 2);
  api.Expect(Gone(api, api.Deployments("web")), "the owner goes");
  api.ExpectEqual("the child is gone before", api.Get(api.ReplicaSets("web")).code, 404);
}

// Creates a ReplicaSet that the collector removes as soon as it has seen it.
void PostStray(ContractProbe& api, const std::string& name) {
  Json owner = SampleDeployment("never");
  owner["metadata"]["uid"] = kOtherUid;
  Json rs = SampleReplicaSet(name, 0);
  rs["metadata"]["ownerReferences"] = ControlledBy(owner);
  api.ExpectOk(api.Post(api.ReplicaSets(), rs), 201);
}

void Orphaning(ContractProbe& api) {
  CreateFamily(api);
  // A real collector that has not seen the child yet orphans nothing, and removes the child later.
  // The stray is younger than the child. Once the collector has removed the stray, it has seen the
  // child.
  PostStray(api, "stray");
  api.Expect(Gone(api, api.ReplicaSets("stray")), "a child of nobody is removed");
  api.ExpectOk(api.Delete(api.Deployments("web"), {{"propagationPolicy", "Orphan"}}), 200);
  api.Expect(Gone(api, api.Deployments("web")), "the owner goes");
  const Json child = api.ExpectOk(api.Get(api.ReplicaSets("web")), 200);
  api.Expect(ControllerOf(child).is_null(), "the child stays, without an owner");
}

void ChildOfNobody(ContractProbe& api) {
  PostStray(api, "web");
  api.Expect(Gone(api, api.ReplicaSets("web")), "a child whose owner does not exist is removed");
}

void TerminatingNamespace(ContractProbe& api) {
  const std::string name = api.namespace_name() + "-ending";
  Json ns = SampleNamespace(name);
  api.ExpectOk(api.Post("/api/v1/namespaces", ns), 201);
  const std::string deployments = "/apis/apps/v1/namespaces/" + name + "/deployments";
  Json keeper = SampleDeployment("keeper");
  keeper["metadata"]["finalizers"] = {"example.org/keep"};
  api.ExpectOk(api.Post(deployments, keeper), 201);
  const Json ending = api.ExpectOk(api.Delete("/api/v1/namespaces/" + name), 200);
  api.ExpectEqual("phase", TextAt(ending, {"status", "phase"}), "Terminating");
  const ProbeReply reply = api.Post(deployments, SampleDeployment("web"));
  api.ExpectRefused(reply, 403, "Forbidden");
  api.ExpectEqual("cause", reply.json()["details"]["causes"][0]["reason"], "NamespaceTerminating");
  api.ExpectOk(
      api.MergePatch(deployments + "/keeper", Json::parse(R"({"metadata": {"finalizers": null}})")),
      200);
  api.Expect(Gone(api, "/api/v1/namespaces/" + name), "the namespace goes when it is empty");
}

}  // namespace

std::vector<ContractCase> DeleteCases() {
  return {
      {"a deletion answers with a Status that names the uid", DeleteAnswer},
      {"deleting what does not exist is 404", DeleteMissing},
      {"a deletion with another uid is a conflict", DeleteOfAnotherUid},
      {"a deletion with a stale resourceVersion is a conflict", DeleteOfStaleVersion},
      {"a Pod without a node is marked and removed at once", UnscheduledPod},
      {"a Pod on a node is marked and stays until its kubelet is done", ScheduledPod},
      {"a Pod that has ended is removed at once", TerminalPod},
      {"a finalizer keeps a deleted object until it is taken away", Finalizer},
      {"background deletion removes the children later", BackgroundCascade},
      {"foreground deletion removes the children first", ForegroundCascade},
      {"orphaning leaves the children without an owner", Orphaning},
      {"a child whose owner never existed is removed", ChildOfNobody},
      {"nothing can be created in a namespace that terminates", TerminatingNamespace},
  };
}

}  // namespace windlass::sim
