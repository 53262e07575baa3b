#include "controller/kind/finalizers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/json_value.h"
#include "kubeclient/base/assert.h"

namespace windlass::kind {
namespace {

constexpr const char* kPath = "/metadata/finalizers";

Json Test(const std::string& path, const Json& value) {
  return {{"op", "test"}, {"path", path}, {"value", value}};
}

Request PatchOf(const ResourceId& resource, const ObjectMeta& meta, const Json& test,
                const Json& change) {
  const Json operations = Json::array({test, change});
  return Request::GuardedJsonPatch(resource, KeyOf(meta), meta.uid, DumpJson(operations));
}

}  // namespace

bool Finalizers::Has(std::string_view name) const {
  return std::ranges::find(names_, name, &Symbol::text) != names_.end();
}

// If the object has no finalizers, `list` is null. The API server then compares the absent field
// with null, and the test succeeds.
Request Finalizers::Add(const ResourceId& resource, const ObjectMeta& meta,
                        std::string_view name) const {
  WL_ASSERT(!Has(name) && !meta.deleting());
  Json list;
  for (const Symbol& present : names_) list.push_back(present.text());
  const Json test = Test(kPath, list);
  list.push_back(name);
  return PatchOf(resource, meta, test, {{"op", "add"}, {"path", kPath}, {"value", list}});
}

Request Finalizers::Remove(const ResourceId& resource, const ObjectMeta& meta,
                           std::string_view name) const {
  const auto found = std::ranges::find(names_, name, &Symbol::text);
  WL_ASSERT(found != names_.end());
  std::string path(kPath);
  path.append("/").append(std::to_string(found - names_.begin()));
  return PatchOf(resource, meta, Test(path, name), {{"op", "remove"}, {"path", path}});
}

}  // namespace windlass::kind
