#include "test/sim/rollout_manifests.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "test/sim/crd_schema.h"

namespace windlass::sim {
namespace {

// Sets a field such as "spec.strategy"; null removes it.
void SetField(Json& object, const std::string& path, const Json& value) {
  const size_t dot = path.find('.');
  const std::string field = path.substr(0, dot);
  if (dot != std::string::npos) {
    SetField(object[field], path.substr(dot + 1), value);
  } else if (value.is_null()) {
    object.erase(field);
  } else {
    object[field] = value;
  }
}

void AddRollouts(const Json& base, const Json& rows, const std::string& refusal,
                 std::vector<RolloutManifest>& all) {
  for (const auto& [name, fields] : rows.items()) {
    Json object = base;
    object["metadata"]["name"] = name;
    for (const auto& [path, value] : fields.items()) SetField(object, path, value);
    all.push_back({.name = name, .object = MakeObject(std::move(object)), .refusal = refusal});
  }
}

}  // namespace

std::vector<RolloutManifest> GoodRollouts(const std::string& folder) {
  std::vector<RolloutManifest> all;
  AddRollouts(ReadYaml(folder + "/base.yaml"), ReadYaml(folder + "/good.yaml"), "", all);
  return all;
}

std::vector<RolloutManifest> BadRollouts(const std::string& folder) {
  const Json base = ReadYaml(folder + "/base.yaml");
  const Json bad = ReadYaml(folder + "/bad.yaml");
  std::vector<RolloutManifest> all;
  for (const auto& [refusal, rows] : bad.items()) {
    AddRollouts(base, rows, refusal, all);
  }
  return all;
}

}  // namespace windlass::sim
