// Contract cases: ReplicationControllers. What differs from a ReplicaSet is the selector, which is
// a map, has a default and may change; and that a DELETE which says nothing orphans the Pods.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

constexpr const char* kOtherUid = "11111111-2222-4333-8444-555555555555";

Json CreateWeb(ContractProbe& api, int replicas = 0) {
  const Json web = SampleReplicationController("web", replicas);
  return api.ExpectOk(api.Post(api.ReplicationControllers(), web), 201);
}

int64_t Generation(const Json& object) { return IntAt(object, {"metadata", "generation"}); }

void Defaults(ContractProbe& api) {
  Json web = SampleReplicationController("web");
  web["spec"].erase("replicas");
  web["spec"].erase("selector");
  web["metadata"].erase("labels");
  const Json made = api.ExpectOk(api.Post(api.ReplicationControllers(), web), 201);
  api.ExpectEqual("replicas", made["spec"]["replicas"], 1);
  api.ExpectEqual("selector", made["spec"]["selector"], {{"app", "web"}});
  api.ExpectEqual("labels", made["metadata"]["labels"], {{"app", "web"}});
  api.Expect(!made["spec"].contains("minReadySeconds"), "minReadySeconds 0 is left out");
  api.ExpectEqual("generation", Generation(made), 1);
  api.ExpectEqual("status", made["status"], {{"replicas", 0}});
}

void OwnSelector(ContractProbe& api) {
  Json web = SampleReplicationController("web");
  web["spec"]["template"]["metadata"]["labels"]["version"] = "1";
  web["metadata"]["labels"] = {{"team", "a"}};
  const Json made = api.ExpectOk(api.Post(api.ReplicationControllers(), web), 201);
  api.ExpectEqual("selector", made["spec"]["selector"], {{"app", "web"}});
  api.ExpectEqual("labels", made["metadata"]["labels"], {{"team", "a"}});
}

void TemplateDefaults(ContractProbe& api) {
  const Json set = api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  api.ExpectEqual("template", CreateWeb(api)["spec"]["template"], set["spec"]["template"]);
}

void Generations(ContractProbe& api) {
  CreateWeb(api);
  const std::string web = api.ReplicationControllers("web");
  Json patch;
  patch["metadata"] = {{"annotations", {{"note", "1"}}}, {"labels", {{"team", "a"}}}};
  const Json noted = api.ExpectOk(api.MergePatch(web, patch), 200);
  api.ExpectEqual("generation after metadata", Generation(noted), 1);
  const Json scaled = api.ExpectOk(api.MergePatch(web, {{"spec", {{"replicas", 2}}}}), 200);
  api.ExpectEqual("generation after scaling", Generation(scaled), 2);
}

