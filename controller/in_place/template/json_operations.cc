#include "controller/in_place/template/json_operations.h"

#include <nlohmann/json.hpp>

#include "controller/in_place/template/annotation_names.h"
#include "kubeclient/api/json_value.h"

namespace windlass::in_place {
namespace {

void Add(const Json& operation, std::string& list) { list += DumpJson(operation) + ","; }

void Add(const char* op, const std::string& path, const Json& value, std::string& list) {
  Add({{"op", op}, {"path", path}, {"value", value}}, list);
}

}  // namespace

void Operations::Test(const std::string& path, const Json& value) {
  Add("test", path, value, tests_);
}

void Operations::Put(const std::string& path, const Json& value) {
  Add("add", path, value, changes_);
}

void Operations::Replace(const std::string& path, const Json& value) {
  Add("replace", path, value, changes_);
}

void Operations::Remove(const std::string& path) {
  Put(path, "");
  Add({{"op", "remove"}, {"path", path}}, changes_);
}

void Operations::ChangeMap(const std::string& path, bool exists, const TextChanges& changes) {
  Json map = Json::object();
  for (const auto& [key, value] : changes) {
    if (value) map[key] = *value;
    if (!exists) continue;
    const std::string place = path + PointerTo(key);
    if (value) {
      Put(place, *value);
    } else {
      Remove(place);
    }
  }
  if (exists) return;
  Test(path, nullptr);
  Put(path, map);
}

void Operations::TestState(bool annotations, const std::optional<std::string>& state) {
  if (!annotations) return;  // ChangeMap tests that there are none yet
  Test("/metadata/annotations" + PointerTo(kPodState), state ? Json(*state) : Json());
}

std::string Operations::Text() const {
  std::string text = "[" + tests_ + changes_;
  if (text.ends_with(',')) text.pop_back();
  return text + "]";
}

}  // namespace windlass::in_place
