// Contract cases: what the three patch formats mean.
#include <nlohmann/json.hpp>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

Json CreateAnnotated(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"]["annotations"] = {{"keep", "1"}, {"drop", "1"}};
  return api.ExpectOk(api.Post(api.Deployments(), web), 201);
}

void NullRemovesKey(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch = Json::parse(R"({"metadata": {"annotations": {"drop": null, "new": "2"}}})");
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("annotations", after["metadata"]["annotations"], {{"keep", "1"}, {"new", "2"}});
}

void NullOfDefaultedField(ContractProbe& api) {
  CreateAnnotated(api);
  api.ExpectOk(api.MergePatch(api.Deployments("web"), Json::parse(R"({"spec":{"replicas":4}})")),
               200);
  const Json after = api.ExpectOk(
      api.MergePatch(api.Deployments("web"), Json::parse(R"({"spec":{"replicas":null}})")), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 1);
}

void MergeReplacesLists(ContractProbe& api) {
  CreateAnnotated(api);
  Json patch;
  patch["spec"]["template"]["spec"]["containers"] = Json::array();
  patch["spec"]["template"]["spec"]["containers"].push_back(
      {{"name", "other"}, {"image", "registry.example/other:2"}});
  const Json after = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  const Json& containers = At(after, {"spec", "template", "spec", "containers"});
  api.ExpectEqual("containers", containers.size(), 1);
  api.ExpectEqual("name", containers[0]["name"], "other");
}

// A merge patch leaves the old template's fields inside a rolled-back template (docs/design/003).
void MergeKeepsAbsentKeys(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["spec"]["template"]["metadata"]["annotations"]["yesterday"] = "1";
  api.ExpectOk(api.Post(api.Deployments(), web), 201);
  Json patch;
  patch["spec"]["template"] = SampleTemplate("web", "registry.example/web:2");
  const Json merged = api.ExpectOk(api.MergePatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual(
      "kept", TextAt(merged, {"spec", "template", "metadata", "annotations", "yesterday"}), "1");
  Json replace = Json::array();
  replace.push_back({{"op", "replace"},
                     {"path", "/spec/template"},
                     {"value", SampleTemplate("web", "registry.example/web:3")}});
  const Json replaced = api.ExpectOk(api.JsonPatch(api.Deployments("web"), replace), 200);
  api.Expect(At(replaced, {"spec", "template", "metadata", "annotations"}).is_null(),
             "a JSON patch replaces the whole template");
}

// As Windlass writes a Service: key and note by the version that it read.
void SelectorOfAService(ContractProbe& api) {
  Json service = {{"apiVersion", "v1"}, {"kind", "Service"}, {"metadata", {{"name", "web"}}}};
  service["spec"] = {{"clusterIP", "None"}, {"selector", {{"app", "web"}}}};
  const Json made = api.ExpectOk(api.Post(api.Services(), service), 201);
  const auto write = [&](const Json& hash, const std::string& version) {
    Json patch;
    patch["metadata"]["resourceVersion"] = version;
    patch["metadata"]["annotations"]["note"] = hash;
    patch["spec"]["selector"]["pod-template-hash"] = hash;
    return api.MergePatch(api.Services("web"), patch);
  };
  const Json keyed = api.ExpectOk(write("a", RevisionOf(made)), 200);
  api.ExpectEqual("selector", keyed["spec"]["selector"],
                  {{"app", "web"}, {"pod-template-hash", "a"}});
  api.ExpectEqual("annotation", AnnotationOf(keyed, "note"), "a");
  api.ExpectRefused(write("b", RevisionOf(made)), 409, "Conflict");
  const Json released = api.ExpectOk(write(nullptr, RevisionOf(keyed)), 200);
  api.ExpectEqual("selector", released["spec"]["selector"], {{"app", "web"}});
  api.Expect(At(released, {"metadata", "annotations"}).is_null(), "no annotation is left");
}

void FailedTest(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch = Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": "x"},
    {"op": "replace", "path": "/spec/replicas", "value": 3}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), patch), 422, "Invalid");
  api.ExpectEqual("replicas", IntAt(api.Get(api.Deployments("web")).json(), {"spec", "replicas"}),
                  1);
}

