// How the reference decoders read an object of JSON: field by field, from a whole tree.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/condition.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/api/time.h"

namespace windlass::test {

// Reads the members of one object. The first value of the wrong type sets `ok` to false for good.
struct ReferenceMembers {
  const nlohmann::json& object;
  bool& ok;

  // Returns the member; nullptr if it is absent or null.
  const nlohmann::json* Find(const char* key) const {
    if (!object.is_object()) {
      ok = false;
      return nullptr;
    }
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
  void With(const char* key, bool (nlohmann::json::*is)() const noexcept,
            const std::function<void(const nlohmann::json&)>& read) const {
    const nlohmann::json* value = Find(key);
    if (value == nullptr) return;
    if ((value->*is)()) {
      read(*value);
    } else {
      ok = false;
    }
  }
  template <typename Text>
  void String(const char* key, Text& out) const {
    With(key, &nlohmann::json::is_string,
         [&](const nlohmann::json& v) { out = v.get_ref<const std::string&>(); });
  }
  void Bool(const char* key, bool& out) const {
    With(key, &nlohmann::json::is_boolean, [&](const nlohmann::json& v) { out = v.get<bool>(); });
  }
  template <typename Int>
  void Integer(const char* key, Int& out) const {
    With(key, &nlohmann::json::is_number_integer,
         [&](const nlohmann::json& v) { ReadInteger(v, out); });
  }
  template <typename Int>
  void ReadInteger(const nlohmann::json& value, Int& out) const {
    const bool huge = value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX};
    const int64_t number = huge ? 0 : value.get<int64_t>();
    using Bound = std::conditional_t<std::is_same_v<Int, int64_t>, int64_t, int32_t>;
    if (huge || number < std::numeric_limits<Bound>::min() ||
        number > std::numeric_limits<Bound>::max()) {
      ok = false;
    } else {
      out = static_cast<Bound>(number);
    }
  }
  void Time(const char* key, WallTime& out) const {
    With(key, &nlohmann::json::is_string, [&](const nlohmann::json& v) {
      const std::optional<WallTime> time = ParseTime(v.get_ref<const std::string&>());
      ok = ok && time;
      out = time.value_or(WallTime{});
    });
  }
  void Object(const char* key, const std::function<void(const ReferenceMembers&)>& read) const {
    With(key, &nlohmann::json::is_object, [&](const nlohmann::json& v) { read({v, ok}); });
  }
  void ForEach(const char* key, const std::function<void(const nlohmann::json&)>& read) const {
    With(key, &nlohmann::json::is_array, [&](const nlohmann::json& list) {
      for (const nlohmann::json& element : list) read(element);
    });
  }
  void Map(const char* key, StringMap& out) const {
    With(key, &nlohmann::json::is_object, [&](const nlohmann::json& map) {
      for (const auto& [name, value] : map.items()) {
        if (value.is_null()) continue;
        ok = ok && value.is_string();
        if (ok) out.Set(name, value.get_ref<const std::string&>());
      }
    });
  }
};

// Returns an element of a list, which must be an object.
inline ReferenceMembers ReferenceElement(const nlohmann::json& element, bool& ok) {
  ok = ok && element.is_object();
  return {element, ok};
}

// Reads metadata without annotations. The name must not be empty.
ObjectMeta ReferenceMetadata(const ReferenceMembers& object);
// Reads metadata.annotations, without kubectl's last-applied-configuration.
void ReferenceAnnotations(const ReferenceMembers& object, StringMap& out);
// Reads the member "selector".
void ReferenceSelector(const ReferenceMembers& spec, LabelSelector& out);
// Reads the member "conditions".
void ReferenceConditions(const ReferenceMembers& status, std::vector<Condition>& out);
void ReferenceIntOrPercent(const ReferenceMembers& parent, const char* key,
                           std::optional<IntOrPercent>& out);
// Returns the fingerprint of the member "template"; that of {} if it is absent.
Fingerprint ReferenceFingerprint(const ReferenceMembers& spec);

// The text of a template.
using TemplateText = std::shared_ptr<const std::string>;
TemplateText NoTemplate();  // {}
// Reads the member "template", which must be valid. Leaves `out` alone if it is absent.
void ReferenceTemplate(const ReferenceMembers& spec, TemplateText& out);
// Returns true also if both are null.
bool SameText(const TemplateText& a, const TemplateText& b);

}  // namespace windlass::test
