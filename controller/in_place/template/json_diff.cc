#include "controller/in_place/template/json_diff.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace windlass::in_place {
namespace {

const Json& Nothing() {
  static const Json kNull;
  return kNull;
}

// Returns the first key, in the order of keys, that only one of the objects has, or whose values in
// the two objects differ. Requires that the objects differ.
std::string_view FirstKey(const Json& a, const Json& b) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() && right != b.end() && left.key() == right.key() && *left == *right) {
    ++left;
    ++right;
  }
  if (left == a.end()) return right.key();
  if (right == b.end()) return left.key();
  return std::min<std::string_view>(left.key(), right.key());
}

}  // namespace

const Json& Member(const Json& object, std::string_view key) {
  if (!object.is_object()) return Nothing();
  const auto found = object.find(key);
  return found == object.end() ? Nothing() : *found;
}

std::string PointerTo(std::string_view key) {
  std::string pointer = "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::string PointerTo(size_t index) { return "/" + std::to_string(index); }

std::optional<std::string> FirstDifference(const Json& a, const Json& b) {
  if (a == b) return std::nullopt;
  std::string pointer;
  const Json* left = &a;
  const Json* right = &b;
  while (true) {
    if (left->is_object() && right->is_object()) {
      const std::string_view key = FirstKey(*left, *right);
      pointer += PointerTo(key);
      if (!left->contains(key) || !right->contains(key)) return pointer;
      left = &(*left)[key];
      right = &(*right)[key];
    } else if (left->is_array() && right->is_array()) {
      size_t i = 0;
      while (i < left->size() && i < right->size() && (*left)[i] == (*right)[i]) ++i;
      pointer += PointerTo(i);
      if (i == left->size() || i == right->size()) return pointer;
      left = &(*left)[i];
      right = &(*right)[i];
    } else {
      return pointer;
    }
  }
}

}  // namespace windlass::in_place