void FailedTestBeforeStaleVersion(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch = Json::parse(R"([
    {"op": "test", "path": "/metadata/uid", "value": "x"},
    {"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), patch), 422, "Invalid");
}

// The server is laxer than RFC 6902: only the parent of the path must exist.
void ReplaceOfMissingKey(ContractProbe& api) {
  api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  const Json leaf =
      Json::parse(R"([{"op": "replace", "path": "/metadata/annotations", "value": {"a": "1"}}])");
  const Json after = api.ExpectOk(api.JsonPatch(api.Deployments("web"), leaf), 200);
  api.ExpectEqual("annotations", after["metadata"]["annotations"], {{"a", "1"}});
  const Json deeper =
      Json::parse(R"([{"op": "replace", "path": "/spec/nothing/here", "value": "1"}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), deeper), 422, "Invalid");
}

void RemoveOfMissingKey(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch = Json::parse(R"([{"op": "remove", "path": "/metadata/annotations/nobody"}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), patch), 422, "Invalid");
}

void TestOfMissingKey(ContractProbe& api) {
  CreateAnnotated(api);
  const Json absent = Json::parse(R"([
    {"op": "test", "path": "/metadata/annotations/nobody", "value": null},
    {"op": "replace", "path": "/spec/replicas", "value": 3}])");
  const Json after = api.ExpectOk(api.JsonPatch(api.Deployments("web"), absent), 200);
  api.ExpectEqual("replicas", IntAt(after, {"spec", "replicas"}), 3);
  const Json present =
      Json::parse(R"([{"op": "test", "path": "/metadata/annotations/nobody", "value": "1"}])");
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), present), 422, "Invalid");
}

// The server compares the texts as JSON writes them, and writes its own as Go does.
void TestOfTextThatGoEscapes(ContractProbe& api) {
  Json web = SampleDeployment("web");
  web["metadata"]["annotations"]["odd"] = "<a> & b";
  api.ExpectOk(api.Post(api.Deployments(), web), 201);
  HttpRequest request;
  request.method = HttpMethod::kPatch;
  request.target = api.Deployments("web");
  request.content_type = "application/json-patch+json";
  request.body = R"([{"op":"test","path":"/metadata/annotations/odd","value":"<a> & b"}])";
  api.ExpectRefused(api.Send(request), 422, "Invalid");
  request.body =
      R"([{"op":"test","path":"/metadata/annotations/odd","value":"\u003ca\u003e \u0026 b"},)"
      R"({"op":"replace","path":"/metadata/annotations/odd","value":"<c>"}])";
  const Json after = api.ExpectOk(api.Send(request), 200);
  api.ExpectEqual("annotation", AnnotationOf(after, "odd"), "<c>");
}