// One write moves a ReplicationController to other Pods.
void SelectorChanges(ContractProbe& api) {
  const Json made = CreateWeb(api);
  const std::string uid = UidOf(made);
  Json patch = Json::array();
  patch.push_back({{"op", "test"}, {"path", "/metadata/uid"}, {"value", uid}});
  patch.push_back(
      {{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", RevisionOf(made)}});
  patch.push_back({{"op", "replace"}, {"path", "/spec/selector"}, {"value", {{"app", "other"}}}});
  patch.push_back(
      {{"op", "replace"}, {"path", "/spec/template"}, {"value", SampleTemplate("other")}});
  patch.push_back({{"op", "replace"}, {"path", "/spec/replicas"}, {"value", 3}});
  const std::string web = api.ReplicationControllers("web");
  const Json after = api.ExpectOk(api.JsonPatch(web, patch), 200);
  api.ExpectEqual("selector", after["spec"]["selector"], {{"app", "other"}});
  api.ExpectEqual("uid", UidOf(after), uid);
  api.ExpectEqual("generation", Generation(after), 2);
  api.ExpectRefused(api.JsonPatch(web, patch), 409, "Conflict");
}

// A patch that takes the selector away brings back the default.
void SelectorComesBack(ContractProbe& api) {
  CreateWeb(api);
  const Json longer = Json::parse(R"({"spec": {
    "selector": {"version": "1"}, "template": {"metadata": {"labels": {"version": "1"}}}}})");
  const std::string web = api.ReplicationControllers("web");
  const Json both = {{"app", "web"}, {"version", "1"}};
  const Json merged = api.ExpectOk(api.StrategicPatch(web, longer), 200);
  api.ExpectEqual("selector", merged["spec"]["selector"], both);
  const Json none = Json::parse(R"({"spec": {"selector": null}})");
  const Json after = api.ExpectOk(api.MergePatch(web, none), 200);
  api.ExpectEqual("selector", after["spec"]["selector"], both);
}

// Expects that the server refuses the object, and blames these fields in this order.
void ExpectInvalid(ContractProbe& api, const Json& object, const std::vector<std::string>& fields) {
  const ProbeReply reply = api.Post(api.ReplicationControllers(), object);
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  Json named = Json::array();
  for (const Json& cause : reply.json()["details"]["causes"]) named.push_back(cause["field"]);
  api.ExpectEqual("fields", named, fields);
}

void Validation(ContractProbe& api) {
  const Json web = SampleReplicationController("web");
  Json wrong = web;
  wrong["spec"]["replicas"] = -1;
  wrong["spec"]["minReadySeconds"] = -1;
  ExpectInvalid(api, wrong, {"spec.replicas", "spec.minReadySeconds"});
  wrong["spec"]["template"]["spec"]["restartPolicy"] = "Never";
  ExpectInvalid(api, wrong,
                {"spec.template.spec.restartPolicy", "spec.replicas", "spec.minReadySeconds"});
  wrong = web;
  wrong["spec"]["selector"] = {{"app", "other"}};
  ExpectInvalid(api, wrong, {"spec.template.metadata.labels"});
  wrong = web;
  wrong["spec"]["template"]["spec"]["restartPolicy"] = "Never";
  ExpectInvalid(api, wrong, {"spec.template.spec.restartPolicy"});
  wrong = web;
  wrong["spec"].erase("template");
  ExpectInvalid(api, wrong, {"spec.template"});
  wrong = web;
  wrong["spec"].erase("selector");
  wrong["spec"]["template"]["metadata"].erase("labels");
  ExpectInvalid(api, wrong, {"spec.selector"});
  wrong = web;
  wrong["spec"]["replicas"] = "three";
  api.ExpectRefused(api.Post(api.ReplicationControllers(), wrong), 400, "BadRequest");
}

void StatusWrite(ContractProbe& api) {
  CreateWeb(api);
  const Json patch = Json::parse(R"({
    "metadata": {"annotations": {"note": "1"}, "labels": {"team": "a"}}, "spec": {"replicas": 9},
    "status": {"observedGeneration": 1, "replicas": 2, "fullyLabeledReplicas": 2,
               "readyReplicas": 1, "availableReplicas": 0, "terminatingReplicas": 1}})");
  const std::string path = api.ReplicationControllers("web") + "/status";
  const Json after = api.ExpectOk(api.MergePatch(path, patch), 200);
  api.ExpectEqual("generation", Generation(after), 1);
  api.ExpectEqual("annotation", AnnotationOf(after, "note"), "1");
  api.ExpectEqual("label", LabelOf(after, "team"), "a");
  api.ExpectEqual("spec.replicas", IntAt(after, {"spec", "replicas"}), 0);
  const Json status = {{"observedGeneration", 1},
                       {"replicas", 2},
                       {"fullyLabeledReplicas", 2},
                       {"readyReplicas", 1}};
  api.ExpectEqual("status", after["status"], status);
  const Json more = Json::parse(R"({"status": {"fullyLabeledReplicas": 3}})");
  api.ExpectRefused(api.MergePatch(path, more), 422, "Invalid");
  const Json put = api.ExpectOk(api.MergePatch(api.ReplicationControllers("web"), more), 200);
  api.ExpectEqual("status after a write elsewhere", put["status"], status);
}

