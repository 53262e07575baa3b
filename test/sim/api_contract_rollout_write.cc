// Contract cases: how Rollouts, as custom resources, are patched, replaced, scaled, listed and
// watched, and what their schema refuses.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

Json CreateWeb(ContractProbe& api, int replicas = 1) {
  return api.ExpectOk(api.Post(api.Rollouts(), SampleRollout("web", replicas)), 201);
}

// No Go type says how the lists of a custom resource merge. The server refuses such a patch before
// it looks for the object.
void NoStrategicMerge(ContractProbe& api) {
  CreateWeb(api);
  const Json patch = Json::parse(R"({"metadata": {"annotations": {"note": "1"}}})");
  for (const char* name : {"web", "web/status", "web/scale", "nobody"}) {
    api.ExpectRefused(api.StrategicPatch(api.Rollouts(name), patch), 415, "UnsupportedMediaType");
  }
  api.ExpectEqual("annotation", AnnotationOf(api.Get(api.Rollouts("web")).json(), "note"), "");
}

// One write brings a template back and removes the field that asked for it.
void RollbackPatch(ContractProbe& api) {
  Json web = SampleRollout("web");
  web["metadata"]["annotations"]["note"] = "1";
  web["spec"]["template"]["metadata"]["annotations"]["yesterday"] = "1";
  web["spec"]["rollbackTo"]["revision"] = 3;
  const Json made = api.ExpectOk(api.Post(api.Rollouts(), web), 201);
  const Json old = SampleTemplate("web", "registry.example/web:0");
  Json patch = Json::array();
  patch.push_back({{"op", "test"}, {"path", "/metadata/uid"}, {"value", UidOf(made)}});
  patch.push_back(
      {{"op", "replace"}, {"path", "/metadata/resourceVersion"}, {"value", RevisionOf(made)}});
  patch.push_back({{"op", "replace"}, {"path", "/spec/template"}, {"value", old}});
  patch.push_back({{"op", "remove"}, {"path", "/spec/rollbackTo"}});
  const Json after = api.ExpectOk(api.JsonPatch(api.Rollouts("web"), patch), 200);
  api.ExpectEqual("template", At(after, {"spec", "template"}), old);
  api.Expect(!At(after, {"spec"}).contains("rollbackTo"), "rollbackTo is gone");
  api.ExpectEqual("generation", IntAt(after, {"metadata", "generation"}), 2);
  api.ExpectEqual("annotation", AnnotationOf(after, "note"), "1");
  // The field to remove is absent now, which the server finds before the stale resourceVersion.
  api.ExpectRefused(api.JsonPatch(api.Rollouts("web"), patch), 422, "Invalid");
}

void MergeReplacesLists(ContractProbe& api) {
  CreateWeb(api);
  const std::string status = api.Rollouts("web") + "/status";
  for (const char* type : {"Ready", "Progressing"}) {
    Json patch;
    patch["status"]["conditions"] = Json::array();
    patch["status"]["conditions"].push_back({{"type", type}, {"status", "True"}});
    const Json after = api.ExpectOk(api.MergePatch(status, patch), 200);
    api.ExpectEqual("conditions", At(after, {"status", "conditions"}),
                    patch["status"]["conditions"]);
  }
}

void PutNeedsVersion(ContractProbe& api) {
  const Json web = CreateWeb(api);
  Json unconditional = web;
  unconditional["metadata"].erase("resourceVersion");
  for (const char* name : {"web", "web/status"}) {
    const ProbeReply reply = api.Put(api.Rollouts(name), unconditional);
    api.ExpectRefused(reply, 422, "Invalid");
    api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"],
                    "metadata.resourceVersion");
  }
  Json paused = web;
  paused["spec"]["paused"] = true;
  api.ExpectOk(api.Put(api.Rollouts("web"), paused), 200);
  api.ExpectRefused(api.Put(api.Rollouts("web"), paused), 409, "Conflict");
  api.ExpectRefused(api.Put(api.Rollouts("nobody"), SampleRollout("nobody")), 404, "NotFound");
}

// Expects that the server refuses `patch` of the Rollout "web", and blames this field first.
void ExpectInvalid(ContractProbe& api, const char* patch, const char* field) {
  const ProbeReply reply = api.MergePatch(api.Rollouts("web"), Json::parse(patch));
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], field);
}

void Validation(ContractProbe& api) {
  Json web = CreateWeb(api);
  ExpectInvalid(api, R"({"spec": {"replicas": -1}})", "spec.replicas");
  ExpectInvalid(api, R"({"spec": {"replicas": "three"}})", "spec.replicas");
  ExpectInvalid(api, R"({"spec": {"strategy": {"type": "Fancy"}}})", "spec.strategy.type");
  ExpectInvalid(api, R"({"spec": {"minReadySeconds": 600}})", "spec.progressDeadlineSeconds");
  ExpectInvalid(api,
                R"({"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0,
                                                            "maxUnavailable": 0}}}})",
                "spec.strategy.rollingUpdate");
  ExpectInvalid(api, R"({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": {}}}})",
                "spec.strategy.rollingUpdate");
  ExpectInvalid(api, R"({"spec": {"strategy": {"partition": 1, "steps": [{"pause": {}}]}}})",
                "spec.strategy.partition");
  ExpectInvalid(api, R"({"spec": {"template": {"metadata": {"labels": {"app": "x"}}}}})",
                "spec.template.metadata.labels");
  ExpectInvalid(api,
                R"({"spec": {"selector": {"matchLabels": {"app": "x"}},
                             "template": {"metadata": {"labels": {"app": "x"}}}}})",
                "spec.selector");
  // Unlike a Deployment's, a wrong type is no bad request in a PUT: no Go type refuses it.
  web["spec"]["replicas"] = "three";
  api.ExpectRefused(api.Put(api.Rollouts("web"), web), 422, "Invalid");
  Json bare = SampleRollout("bare");
  bare["spec"].erase("selector");
  const ProbeReply reply = api.Post(api.Rollouts(), bare);
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], "spec.selector");
}

