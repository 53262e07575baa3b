#include "test/sim/crd_coerce.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "test/sim/crd_schema.h"

namespace windlass::sim {
namespace {

const Json& DefaultOf(const Json& schema) { return At(schema, {"default"}); }

bool MayBeNull(const Json& schema) { return BoolAt(schema, {"nullable"}); }

void Prune(Json& value, const Json* schema) {
  const bool keeps = schema != nullptr && BoolAt(*schema, {"x-kubernetes-preserve-unknown-fields"});
  if (value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      const Json* field = FieldSchema(schema, at.key());
      if (field == nullptr && !keeps) {
        at = value.erase(at);
        continue;
      }
      if (field != nullptr) Prune(*at, field);
      ++at;
    }
  } else if (value.is_array()) {
    const Json* element = ElementSchema(schema);
    if (element == nullptr && keeps) return;
    for (Json& one : value) Prune(one, element);
  }
}

// A null without a schema stays: it is below x-kubernetes-preserve-unknown-fields.
void DropNulls(Json& value, const Json* schema) {
  if (value.is_object()) {
    for (auto at = value.begin(); at != value.end();) {
      const Json* field = FieldSchema(schema, at.key());
      const bool drop =
          at->is_null() && field != nullptr && !MayBeNull(*field) && DefaultOf(*field).is_null();
      if (drop) {
        at = value.erase(at);
        continue;
      }
      DropNulls(*at, field);
      ++at;
    }
  } else if (value.is_array()) {
    for (Json& one : value) DropNulls(one, ElementSchema(schema));
  }
}

void SetDefaults(Json& value, const Json* schema) {
  if (schema == nullptr) return;
  if (value.is_object()) {
    for (const auto& [key, field] : At(*schema, {"properties"}).items()) {
      if (DefaultOf(field).is_null()) continue;
      const auto found = value.find(key);
      if (found == value.end() || (found->is_null() && !MayBeNull(field))) {
        value[key] = DefaultOf(field);
      }
    }
    for (auto at = value.begin(); at != value.end(); ++at) {
      SetDefaults(*at, FieldSchema(schema, at.key()));
    }
  } else if (value.is_array()) {
    for (Json& one : value) SetDefaults(one, ElementSchema(schema));
  }
}

}  // namespace

void Coerce(const Json& schema, Json& object) {
  Json head = Json::object();
  for (const char* key : {"apiVersion", "kind", "metadata"}) {
    const auto found = object.find(key);
    if (found == object.end()) continue;
    head[key] = std::move(*found);
    object.erase(found);
  }
  Prune(object, &schema);
  DropNulls(object, &schema);
  SetDefaults(object, &schema);
  object.update(head);
}

}  // namespace windlass::sim
