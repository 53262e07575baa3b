#include "test/sim/custom_resource.h"

#include <deque>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "kubeclient/base/assert.h"
#include "test/sim/api_resource.h"
#include "test/sim/crd_schema.h"

namespace windlass::sim {
namespace {

// Returns a text of the CRD that stays valid until the program ends.
std::string_view Kept(const Json& crd, std::initializer_list<std::string_view> path) {
  static std::deque<std::string> texts;
  return texts.emplace_back(TextAt(crd, path));
}

// Returns the only version of the CRD.
const Json& VersionIn(const Json& crd) {
  const Json& versions = At(crd, {"spec", "versions"});
  WL_ASSERT(versions.size() == 1);
  return versions[0];
}

}  // namespace

void ServeCustom(const ResourceId& resource) {
  static std::set<ResourceId> served;
  if (!served.insert(resource).second) return;
  const Json crd = ReadManifest(resource);
  const Json& version = VersionIn(crd);
  WL_ASSERT(version.dump().find("x-kubernetes-validations") == std::string::npos);
  AddResource({.resource = resource,
               .group = Kept(crd, {"spec", "group"}),
               .version = Kept(version, {"name"}),
               .plural = Kept(crd, {"spec", "names", "plural"}),
               .kind = Kept(crd, {"spec", "names", "kind"}),
               .namespaced = TextAt(crd, {"spec", "scope"}) == "Namespaced",
               .has_status = !At(version, {"subresources", "status"}).is_null(),
               .has_generation = true,
               .unconditional_update = false,
               .custom = true});
}

}  // namespace windlass::sim
