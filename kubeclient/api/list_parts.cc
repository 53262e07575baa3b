#include "kubeclient/api/list_parts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "kubeclient/api/json_value.h"

namespace windlass {
namespace {

using Path = std::vector<std::string>;

// The members of an item have this depth: they are in an object, in a list, in an object.
constexpr size_t kDepthInItem = 3;

Path PathOf(std::string_view pointer) {
  Path path;
  nlohmann::json::json_pointer rest{std::string(pointer)};
  for (; !rest.empty(); rest.pop_back()) path.insert(path.begin(), rest.back());
  return path;
}

// What the parser asks about each key that it comes to.
class Filter {
 public:
  explicit Filter(std::span<const std::string_view> pointers) {
    for (const std::string_view pointer : pointers) parts_.push_back(PathOf(pointer));
  }

  bool Keeps(size_t depth, const std::string& key) {
    path_.resize(depth);
    path_.back() = key;
    if (depth == 1) return key == "items";
    if (depth < kDepthInItem) return true;
    const std::span<const std::string> in_item = std::span(path_).subspan(kDepthInItem - 1);
    return std::ranges::any_of(parts_, [&](const Path& part) {
      const size_t common = std::min(part.size(), in_item.size());
      return std::equal(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(common),
                        in_item.begin());
    });
  }

 private:
  std::vector<Path> parts_;
  Path path_;  // the keys on the way to the present one; "" for a list
};

}  // namespace

Result<std::string> KeepParts(std::string_view list, std::span<const std::string_view> pointers) {
  Filter filter(pointers);
  const auto keeps = [&](int depth, OrderedJson::parse_event_t event, const OrderedJson& parsed) {
    return event != OrderedJson::parse_event_t::key ||
           filter.Keeps(static_cast<size_t>(depth), parsed.get_ref<const std::string&>());
  };
  const OrderedJson kept = OrderedJson::parse(list, keeps, /*allow_exceptions=*/false);
  const OrderedJson& items = At(kept, "/items");
  // Go writes an empty list as null.
  if (!items.is_array() && !(items.is_null() && kept.is_object() && kept.contains("items"))) {
    return Error{ErrorKind::kMalformed, "the answer is no list"};
  }
  std::string text = DumpJson(kept);
  if (text.size() > kListPartsBytesMax) {
    return Error{ErrorKind::kTooLarge, "what is looked at has " + std::to_string(text.size()) +
                                           " bytes; " + std::to_string(kListPartsBytesMax) +
                                           " are allowed"};
  }
  return text;
}

}  // namespace windlass