// The Scale is read by the paths of the CRD: the selector comes from the status.
void Scale(ContractProbe& api) {
  CreateWeb(api, 2);
  const std::string path = api.Rollouts("web") + "/scale";
  const Json early = api.ExpectOk(api.Get(path), 200);
  api.ExpectEqual("spec", At(early, {"spec"}), {{"replicas", 2}});
  api.ExpectEqual("status", At(early, {"status"}), {{"replicas", 0}});
  const Json patch = Json::parse(R"({"status": {"replicas": 2, "selector": "app=web"}})");
  const Json web = api.ExpectOk(api.MergePatch(api.Rollouts("web") + "/status", patch), 200);
  Json scale = api.ExpectOk(api.Get(path), 200);
  api.ExpectEqual("kind", At(scale, {"kind"}), "Scale");
  api.ExpectEqual("version", RevisionOf(scale), RevisionOf(web));
  api.ExpectEqual("status", At(scale, {"status"}), {{"replicas", 2}, {"selector", "app=web"}});
  scale["spec"]["replicas"] = 3;
  const Json taken = api.ExpectOk(api.Put(path, scale), 200);
  api.ExpectEqual("the answer's kind", At(taken, {"kind"}), "Scale");
  api.ExpectRefused(api.Put(path, scale), 409, "Conflict");
  scale["metadata"].erase("resourceVersion");
  scale["spec"]["replicas"] = 4;
  api.ExpectOk(api.Put(path, scale), 200);
  api.ExpectOk(api.MergePatch(path, Json::parse(R"({"spec": {"replicas": 0}})")), 200);
  const Json after = api.ExpectOk(api.Get(api.Rollouts("web")), 200);
  api.ExpectEqual("replicas", At(after, {"spec", "replicas"}), 0);
  api.ExpectEqual("generation", IntAt(after, {"metadata", "generation"}), 4);
  api.ExpectEqual("no replicas are left out", At(api.Get(path).json(), {"spec"}), Json::object());
  api.ExpectRefused(api.Get(api.Rollouts("nobody") + "/scale"), 404, "NotFound");
}

// Unlike those of Deployments, items of a list repeat their kind.
void List(ContractProbe& api) {
  CreateWeb(api);
  const Json list = api.ExpectOk(api.Get(api.Rollouts()), 200);
  api.ExpectEqual("kind", At(list, {"kind"}), "RolloutList");
  api.ExpectEqual("apiVersion", At(list, {"apiVersion"}), "windlass.dev/v1alpha1");
  const Json& items = At(list, {"items"});
  if (!api.Expect(items.is_array() && items.size() == 1, "one item")) return;
  api.ExpectEqual("item's kind", At(items[0], {"kind"}), "Rollout");
  api.ExpectEqual("item's apiVersion", At(items[0], {"apiVersion"}), "windlass.dev/v1alpha1");
}

void Watch(ContractProbe& api) {
  const std::string since = RevisionOf(api.ExpectOk(api.Get(api.Rollouts()), 200));
  CreateWeb(api);
  const Json patch = Json::parse(R"({"status": {"phase": "Healthy"}})");
  api.ExpectOk(api.MergePatch(api.Rollouts("web") + "/status", patch), 200);
  const Json gone = api.ExpectOk(api.Delete(api.Rollouts("web")), 200);
  api.ExpectEqual("answer to DELETE", At(gone, {"status"}), "Success");
  const auto watch =
      api.Watch(api.Rollouts() + "?watch=1&timeoutSeconds=60&resourceVersion=" + since);
  if (!api.AwaitEvents(watch, 3)) return;
  api.ExpectTypes(watch, "ADDED MODIFIED DELETED");
  api.ExpectEqual("kind", At(*watch->events[0].object, {"kind"}), "Rollout");
  api.ExpectEqual("phase", At(*watch->events[2].object, {"status", "phase"}), "Healthy");
}

void WatchList(ContractProbe& api) {
  CreateWeb(api);
  const auto watch = api.Watch(api.Rollouts() +
                               "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                               "&resourceVersionMatch=NotOlderThan&timeoutSeconds=60");
  if (!api.AwaitEvents(watch, 2)) return;
  api.ExpectTypes(watch, "ADDED BOOKMARK");
  const Json& end = *watch->events[1].object;
  api.ExpectEqual("kind", At(end, {"kind"}), "Rollout");
  api.ExpectEqual("mark", AnnotationOf(end, "k8s.io/initial-events-end"), "true");
}

}  // namespace

std::vector<ContractCase> RolloutWriteCases() {
  return {
      {"a strategic merge patch of a Rollout is 415", NoStrategicMerge},
      {"a JSON patch rolls a Rollout back and removes rollbackTo in one write", RollbackPatch},
      {"a merge patch replaces the conditions of a Rollout", MergeReplacesLists},
      {"a PUT of a Rollout needs a resourceVersion", PutNeedsVersion},
      {"schema and rules of the CRD refuse a Rollout", Validation},
      {"the scale of a Rollout is read by the paths of its CRD", Scale},
      {"items of a list of Rollouts have their kind", List},
      {"a watch shows the writes of a Rollout and of its status", Watch},
      {"a watch list of Rollouts ends with a bookmark", WatchList},
  };
}

}  // namespace windlass::sim
