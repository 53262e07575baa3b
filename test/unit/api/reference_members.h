// How the reference decoders read an object of JSON: field by field, from a whole tree.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/label_values.h"
#include "kubeclient/api/object_meta.h"
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
    constexpr bool kWide =
        std::is_same_v<Int, int64_t> || std::is_same_v<Int, std::optional<int64_t>>;
    using Bound = std::conditional_t<kWide, int64_t, int32_t>;
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
  // Reads into a StringMap or a map of the standard library.
  template <typename Pairs>
  void Map(const char* key, Pairs& out) const {
    With(key, &nlohmann::json::is_object, [&](const nlohmann::json& map) {
      for (const auto& [name, value] : map.items()) {
        if (value.is_null()) continue;
        ok = ok && value.is_string();
        if (!ok) continue;
        const auto& text = value.template get_ref<const std::string&>();
        if constexpr (std::is_same_v<Pairs, StringMap>) {
          out.Set(name, text);
        } else {
          out.insert_or_assign(name, text);
        }
      }
    });
  }
  // Reads a list of texts.
  template <typename List>
  void Texts(const char* key, List& out) const {
    using Text = std::conditional_t<std::is_same_v<List, LabelValues>, Symbol, std::string>;
    std::vector<Text> texts;
    ForEach(key, [&](const nlohmann::json& element) {
      ok = ok && element.is_string();
      if (ok) texts.emplace_back(element.get_ref<const std::string&>());
    });
    out = std::move(texts);
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
void ReferenceIntOrPercent(const ReferenceMembers& parent, const char* key,
                           std::optional<IntOrPercent>& out);

// The text of a template.
using TemplateText = std::shared_ptr<const std::string>;
TemplateText NoTemplate();  // {}
// Read a template, which must be valid. They leave `out` alone if it is absent.
void ReferenceTemplate(const ReferenceMembers& spec, const char* key, TemplateText& out);
void ReferenceTemplate(const ReferenceMembers& spec, const char* key, Fingerprint& out);
// Returns true also if both are null.
bool SameText(const TemplateText& a, const TemplateText& b);

}  // namespace windlass::test