void Scale(ContractProbe& api) {
  const Json made = CreateWeb(api, 2);
  const std::string path = api.ReplicationControllers("web") + "/scale";
  const Json scale = api.ExpectOk(api.Get(path), 200);
  api.ExpectEqual("spec", scale["spec"], {{"replicas", 2}});
  api.ExpectEqual("status", scale["status"], {{"replicas", 0}, {"selector", "app=web"}});
  Json patch = {{"spec", {{"replicas", 5}}}};
  patch["metadata"] = {{"uid", UidOf(made)}, {"resourceVersion", RevisionOf(made)}};
  const Json taken = api.ExpectOk(api.MergePatch(path, patch), 200);
  api.ExpectEqual("kind", taken["kind"], "Scale");
  const Json web = api.ExpectOk(api.Get(api.ReplicationControllers("web")), 200);
  api.ExpectEqual("spec.replicas", IntAt(web, {"spec", "replicas"}), 5);
  api.ExpectEqual("generation", Generation(web), 2);
  const ProbeReply stale = api.MergePatch(path, patch);
  api.ExpectRefused(stale, 409, "Conflict");
  api.ExpectEqual("message", stale.json()["message"],
                  "Operation cannot be fulfilled on replicationcontrollers \"web\": the object has "
                  "been modified; please apply your changes to the latest version and try again");
}

void ScaleOfAnotherUid(ContractProbe& api) {
  const Json made = CreateWeb(api, 2);
  Json patch = {{"spec", {{"replicas", 5}}}};
  patch["metadata"]["uid"] = kOtherUid;
  const ProbeReply reply = api.MergePatch(api.ReplicationControllers("web") + "/scale", patch);
  api.ExpectRefused(reply, 409, "Conflict");
  api.ExpectEqual("message", reply.json()["message"],
                  "Operation cannot be fulfilled on replicationcontrollers/scale \"web\": "
                  "Precondition failed: UID in precondition: " +
                      std::string(kOtherUid) + ", UID in object meta: " + UidOf(made));
}

void DeleteOfAnotherUid(ContractProbe& api) {
  const Json made = CreateWeb(api);
  Json options;
  options["preconditions"]["uid"] = kOtherUid;
  const ProbeReply reply = api.Delete(api.ReplicationControllers("web"), options);
  api.ExpectRefused(reply, 409, "Conflict");
  api.ExpectEqual("message", reply.json()["message"],
                  "Operation cannot be fulfilled on ReplicationController \"web\": the UID in the "
                  "precondition (" +
                      std::string(kOtherUid) + ") does not match the UID in record (" +
                      UidOf(made) + "). The object might have been deleted and then recreated");
}

void DeletionPolicies(ContractProbe& api) {
  Json web = SampleReplicationController("web", 0);
  web["metadata"]["finalizers"] = {"example.org/keep"};
  api.ExpectOk(api.Post(api.ReplicationControllers(), web), 201);
  const std::string path = api.ReplicationControllers("web");
  const Json silent = api.ExpectOk(api.Delete(path), 200);
  api.ExpectEqual("kind", silent["kind"], "ReplicationController");
  api.Expect(IsDeleting(silent), "marked");
  api.ExpectEqual("without a policy", silent["metadata"]["finalizers"],
                  {"example.org/keep", "orphan"});
  const Json foreground =
      api.ExpectOk(api.Delete(path, {{"propagationPolicy", "Foreground"}}), 200);
  api.ExpectEqual("Foreground", foreground["metadata"]["finalizers"],
                  {"example.org/keep", "foregroundDeletion"});
  const Json background =
      api.ExpectOk(api.Delete(path, {{"propagationPolicy", "Background"}}), 200);
  api.ExpectEqual("Background", background["metadata"]["finalizers"], {"example.org/keep"});
  const Json free = Json::parse(R"({"metadata": {"finalizers": null}})");
  api.ExpectOk(api.MergePatch(path, free), 200);
  api.ExpectRefused(api.Get(path), 404, "NotFound");
}

