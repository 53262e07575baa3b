#include "kubeclient/cache/expected_type.h"

#include <algorithm>

namespace windlass {

ExpectedType::ExpectedType(const ReflectorOptions& options) {
  const ResourceId& resource = options.resource;
  types_.push_back({resource.GroupVersion(), std::string(resource.kind)});
  if (options.metadata_only) types_.push_back({"meta.k8s.io/v1", "PartialObjectMetadata"});
  for (const TypeMeta& type : types_) {
    beginnings_.push_back(R"({"kind":")" + type.kind + R"(","apiVersion":")" + type.api_version +
                          "\",");
  }
}

// The API server writes kind and apiVersion first, so a comparison of the prefix usually saves a
// pass over the object.
bool ExpectedType::Fits(std::string_view object_json, Decoder& decoder) const {
  const bool usual = std::ranges::any_of(beginnings_, [&](const std::string& beginning) {
    return object_json.starts_with(beginning);
  });
  if (usual) return true;
  const Result<TypeMeta> type = decoder.DecodeTypeMeta(object_json);
  return !type.ok() || IsOneOf(type->api_version, type->kind);
}

bool ExpectedType::Fits(const ListPage& page) const {
  const std::string_view kind = page.kind;
  return kind.ends_with("List") && IsOneOf(page.api_version, kind.substr(0, kind.size() - 4));
}

bool ExpectedType::IsOneOf(std::string_view api_version, std::string_view kind) const {
  return std::ranges::any_of(types_, [&](const TypeMeta& type) {
    return type.api_version == api_version && type.kind == kind;
  });
}

std::string ExpectedType::Describe() const {
  return types_.front().api_version + " " + types_.front().kind;
}

}  // namespace windlass
