// The fields of a kind as a table. Its reference decoder, the comparison of two of its objects, and
// the test of each field (check_fields.h) follow from the table.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kubeclient/api/condition.h"
#include "kubeclient/api/selector.h"
#include "test/unit/api/reference_members.h"

namespace windlass::test {

// What the value of a field must be. check_fields.cc has values of each type, and wrong values.
// A map has strings. kTexts is a list of strings, kList one of objects.
enum class FieldType : uint8_t {
  kInt32,
  kInt64,
  kBool,
  kString,
  kTime,
  kUid,
  kIntOrPercent,
  kMap,
  kTexts,
  kObject,
  kList
};

// Where a field stands in the JSON of its object: "spec.strategy.steps[0].pause".
struct Place {
  std::string path;
  FieldType type;
  bool shown = true;  // false: the field alone changes nothing in the decoded object
};
using Places = std::vector<Place>;

template <typename M, typename... Any>
inline constexpr bool kIsAny = (std::is_same_v<M, Any> || ...);

// The type of a field that is read into a member of type M.
template <typename M>
constexpr FieldType TypeOf() {
  using enum FieldType;
  if (kIsAny<M, bool>) return kBool;
  if (kIsAny<M, int32_t, std::optional<int32_t>>) return kInt32;
  if (kIsAny<M, int64_t, std::optional<int64_t>>) return kInt64;
  if (kIsAny<M, Symbol, std::string, std::optional<std::string>>) return kString;
  if (kIsAny<M, WallTime>) return kTime;
  if (kIsAny<M, std::optional<IntOrPercent>>) return kIntOrPercent;
  if (kIsAny<M, StringMap, std::map<std::string, std::string, std::less<>>>) return kMap;
  if (kIsAny<M, std::vector<std::string>, LabelValues>) return kTexts;
  return kObject;  // a template
}

template <typename M>
void ReadMember(const ReferenceMembers& object, const char* key, M& out) {
  using enum FieldType;
  constexpr FieldType kType = TypeOf<M>();
  if constexpr (kType == kBool) object.Bool(key, out);
  if constexpr (kType == kInt32 || kType == kInt64) object.Integer(key, out);
  if constexpr (kType == kString) object.String(key, out);
  if constexpr (kType == kTime) object.Time(key, out);
  if constexpr (kType == kIntOrPercent) ReferenceIntOrPercent(object, key, out);
  if constexpr (kType == kMap) object.Map(key, out);
  if constexpr (kType == kTexts) object.Texts(key, out);
  if constexpr (kType == kObject) ReferenceTemplate(object, key, out);
}

template <typename M>
concept Optional = requires(M& member) { member.has_value(); };
template <typename M>
concept List = requires(M& member) { member.emplace_back(); };

// What an optional or a list has inside; any other type itself.
template <typename M>
struct InnerOf : std::type_identity<M> {};
template <typename M>
  requires(Optional<M> || List<M>)
struct InnerOf<M> : std::type_identity<typename M::value_type> {};
template <typename M>
using Inner = typename InnerOf<M>::type;

template <typename T>
struct Field;
template <typename T>
using Fields = std::vector<Field<T>>;

template <typename T>
void ReadFields(const Fields<T>& fields, const ReferenceMembers& object, T& out) {
  for (const Field<T>& field : fields) field.read(object, out);
}

template <typename T>
bool SameFields(const Fields<T>& fields, const T& a, const T& b) {
  return std::ranges::all_of(fields, [&](const Field<T>& field) { return field.same(a, b); });
}

template <typename M>
bool SameValues(const M& a, const M& b) {
  if constexpr (std::is_same_v<M, TemplateText>) {
    return SameText(a, b);
  } else {
    return a == b;
  }
}

// Reads the object `key`, or a list of objects, into a member.
template <typename M>
void ReadMembers(const ReferenceMembers& object, const char* key, const Fields<Inner<M>>& fields,
                 M& out) {
  if constexpr (List<M>) {
    object.ForEach(key, [&](const nlohmann::json& element) {
      ReadFields(fields, ReferenceElement(element, object.ok), out.emplace_back());
    });
  } else {
    object.Object(key, [&](const ReferenceMembers& inner) {
      if constexpr (Optional<M>) {
        ReadFields(fields, inner, out.emplace());
      } else {
        ReadFields(fields, inner, out);
      }
    });
  }
}

// Compares members that are read by `fields`, whole if they can be compared.
template <typename M>
bool SameMembers(const Fields<Inner<M>>& fields, const M& a, const M& b) {
  if constexpr (std::equality_comparable<Inner<M>>) {
    return a == b;
  } else if constexpr (Optional<M>) {
    return a.has_value() == b.has_value() && (!a.has_value() || SameFields(fields, *a, *b));
  } else {
    return SameFields(fields, a, b);
  }
}

// Returns the places of the fields, each with `before` in front of its path.
template <typename T>
Places PlacesOf(const Fields<T>& fields, const std::string& before = "", Places out = {}) {
  for (const Field<T>& field : fields) {
    for (const Place& place : field.places) {
      out.push_back({before + place.path, place.type, place.shown});
    }
  }
  return out;
}

// A row of the table of kind T, or of a part of it.
template <typename T>
struct Field {
  using Read = std::function<void(const ReferenceMembers& object, T& out)>;
  using Compare = std::function<bool(const T& a, const T& b)>;

