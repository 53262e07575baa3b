// Readers that treat a missing value, or a value of an unexpected type, as absent. Used for lists
// of which little is kept, so that an error in one object does not make the other objects
// unreadable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::lenient {

inline std::string Text(JsonReader& in) {
  return in.type() == JsonReader::Type::kString ? std::string(in.String()) : std::string();
}
inline bool IsTrue(JsonReader& in) { return in.type() == JsonReader::Type::kBool && in.Bool(); }
// Returns nullopt if the value is not a whole number in the range of int64_t.
inline std::optional<int64_t> Whole(JsonReader& in) {
  if (in.type() != JsonReader::Type::kNumber) return std::nullopt;
  return ParseWhole<int64_t>(in.Number());
}
template <typename F>
void Object(JsonReader& in, F&& on_member) {
  if (in.type() == JsonReader::Type::kObject) in.Object(std::forward<F>(on_member));
}
template <typename F>
void Array(JsonReader& in, F&& on_element) {
  if (in.type() == JsonReader::Type::kArray) in.Array(std::forward<F>(on_element));
}
// Returns the uid that `text` spells; Uid::Foreign() if `text` is not a uid.
inline Uid UidOf(const std::string& text) { return Uid::Parse(text).value_or(Uid::Foreign()); }
// Reads metadata.ownerReferences. Returns the uid of the first controlling owner (D-102); nullopt
// if there is none.
inline std::optional<Uid> Controller(JsonReader& in) {
  std::optional<Uid> found;
  Array(in, [&] {
    bool controls = false;
    std::string uid;
    Object(in, [&](std::string_view key) {
      if (key == "controller")
        controls = IsTrue(in);
      else if (key == "uid")
        uid = Text(in);
    });
    if (controls && !found) found = UidOf(uid);
  });
  return found;
}

}  // namespace windlass::lenient