void AddReplacesMap(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch =
      Json::parse(R"([{"op": "add", "path": "/metadata/annotations", "value": {"a": "1"}}])");
  const Json after = api.ExpectOk(api.JsonPatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("annotations", after["metadata"]["annotations"], {{"a", "1"}});
}

void EscapedPath(ContractProbe& api) {
  CreateAnnotated(api);
  const Json patch = Json::parse(
      R"([{"op": "add", "path": "/metadata/annotations/windlass.dev~1pause", "value": "1"}])");
  const Json after = api.ExpectOk(api.JsonPatch(api.Deployments("web"), patch), 200);
  api.ExpectEqual("annotation", AnnotationOf(after, "windlass.dev/pause"), "1");
}

void PatchOfTheWrongShape(ContractProbe& api) {
  CreateAnnotated(api);
  api.ExpectRefused(api.JsonPatch(api.Deployments("web"), Json::object()), 400, "BadRequest");
}

void UnknownPatchType(ContractProbe& api) {
  CreateAnnotated(api);
  HttpRequest request;
  request.method = HttpMethod::kPatch;
  request.target = api.Deployments("web");
  request.content_type = "application/json";
  request.body = "{}";
  api.ExpectRefused(api.Send(request), 415, "UnsupportedMediaType");
}

void PatchOfMissing(ContractProbe& api) {
  const ProbeReply reply = api.MergePatch(api.Deployments("nobody"), Json::object());
  api.ExpectRefused(reply, 404, "NotFound");
  api.ExpectEqual("message", reply.json()["message"], "deployments.apps \"nobody\" not found");
}

void WrongTypeInPatch(ContractProbe& api) {
  CreateAnnotated(api);
  api.ExpectRefused(
      api.MergePatch(api.Deployments("web"), Json::parse(R"({"spec":{"replicas":"three"}})")), 422,
      "Invalid");
  Json web = api.Get(api.Deployments("web")).json();
  web["spec"]["replicas"] = "three";
  api.ExpectRefused(api.Put(api.Deployments("web"), web), 400, "BadRequest");
}

struct Family {
  Json owner;
  Json child;
};

Family CreateFamily(ContractProbe& api) {
  Family family;
  family.owner = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web")), 201);
  family.child = api.ExpectOk(api.Post(api.ReplicaSets(), SampleReplicaSet("web", 0)), 201);
  return family;
}

Json Adoption(const Family& family) {
  Json patch;
  patch["metadata"] = {{"uid", UidOf(family.child)},
                       {"ownerReferences", ControlledBy(family.owner)}};
  return patch;
}

void AdoptAndRelease(ContractProbe& api) {
  const Family family = CreateFamily(api);
  const Json adopted =
      api.ExpectOk(api.StrategicPatch(api.ReplicaSets("web"), Adoption(family)), 200);
  api.ExpectEqual("owner", ControllerUidOf(adopted), UidOf(family.owner));
  Json release;
  release["metadata"]["ownerReferences"] = Json::array();
  release["metadata"]["ownerReferences"].push_back(
      {{"$patch", "delete"}, {"uid", UidOf(family.owner)}});
  const Json released = api.ExpectOk(api.StrategicPatch(api.ReplicaSets("web"), release), 200);
  api.Expect(At(released, {"metadata", "ownerReferences"}).is_null(), "released");
  // Releasing a ReplicaSet without an owner changes nothing.
  const Json again = api.ExpectOk(api.StrategicPatch(api.ReplicaSets("web"), release), 200);
  api.ExpectEqual("resourceVersion", RevisionOf(again), RevisionOf(released));
}

void AdoptStale(ContractProbe& api) {
  const Family family = CreateFamily(api);
  Json patch = Adoption(family);
  patch["metadata"]["resourceVersion"] = RevisionOf(family.child);
  api.ExpectOk(
      api.MergePatch(api.ReplicaSets("web"), Json::parse(R"({"metadata":{"labels":{"x":"y"}}})")),
      200);
  api.ExpectRefused(api.StrategicPatch(api.ReplicaSets("web"), patch), 409, "Conflict");
}

void AdoptAnotherUid(ContractProbe& api) {
  const Family family = CreateFamily(api);
  Json patch = Adoption(family);
  patch["metadata"]["uid"] = UidOf(family.owner);
  api.ExpectRefused(api.StrategicPatch(api.ReplicaSets("web"), patch), 422, "Invalid");
}

void TwoControllers(ContractProbe& api) {
  const Family family = CreateFamily(api);
  api.ExpectOk(api.StrategicPatch(api.ReplicaSets("web"), Adoption(family)), 200);
  const Json rival = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("rival")), 201);
  Json patch;
  patch["metadata"]["ownerReferences"] = ControlledBy(rival);
  const ProbeReply reply = api.StrategicPatch(api.ReplicaSets("web"), patch);
  api.ExpectRefused(reply, 422, "Invalid");
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"],
                  "metadata.ownerReferences");
}