  // The field `key`, which is read into `member`.
  template <typename M>
  Field(const char* key, M T::* member)
      : read([=](const ReferenceMembers& object, T& out) { ReadMember(object, key, out.*member); }),
        same([=](const T& a, const T& b) { return SameValues(a.*member, b.*member); }),
        places{{key, TypeOf<M>()}} {}
  // The object `key`, whose `fields` are read into `member`. If `member` is optional, it is set. If
  // it is a list, `key` is a list of such objects.
  template <typename M>
  Field(const char* key, M T::* member, Fields<Inner<M>> fields)
      : read([=](const ReferenceMembers& object, T& out) {
          ReadMembers(object, key, fields, out.*member);
        }),
        same([=](const T& a, const T& b) { return SameMembers<M>(fields, a.*member, b.*member); }),
        places(PlacesOf(
            fields, std::string(key) + (List<M> ? "[0]." : "."),
            {{key, List<M> ? FieldType::kList : FieldType::kObject, List<M> || Optional<M>}})) {}
  // The object `key`, whose `fields` are read into the members of the kind itself.
  Field(const char* key, Fields<T> fields)
      : read([=](const ReferenceMembers& object, T& out) {
          object.Object(key,
                        [&](const ReferenceMembers& inner) { ReadFields(fields, inner, out); });
        }),
        same([=](const T& a, const T& b) { return SameFields(fields, a, b); }),
        places(PlacesOf(fields, std::string(key) + ".", {{key, FieldType::kObject, false}})) {}
  // Fields that are read in their own way. If the object that has them is compared whole, they need
  // no `own_same`.
  Field(Read own_read, Places at, Compare own_same = nullptr)
      : read(std::move(own_read)), same(std::move(own_same)), places(std::move(at)) {
    if (same == nullptr) same = [](const T&, const T&) { return true; };
  }

  Read read;
  Compare same;
  Places places;
};

// A row that changes the object, after the rows above it and before those below it.
template <typename T>
Field<T> Then(void (*change)(T&)) {
  return {[=](const ReferenceMembers&, T& out) { change(out); }, {}};
}

// The row of metadata, with or without annotations.
enum class WithAnnotations : uint8_t { kNo, kYes };
Places MetadataPlaces(WithAnnotations annotations);
template <typename T>
Field<T> Metadata(WithAnnotations annotations) {
  return {[=](const ReferenceMembers& object, T& out) {
            out.meta = ReferenceMetadata(object);
            if (annotations == WithAnnotations::kYes) {
              ReferenceAnnotations(object, out.meta.annotations);
            }
          },
          MetadataPlaces(annotations), [](const T& a, const T& b) { return a.meta == b.meta; }};
}

// The rows of a selector, of conditions and of a part of a strategy.
const Fields<LabelSelector>& SelectorFields();
const Fields<Condition>& ConditionFields();
template <typename T>
Field<T> RollingUpdate() {
  return {"rollingUpdate", {{"maxSurge", &T::max_surge}, {"maxUnavailable", &T::max_unavailable}}};
}

// The table of a kind: reference_decoder.h.
template <typename T>
const Fields<T>& FieldsOf();

// Reads an object in the slow and obvious way. Returns nullopt if the decoder must return an error.
template <typename T>
std::optional<T> Reference(const nlohmann::json& object) {
  bool ok = true;
  T out;
  ReadFields(FieldsOf<T>(), ReferenceMembers{object, ok}, out);
  return ok ? std::optional(std::move(out)) : std::nullopt;
}

template <typename T>
bool Same(const T& a, const T& b) {
  return SameFields(FieldsOf<T>(), a, b);
}

}  // namespace windlass::test
