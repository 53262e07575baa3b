// Contract cases: what may change in a Pod that exists, and what else an in-place update needs from
// the server (P-085).
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kNext = "registry.example/web:2";
constexpr const char* kImage = "/spec/containers/0/image";

Json Operation(const char* op, const char* path, Json value) {
  return {{"op", op}, {"path", path}, {"value", std::move(value)}};
}

Json List(std::initializer_list<Json> elements) {
  Json list = Json::array();
  for (const Json& element : elements) list.push_back(element);
  return list;
}

// Creates a Pod on a node without a kubelet. The server deletes it gracefully because it has a
// node.
Json CreatePod(ContractProbe& api) {
  Json pod = SamplePod("web", "web");
  pod["spec"]["nodeName"] = "no-such-node";
  pod["spec"]["initContainers"] =
      List({{{"name", "setup"}, {"image", "registry.example/setup:1"}},
            {{"name", "log"}, {"image", "registry.example/log:1"}, {"restartPolicy", "Always"}}});
  return api.ExpectOk(api.Post(api.Pods(), pod), 201);
}

// Returns the patch of one container's image, with its guards (P-035).
Json Guarded(const Json& pod) {
  return List({Operation("test", "/metadata/uid", UidOf(pod)),
               Operation("test", "/metadata/deletionTimestamp", nullptr),
               Operation("test", "/spec/containers/0/name", "web"),
               Operation("test", kImage, kSampleImage), Operation("replace", kImage, kNext)});
}

// The answer to a failed test names no object and has no causes, unlike the answer about an invalid
// object. It does not contain the library's own text ("testing value … failed").
void ExpectFailedTest(ContractProbe& api, const ProbeReply& reply) {
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("message", reply.json()["message"],
                  "the server rejected our request due to an error in our request");
  api.ExpectEqual("details", reply.json()["details"], Json::object());
}

void ExpectForbidden(ContractProbe& api, const ProbeReply& reply, const std::string& field) {
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  const std::string message = TextAt(reply.json(), {"message"});
  api.Expect(message.starts_with("Pod \"web\" is invalid: "), message);
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], field);
  api.ExpectEqual("reason", reply.json()["details"]["causes"][0]["reason"], "FieldValueForbidden");
}

int64_t Generation(const Json& pod) { return IntAt(pod, {"metadata", "generation"}); }

void ImageOfAPod(ContractProbe& api) {
  const Json pod = CreatePod(api);
  api.ExpectEqual("generation", Generation(pod), 1);
  const Json after = api.ExpectOk(api.JsonPatch(api.Pods("web"), Guarded(pod)), 200);
  api.ExpectEqual("image", after["spec"]["containers"][0]["image"], kNext);
  api.ExpectEqual("generation", Generation(after), 2);
  api.ExpectEqual("uid", UidOf(after), UidOf(pod));
  // A repeated patch, as a client sends it after a lost reply, changes nothing.
  ExpectFailedTest(api, api.JsonPatch(api.Pods("web"), Guarded(pod)));
  const Json last = api.Get(api.Pods("web")).json();
  api.ExpectEqual("version", RevisionOf(last), RevisionOf(after));
}

void ImageOfAnInitContainer(ContractProbe& api) {
  CreatePod(api);
  int64_t generation = 1;
  for (const char* path : {"/spec/initContainers/0/image", "/spec/initContainers/1/image"}) {
    const Json after = api.ExpectOk(
        api.JsonPatch(api.Pods("web"), List({Operation("replace", path, kNext)})), 200);
    api.ExpectEqual("generation", Generation(after), ++generation);
  }
}