bool Gone(ContractProbe& api, const std::string& target) {
  return api.Await([&] { return api.Get(target).code == 404; });
}

// Creates "web" with a Pod "a". Returns once the garbage collector has seen the Pod: it has removed
// an object that is younger than the Pod and has no owner.
void CreateFamily(ContractProbe& api) {
  Json owner = CreateWeb(api);
  Json pod = SamplePod("a", "web");
  pod["metadata"]["ownerReferences"] = ControlledBy(owner);
  api.ExpectOk(api.Post(api.Pods(), pod), 201);
  owner["metadata"]["uid"] = kOtherUid;
  Json stray = SamplePod("stray", "other");
  stray["metadata"]["ownerReferences"] = ControlledBy(owner);
  api.ExpectOk(api.Post(api.Pods(), stray), 201);
  api.Expect(Gone(api, api.Pods("stray")), "a child of nobody is removed");
}

void SilentDeletionOrphans(ContractProbe& api) {
  CreateFamily(api);
  api.ExpectOk(api.Delete(api.ReplicationControllers("web")), 200);
  api.Expect(Gone(api, api.ReplicationControllers("web")), "the owner goes");
  const Json pod = api.ExpectOk(api.Get(api.Pods("a")), 200);
  api.Expect(ControllerOf(pod).is_null(), "the Pod stays, without an owner");
}

void BackgroundDeletion(ContractProbe& api) {
  CreateFamily(api);
  const Json status = api.ExpectOk(
      api.Delete(api.ReplicationControllers("web"), {{"propagationPolicy", "Background"}}), 200);
  api.ExpectEqual("kind", status["kind"], "Status");
  api.ExpectRefused(api.Get(api.ReplicationControllers("web")), 404, "NotFound");
  api.Expect(Gone(api, api.Pods("a")), "the garbage collector removes the Pod");
}

void ListAndWatch(ContractProbe& api) {
  const Json list = api.ExpectOk(api.Get(api.ReplicationControllers()), 200);
  api.ExpectEqual("kind", list["kind"], "ReplicationControllerList");
  const auto watch = api.Watch(api.ReplicationControllers() +
                               "?watch=1&timeoutSeconds=60&resourceVersion=" + RevisionOf(list));
  CreateWeb(api);
  api.ExpectOk(api.Delete(api.ReplicationControllers("web"), {{"propagationPolicy", "Background"}}),
               200);
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED DELETED");
  api.ExpectEqual("kind", (*watch->events[0].object)["kind"], "ReplicationController");
}

}  // namespace

std::vector<ContractCase> ReplicationControllerCases() {
  return {
      {"a ReplicationController takes selector and labels from its template", Defaults},
      {"a ReplicationController keeps a selector and labels of its own", OwnSelector},
      {"a ReplicationController's template has the defaults of a ReplicaSet's", TemplateDefaults},
      {"a ReplicationController's generation counts changes of spec", Generations},
      {"a ReplicationController's selector may change", SelectorChanges},
      {"a ReplicationController's selector is a map that a patch merges", SelectorComesBack},
      {"a ReplicationController is validated", Validation},
      {"a ReplicationController's status has no terminatingReplicas", StatusWrite},
      {"a ReplicationController is scaled at a resourceVersion", Scale},
      {"scaling a ReplicationController of another uid is a conflict", ScaleOfAnotherUid},
      {"deleting a ReplicationController of another uid is a conflict", DeleteOfAnotherUid},
      {"the last DELETE of a ReplicationController decides on its Pods", DeletionPolicies},
      {"a DELETE without a policy orphans a ReplicationController's Pods", SilentDeletionOrphans},
      {"background deletion removes a ReplicationController's Pods", BackgroundDeletion},
      {"ReplicationControllers are listed and watched", ListAndWatch},
  };
}

}  // namespace windlass::sim