// The sub-resource scale reads and writes spec.replicas as an autoscaling/v1 Scale (D-707).
void Scale(ContractProbe& api) {
  const Json web = api.ExpectOk(api.Post(api.Deployments(), SampleDeployment("web", 2)), 201);
  const std::string path = api.Deployments("web") + "/scale";
  Json scale = api.ExpectOk(api.Get(path), 200);
  api.ExpectEqual("kind", scale["kind"], "Scale");
  api.ExpectEqual("version", RevisionOf(scale), RevisionOf(web));
  api.ExpectEqual("spec", scale["spec"], {{"replicas", 2}});
  api.ExpectEqual("status", scale["status"], {{"replicas", 0}, {"selector", "app=web"}});
  scale["spec"]["replicas"] = 3;
  const Json taken = api.ExpectOk(api.Put(path, scale), 200);
  api.ExpectEqual("the answer's kind", taken["kind"], "Scale");
  api.ExpectRefused(api.Put(path, scale), 409, "Conflict");
  scale["metadata"].erase("resourceVersion");
  scale["spec"]["replicas"] = 4;
  api.ExpectOk(api.Put(path, scale), 200);
  api.ExpectOk(api.MergePatch(path, Json::parse(R"({"spec": {"replicas": 0}})")), 200);
  const Json after = api.ExpectOk(api.Get(api.Deployments("web")), 200);
  api.ExpectEqual("replicas", after["spec"]["replicas"], 0);
  api.ExpectEqual("generation", IntAt(after, {"metadata", "generation"}), 4);
  api.ExpectEqual("no replicas are left out", api.Get(path).json()["spec"], Json::object());
  api.ExpectRefused(api.Get(api.Deployments("nobody") + "/scale"), 404, "NotFound");
  api.ExpectRefused(api.Get(api.Pods("nobody") + "/scale"), 404, "NotFound");
}

}  // namespace

std::vector<ContractCase> PatchCases() {
  return {
      {"null in a merge patch removes the key", NullRemovesKey},
      {"null for a defaulted field brings the default back", NullOfDefaultedField},
      {"a merge patch replaces lists", MergeReplacesLists},
      {"a merge patch keeps keys it does not name, a JSON patch replaces maps",
       MergeKeepsAbsentKeys},
      {"the selector of a Service is patched by keys and by version", SelectorOfAService},
      {"a failed JSON patch test is 422 Invalid and changes nothing", FailedTest},
      {"a failed JSON patch test is found before a stale resourceVersion",
       FailedTestBeforeStaleVersion},
      {"a JSON patch replaces an absent key, but not below an absent parent", ReplaceOfMissingKey},
      {"a JSON patch cannot remove an absent key", RemoveOfMissingKey},
      {"a JSON patch test of an absent key holds against null alone", TestOfMissingKey},
      {"a JSON patch tests a text as Go writes it in JSON", TestOfTextThatGoEscapes},
      {"a JSON patch add replaces an existing map", AddReplacesMap},
      {"a JSON patch path may contain an escaped slash", EscapedPath},
      {"a JSON patch that is no list is a bad request", PatchOfTheWrongShape},
      {"an unknown patch type is 415", UnknownPatchType},
      {"a patch of what does not exist is 404", PatchOfMissing},
      {"a wrong type is invalid in a patch and a bad request in a PUT", WrongTypeInPatch},
      {"a strategic merge patch adopts and releases", AdoptAndRelease},
      {"an adoption with a stale resourceVersion is a conflict", AdoptStale},
      {"an adoption with another uid is invalid", AdoptAnotherUid},
      {"a second controller reference is invalid", TwoControllers},
      {"the scale of a Deployment is read and written by itself", Scale},
  };
}

}  // namespace windlass::sim