void MetadataOfAPod(ContractProbe& api) {
  CreatePod(api);
  Json patch;
  patch["metadata"] = {{"annotations", {{"a", "1"}}}, {"labels", {{"b", "2"}}}};
  const Json after = api.ExpectOk(api.MergePatch(api.Pods("web"), patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
  Json status;
  status["status"]["observedGeneration"] = 1;
  status["spec"]["containers"] = Json::array();
  const Json observed = api.ExpectOk(api.MergePatch(api.Pods("web") + "/status", status), 200);
  api.ExpectEqual("generation", Generation(observed), 1);
  api.ExpectEqual("observed", observed["status"]["observedGeneration"], 1);
  api.ExpectEqual("the spec is not the status's", observed["spec"], after["spec"]);
}

void NotOfADeletedPod(ContractProbe& api) {
  const Json pod = CreatePod(api);
  api.ExpectOk(api.Delete(api.Pods("web")), 200);
  ExpectFailedTest(api, api.JsonPatch(api.Pods("web"), Guarded(pod)));
  // Without the guard the server accepts the patch.
  const Json after = api.ExpectOk(
      api.JsonPatch(api.Pods("web"), List({Operation("replace", kImage, kNext)})), 200);
  api.Expect(IsDeleting(after), "is being deleted");
  api.ExpectOk(api.Delete(api.Pods("web"), {{"gracePeriodSeconds", 0}}), 200);
}

void FirstAnnotation(ContractProbe& api) {
  CreatePod(api);
  const Json first = List({Operation("test", "/metadata/annotations", nullptr),
                           Operation("add", "/metadata/annotations", {{"a", "1"}})});
  const Json after = api.ExpectOk(api.JsonPatch(api.Pods("web"), first), 200);
  api.ExpectEqual("annotations", after["metadata"]["annotations"], {{"a", "1"}});
  ExpectFailedTest(api, api.JsonPatch(api.Pods("web"), first));
  const Json one = List({Operation("add", "/metadata/annotations/b", "2")});
  api.ExpectOk(api.JsonPatch(api.Pods("web"), one), 200);
}

void RestOfThePodSpec(ContractProbe& api) {
  CreatePod(api);
  const auto refused = [&](Json operation, const std::string& field) {
    ExpectForbidden(api, api.JsonPatch(api.Pods("web"), List({std::move(operation)})), field);
  };
  refused(Operation("add", "/spec/containers/0/env", List({{{"name", "A"}, {"value", "1"}}})),
          "spec");
  refused(Operation("add", "/spec/containers/0/command", List({"sleep"})), "spec");
  refused(Operation("replace", "/spec/containers/0/imagePullPolicy", "Always"), "spec");
  refused(Operation("replace", "/spec/containers/0/name", "other"), "spec");
  refused(Operation("replace", "/spec/nodeName", "another-node"), "spec");
  refused(Operation("add", "/spec/containers/-", {{"name", "more"}, {"image", kNext}}),
          "spec.containers");
  refused({{"op", "remove"}, {"path", "/spec/initContainers/0"}}, "spec.initContainers");
  const Json empty = List({Operation("replace", kImage, "")});
  const ProbeReply reply = api.JsonPatch(api.Pods("web"), empty);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"],
                  "spec.containers[0].image");
  const Json after = api.Get(api.Pods("web")).json();
  api.ExpectEqual("generation", Generation(after), 1);
}

void Tolerations(ContractProbe& api) {
  Json pod = SamplePod("web", "web");
  pod["spec"]["tolerations"] = List(
      {{{"key", "a"}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 5}}});
  api.ExpectOk(api.Post(api.Pods(), pod), 201);
  const Json more =
      List({Operation("add", "/spec/tolerations/-", {{"key", "b"}, {"operator", "Exists"}})});
  const Json after = api.ExpectOk(api.JsonPatch(api.Pods("web"), more), 200);
  api.ExpectEqual("generation", Generation(after), 2);
  const Json longer = List({Operation("replace", "/spec/tolerations/0/tolerationSeconds", 60)});
  api.ExpectOk(api.JsonPatch(api.Pods("web"), longer), 200);
  const Json fewer = List({{{"op", "remove"}, {"path", "/spec/tolerations/0"}}});
  ExpectForbidden(api, api.JsonPatch(api.Pods("web"), fewer), "spec.tolerations");
}

// The server accepts a new template in a ReplicaSet that owns Pods; the exchange depends on it
// (P-053).
void TemplateOfAReplicaSet(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  const Json patch = List({Operation("replace", "/spec/template/spec/containers/0/image", kNext)});
  const Json after = api.ExpectOk(api.JsonPatch(api.ReplicaSets("web"), patch), 200);
  api.ExpectEqual("generation", Generation(after), 2);
}

void Budget(ContractProbe& api) {
  Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
  budget["metadata"]["name"] = "web";
  budget["spec"] = {{"minAvailable", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}};
  const Json made = api.ExpectOk(api.Post(api.Budgets(), budget), 201);
  api.ExpectEqual("generation", Generation(made), 1);
  api.ExpectEqual("allowed", made["status"]["disruptionsAllowed"], 0);
  api.Expect(At(made, {"status", "observedGeneration"}).is_null(), "nobody has looked at it");
  const Json patch = List({Operation("replace", "/spec/minAvailable", 2)});
  const Json after = api.ExpectOk(api.JsonPatch(api.Budgets("web"), patch), 200);
  api.ExpectEqual("generation", Generation(after), 2);
  Json status;
  status["status"] = {{"disruptionsAllowed", 3}, {"observedGeneration", 2}};
  const Json observed = api.ExpectOk(api.MergePatch(api.Budgets("web") + "/status", status), 200);
  api.ExpectEqual("generation", Generation(observed), 2);
  api.ExpectEqual("allowed", observed["status"]["disruptionsAllowed"], 3);
}

void NodeStatus(ContractProbe& api) {
  const std::string path = "/api/v1/nodes/" + api.namespace_name();
  Json node = {{"apiVersion", "v1"}, {"kind", "Node"}};
  node["metadata"]["name"] = api.namespace_name();
  api.ExpectOk(api.Post("/api/v1/nodes", node), 201);
  Json status;
  status["status"]["nodeInfo"]["kubeletVersion"] = "v1.36.0";
  status["status"]["conditions"] = List({{{"type", "Ready"}, {"status", "True"}}});
  api.ExpectOk(api.MergePatch(path + "/status", status), 200);
  const Json after = api.Get(path).json();
  api.ExpectEqual("version", TextAt(after, {"status", "nodeInfo", "kubeletVersion"}), "v1.36.0");
  api.ExpectEqual("ready", TextAt(ConditionOf(after, "Ready"), {"status"}), "True");
  api.ExpectOk(api.Delete(path), 200);
}

}  // namespace

std::vector<ContractCase> PodCases() {
  return {
      {"the image of a running Pod changes, once, behind its guards", ImageOfAPod},
      {"images of init containers and sidecars change, too", ImageOfAnInitContainer},
      {"neither metadata nor status of a Pod move its generation", MetadataOfAPod},
      {"a test tells a Pod that is being deleted", NotOfADeletedPod},
      {"a first annotation is added behind a test that there is none", FirstAnnotation},
      {"nothing else of a Pod's containers may change", RestOfThePodSpec},
      {"tolerations of a Pod may be added and prolonged, not removed", Tolerations},
      {"the template of a ReplicaSet may change", TemplateOfAReplicaSet},
      {"a disruption budget has counters, and a generation of its spec", Budget},
      {"a node's status is written by itself", NodeStatus},
  };
}

}  // namespace windlass::sim
