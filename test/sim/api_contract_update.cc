// Contract cases: ReplicationControllerUpdates, as far as they differ from Rollouts.
#include <nlohmann/json.hpp>
#include <string>

#include "test/sim/api_contract.h"
#include "test/sim/sample_objects.h"

namespace windlass::sim {
namespace {

Json ByImage() {
  Json update = {{"apiVersion", "windlass.dev/v1alpha1"}, {"kind", "ReplicationControllerUpdate"}};
  update["metadata"]["name"] = "web";
  update["spec"]["image"] = "registry.example/web:2";
  return update;
}

void Defaults(ContractProbe& api) {
  const Json made = api.ExpectOk(api.Post(api.ReplicationControllerUpdates(), ByImage()), 201);
  const Json wanted = {{"image", "registry.example/web:2"},
                       {"deploymentLabelKey", "deployment"},
                       {"updatePeriod", "1m"},
                       {"timeout", "5m"},
                       {"maxSurge", 1},
                       {"maxUnavailable", 0},
                       {"minReadySeconds", 0},
                       {"onExternalScale", "Pause"},
                       {"rollback", false},
                       {"paused", false}};
  api.ExpectEqual("spec", made["spec"], wanted);
  api.ExpectEqual("generation", IntAt(made, {"metadata", "generation"}), 1);
}

// The template of the file is kept as it is, without defaults.
void TemplateOfAFile(ContractProbe& api) {
  Json update = ByImage();
  update["spec"].erase("image");
  update["spec"]["newName"] = "web-2";
  update["spec"]["controller"]["spec"]["template"] = SampleTemplate("web");
  update["spec"]["controller"]["spec"]["strategy"] = "Recreate";  // not a field of one
  const Json made = api.ExpectOk(api.Post(api.ReplicationControllerUpdates(), update), 201);
  api.ExpectEqual("the file", made["spec"]["controller"],
                  {{"spec", {{"template", SampleTemplate("web")}}}});
}

void ExpectInvalid(ContractProbe& api, const Json& spec, const char* field) {
  Json update = ByImage();
  update["spec"] = spec;
  const ProbeReply reply = api.Post(api.ReplicationControllerUpdates(), update);
  if (!api.ExpectRefused(reply, 422, "Invalid")) return;
  api.ExpectEqual("field", reply.json()["details"]["causes"][0]["field"], field);
}

void Validation(ContractProbe& api) {
  const Json file = {{"spec", {{"template", SampleTemplate("web")}}}};
  ExpectInvalid(api, Json::object(), "spec");
  ExpectInvalid(api, {{"newName", "web"}}, "spec.newName");
  ExpectInvalid(api, {{"image", "a:1"}, {"controller", file}, {"newName", "web-2"}}, "spec");
  ExpectInvalid(api, {{"controller", file}}, "spec.newName");
  ExpectInvalid(api, {{"newName", "web-2"}, {"container", "web"}}, "spec");
  ExpectInvalid(api, {{"image", "a:1"}, {"cleanup", "Keep"}}, "spec.cleanup");
  ExpectInvalid(api, {{"image", "a:1"}, {"minReadySeconds", -1}}, "spec.minReadySeconds");
}

void NoScale(ContractProbe& api) {
  api.ExpectOk(api.Post(api.ReplicationControllerUpdates(), ByImage()), 201);
  const ProbeReply reply = api.Get(api.ReplicationControllerUpdates("web") + "/scale");
  api.ExpectEqual("code", reply.code, 404);
}

}  // namespace

std::vector<ContractCase> ReplicationControllerUpdateCases() {
  return {
      {"an update of a ReplicationController is defaulted", Defaults},
      {"the template of an update by file is kept as it is", TemplateOfAFile},
      {"the fields of an update that exclude or need each other are validated", Validation},
      {"an update of a ReplicationController has no scale", NoScale},
  };
}

}  // namespace windlass::sim
